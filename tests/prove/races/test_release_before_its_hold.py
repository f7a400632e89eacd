"""A release that overtakes its hold: the hold that comes late does not stay held."""

import asyncio
from collections import Counter

import pytest

from kit.tokens import Caller
from preavis.billing.v1 import billing_pb2 as pb
from tests.prove.races.agent import DONE, NOW, PRICE, Agent, Letter, outcome
from tests.prove.races.barrier import A_WALLET
from tests.prove.races.ground import LEFT, REPEATS, Ground

pytestmark = [pytest.mark.servers, pytest.mark.prove, pytest.mark.timeout(600)]

CALLED_OFF = "hold-released"


async def hold(ground: Ground, agent: Agent, letter: Letter) -> str:
    """Set the price aside as dispatch would; return the reason of a refusal."""
    request = pb.HoldRequest(
        account_id=letter.account_id,
        key=letter.hold_key(),
        product=pb.PRODUCT_LRE_SIMPLE,
        cause=letter.number,
        expected_gross_cents=PRICE,
    )
    who = Caller(service="", account_id=agent.caller.account_id)
    return (await ground.call("billing", "Hold", request, by="dispatch", who=who)).reason


async def release(ground: Ground, agent: Agent, letter: Letter) -> str:
    """Give back as dispatch would."""
    request = pb.ReleaseRequest(account_id=letter.account_id, key=letter.hold_key())
    who = Caller(service="", account_id=agent.caller.account_id)
    return (await ground.call("billing", "Release", request, by="dispatch", who=who)).reason


async def leave_by_another_generation(ground: Ground, agent: Agent, letters: list[Letter]) -> None:
    """Check that what was called off stays so, and that each letter may leave all the same."""
    for letter in letters:
        assert await outcome(agent.finalise(letter, NOW)) == CALLED_OFF
        assert await outcome(agent.finalise(letter, NOW)) == DONE
    await ground.quiet()
    for letter in letters:
        became = await ground.became(letter)
        assert became.state in LEFT
        assert (became.times_left, became.holds) == (1, ("released", "captured"))


async def test_hold_and_release_in_any_order_leave_nothing_held(ground: Ground) -> None:
    agent, dice = await ground.funded(REPEATS * PRICE), ground.dice("overtaken")
    letters = await agent.several(REPEATS)
    before, found = await agent.wallet(), Counter[str]()

    async def late_hold(letter: Letter) -> str:
        await asyncio.sleep(dice.uniform(0, 0.03))
        return await hold(ground, agent, letter)

    async def late_release(letter: Letter) -> str:
        await asyncio.sleep(dice.uniform(0, 0.03))
        return await release(ground, agent, letter)

    for letter in letters:  # each arrives twice: what is sent again may overtake too
        calls = (late_hold, late_release, late_hold, late_release)
        first, released, second, again = await asyncio.gather(*(call(letter) for call in calls))
        assert released == again == ""
        assert {first, second} <= {"", CALLED_OFF}
        assert await hold(ground, agent, letter) == CALLED_OFF
        assert await agent.wallet() == before
        found["the hold came first" if "" in {first, second} else "the release came first"] += 1

    print("hold and release:", found)
    assert len(found) > 1, "one side always won: the race was never met"
    await leave_by_another_generation(ground, agent, letters)
    assert await ground.broken() == []


async def test_a_hold_that_comes_after_its_release_is_refused(ground: Ground) -> None:
    agent = await ground.funded(5 * PRICE)
    letters, before = await agent.several(5), await agent.wallet()
    for letter in letters:
        assert await release(ground, agent, letter) == ""
        assert await hold(ground, agent, letter) == CALLED_OFF

        assert (await ground.became(letter)).holds == ("released",)
        assert await agent.wallet() == before
    await leave_by_another_generation(ground, agent, letters)
    assert await ground.broken() == []


async def test_a_release_that_comes_while_its_hold_is_under_way_gives_it_back(
    ground: Ground,
) -> None:
    agent = await ground.funded(5 * PRICE)
    letters, before = await agent.several(5), await agent.wallet()
    for letter in letters:
        async with ground.barrier("billing", A_WALLET, letter.account_id) as gate:
            held = asyncio.create_task(hold(ground, agent, letter))
            await gate.reached_by(1)  # its key is written, its credit not moved: nobody sees it
            released = asyncio.create_task(release(ground, agent, letter))
            await gate.reached_by(2)
            await gate.let_go()
            assert (await held, await released) == ("", "")

        assert (await ground.became(letter)).holds == ("released",)
        assert await agent.wallet() == before
    await leave_by_another_generation(ground, agent, letters)
    assert await ground.broken() == []
