"""News that come before the operator's number of the letter is stored."""

from contextlib import suppress
from datetime import date, timedelta

import pytest

from kit.failpoints import Crashed, crash_at
from services.dispatch.domain.sending import State
from services.dispatch.due import leased
from services.dispatch.ports import Hint
from services.dispatch.tests.builders import Room, a_room
from services.dispatch.tests.fakes import DENY, LOSE
from services.dispatch.usecases import following


def quick_room() -> Room:
    """Return a room whose operator deposits, and says so, before it answers the hand-over."""
    room = a_room()

    async def call(reference: str) -> None:
        room.operator.deposit(reference)
        body = f"id_mail={reference}".encode()
        secret = room.operator.parcels[reference].secret
        hint = Hint(operator="ar24", secret=secret, headers={}, body=body)
        await following.take_hint(hint, desk=room.desk)

    room.operator.calls_first = call
    return room


async def test_a_call_before_the_answer_is_followed_as_soon_as_the_answer_is_stored() -> None:
    room = quick_room()
    noon = room.clock()

    await room.finalise()
    await room.work_until_quiet()

    assert room.sending().state is State.DEPOSITED
    assert room.clock() == noon  # no look that waits for its minute was needed
    assert room.credit.captured == {room.sending().hold_key: date(2027, 1, 13)}


async def test_a_call_read_while_the_answer_is_not_stored_is_read_again_after_it() -> None:
    room = quick_room()
    call = room.operator.calls_first
    assert call is not None

    async def call_and_look(reference: str) -> None:
        await call(reference)
        look = room.store.kept.items.pop(f"news:{room.sending().id}")
        await leased(room.desk)["news"](look)  # by another hand, at once
        assert room.sending().state is State.SUBMITTING

    room.operator.calls_first = call_and_look
    await room.finalise()
    await room.work_until_quiet()

    assert room.sending().state is State.DEPOSITED


async def test_a_lost_answer_is_made_up_for_by_the_call_that_came_first() -> None:
    room = quick_room()
    room.operator.next_answers = [LOSE]

    await room.finalise()
    await room.work_until_quiet()

    assert room.sending().state is State.DEPOSITED
    assert len(room.operator.letters) == 1


@pytest.mark.parametrize("name", ["dispatch.depart.accepted", "dispatch.depart.acceptance-stored"])
async def test_killed_before_or_after_the_answer_is_stored_the_call_is_not_lost(name: str) -> None:
    room = quick_room()
    await room.finalise()

    with crash_at(name):
        for _ in range(4):
            with suppress(Crashed):
                await room.work()
        await room.work_until_quiet()

    assert room.sending().state is State.DEPOSITED
    assert len(room.operator.letters) == 1


async def test_an_operator_that_called_has_the_letter_even_if_it_says_it_took_none() -> None:
    room = quick_room()
    room.operator.next_answers = [DENY]

    await room.finalise()
    for _ in range(3):
        await room.work()
        room.clock.advance(timedelta(minutes=1))

    assert len(room.operator.letters) == 1
    assert room.sending().state is State.DEPOSITED
