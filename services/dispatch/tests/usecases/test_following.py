"""News: doubled, reordered, lost, late; and what they bring."""

from datetime import date, timedelta

import pytest

from kit.errors import TurnedDown
from kit.ids import derived_id
from services.dispatch.domain.evidence import GENESIS, Evidence
from services.dispatch.domain.proofs import ProofKind
from services.dispatch.domain.sending import State
from services.dispatch.domain.tracking import Answer
from services.dispatch.ports import Hint
from services.dispatch.tests.builders import ACCOUNT, Room, a_room
from services.dispatch.tests.fakes import LOSE, SEALED
from services.dispatch.usecases import following
from tests.support.time import paris

REFERENCE = "400001"


async def on_its_way() -> Room:
    room = a_room()
    await room.finalise()
    await room.work()
    return room


def a_hint(room: Room, *, secret: str = "", reference: str = REFERENCE) -> Hint:
    parcel = room.operator.parcels[REFERENCE]
    return Hint(
        operator="ar24",
        secret=secret or parcel.secret,
        headers={"content-type": "application/x-www-form-urlencoded"},
        body=f"id_mail={reference}".encode(),
    )


async def told(room: Room, times: int = 1) -> None:
    for _ in range(times):
        await following.take_hint(a_hint(room), desk=room.desk)
    await room.work_until_quiet()


def codes(room: Room) -> list[str]:
    return [line.fact.code for line in room.store.kept.lines[room.sending().id]]


async def test_a_deposit_captures_as_of_its_paris_date_however_late_the_news() -> None:
    room = await on_its_way()
    room.clock.now = paris("Wed 2027-01-13 23:30")
    room.operator.deposit(REFERENCE)
    room.clock.now = paris("Fri 2027-01-15 09:00")

    await told(room)

    sending = room.sending()
    assert sending.state is State.DEPOSITED
    assert sending.deposited_at == paris("Wed 2027-01-13 23:30")
    assert room.credit.captured == {sending.hold_key: date(2027, 1, 13)}


async def test_the_proof_is_kept_byte_for_byte_and_joined_to_the_mails() -> None:
    room = await on_its_way()
    room.operator.deposit(REFERENCE)

    await told(room)

    proof = room.store.kept.proofs[room.sending().id][0]
    data = await room.vault.get(room.sending().id, proof.sha256)
    assert data == await room.operator.fetch(f"https://operator.example/deposit-{REFERENCE}")
    assert proof.kept_until == date(2034, 1, 13)
    joined = {
        mail.to: [file.data for file in mail.attachments]
        for key, mail in room.store.kept.mails.items()
        if "deposited" in key
    }
    assert joined == {"b.vial@mail.example": [data], "camille@beraud.example": [data]}


async def test_repeated_hints_change_nothing_more() -> None:
    room = await on_its_way()
    room.operator.deposit(REFERENCE)
    await told(room)
    before, mails = room.sending(), len(room.store.kept.mails)

    await told(room, times=3)

    assert room.sending() == before
    assert len(room.store.kept.mails) == mails
    assert codes(room).count("deposited") == 1


async def test_a_receipt_read_first_brings_its_deposit_with_it() -> None:
    room = await on_its_way()
    room.operator.deposit(REFERENCE)
    room.clock.advance(timedelta(hours=20))
    room.operator.end(REFERENCE, Answer.ACCEPTED)

    await told(room)

    assert room.sending().state is State.SIGNED
    applied = [code for code in codes(room) if code in {"deposited", "signed"}]
    assert applied == ["deposited", "signed"]


@pytest.mark.parametrize(
    ("answer", "state", "proof"),
    [
        (Answer.ACCEPTED, State.SIGNED, ProofKind.RECEIPT),
        (Answer.REFUSED, State.REFUSED, ProofKind.REFUSAL),
        (Answer.UNCLAIMED, State.UNCLAIMED, ProofKind.UNCLAIMED),
    ],
)
async def test_each_ending_has_its_proof_its_mail_and_a_sealed_sheet(
    answer: Answer, state: State, proof: ProofKind
) -> None:
    room = await on_its_way()
    room.operator.deposit(REFERENCE)
    await told(room)
    room.clock.advance(timedelta(days=1))
    room.operator.end(REFERENCE, answer)

    await told(room)

    kinds = [p.kind for p in room.store.kept.proofs[room.sending().id]]
    assert room.sending().state is state
    assert kinds == [ProofKind.DEPOSIT, proof, ProofKind.EVIDENCE]
    assert any(room.sending().hold_key in key for key in room.store.kept.mails)


