"""Each RPC of each service, called with any message and any bytes: refused, never broken."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.tokens import Caller
from local.house import House
from tests.prove.fuzz.cases import fuzzed
from tests.prove.fuzz.served.after import pids, troubles
from tests.prove.fuzz.served.calling import Line
from tests.prove.fuzz.served.requests import Known, requests_of
from tests.prove.fuzz.spoiling import spoilt
from tests.prove.security.access import ACCESS
from tests.prove.security.rpcs import Rpc, all_rpcs, people
from tests.prove.security.world import World

pytestmark = [pytest.mark.servers, pytest.mark.prove, pytest.mark.timeout(1800)]

WORDS: Final = (
    b"\0", b"\x0a\xff\xff\xff\xff\x0f", b"\x0b" * 200, b"\xff" * 12, b"\x12\x02\xc3\x28",
    b"\x80" * 20, b"\x0a\x03\xed\xa0\x80", b"\x12\x03\xed\xb0\x80", b"\x1a\x02\xc0\x80",
)  # fmt: skip
"""Lengths without end, groups without end, numbers too long, half characters, NUL in disguise."""
PROMPT_S: Final = 10.0  # at most for what is too long: it is seen before it is worked with


def callers(rpc: Rpc, world: World) -> st.SearchStrategy[tuple[str, Caller]]:
    """Draw who may make this call, and for whom."""
    those = {
        "visitor": people()["visitor"],
        "staff": people()["staff"],
        "agent": world.theirs.caller,
        "saga": world.theirs.saga,
    }
    row = ACCESS[str(rpc)]
    return st.sampled_from(
        [(service, those[who]) for service in sorted(row) for who in sorted(row[service])]
    )


@pytest.mark.parametrize("rpc", all_rpcs(), ids=str)
@given(data=st.data())
@fuzzed(3, shrinking=False)
async def test_any_message_is_answered_or_turned_down(
    rpc: Rpc, data: st.DataObject, line: Line, world: World, known: Known
) -> None:
    request = data.draw(requests_of(rpc.request, known))
    service, who = data.draw(callers(rpc, world))

    ending = await line.send(rpc, request.SerializeToString(), service=service, who=who)

    assert ending.is_foreseen, (ending, request)


@pytest.mark.parametrize("rpc", all_rpcs(), ids=str)
@given(data=st.data())
@fuzzed(1, shrinking=False)
async def test_any_bytes_are_answered_or_turned_down(
    rpc: Rpc, data: st.DataObject, line: Line, world: World, known: Known
) -> None:
    whole = data.draw(requests_of(rpc.request, known)).SerializeToString()
    sent = data.draw(spoilt([whole], WORDS))
    service, who = data.draw(callers(rpc, world))

    ending = await line.send(rpc, sent, service=service, who=who)

    assert ending.is_foreseen, (ending, sent)


@pytest.mark.parametrize("rpc", all_rpcs(), ids=str)
@given(data=st.data())
@fuzzed(1, shrinking=False)
async def test_what_is_too_long_is_turned_down_at_once(
    rpc: Rpc, data: st.DataObject, line: Line, world: World, known: Known
) -> None:
    sent = data.draw(requests_of(rpc.request, known, huge=True)).SerializeToString()
    service, who = data.draw(callers(rpc, world))

    ending = await line.send(rpc, sent, service=service, who=who)

    assert ending.is_foreseen, ending
    assert ending.seconds < PROMPT_S, ending


async def test_the_house_is_as_well_as_before(house: House, born: dict[str, int]) -> None:
    assert pids(house) == born
    for process in house.plan.processes():
        await house.supervisor.wait_ready(process)
    assert await troubles(house) == []
