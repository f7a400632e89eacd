"""The button pressed in several windows at one instant, with one key or several: one sending."""

import asyncio
from collections import Counter
from uuid import uuid4

import pytest

from tests.prove.races.agent import DONE, NOW, PRICE, Letter, outcome
from tests.prove.races.agent import Answer as Said
from tests.prove.races.ground import LEFT, REPEATS, Ground

pytestmark = [pytest.mark.servers, pytest.mark.prove, pytest.mark.timeout(600)]

WINDOWS = 3
BEHIND = {"sending-already-finalised", "changed-meanwhile"}


async def left_once(ground: Ground, letter: Letter) -> bool:
    became = await ground.became(letter)
    return (
        became.state in LEFT
        and became.times_left == 1
        and became.generation == 1
        and became.holds == ("captured",)
    )


async def test_several_keys_at_once_make_one_sending(ground: Ground) -> None:
    agent, dice = await ground.funded(REPEATS * PRICE), ground.dice("keys")
    letters = await agent.several(REPEATS)

    async def press(letter: Letter, confirmed: Said) -> str:
        await asyncio.sleep(dice.uniform(0, 0.05))
        return await outcome(agent.validate(letter, confirmed))

    found = Counter[str]()
    for letter in letters:
        confirmed = await agent.confirmed(letter, NOW)
        answers = await asyncio.gather(*(press(letter, confirmed) for _ in range(WINDOWS)))
        assert answers.count(DONE) == 1
        assert set(answers) <= {DONE, *BEHIND}
        found.update(answers)
    await ground.quiet()

    print("several keys at once:", found)
    for letter in letters:
        assert await left_once(ground, letter)
    assert await ground.broken() == []


async def test_one_key_at_once_gets_one_answer(ground: Ground) -> None:
    agent = await ground.funded(REPEATS * PRICE)
    letters = await agent.several(REPEATS)

    for letter in letters:
        confirmed, key = await agent.confirmed(letter, NOW), uuid4().hex
        path = f"/letters/{letter.letter_id}/sending"
        others = [asyncio.create_task(agent.repeat(path, confirmed, key=key)) for _ in range(2)]
        answer = await agent.validate(letter, confirmed, key=key)
        named = ("sending_id", "generation")
        for other in await asyncio.gather(*others):
            assert [other[name] for name in named] == [answer[name] for name in named]
    await ground.quiet()

    for letter in letters:
        assert await left_once(ground, letter)
    assert await ground.broken() == []
