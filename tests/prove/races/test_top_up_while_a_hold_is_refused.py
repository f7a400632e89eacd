"""Credit that comes while a hold is refused and asked again: the letter leaves once, paid once."""

import asyncio
from collections import Counter

import pytest

from tests.prove.races.agent import DONE, NOW, PRICE, Agent, Letter, outcome
from tests.prove.races.barrier import A_WALLET
from tests.prove.races.ground import LEFT, Became, Ground

pytestmark = [pytest.mark.servers, pytest.mark.prove, pytest.mark.timeout(600)]

PURCHASE = 2_000  # the least that can be bought
ROUNDS = 4
POOR = {"credit-insufficient", "actions-remaining"}
TRIES = 200


async def press_until_paid(
    ground: Ground, agent: Agent, letter: Letter, found: Counter[str]
) -> None:
    """Validate, with the same key once more when refused, then with new ones, until it is taken."""
    dice = ground.dice("top-up", letter.letter_id)
    confirmed, key = await agent.confirmed(letter, NOW), f"first-{letter.letter_id}"
    for turn in range(TRIES):
        answer = await outcome(agent.validate(letter, confirmed, key=key if turn < 2 else ""))
        found[answer] += 1
        if answer == DONE:
            return
        assert answer in POOR, answer
        await asyncio.sleep(dice.uniform(0.02, 0.2))
    raise TimeoutError(f"{letter.number} is refused, and the credit is there")


def is_paid_once(became: Became) -> bool:
    """Tell whether one generation is captured, and all before it hold nothing."""
    *refused, last = became.holds
    return (
        became.state in LEFT
        and became.times_left == 1
        and last == "captured"
        and set(refused) <= {"released"}
    )


async def test_what_was_refused_for_want_of_credit_leaves_once_when_it_comes(
    ground: Ground,
) -> None:
    agent = await ground.newcomer()
    await agent.buy(PURCHASE)
    bought, written, found = PURCHASE, 0, Counter[str]()
    letters: list[Letter] = []
    for _ in range(ROUNDS):
        # all but a letter's worth is spent at the end of each round: the next one begins poor
        count = (bought - written * PRICE + PURCHASE) // PRICE - 1
        pressed = await agent.several(count)
        purchase = await agent.begin_purchase(PURCHASE)
        async with ground.barrier("billing", A_WALLET, agent.client.account) as gate:
            presses = [
                asyncio.create_task(press_until_paid(ground, agent, letter, found))
                for letter in pressed
            ]
            await gate.reached_by(2)  # the list said that there is enough: for one of them
            paying = asyncio.create_task(agent.pay(purchase))
            await asyncio.sleep(ground.dice("pay", count).uniform(0, 1.5))
            await gate.let_go()
        await asyncio.gather(paying, *presses)
        letters += pressed
        bought, written = bought + PURCHASE, written + count
    await ground.quiet()

    print("pressed while the credit came:", found)
    assert found["credit-insufficient"], "billing refused nobody: the race was never met"
    for letter in letters:
        became = await ground.became(letter)
        assert is_paid_once(became), became
    assert await agent.wallet() == (bought - written * PRICE, 0)
    assert await ground.broken() == []
