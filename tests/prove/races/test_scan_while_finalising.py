"""The mandate changes while the letter is being finalised: what it says is what leaves with it."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest

from tests.prove.races.agent import DONE, NOW, PRICE, Agent, Letter, outcome
from tests.prove.races.barrier import A_LETTER
from tests.prove.races.ground import LEFT, REPEATS, Became, Ground

pytestmark = [pytest.mark.servers, pytest.mark.prove, pytest.mark.timeout(600)]

NOT_READY = {
    "actions-remaining", "mandate-undecided", "mandate-not-validated", "mandate-changed",
}  # fmt: skip
LOCKED = {"mandate-locked"}
TURNED_DOWN = ("turned_down", 0)
Change = Callable[[Letter], Awaitable[None]]


def is_true_to_its_text(became: Became) -> bool:
    """Tell whether a letter that left says of its mandate what is so."""
    attached = became.mention == "attached"
    return became.state in LEFT and became.times_left == 1 and became.attaches == attached


def kept_nothing(became: Became) -> bool:
    """Tell whether a validation that was refused left nothing held and nothing sent."""
    nothing = became.state in {"", "turned_down"} and became.times_left == 0
    return nothing and set(became.holds) <= {"released"}


async def race(
    ground: Ground, agent: Agent, letters: list[Letter], change: Change, *about: str
) -> Counter[tuple[str, str]]:
    """Finalise each letter while its mandate changes; check what each became, tell how it ended."""
    dice = ground.dice(*about)
    ended = Counter[tuple[str, str]]()
    for letter in letters:
        confirmed = await agent.confirmed(letter, NOW)

        async def late(letter: Letter = letter) -> str:
            await asyncio.sleep(dice.uniform(0, 0.5))
            return await outcome(change(letter))

        validated, changed = await asyncio.gather(
            outcome(agent.validate(letter, confirmed)), late()
        )
        assert validated in {DONE, *NOT_READY}, validated
        assert changed in {DONE, *LOCKED}, changed
        ended[validated, changed] += 1
        if validated != DONE:
            assert kept_nothing(await ground.became(letter))
    await ground.quiet()
    for letter in letters:
        became = await ground.became(letter)
        assert is_true_to_its_text(became) or kept_nothing(became), became
    print(*about, ended)
    return ended


async def test_a_scan_that_comes_while_finalising_leaves_whole_or_not_at_all(
    ground: Ground,
) -> None:
    agent = await ground.funded(REPEATS * PRICE)

    ended = await race(ground, agent, await agent.several(REPEATS), agent.scan, "scanned")

    assert len(ended) > 1, "one side always won: the race was never met"
    assert await ground.broken() == []


async def test_a_mandate_left_out_while_finalising_is_not_said_to_be_attached(
    ground: Ground,
) -> None:
    agent = await ground.funded(REPEATS * PRICE)
    letters = [await agent.draft() for _ in range(REPEATS)]
    for letter in letters:
        await agent.scan(letter)

    ended = await race(ground, agent, letters, agent.opt_out, "left out")

    assert len(ended) > 1, "one side always won: the race was never met"
    assert await ground.broken() == []


@pytest.mark.parametrize("scanned_first", [False, True], ids=["then scanned", "then left out"])
async def test_a_decision_replaced_between_the_look_and_the_lock_turns_the_letter_down(
    ground: Ground, scanned_first: bool
) -> None:
    agent = await ground.funded(4 * PRICE)
    available, held = await agent.wallet()
    for letter in (letters := [await agent.draft() for _ in range(4)]):
        first, then = (agent.scan, agent.opt_out) if scanned_first else (agent.opt_out, agent.scan)
        await first(letter)
        confirmed = await agent.confirmed(letter, NOW)

        async with ground.barrier("letters", A_LETTER, letter.letter_id) as gate:
            pressed = asyncio.create_task(outcome(agent.validate(letter, confirmed)))
            await gate.reached_by(1)  # looked at, held, printed; not frozen
            await then(letter)
            await gate.let_go()
            answer = await pressed
        await ground.quiet()

        became = await ground.became(letter)
        assert answer == "mandate-changed"
        assert (became.state, became.times_left) == TURNED_DOWN
        assert became.holds == ("released",)
        assert await agent.wallet() == (available, held)

    validated = await outcome(agent.finalise(letters[-1], NOW))  # decided anew, it leaves
    await ground.quiet()
    assert validated == DONE
    assert is_true_to_its_text(await ground.became(letters[-1]))
    assert await ground.broken() == []
