"""Two agencies of their own for all that is thrown at the services."""

from collections.abc import AsyncIterator
from itertools import chain

import pytest

from local.house import House
from tests.e2e.outside import Outside
from tests.prove.fuzz.served.after import pids
from tests.prove.fuzz.served.calling import Line
from tests.prove.fuzz.served.requests import Known
from tests.prove.security.rpcs import Switchboard
from tests.prove.security.world import World, build


@pytest.fixture(scope="session")
async def line(house: House) -> AsyncIterator[Line]:
    """Calls of any service."""
    opened = Line(Switchboard(house.plan))
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def born(house: House) -> dict[str, int]:
    """Which processes served before anything was thrown at them."""
    return pids(house)


@pytest.fixture(scope="session")
async def world(house: House, line: Line, born: dict[str, int]) -> AsyncIterator[World]:
    """Two agencies and the staff."""
    async with Outside.connect(house.plan.sandbox_url) as outside:
        yield await build(house, outside, line.board)


@pytest.fixture(scope="session")
def known(world: World) -> Known:
    """What a request may name: what an agency has, under each name of it, and another's."""
    ids = world.theirs.ids.values()
    found = {name: [value] for name, value in ids.items()}
    found["account_id"].append(world.mine.account["id"])
    found["profile_id"].append(world.mine.account["profile_id"])
    found["letter_id"] = [ids["draft_id"], ids["letter_id"], world.nothing.letter_id]
    found["contract_id"] = [ids["draft_contract_id"], ids["contract_id"]]
    found["copy_policyholder_from"] = [ids["draft_id"]]
    found["key"] = [world.nothing.key]  # dispatch's own: who takes it makes its work impossible
    everything = sorted(set(chain.from_iterable(found.values())))
    return found | {
        "recipient_id": everything,
        "cause_key": everything,
        "idempotency_key": [ids["draft_id"], "k" * 200, "k" * 201, "\u202e", "é"],
    }
