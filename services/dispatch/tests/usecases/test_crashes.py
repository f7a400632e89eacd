"""The process dies once at each named step; what it left half-way is carried on."""

from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest

from kit.errors import TurnedDown
from kit.failpoints import Crashed, crash_at, declared_in
from services.dispatch.domain.proofs import ProofKind
from services.dispatch.domain.sending import State
from services.dispatch.domain.timing import Timing
from services.dispatch.domain.tracking import Answer
from services.dispatch.ports import Hint
from services.dispatch.tests.builders import ACCOUNT, LETTER, Room, a_room, is_disarmed
from services.dispatch.tests.fakes import LOSE, REFUSE, SWALLOW
from services.dispatch.usecases import changing, confirming, following

FAILPOINTS = declared_in(Path(__file__).parents[2])
FRIDAY, MONDAY = date(2027, 1, 15), date(2027, 1, 18)
NOTE = "Vu dans l’espace client de l’opérateur ce jour."
# After these the operator may or may not have the letter: nobody can tell, so nobody guesses.
NOBODY_KNOWS = {"dispatch.depart.intention-stored", "dispatch.depart.accepted"}
ON_ANOTHER_ROAD = {
    "dispatch.prepare.turned-down",
    "dispatch.give-back.released",
    "dispatch.give-back.mandate-freed",
    "dispatch.give-back.thawed",
    "dispatch.depart.refused",
    "dispatch.depart.silent",
    "dispatch.confirm.accepted",
    "dispatch.confirm.absent",
    "dispatch.cancel.cancelled",
    "dispatch.reschedule.asked",
    "dispatch.reverse.reversed",
    "dispatch.reverse.told",
}
MAIN_ROAD = sorted(set(FAILPOINTS) - ON_ANOTHER_ROAD)


async def live(room: Room) -> None:
    """Work on, through one crash, until nothing is due; minutes pass between two rounds."""
    for _ in range(14):
        with suppress(Crashed):
            await room.work()
        room.clock.advance(timedelta(minutes=1))


async def hint(room: Room, reference: str) -> None:
    parcel = room.operator.parcels[reference]
    body = f"id_mail={reference}".encode()
    said = Hint(operator="ar24", secret=parcel.secret, headers={}, body=body)
    with suppress(Crashed):
        await following.take_hint(said, desk=room.desk)


def test_the_roads_of_these_tests_pass_every_failpoint() -> None:
    assert set(FAILPOINTS) >= ON_ANOTHER_ROAD
    assert len(MAIN_ROAD) > 15


@pytest.mark.parametrize("name", MAIN_ROAD)
async def test_killed_at_any_step_the_letter_leaves_once_and_is_paid_once(name: str) -> None:
    room = a_room()
    with crash_at(name):
        with suppress(Crashed):
            await room.finalise()
        await live(room)
        if name in NOBODY_KNOWS:
            await settle_unknown(room)
        reference = next(iter(room.operator.letters))
        room.operator.deposit(reference)
        await hint(room, reference)
        await live(room)
        room.clock.advance(timedelta(hours=1))
        room.operator.end(reference, Answer.ACCEPTED)
        await hint(room, reference)
        await live(room)
        room.clock.advance(timedelta(days=1))  # the sweep, if the hint itself died
        await live(room)
        passed = is_disarmed(name)

    sending = room.sending()
    assert passed, f"{name} was never reached"
    assert sending.state is State.SIGNED
    assert len(room.operator.letters) == 1
    assert room.credit.captured == {sending.hold_key: date(2027, 1, 13)}
    assert not room.credit.released
    kinds = [proof.kind for proof in room.store.kept.proofs[sending.id]]
    assert kinds == [ProofKind.DEPOSIT, ProofKind.RECEIPT, ProofKind.EVIDENCE]
    assert room.store.kept.heads[ACCOUNT].number == 1
    assert len(room.store.kept.mails) == 6


async def settle_unknown(room: Room) -> None:
    """Do what staff would, with the truth as the operator shows it."""
    assert room.sending().state is State.UNKNOWN
    if room.operator.letters:
        reference = next(iter(room.operator.letters))
        await confirming.confirm_accepted(
            room.sending().id, reference=reference, note=NOTE, by="Inès", desk=room.desk
        )
    else:
        await confirming.confirm_absent(room.sending().id, note=NOTE, by="Inès", desk=room.desk)
    await live(room)


@pytest.mark.parametrize(
    "name",
    [
        "dispatch.prepare.turned-down",
        "dispatch.give-back.released",
        "dispatch.give-back.mandate-freed",
        "dispatch.give-back.thawed",
    ],
)
async def test_killed_while_turning_down_everything_is_given_back(name: str) -> None:
    room = a_room()
    room.mandates.refusal = "mandate-voided"

    with crash_at(name):
        with suppress(Crashed, TurnedDown):
            await room.finalise()
        await live(room)
        assert is_disarmed(name)

    assert room.sending().state is State.TURNED_DOWN
    assert await room.credit.available_cents(ACCOUNT) == room.credit.cents
    assert (LETTER, 1) in room.letters.thawed
    assert not room.mandates.locked


@pytest.mark.parametrize("name", ["dispatch.depart.refused", "dispatch.depart.silent"])
async def test_killed_before_the_answer_is_stored_it_is_unknown(name: str) -> None:
    room = a_room()
    room.operator.next_answers = [REFUSE if name.endswith("refused") else SWALLOW]
    await room.finalise()

    with crash_at(name):
        await live(room)
        assert is_disarmed(name)

    assert room.sending().state is State.UNKNOWN
    assert not room.operator.letters


@pytest.mark.parametrize("name", ["dispatch.confirm.accepted", "dispatch.confirm.absent"])
async def test_killed_after_a_confirmation_the_letter_goes_on(name: str) -> None:
    room = a_room()
    room.operator.next_answers = [LOSE if name.endswith("accepted") else SWALLOW]
    await room.finalise()
    await live(room)

    with crash_at(name):
        with suppress(Crashed):
            await settle_unknown(room)
        await live(room)
        assert is_disarmed(name)

    assert room.sending().state is State.IN_TRANSIT
    assert len(room.operator.letters) == 1


async def test_killed_after_a_cancellation_the_credit_comes_back() -> None:
    room = a_room()
    await room.finalise(send_day=FRIDAY)

    with crash_at("dispatch.cancel.cancelled"):
        with suppress(Crashed):
            await changing.cancel(ACCOUNT, room.sending().id, version=0, desk=room.desk)
        await live(room)
        assert is_disarmed("dispatch.cancel.cancelled")

    assert room.sending().state is State.CANCELLED
    assert await room.credit.available_cents(ACCOUNT) == room.credit.cents


async def test_killed_while_moving_the_day_the_move_is_carried_on() -> None:
    room = a_room()
    await room.finalise(send_day=FRIDAY)

    with crash_at("dispatch.reschedule.asked"):
        with suppress(Crashed):
            await changing.reschedule(
                ACCOUNT,
                room.sending().id,
                Timing(send_day=MONDAY),
                version=0,
                key="move-1",
                desk=room.desk,
            )
        await live(room)
        assert is_disarmed("dispatch.reschedule.asked")

    assert room.sending().state is State.SCHEDULED
    assert room.sending().order.send_day == MONDAY
    assert len(room.credit.held) == 1
