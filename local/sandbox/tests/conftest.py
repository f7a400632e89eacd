"""A real sandbox on free ports, with a clock that tests move."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from local.sandbox.authority import ensure
from local.sandbox.testing import Running, sandbox_server
from tests.support.time import SettableClock


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration CA, made once: its keys take a second."""
    folder = tmp_path_factory.mktemp("pki")
    ensure(folder)
    return folder / "pki"


@pytest.fixture
def data_dir(tmp_path: Path, pki: Path) -> Path:
    shutil.copytree(pki, tmp_path / "pki")
    return tmp_path


@pytest.fixture
async def sandbox(data_dir: Path, clock: SettableClock) -> AsyncIterator[Running]:
    async with sandbox_server(data_dir, clock=clock) as running:
        yield running


@pytest.fixture
async def client(sandbox: Running) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=sandbox.url, timeout=10) as client:
        yield client
