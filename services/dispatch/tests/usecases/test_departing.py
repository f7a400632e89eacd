"""The day, and the three answers of an operator."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pytest

from kit.errors import TurnedDown
from services.dispatch.domain.attempts import AttemptState
from services.dispatch.domain.preflight import Blocker
from services.dispatch.domain.sending import ImpossibleMove, State
from services.dispatch.domain.tracking import Answer
from services.dispatch.tests.builders import ACCOUNT, LETTER, Room, a_room
from services.dispatch.tests.fakes import DOWN, LOSE, REFUSE, SWALLOW
from services.dispatch.usecases import changing, confirming, departing, waking
from tests.support.time import paris

FRIDAY = date(2027, 1, 15)
NOTE = "Vu dans l’espace client de l’opérateur ce jour à 14 h."


async def scheduled(room: Room) -> None:
    await room.finalise(send_day=FRIDAY)


async def test_a_scheduled_letter_does_not_leave_before_08_00() -> None:
    room = a_room()
    await scheduled(room)

    room.clock.set("Fri 2027-01-15 07:59")
    await room.work_until_quiet()
    assert room.sending().state is State.SCHEDULED

    room.clock.set("Fri 2027-01-15 08:00")
    await room.work_until_quiet()
    assert room.sending().state is State.IN_TRANSIT


async def test_letter_and_mandate_leave_together_and_the_policyholder_gets_a_copy() -> None:
    room = a_room()

    await room.finalise()
    await room.work()

    parcel = room.operator.parcels["400001"]
    assert len(parcel.files) == 2
    assert parcel.recipient_address == "resiliations@valdambre.example"
    copy = next(mail for mail in room.store.kept.mails.values() if mail.to == "b.vial@mail.example")
    assert copy.from_name == "Béraud Assurances via Préavis"
    assert copy.reply_to == "contact@beraud.example"
    assert [file.name for file in copy.attachments] == ["26-00042-lettre.pdf"]
    assert "VIAL-1026" not in copy.text + copy.html


async def test_a_refusal_by_the_operator_fails_the_sending_and_gives_the_credit_back() -> None:
    room = a_room()
    room.operator.next_answers = [REFUSE]

    await room.finalise()
    await room.work_until_quiet()

    sending = room.sending()
    assert (sending.state, sending.reason) == (State.FAILED, "operator-refused")
    assert sending.hold_key in room.credit.released
    assert any("Envoi impossible" in mail.subject for mail in room.store.kept.mails.values())


async def test_an_operator_that_is_down_is_asked_again_and_has_one_letter() -> None:
    room = a_room()
    room.operator.next_answers = [DOWN, DOWN]

    await room.finalise()
    await room.work_until_quiet()

    assert room.sending().state is State.IN_TRANSIT
    assert len(room.operator.letters) == 1
    assert room.sending().attempt.number == 3  # type: ignore[union-attr]


@pytest.mark.parametrize("answer", [LOSE, SWALLOW])
async def test_silence_is_never_answered_by_a_second_letter(answer: str) -> None:
    room = a_room()
    room.operator.next_answers = [answer]

    await room.finalise()
    await room.work_until_quiet()
    room.clock.advance(timedelta(days=3))
    await room.work_until_quiet()

    assert room.sending().state is State.UNKNOWN
    assert len(room.operator.letters) == (1 if answer is LOSE else 0)
    assert not room.credit.captured
    assert not room.credit.released


async def test_silence_raises_the_alarm_after_thirty_minutes() -> None:
    room = a_room()
    room.operator.next_answers = [SWALLOW]
    await room.finalise()
    await room.work_until_quiet()
    unknown = await confirming.list_unknown(desk=room.desk)

    assert not unknown[0].attempt.is_alarming(room.clock())  # type: ignore[union-attr]
    room.clock.advance(timedelta(minutes=30))
    await room.work_until_quiet()

    assert unknown[0].attempt.is_alarming(room.clock())  # type: ignore[union-attr]
    codes = [line.fact.code for line in room.store.kept.lines[room.sending().id]]
    assert codes.count("unknown-alarm") == 1


async def test_staff_confirm_that_the_operator_has_it() -> None:
    room = a_room()
    room.operator.next_answers = [LOSE]
    await room.finalise()
    await room.work_until_quiet()

    sending = await confirming.confirm_accepted(
        room.sending().id, reference="400001", note=f" {NOTE}\u202e\r\n", by="Inès", desk=room.desk
    )
    room.operator.deposit("400001")
    await room.work_until_quiet()

    assert sending.state is State.IN_TRANSIT
    assert room.sending().state is State.DEPOSITED
    facts = [line.fact for line in room.store.kept.lines[room.sending().id]]
    (seen,) = (fact for fact in facts if fact.code == "confirmed-accepted")
    assert seen.facts == {"by": "Inès", "note": NOTE}  # as it prints


async def test_a_number_that_is_another_letters_is_not_accepted() -> None:
    room = a_room()
    room.operator.next_answers = [LOSE]
    await room.finalise()
    await room.work_until_quiet()
    theirs = replace(room.operator.letters["400001"], reference="500000", our_reference="theirs")
    room.operator.letters["500000"] = theirs
    room.operator.parcels["500000"] = room.operator.parcels["400001"]

    for reference, reason in (("500000", "of-another"), ("123", "operator-refused")):
        with pytest.raises(TurnedDown, match=reason):
            await confirming.confirm_accepted(
                room.sending().id, reference=reference, note=NOTE, by="Inès", desk=room.desk
            )

    assert room.sending().state is State.UNKNOWN


async def test_staff_confirm_that_it_is_absent_and_it_leaves_again_the_same_day() -> None:
    room = a_room()
    room.operator.next_answers = [SWALLOW]
    await room.finalise()
    await room.work_until_quiet()

    again = await confirming.confirm_absent(room.sending().id, note=NOTE, by="Inès", desk=room.desk)
    await room.work_until_quiet()

    assert again.state is State.DUE
    assert room.sending().state is State.IN_TRANSIT
    assert len(room.operator.letters) == 1


async def test_an_absence_told_again_never_bears_on_a_later_attempt() -> None:
    room = a_room()
    room.operator.next_answers = [SWALLOW, LOSE]
    await room.finalise()
    await room.work_until_quiet()
    first = str(room.sending().attempt.id)  # type: ignore[union-attr]
    absent = partial(
        confirming.confirm_absent, note=NOTE, by="Inès", desk=room.desk, our_reference=first
    )

    await absent(room.sending().id)
    await room.work_until_quiet()
    repeated = await absent(room.sending().id)
    await room.work_until_quiet()

    assert repeated.state is State.UNKNOWN
    assert len(room.operator.letters) == 1


async def test_confirmed_absent_after_the_cutoff_it_fails_and_is_given_back() -> None:
    room = a_room()
    room.operator.next_answers = [SWALLOW]
    await room.finalise()
    await room.work_until_quiet()
    room.clock.set("Wed 2027-01-13 20:00")

    failed = await confirming.confirm_absent(
        room.sending().id, note=NOTE, by="Inès", desk=room.desk
    )
    await room.work_until_quiet()

    assert (failed.state, failed.reason) == (State.FAILED, "left-too-late")
    assert failed.hold_key in room.credit.released


async def test_a_confirmation_needs_evidence_and_a_waiting_sending() -> None:
    room = a_room()
    await scheduled(room)

    with pytest.raises(ImpossibleMove):
        await confirming.confirm_absent(room.sending().id, note=NOTE, by="Inès", desk=room.desk)
    with pytest.raises(Exception, match="evidence-note-length"):
        await confirming.confirm_accepted(
            room.sending().id, reference="1", note="vu" + "\u200b" * 10, by="Inès", desk=room.desk
        )


async def test_what_forbids_leaving_on_the_day_blocks_it_and_tells_the_agent() -> None:
    room = a_room()
    await scheduled(room)
    room.accounts.blockers = (
        Blocker(code="prove-profession", facts={"why": "attestation-expired"}),
    )
    room.clock.set("Fri 2027-01-15 08:00")

    await room.work_until_quiet()

    sending = room.sending()
    assert (sending.state, sending.reason) == (State.BLOCKED, "standing-blocked")
    assert sending.reason_facts == {"why": "attestation-expired"}
    assert any("bloquée" in mail.subject for mail in room.store.kept.mails.values())


async def test_once_unblocked_it_leaves_at_once() -> None:
    room = a_room()
    await scheduled(room)
    room.accounts.blockers = (Blocker(code="prove-identity"),)
    room.clock.set("Fri 2027-01-15 08:00")
    await room.work_until_quiet()
    room.accounts.blockers = ()
    room.clock.set("Fri 2027-01-15 15:00")

    async with room.store.account(ACCOUNT) as work:
        await waking.wake_blocked(work, room.clock())
    await room.work_until_quiet()

    assert room.sending().state is State.IN_TRANSIT


async def test_still_blocked_at_the_cutoff_it_fails_and_is_given_back() -> None:
    room = a_room()
    await scheduled(room)
    room.letters.address = ""
    room.clock.set("Fri 2027-01-15 08:00")
    await room.work_until_quiet()
    room.clock.set("Fri 2027-01-15 20:00")
    await room.work_until_quiet()

    sending = room.sending()
    assert (sending.state, sending.reason) == (State.FAILED, "recipient-closed")
    assert sending.hold_key in room.credit.released


async def test_a_blocked_sending_may_be_moved_or_cancelled_on_its_day() -> None:
    room = a_room()
    await scheduled(room)
    room.letters.address = ""
    room.clock.set("Fri 2027-01-15 08:00")
    await room.work_until_quiet()

    cancelled = await changing.cancel(ACCOUNT, room.sending().id, version=0, desk=room.desk)

    assert cancelled.state is State.CANCELLED


async def test_the_address_is_looked_up_again_on_the_day() -> None:
    room = a_room()
    await scheduled(room)
    room.letters.address = "nouveau@valdambre.example"
    room.clock.set("Fri 2027-01-15 08:00")

    await room.work_until_quiet()

    assert room.operator.parcels["400001"].recipient_address == "nouveau@valdambre.example"


async def test_a_day_that_was_missed_is_dated_again_when_the_law_allows() -> None:
    room = a_room()
    await scheduled(room)
    room.clock.set("Sat 2027-01-16 09:00")  # the house was down all Friday

    await room.work_until_quiet()

    sending = room.sending()
    assert sending.state is State.IN_TRANSIT
    assert sending.order.send_day == date(2027, 1, 16)
    assert room.letters.frozen[LETTER, 1].send_day == date(2027, 1, 16)


@pytest.mark.parametrize("why", ["window", "engine"])
async def test_a_day_missed_beyond_the_law_fails_and_is_given_back(why: str) -> None:
    room = a_room()
    room.letters.latest = FRIDAY if why == "window" else None
    await scheduled(room)
    room.letters.refused_days = {date(2027, 1, 16)}
    room.clock.set("Sat 2027-01-16 00:00" if why == "window" else "Sat 2027-01-16 09:00")

    await room.work_until_quiet()

    assert (room.sending().state, room.sending().reason) == (State.FAILED, "left-too-late")
    assert not room.operator.letters


async def test_files_the_operator_refuses_fail_the_sending() -> None:
    room = a_room()
    room.operator.refused_files = True

    await room.finalise()
    await room.work_until_quiet()

    assert room.sending().state is State.FAILED


async def test_an_answer_that_comes_after_we_gave_up_waiting_still_counts() -> None:
    room = a_room()
    room.operator.next_answers = [LOSE]
    await room.finalise()
    await room.work_until_quiet()
    sending = room.sending()
    assert sending.attempt is not None

    await departing.accept(ACCOUNT, sending.id, sending.attempt.id, "400001", desk=room.desk)

    assert room.sending().state is State.IN_TRANSIT
    assert room.sending().attempt.state is AttemptState.ACCEPTED  # type: ignore[union-attr]


async def test_the_agency_is_made_known_to_the_operator_once() -> None:
    room = a_room()
    await room.finalise()
    await room.work()
    room.operator.deposit("400001")
    room.operator.end("400001", Answer.ACCEPTED)

    assert list(room.operator.senders) == ["contact@beraud.example"]
    assert list(room.store.kept.senders.values()) == ["9001"]
    assert room.clock() == paris("Wed 2027-01-13 12:00")
