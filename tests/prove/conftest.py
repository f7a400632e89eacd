"""One running house for all that knocks at its doors and breaks nothing."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from local.house import House
from tests.e2e.staff import furnish
from tests.support.servers import reachable_folder

UNHURRIED = {  # these tests ask more in a minute than an agency in a day: the rates have their own
    "GATEWAY_VISITOR_REQUESTS_PER_MINUTE": "60000",
    "GATEWAY_REQUESTS_PER_SECOND": "10000",
    "GATEWAY_REQUESTS_BURST": "10000",
}


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder of the test's own, in which servers may live."""
    with reachable_folder() as directory:
        yield directory


@pytest.fixture(scope="session")
async def house() -> AsyncIterator[House]:
    """The whole product on free ports, with the directory and one staff member."""
    with reachable_folder() as directory:
        opened = await House.open(directory, environment="test")
        try:
            gateway = next(one for one in opened.plan.processes() if one.name == "gateway")
            await opened.supervisor.replace(replace(gateway, env={**gateway.env, **UNHURRIED}))
            furnish(opened)
            yield opened
        finally:
            await opened.close()
