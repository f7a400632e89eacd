"""Who lives in the house whose doors are tried."""

from collections.abc import AsyncIterator

import pytest

from local.house import House
from tests.e2e.outside import Outside
from tests.prove.security.rpcs import Switchboard
from tests.prove.security.world import World, build


@pytest.fixture(scope="session")
async def world(house: House, switchboard: Switchboard) -> AsyncIterator[World]:
    """Two agencies and the staff."""
    async with Outside.connect(house.plan.sandbox_url) as outside:
        yield await build(house, outside, switchboard)


@pytest.fixture(scope="session")
async def switchboard(house: House) -> AsyncIterator[Switchboard]:
    """Calls of any service, signed or not."""
    board = Switchboard(house.plan)
    yield board
    await board.close()
