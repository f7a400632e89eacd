"""One running house for all races."""

import os
import shutil
from collections.abc import AsyncIterator

import pytest

from tests.prove.races.ground import Ground, open_ground


@pytest.fixture(scope="session")
async def ground(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    """The house, its agencies and its clock, which the races pass on to each other."""
    directory = tmp_path_factory.mktemp("races")
    try:
        async with open_ground(directory) as opened:
            yield opened
    finally:
        if folder := os.environ.get("PREAVIS_PROVE_DIR"):
            shutil.copytree(directory / "house" / "logs", folder, dirs_exist_ok=True)


@pytest.fixture(autouse=True)
async def _by_day(ground: Ground) -> None:
    """Begin on a working day, long before the hour from which nothing leaves any more."""
    await ground.daytime()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the races last: their house stays open, and the others want the machine for theirs."""
    items.sort(key=lambda item: "tests/prove/races" in item.nodeid)
