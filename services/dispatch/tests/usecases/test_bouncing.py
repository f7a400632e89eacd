"""A recipient's address that does not exist: what it costs, and what stays proven."""

from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

import pytest

from kit.failpoints import Crashed, crash_at
from services.dispatch.domain.evidence import Evidence
from services.dispatch.domain.proofs import ProofKind
from services.dispatch.domain.sending import State
from services.dispatch.domain.tracking import Answer
from services.dispatch.ports import Hint
from services.dispatch.tests.builders import ACCOUNT, Room, a_room, is_disarmed
from services.dispatch.tests.fakes import SEALED
from services.dispatch.usecases import following, settling

REFERENCE = "400001"
CREDIT = 100_000
STEPS = ["dispatch.capture.captured", "dispatch.reverse.reversed", "dispatch.reverse.told"]


async def on_its_way() -> Room:
    room = a_room()
    await room.finalise()
    await room.work()
    return room


async def deposited() -> Room:
    room = await on_its_way()
    room.operator.deposit(REFERENCE)
    await told(room)
    room.clock.set("Thu 2027-01-14 09:30")
    return room


async def told(room: Room) -> None:
    secret = room.operator.parcels[REFERENCE].secret
    body = f"id_mail={REFERENCE}".encode()
    said = Hint(operator="ar24", secret=secret, headers={}, body=body)
    await following.take_hint(said, desk=room.desk)
    await live(room)


async def live(room: Room) -> None:
    """Work on, through one crash, until nothing is due."""
    for _ in range(8):
        with suppress(Crashed):
            await room.work()


def codes(room: Room) -> list[str]:
    return [line.fact.code for line in room.store.kept.lines[room.sending().id]]


def subjects(room: Room) -> list[str]:
    return [mail.subject for mail in room.store.kept.mails.values()]


async def test_before_the_deposit_it_is_told_and_costs_nothing() -> None:
    room = await on_its_way()
    news = room.operator.letters[REFERENCE]
    room.operator.letters[REFERENCE] = replace(news, answer=Answer.BOUNCED, ended_at=room.clock())

    await told(room)

    assert room.sending().state is State.BOUNCED
    assert room.sending().hold_key in room.credit.released
    assert not room.credit.captured
    assert not room.credit.reversed
    assert any("Non distribuable" in subject for subject in subjects(room))


async def test_after_the_deposit_what_was_taken_is_given_back_with_a_credit_note() -> None:
    room = await deposited()
    room.operator.end(REFERENCE, Answer.BOUNCED)

    await told(room)

    sending = room.sending()
    assert sending.state is State.BOUNCED
    assert room.credit.captured == {sending.hold_key: date(2027, 1, 13)}
    ((key, (day, reversal)),) = room.credit.reversed.items()
    assert (key, day) == (sending.hold_key, date(2027, 1, 14))
    assert await room.credit.available_cents(ACCOUNT) == CREDIT
    lines = room.store.kept.lines[sending.id]
    (given,) = [line.fact for line in lines if line.fact.code == "credit-returned"]
    assert given.facts == {"credit_note": reversal.credit_note, "gross_cents": "540"}


async def test_the_agent_is_told_once_that_the_credit_came_back() -> None:
    room = await deposited()
    room.operator.end(REFERENCE, Answer.BOUNCED)
    for _ in range(3):
        await told(room)

    mails = [mail for mail in room.store.kept.mails.values() if "Crédit rendu" in mail.subject]

    assert [mail.to for mail in mails] == ["camille@beraud.example"]
    assert "AV-2027-000001" in mails[0].text
    assert "5,40" in mails[0].text
    assert "https://preavis.example/facturation" in mails[0].text


async def test_a_deposit_and_its_bounce_read_together_are_charged_then_given_back() -> None:
    room = await on_its_way()
    room.operator.deposit(REFERENCE)
    room.operator.end(REFERENCE, Answer.BOUNCED)

    await told(room)

    sending = room.sending()
    assert room.credit.captured.keys() == room.credit.reversed.keys() == {sending.hold_key}
    assert codes(room).count("deposited") == codes(room).count("bounced") == 1


async def test_the_deposit_stays_proven_in_the_sheet() -> None:
    room = await deposited()
    room.operator.end(REFERENCE, Answer.BOUNCED)
    await told(room)
    room.clock.advance(timedelta(minutes=5))
    await live(room)

    kept = room.store.kept.proofs[room.sending().id]
    sealed = await room.vault.get(room.sending().id, kept[-1].sha256)
    evidence = Evidence.read(sealed.partition(SEALED)[2])

    kinds = [proof.kind for proof in kept]
    assert kinds == [ProofKind.DEPOSIT, ProofKind.BOUNCE, ProofKind.EVIDENCE]
    assert [proof.kind for proof in evidence.proofs] == ["deposit", "bounce"]
    assert [event.code for event in evidence.events[-2:]] == [
        "SubmissionAcceptance",
        "NotificationForAcceptanceFailure",
    ]


async def test_without_a_proof_of_the_bounce_the_sheet_is_made_all_the_same() -> None:
    room = await on_its_way()
    news = room.operator.letters[REFERENCE]
    bounced = replace(news, answer=Answer.BOUNCED, ended_at=room.clock())
    room.operator.letters[REFERENCE] = bounced
    await told(room)
    assert not room.store.kept.heads

    room.clock.advance(timedelta(minutes=5))
    await live(room)

    assert room.store.kept.heads[ACCOUNT].number == 1


@pytest.mark.parametrize("name", STEPS)
async def test_killed_at_any_step_it_is_given_back_once_and_told_once(name: str) -> None:
    room = await deposited()
    room.operator.end(REFERENCE, Answer.BOUNCED)

    with crash_at(name):
        await told(room)
        await live(room)
        assert is_disarmed(name)

    assert room.credit.reversed.keys() == {room.sending().hold_key}
    assert await room.credit.available_cents(ACCOUNT) == CREDIT
    assert codes(room).count("credit-returned") == 1
    assert sum("Crédit rendu" in subject for subject in subjects(room)) == 1


async def test_nothing_else_is_reversed() -> None:
    room = await deposited()
    room.operator.end(REFERENCE, Answer.REFUSED)
    await told(room)

    await settling.reverse(ACCOUNT, room.sending().id, desk=room.desk)

    assert not room.credit.reversed
    assert "credit-returned" not in codes(room)
