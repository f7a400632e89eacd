"""Staff settle what no operator answered (BCK-6): it has the letter, or it surely has not."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import structlog
from prometheus_client import Counter

from kit.days import paris_date
from kit.errors import FieldError, InvalidFields, TurnedDown
from kit.failpoints import failpoint
from kit.text import tidy_lines
from services.dispatch.domain import cutoffs
from services.dispatch.domain.sending import ImpossibleMove, Sending, State
from services.dispatch.domain.timeline import Happened
from services.dispatch.ports import Desk, Work
from services.dispatch.usecases import consequences

NOTE_LENGTH: Final = range(10, 2001)
REFERENCE_LENGTH: Final = range(1, 65)
ALARMS: Final = Counter("dispatch_unknown_alarms_total", "Sendings unknown for thirty minutes")
_log = structlog.get_logger()


class NotThisLetter(TurnedDown):
    """The operator's letter of that number is not the one that was handed over."""

    reason = "operator-reference-of-another"


async def list_unknown(*, desk: Desk) -> Sequence[Sending]:
    """Return the sendings that no operator answered about, oldest first."""
    return await desk.store.unknown()


async def alarm(account_id: UUID, sending_id: UUID, *, desk: Desk) -> None:
    """Raise the alarm about a sending still unknown after thirty minutes."""
    async with desk.store.account(account_id) as work:
        sending = await work.get(sending_id)
        if sending.state is State.UNKNOWN:
            fact = Happened(code="unknown-alarm", at=desk.clock())
            await work.note(sending, fact)
            ALARMS.inc()
            _log.error("sending_unknown", sending=str(sending_id), operator=desk.operator.name)


async def confirm_accepted(
    sending_id: UUID, *, reference: str, note: str, by: str, desk: Desk
) -> Sending:
    """Record that the operator has the letter, under this number, and what shows it.

    The operator is asked: a number that is not this letter's raises ``NotThisLetter``, one that
    it does not know ``OperatorRefused``.
    """
    note = _checked(note, reference)
    account_id = await desk.store.account_of(sending_id)
    async with desk.store.account(account_id) as work:
        asked = await work.look(sending_id)
    if _stands(asked, reference):
        return asked
    await _check_number(asked, reference, desk=desk)
    async with desk.store.account(account_id) as work:
        sending = await work.get(sending_id)
        if _stands(sending, reference):
            return sending
        now = desk.clock()
        accepted, fact = sending.accepted(reference, now)
        seen = Happened(code="confirmed-accepted", at=now, facts={"by": by, "note": note})
        saved = await _keep(work, accepted, [fact, seen], desk=desk)
    failpoint("dispatch.confirm.accepted")
    return saved


async def confirm_absent(
    sending_id: UUID, *, note: str, by: str, desk: Desk, our_reference: str | None = None
) -> Sending:
    """Record that the operator does not have the letter: it leaves again, today, or not at all.

    ``our_reference`` names the attempt that was looked for: an answer that comes twice, or late,
    never bears on a later attempt, which the operator may well have.

    After the cutoff, or on a later day, it fails and is given back: its dates were confirmed for
    that day, and another validation restates them.
    """
    note = _checked(note)
    account_id = await desk.store.account_of(sending_id)
    async with desk.store.account(account_id) as work:
        sending = await work.get(sending_id)
        if sending.state in {State.DUE, State.FAILED} or _is_another(sending, our_reference):
            return sending
        now = desk.clock()
        seen = Happened(code="confirmed-absent", at=now, facts={"by": by, "note": note})
        again, fact = sending.not_handed_over(now)
        facts = [seen, fact]
        if not _may_still_leave(sending, desk):
            again, failed = again.fail("left-too-late", {}, now)
            facts.append(failed)
        saved = await _keep(work, again, facts, desk=desk)
        if saved.state is State.DUE:
            await consequences.plan_again(work, saved, desk)
    failpoint("dispatch.confirm.absent")
    return saved


def _is_another(sending: Sending, our_reference: str | None) -> bool:
    attempt = sending.attempt
    return our_reference is not None and attempt is not None and str(attempt.id) != our_reference


def _stands(sending: Sending, reference: str) -> bool:
    known = sending.attempt.reference if sending.attempt else ""
    return sending.state is not State.UNKNOWN and known == reference


async def _check_number(sending: Sending, reference: str, *, desk: Desk) -> None:
    if sending.attempt is None:
        raise ImpossibleMove("never handed over", state=sending.state)
    news = await desk.operator.read(sending.attempt.operator_sender, reference)
    if news.our_reference != str(sending.attempt.id):
        raise NotThisLetter(operator_reference=reference)


def _may_still_leave(sending: Sending, desk: Desk) -> bool:
    now, day = desk.clock(), sending.order.send_day
    return paris_date(now) == day and now < cutoffs.cutoff(day)


async def _keep(work: Work, sending: Sending, facts: Sequence[Happened], *, desk: Desk) -> Sending:
    saved = await work.save(sending, *facts)
    await consequences.follow_up(work, saved, facts, desk=desk)
    return saved


def _checked(note: str, reference: str | None = None) -> str:
    """Return the note as it prints. Raises ``InvalidFields``."""
    wrong, tidied = [], tidy_lines(note)
    if len(tidied) not in NOTE_LENGTH:
        wrong.append(FieldError("evidence_note", "evidence-note-length"))
    if reference is not None and len(reference.strip()) not in REFERENCE_LENGTH:
        wrong.append(FieldError("operator_reference", "operator-reference-missing"))
    if wrong:
        raise InvalidFields(wrong)
    return tidied
