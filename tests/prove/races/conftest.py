"""One running house for all races."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.prove.races.ground import Ground, open_ground


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder that stays open to the database server, which may run under another user.

    Those of pytest are closed again by whatever pytest starts next on the machine.
    """
    made = Path(tempfile.mkdtemp(prefix="pv-races-"))
    made.chmod(0o755)
    yield made
    if kept := os.environ.get("PREAVIS_PROVE_DIR"):
        shutil.copytree(made / "house" / "logs", kept, dirs_exist_ok=True)
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="session")
async def ground(folder: Path) -> AsyncIterator[Ground]:
    """The house, its agencies and its clock, which the races pass on to each other."""
    async with open_ground(folder) as opened:
        yield opened


@pytest.fixture(autouse=True)
async def _by_day(ground: Ground) -> None:
    """Begin on a working day, long before the hour from which nothing leaves any more."""
    await ground.daytime()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the races last: their house stays open, and the others want the machine for theirs."""
    items.sort(key=lambda item: "tests/prove/races" in item.nodeid)