async def test_the_former_agent_is_told_on_receipt_and_only_then() -> None:
    room = await on_its_way()
    room.operator.deposit(REFERENCE)
    await told(room)
    former = "ancien@cabinet.example"
    assert former not in {mail.to for mail in room.store.kept.mails.values()}

    room.clock.advance(timedelta(days=1))
    room.operator.end(REFERENCE, Answer.ACCEPTED)
    await told(room)

    mail = next(mail for mail in room.store.kept.mails.values() if mail.to == former)
    assert "Val d’Ambre" in mail.text
    assert not mail.attachments


async def test_a_final_state_never_regresses_and_late_news_is_noted() -> None:
    room = await on_its_way()
    room.operator.deposit(REFERENCE)
    room.operator.end(REFERENCE, Answer.UNCLAIMED)
    await told(room)
    room.operator.letters[REFERENCE] = room.operator.letters[REFERENCE].__class__(
        reference=REFERENCE,
        our_reference=room.operator.letters[REFERENCE].our_reference,
        answer=Answer.ACCEPTED,
        deposited_at=room.clock(),
        ended_at=room.clock(),
    )

    await told(room, times=2)

    assert room.sending().state is State.UNCLAIMED
    notes = [n for n in room.store.kept.lines[room.sending().id] if not n.fact.applied]
    assert [note.fact.facts["answer"] for note in notes] == ["accepted"]


async def test_a_lost_call_is_made_up_for_by_the_daily_sweep() -> None:
    room = await on_its_way()
    room.operator.deposit(REFERENCE)
    await told(room)
    room.operator.end(REFERENCE, Answer.ACCEPTED)

    room.clock.set("Thu 2027-01-14 06:59")
    await room.work_until_quiet()
    assert room.sending().state is State.DEPOSITED

    room.clock.set("Thu 2027-01-14 07:00")
    await room.work_until_quiet()
    assert room.sending().state is State.SIGNED


async def test_a_deposit_whose_call_was_lost_is_found_within_the_hour() -> None:
    room = await on_its_way()
    room.clock.advance(timedelta(minutes=2))
    await room.work_until_quiet()  # the first look finds nothing yet
    room.operator.deposit(REFERENCE)

    room.clock.advance(timedelta(hours=1))
    await room.work_until_quiet()

    assert room.sending().state is State.DEPOSITED


async def test_one_letter_the_operator_lost_does_not_hide_the_others() -> None:
    room = await on_its_way()
    await room.finalise(letter_id=derived_id("second"))
    await room.work()
    room.operator.deposit("400002")
    del room.operator.letters[REFERENCE]

    await following.sweep(ACCOUNT, desk=room.desk)

    assert room.sending(derived_id("second")).state is State.DEPOSITED


async def test_an_unknown_outcome_is_settled_by_the_operators_own_call() -> None:
    room = a_room()
    room.operator.next_answers = [LOSE]
    await room.finalise()
    await room.work_until_quiet()
    assert room.sending().state is State.UNKNOWN
    room.operator.deposit(REFERENCE)

    await told(room)

    assert room.sending().state is State.DEPOSITED
    assert room.sending().attempt.reference == REFERENCE  # type: ignore[union-attr]


async def test_a_hint_that_names_somebody_elses_letter_is_not_believed() -> None:
    room = a_room()
    room.operator.next_answers = [LOSE]
    await room.finalise()
    await room.work_until_quiet()
    stranger = room.operator.letters[REFERENCE].__class__(
        reference="500000", our_reference="another attempt", answer=Answer.WAITING
    )
    room.operator.letters["500000"] = stranger
    room.operator.parcels["500000"] = room.operator.parcels[REFERENCE]

    await following.take_hint(a_hint(room, reference="500000"), desk=room.desk)
    await room.work_until_quiet()

    assert room.sending().state is State.UNKNOWN


async def test_an_address_that_no_attempt_was_given_is_refused() -> None:
    room = await on_its_way()

    with pytest.raises(TurnedDown) as refusal:
        await following.take_hint(a_hint(room, secret="guessed"), desk=room.desk)

    assert refusal.value.reason == "webhook-unknown"
    assert not room.store.kept.hints


async def test_sheets_of_an_account_are_chained() -> None:
    room = await on_its_way()
    for answer in (Answer.DEPOSITED, Answer.ACCEPTED):
        if answer is Answer.DEPOSITED:
            room.operator.deposit(REFERENCE)
        else:
            room.operator.end(REFERENCE, answer)
        await told(room)

    head = room.store.kept.heads[ACCOUNT]
    sheet = room.store.kept.proofs[room.sending().id][-1]
    sealed = await room.vault.get(room.sending().id, sheet.sha256)
    evidence = Evidence.read(sealed.partition(SEALED)[2])
    assert (head.number, head.sha256) == (1, evidence.sha256)
    assert evidence.letter["previous_evidence_sha256"] == GENESIS
    assert evidence.events[-1].code == "ConsignmentAcceptance"
    assert room.store.kept.sheets == {room.sending().id: None}  # the sealed sheet carries it
