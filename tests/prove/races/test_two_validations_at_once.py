"""The button pressed in several windows, by several programs, on several replicas: one sending."""

import asyncio
from collections import Counter
from functools import partial
from uuid import uuid4

import pytest

from preavis.dispatch.v1 import dispatch_pb2 as pb
from preavis.letters.v1 import letters_pb2
from tests.prove.races.agent import DONE, NOW, PRICE, Letter, outcome
from tests.prove.races.agent import Answer as Said
from tests.prove.races.barrier import A_WALLET, THE_TIMELINE
from tests.prove.races.ground import LEFT, REPEATS, Ground
from tests.prove.security.rpcs import Answer

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


def request_of(letter: Letter, confirmed: Said, key: str) -> pb.FinaliseRequest:
    return pb.FinaliseRequest(
        idempotency_key=key,
        letter_id=letter.letter_id,
        mail_kind=letters_pb2.MAIL_KIND_SIMPLE,
        timing=pb.Timing(send_day=confirmed["confirmed_send_day"]),
        confirmed_send_day=confirmed["confirmed_send_day"],
        confirmed_last_covered_day=confirmed["confirmed_last_covered_day"] or "",
        confirmed_new_start=confirmed["confirmed_new_start"] or "",
        expected_gross_cents=confirmed["expected_gross_cents"],
    )


def made_by(answer: Answer) -> tuple[str, int]:
    """Return the sending that a call to dispatch ended with, and its generation."""
    assert isinstance(answer.message, pb.FinaliseResponse), answer.told
    return answer.message.sending.sending_id, answer.message.sending.generation


async def test_hands_that_carry_one_validation_on_together_hold_and_freeze_once(
    ground: Ground,
) -> None:
    """Beneath the edge, which lets one of a key through: dispatch itself, met in its midst."""
    agent = await ground.funded(REPEATS * PRICE)
    letters, history = await agent.several(REPEATS), agent.client.history

    for letter in letters:  # on a later day: nothing else asks for the wallet meanwhile
        confirmed = await agent.confirmed(letter, {"send_day": ground.day(2)})
        key, wanted = uuid4().hex, {"letter_id": letter.letter_id, **confirmed}
        press = partial(
            ground.call, "dispatch", "Finalise", request_of(letter, confirmed, key),
            by="gateway", who=agent.caller,
        )  # fmt: skip
        name = history.ask(
            "finalise", account=letter.account_id, subject=letter.script.subject, key=key,
            wanted=wanted,
        )  # fmt: skip
        async with ground.barrier("billing", A_WALLET, letter.account_id) as gate:
            pressed = [asyncio.create_task(press())]
            await gate.reached_by(1)  # it stands, and its credit is not held yet
            pressed += [asyncio.create_task(press()) for _ in range(WINDOWS - 1)]
            await gate.reached_by(WINDOWS)
            await gate.let_go()
            answers = await asyncio.gather(*pressed)
        assert {made_by(answer) for answer in answers} == {(letter.sending_id, 1)}
        history.acknowledge(name, {"generation": 1})
    await ground.morning(ahead=2)
    await ground.quiet()

    for letter in letters:
        assert await left_once(ground, letter)
    assert await ground.broken() == []


async def test_windows_that_have_all_looked_make_one_sending(ground: Ground) -> None:
    """None of them has begun while another looks whether anything was."""
    agent = await ground.funded(3 * PRICE)
    first, again = await agent.several(2)
    await agent.finalise(again, {"send_day": ground.day(2)})
    await agent.cancel(again, version=(await agent.sending(again))["version"])
    await ground.quiet()

    for letter in (first, again):
        confirmed = await agent.confirmed(letter, NOW)
        async with ground.barrier("dispatch", THE_TIMELINE) as gate:
            presses = (outcome(agent.validate(letter, confirmed)) for _ in range(WINDOWS))
            pressed = [asyncio.create_task(press) for press in presses]
            await gate.reached_by(WINDOWS)
            await gate.let_go()
            answers = await asyncio.gather(*pressed)
        assert answers.count(DONE) == 1
        assert set(answers) <= {DONE, *BEHIND}
        await ground.quiet()

    assert await left_once(ground, first)
    became = await ground.became(again)
    assert (became.times_left, became.holds) == (1, ("released", "captured"))
    assert await ground.broken() == []
