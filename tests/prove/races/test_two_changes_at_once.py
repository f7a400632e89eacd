"""A sending moved, cancelled and validated again: two holds for a while, one capture at the end."""

import asyncio
from collections import Counter

import pytest

from local.demo.partners import until
from tests.prove.races.agent import DONE, NOW, PRICE, Agent, Letter, outcome
from tests.prove.races.barrier import A_HOLD
from tests.prove.races.ground import LEFT, REPEATS, Became, Ground

pytestmark = [pytest.mark.servers, pytest.mark.prove, pytest.mark.timeout(600)]

BEHIND = {"changed-meanwhile", "sending-impossible-move", "cancel-too-late"}
NOT_YET = {"sending-already-finalised", "changed-meanwhile"}
A_FEW = 4


def has_left_for_one_price(became: Became) -> bool:
    """Tell whether only the second validation was paid, and only its letter left."""
    return (
        became.state in LEFT
        and became.times_left == 1
        and became.generation == 2
        and became.holds == ("released", "captured")
    )


async def validate_until_taken(agent: Agent, letter: Letter) -> None:
    """Press the button again until the letter that is being cancelled can be validated."""

    async def taken() -> bool:
        answer = await outcome(agent.finalise(letter, NOW))
        assert answer in {DONE, *NOT_YET}
        return answer == DONE

    await until(taken, what="a second validation", patience_s=20)


async def test_what_is_cancelled_and_validated_again_is_paid_once(ground: Ground) -> None:
    agent, dice = await ground.funded(2 * REPEATS * PRICE), ground.dice("again")
    letters = await agent.several(REPEATS)
    day = {"send_day": ground.day(2)}
    versions = [(await agent.finalise(letter, day))["version"] for letter in letters]
    before, _ = await agent.wallet()

    async def cancel(letter: Letter, version: int) -> str:
        await asyncio.sleep(dice.uniform(0, 0.4))
        return await outcome(agent.cancel(letter, version=version))

    async def again(letter: Letter) -> None:
        await asyncio.sleep(dice.uniform(0, 0.4))
        await validate_until_taken(agent, letter)

    for first in range(0, REPEATS, A_FEW):
        few = list(zip(letters, versions, strict=True))[first : first + A_FEW]
        cancels = [asyncio.create_task(cancel(*one)) for one in few]
        await asyncio.gather(*(again(letter) for letter, _ in few))
        assert await asyncio.gather(*cancels) == [DONE] * len(few)
    await ground.quiet()

    for letter in letters:
        became = await ground.became(letter)
        assert has_left_for_one_price(became), became
    # what the first validations held came back, what the second held is spent
    assert await agent.wallet() == (before, 0)
    assert await ground.broken() == []


async def test_two_holds_stand_side_by_side_and_one_is_captured(ground: Ground) -> None:
    agent = await ground.funded(2 * A_FEW * PRICE)
    letters = await agent.several(A_FEW)
    day = {"send_day": ground.day(2)}
    versions = [(await agent.finalise(letter, day))["version"] for letter in letters]
    _, held = await agent.wallet()

    keys = [letter.hold_key(1) for letter in letters]
    async with ground.barrier("billing", A_HOLD, *keys) as gate:
        cancels = [
            asyncio.create_task(outcome(agent.cancel(letter, version=version)))
            for letter, version in zip(letters, versions, strict=True)
        ]
        await gate.reached_by(A_FEW)  # cancelled, and the credit has not come back yet
        again = [asyncio.create_task(agent.finalise(letter, NOW)) for letter in letters]
        await until_held(agent, held + A_FEW * PRICE)
        await gate.let_go()
        await asyncio.gather(*again)
        answers = await asyncio.gather(*cancels)
    await ground.quiet()

    assert answers == [DONE] * A_FEW
    for letter in letters:
        assert has_left_for_one_price(await ground.became(letter))
    assert await ground.broken() == []


async def until_held(agent: Agent, cents: int) -> None:
    """Wait until so much is set aside: the first holds and the second ones."""

    async def look() -> bool:
        return (await agent.wallet())[1] >= cents

    await until(look, what=f"{cents} cents held", patience_s=20)


async def test_of_a_move_and_a_cancel_of_one_version_one_wins(ground: Ground) -> None:
    agent, dice = await ground.funded(REPEATS * PRICE), ground.dice("one version")
    letters = await agent.several(REPEATS)
    day, later = {"send_day": ground.day(2)}, ground.day(3)
    versions = [(await agent.finalise(letter, day))["version"] for letter in letters]

    async def both(letter: Letter, version: int) -> tuple[str, str]:
        async def cancel() -> str:
            await asyncio.sleep(dice.uniform(0, 0.3))  # moving takes longer: it reads the law first
            return await outcome(agent.cancel(letter, version=version))

        moved, cancelled = await asyncio.gather(
            outcome(agent.move(letter, later, version=version)), cancel()
        )
        return moved, cancelled

    answers: list[tuple[str, str]] = []
    for first in range(0, REPEATS, A_FEW):
        few = list(zip(letters, versions, strict=True))[first : first + A_FEW]
        answers += await asyncio.gather(*(both(*one) for one in few))
    await ground.quiet()

    print("moved and cancelled at once:", Counter(answers))
    for letter, (moved, cancelled) in zip(letters, answers, strict=True):
        assert {moved, cancelled} <= {DONE, *BEHIND}
        assert (moved, cancelled).count(DONE) == 1
        sending = await agent.sending(letter)
        became = await ground.became(letter)
        if moved == DONE:
            assert (sending["state"], sending["send_day"]) == ("scheduled", later)
            assert (became.holds, became.times_left) == (("held",), 0)
        else:
            assert sending["state"] == "cancelled"
            assert (became.holds, became.times_left) == (("released",), 0)
    assert {moved for moved, _ in answers} >= {DONE}
    assert {cancelled for _, cancelled in answers} >= {DONE}
    assert await ground.broken() == []


async def test_of_two_moves_of_one_version_one_wins_and_leaves_on_its_day(ground: Ground) -> None:
    agent = await ground.funded(REPEATS * PRICE)
    letters = await agent.several(REPEATS)
    day, wanted = {"send_day": ground.day(2)}, (ground.day(3), ground.day(4))
    versions = [(await agent.finalise(letter, day))["version"] for letter in letters]

    async def both(letter: Letter, version: int) -> list[str]:
        return await asyncio.gather(
            *(outcome(agent.move(letter, one, version=version)) for one in wanted)
        )

    chosen: list[str] = []
    for first in range(0, REPEATS, A_FEW):
        few = list(zip(letters, versions, strict=True))[first : first + A_FEW]
        for answers in await asyncio.gather(*(both(*one) for one in few)):
            assert answers.count(DONE) == 1
            assert set(answers) <= {DONE, *BEHIND}
            chosen.append(wanted[answers.index(DONE)])
    for letter, winner in zip(letters, chosen, strict=True):
        assert (await agent.sending(letter))["send_day"] == winner

    await ground.morning(ahead=4)
    await ground.quiet()

    for letter, winner in zip(letters, chosen, strict=True):
        sending, became = await agent.sending(letter), await ground.became(letter)
        assert (sending["send_day"], sending["state"]) == (winner, "deposited")
        assert (became.holds, became.times_left) == (("captured",), 1)
    assert await ground.broken() == []
