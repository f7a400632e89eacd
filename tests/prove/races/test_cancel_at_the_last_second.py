"""Cancel at 23:59:59 of the eve, against the day that begins: one of them wins, never both."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta

import pytest

from kit.days import paris_instant
from local.demo.partners import until
from preavis.dispatch.v1 import dispatch_pb2
from tests.prove.races.agent import DONE, PRICE, Agent, Letter, outcome
from tests.prove.races.barrier import A_SENDING, THE_TIMELINE
from tests.prove.races.ground import LEFT, OPENING, REPEATS, Became, Ground

pytestmark = [pytest.mark.servers, pytest.mark.prove, pytest.mark.timeout(600)]

TOO_LATE = {"cancel-too-late", "changed-meanwhile", "sending-impossible-move"}
A_FEW = 4
ROUNDS = 3


async def scheduled_for_tomorrow(
    ground: Ground, agent: Agent, count: int
) -> dict[str, tuple[Letter, int]]:
    """Return letters that leave tomorrow, by their sending, with their versions."""
    letters = await agent.several(count)
    day = {"send_day": ground.day(1)}
    sendings = [await agent.finalise(letter, day) for letter in letters]
    await ground.quiet()
    return {
        letter.sending_id: (letter, sending["version"])
        for letter, sending in zip(letters, sendings, strict=True)
    }


def opening_of(midnight: datetime) -> datetime:
    return midnight + timedelta(hours=OPENING.hour)


def is_cancelled(became: Became) -> bool:
    return (became.state, became.times_left, became.holds) == ("cancelled", 0, ("released",))


def has_left(became: Became) -> bool:
    return became.state in LEFT and became.times_left == 1 and became.holds[0] != "released"


async def until_waiting(ground: Ground, count: int) -> None:
    """Wait until so many departures are in hand: the night's work comes before them."""

    async def look() -> bool:
        rows = await ground.rows(
            "dispatch",
            "SELECT FROM scheduled_item WHERE kind = 'depart' AND state = 'leased'",
        )
        return len(rows) >= count

    await until(look, what="the departures", patience_s=4)


async def test_around_midnight_each_letter_is_cancelled_or_leaves_once(ground: Ground) -> None:
    agent, dice = await ground.funded(REPEATS * PRICE), ground.dice("midnight")
    found = await scheduled_for_tomorrow(ground, agent, REPEATS)
    midnight = await ground.eve(ends_in_s=4)
    # spread over the last seconds, so that the first are surely in time, the last surely late
    moments = [
        midnight + timedelta(seconds=-1.6 + 2.2 * rank / REPEATS + dice.uniform(-0.1, 0.1))
        for rank in range(REPEATS)
    ]

    async def cancel(letter: Letter, version: int, moment: datetime) -> str:
        await ground.reach(moment)
        return await outcome(agent.cancel(letter, version=version))

    async def begin_the_day() -> None:
        await ground.reach(midnight + timedelta(seconds=dice.uniform(0.0, 0.3)))
        ground.jump(opening_of(midnight))

    day = asyncio.create_task(begin_the_day())
    cancels = zip(found.values(), moments, strict=True)
    answers = await asyncio.gather(*(cancel(*one, moment) for one, moment in cancels))
    await day
    await ground.quiet()

    print("cancelled around midnight:", Counter(answers))
    assert set(answers) <= {DONE, *TOO_LATE}
    assert DONE in answers
    assert set(answers) & TOO_LATE
    for (letter, _), answer in zip(found.values(), answers, strict=True):
        became = await ground.became(letter)
        assert is_cancelled(became) if answer == DONE else has_left(became), (answer, became)
    assert await ground.broken() == []


async def test_a_cancel_checked_in_time_wins_over_the_departure_that_waits_for_it(
    ground: Ground,
) -> None:
    for _ in range(ROUNDS):
        agent = await ground.funded(A_FEW * PRICE)
        found = await scheduled_for_tomorrow(ground, agent, A_FEW)
        midnight = await ground.eve(ends_in_s=60)

        async with ground.barrier("dispatch", THE_TIMELINE) as gate:
            cancels = [
                asyncio.create_task(outcome(agent.cancel(letter, version=version)))
                for letter, version in found.values()
            ]
            await gate.reached_by(A_FEW)  # each has read the clock, none has written its fact
            ground.jump(opening_of(midnight))
            await until_waiting(ground, 1)
            await gate.reached_by(A_FEW + 1)
            await gate.let_go()
            answers = await asyncio.gather(*cancels)
        await ground.quiet()

        assert answers == [DONE] * A_FEW
        for letter, _ in found.values():
            assert is_cancelled(await ground.became(letter))
    assert await ground.broken() == []


async def test_a_cancel_that_waited_until_its_day_began_is_refused_and_the_letter_leaves(
    ground: Ground,
) -> None:
    for _ in range(ROUNDS):
        agent = await ground.funded(A_FEW * PRICE)
        found = await scheduled_for_tomorrow(ground, agent, A_FEW)
        await ground.eve(ends_in_s=60)
        midnight = paris_instant(ground.today() + timedelta(days=1))

        async def cancel(agent: Agent, sending_id: str, version: int) -> str:
            request = dispatch_pb2.CancelRequest(sending_id=sending_id, version=version)
            answer = await ground.call(
                "dispatch", "Cancel", request, by="gateway", who=agent.caller
            )
            return answer.reason

        async with ground.barrier("dispatch", A_SENDING, *found) as gate:
            cancels = [
                asyncio.create_task(cancel(agent, sending_id, version))
                for sending_id, (_, version) in found.items()
            ]
            await gate.reached_by(A_FEW)  # asked on the eve, and kept waiting
            ground.jump(opening_of(midnight))
            await gate.reached_by(A_FEW + 1)
            await gate.let_go()
            answers = await asyncio.gather(*cancels)
        await ground.quiet()

        assert answers == ["cancel-too-late"] * A_FEW
        for letter, _ in found.values():
            assert has_left(await ground.became(letter))
    assert await ground.broken() == []
