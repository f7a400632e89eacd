"""One house, one hostile job in it, for all that is looked at afterwards."""

from collections.abc import AsyncIterator

import pytest

from tests.e2e.conftest import browser
from tests.prove.hostile.job import Job, done
from tests.prove.storm.setting import open_house
from tests.support.servers import reachable_folder

__all__ = ["browser", "job"]


@pytest.fixture(scope="package")
async def job() -> AsyncIterator[Job]:
    """The house in which everybody did their worst; it closes before the next prover's opens."""
    with reachable_folder() as directory:
        async with open_house(directory) as house, done(house, directory) as finished:
            yield finished
