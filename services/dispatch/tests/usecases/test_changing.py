"""Until the eve: another day, or none; and the money that follows."""

from datetime import date, timedelta

import pytest

from kit.errors import ChangedMeanwhile
from preavis.dispatch.v1 import dispatch_pb2 as pb
from services.dispatch.domain.cutoffs import CancelTooLate
from services.dispatch.domain.sending import State
from services.dispatch.domain.timing import Timing
from services.dispatch.domain.whys import NotPossible
from services.dispatch.servicer import Dispatch
from services.dispatch.tests.builders import ACCOUNT, LETTER, Room, a_room
from services.dispatch.usecases import changing, settling
from tests.support.time import paris

FRIDAY, MONDAY = date(2027, 1, 15), date(2027, 1, 18)


async def scheduled() -> Room:
    room = a_room()
    await room.finalise(send_day=FRIDAY)
    return room


async def test_cancelled_on_the_eve_the_credit_comes_back_and_the_content_stays_locked() -> None:
    room = await scheduled()
    room.clock.set("Thu 2027-01-14 23:59:59")

    sending = await changing.cancel(ACCOUNT, room.sending().id, version=0, desk=room.desk)

    assert sending.state is State.CANCELLED
    assert await room.credit.available_cents(ACCOUNT) == room.credit.cents
    assert not room.letters.thawed
    assert f"depart:{sending.id}" not in room.store.kept.items


@pytest.mark.parametrize("hour", ["00:00", "07:59", "12:00"])
async def test_on_its_day_it_can_be_neither_cancelled_nor_moved(hour: str) -> None:
    room = await scheduled()
    room.clock.set(f"Fri 2027-01-15 {hour}")

    with pytest.raises(CancelTooLate):
        await changing.cancel(ACCOUNT, room.sending().id, version=0, desk=room.desk)
    with pytest.raises(CancelTooLate):
        await changing.reschedule(
            ACCOUNT,
            room.sending().id,
            Timing(send_day=MONDAY),
            version=0,
            key="move-1",
            desk=room.desk,
        )
    assert room.sending().state is State.SCHEDULED


async def test_cancelling_twice_is_cancelling_once() -> None:
    room = await scheduled()
    once = await changing.cancel(ACCOUNT, room.sending().id, version=0, desk=room.desk)

    again = await changing.cancel(ACCOUNT, room.sending().id, version=once.version, desk=room.desk)

    assert again == once


async def test_an_old_page_cannot_cancel_what_changed_since() -> None:
    room = await scheduled()

    with pytest.raises(ChangedMeanwhile):
        await changing.cancel(ACCOUNT, room.sending().id, version=1, desk=room.desk)


async def test_a_cancelled_letter_is_sent_again_under_a_new_generation() -> None:
    room = await scheduled()
    await changing.cancel(ACCOUNT, room.sending().id, version=0, desk=room.desk)

    again = await room.finalise(send_day=MONDAY, key="press-2")

    assert (again.generation, again.state) == (2, State.SCHEDULED)
    assert again.hold_key.endswith(":2")
    assert again.held_cents == 540
    assert await room.credit.available_cents(ACCOUNT) == room.credit.cents - 540


async def test_moved_to_another_day_it_is_frozen_anew_and_keeps_its_hold() -> None:
    room = await scheduled()

    moved = await changing.reschedule(
        ACCOUNT,
        room.sending().id,
        Timing(send_day=MONDAY),
        version=0,
        key="move-1",
        desk=room.desk,
    )

    assert (moved.state, moved.order.send_day, moved.generation) == (State.SCHEDULED, MONDAY, 1)
    assert room.letters.frozen[LETTER, 1].send_day == MONDAY
    assert len(room.credit.held) == 1
    assert room.store.kept.items[f"depart:{moved.id}"].due_at == paris("Mon 2027-01-18 08:00")


async def test_moving_to_a_day_the_law_forbids_leaves_everything_as_it_stood() -> None:
    room = await scheduled()
    room.letters.refused_days = {MONDAY}

    with pytest.raises(NotPossible):
        await changing.reschedule(
            ACCOUNT,
            room.sending().id,
            Timing(send_day=MONDAY),
            version=0,
            key="move-1",
            desk=room.desk,
        )

    assert room.sending().order.send_day == FRIDAY
    assert f"depart:{room.sending().id}" in room.store.kept.items


async def test_a_new_day_refused_while_freezing_goes_back_to_the_day_that_stood() -> None:
    room = await scheduled()
    room.mandates.refusal = "mandate-voided"

    with pytest.raises(Exception, match="mandate-not-ready"):
        await changing.reschedule(
            ACCOUNT,
            room.sending().id,
            Timing(send_day=MONDAY),
            version=0,
            key="move-1",
            desk=room.desk,
        )

    sending = room.sending()
    assert (sending.state, sending.order.send_day) == (State.SCHEDULED, FRIDAY)
    assert room.store.kept.items[f"depart:{sending.id}"].due_at == paris("Fri 2027-01-15 08:00")


async def test_the_night_settles_what_was_forgotten_on_either_side() -> None:
    room = await scheduled()
    sending = await changing.cancel(ACCOUNT, room.sending().id, version=0, desk=room.desk)
    room.credit.released.clear()  # billing lost the release
    again = await room.finalise(send_day=MONDAY, key="press-2")

    await settling.reconcile(desk=room.desk)

    assert sending.hold_key in room.credit.released
    assert again.hold_key not in room.credit.released
    assert room.store.kept.items["reconcile"].due_at == paris("Thu 2027-01-14 03:30")


async def test_the_night_captures_a_deposit_that_was_not() -> None:
    room = a_room()
    await room.finalise()
    await room.work()
    room.operator.deposit("400001")
    room.clock.advance(timedelta(minutes=3))
    room.store.kept.items.pop("reconcile", None)
    await room.work()
    room.credit.captured.clear()
    room.store.kept.items.clear()

    await settling.reconcile(desk=room.desk)

    assert room.credit.captured == {room.sending().hold_key: date(2027, 1, 13)}


async def test_a_command_is_answered_with_what_it_made_whatever_came_since() -> None:
    room = a_room()
    sending = await room.finalise(send_day=FRIDAY)
    cancelled = await changing.cancel(ACCOUNT, sending.id, version=0, desk=room.desk)
    await room.finalise(send_day=MONDAY, key="press-2")  # in another window, meanwhile

    answer = await Dispatch(room.desk)._whole(ACCOUNT, cancelled)

    assert answer.state == pb.SENDING_STATE_CANCELLED
    assert (answer.generation, answer.version) == (1, cancelled.version)
