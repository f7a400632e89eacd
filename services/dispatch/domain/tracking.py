"""What the operator tells, applied to a sending; and the words an agent reads (DIS-6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from services.dispatch.domain import cutoffs
from services.dispatch.domain.letter import MailKind
from services.dispatch.domain.proofs import ProofKind
from services.dispatch.domain.sending import NEXT, Sending, State
from services.dispatch.domain.timeline import Happened

ACCEPTANCE_DAYS: Final = 15


class Tracking(StrEnum):
    """A sending's state in the words of the product."""

    NOT_SENT = "not_sent"
    SCHEDULED = "scheduled"
    BLOCKED = "blocked"
    IN_TRANSIT = "in_transit"
    DEPOSITED = "deposited"
    COLLECTED = "collected"
    SIGNED = "signed"
    REFUSED = "refused"
    UNCLAIMED = "unclaimed"
    CANCELLED = "cancelled"
    NOT_POSSIBLE = "not_possible"
    UNDELIVERABLE = "undeliverable"


SHOWN_AS: Final[Mapping[State, Tracking]] = {
    State.PREPARING: Tracking.NOT_SENT,
    State.TURNED_DOWN: Tracking.NOT_SENT,
    State.SCHEDULED: Tracking.SCHEDULED,
    State.BLOCKED: Tracking.BLOCKED,
    # Nobody but staff needs to know how a letter is handed over, or that an answer is missing.
    State.DUE: Tracking.IN_TRANSIT,
    State.SUBMITTING: Tracking.IN_TRANSIT,
    State.UNKNOWN: Tracking.IN_TRANSIT,
    State.IN_TRANSIT: Tracking.IN_TRANSIT,
    State.DEPOSITED: Tracking.DEPOSITED,
    State.COLLECTED: Tracking.COLLECTED,
    State.SIGNED: Tracking.SIGNED,
    State.REFUSED: Tracking.REFUSED,
    State.UNCLAIMED: Tracking.UNCLAIMED,
    State.CANCELLED: Tracking.CANCELLED,
    State.FAILED: Tracking.NOT_POSSIBLE,
    State.BOUNCED: Tracking.UNDELIVERABLE,
}


class Answer(StrEnum):
    """How far the letter got at the operator's."""

    WAITING = "waiting"
    DEPOSITED = "deposited"
    ACCEPTED = "accepted"  # by the recipient
    REFUSED = "refused"
    UNCLAIMED = "unclaimed"
    BOUNCED = "bounced"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What an operator says of one letter, read from the operator itself, never from a hint."""

    reference: str
    our_reference: str
    answer: Answer
    deposited_at: datetime | None = None
    ended_at: datetime | None = None
    proofs: Mapping[ProofKind, str] = field(default_factory=dict, repr=False)
    """Where each proof can be fetched. An address holds a capability: never logged or shown."""


def last_day_to_answer(deposited_at: datetime) -> date:
    """Return the last Paris day on which the recipient may accept or refuse.

    Whole days, starting the day after the notice: a notice of 2 March, at any hour, stays open
    until 17 March included.

    Law: CPCE art. R. 53-3, I (décret 2018-347), in force since 2019-01-01.
    Our reading: weekends and holidays do not extend it. The operator's own dates win.
    """
    return cutoffs.legal_day(deposited_at).send_day + timedelta(days=ACCEPTANCE_DAYS)


def follow(sending: Sending, news: News, now: datetime) -> tuple[Sending, list[Happened]]:
    """Apply what the operator says, as far as it goes forward; note what changes nothing.

    Several moves may follow from one reading: a receipt read first brings its deposit with it.
    """
    if not _is_about(sending, news):
        return sending, [_noted(news, now, "another-attempt")]
    facts: list[Happened] = []
    if sending.state is State.UNKNOWN:
        sending, fact = sending.accepted(news.reference, now)
        facts.append(fact)
    if sending.state is State.IN_TRANSIT and news.deposited_at is not None:
        sending, fact = sending.deposit(news.deposited_at)
        facts.append(fact)
    sending, last = _ended(sending, news, now)
    return sending, facts + last


def _is_about(sending: Sending, news: News) -> bool:
    attempt = sending.attempt
    if attempt is None or attempt.generation != sending.generation:
        return False
    if attempt.reference:
        return attempt.reference == news.reference
    return str(attempt.id) == news.our_reference


def _ended(sending: Sending, news: News, now: datetime) -> tuple[Sending, list[Happened]]:
    wanted = _state_of(news.answer, sending.order.mail_kind)
    if wanted is sending.state:
        return sending, []
    if wanted is None:
        # A deposit told of a letter we hold for failed is for a person to look at.
        late = sending.state is State.FAILED and news.deposited_at is not None
        return sending, [_noted(news, now, "late")] if late else []
    if wanted not in NEXT.get(sending.state, frozenset()):
        on_the_way = sending.state is State.IN_TRANSIT
        return sending, [_noted(news, now, "without-deposit" if on_the_way else "late")]
    if wanted is State.FAILED:
        sending, fact = sending.fail("operator-error", {}, now)
    else:
        sending, fact = sending.end(wanted, news.ended_at or now)
    return sending, [fact]


def _state_of(answer: Answer, kind: MailKind) -> State | None:
    if answer is Answer.ACCEPTED:
        return State.SIGNED if kind is MailKind.ACKNOWLEDGED else State.COLLECTED
    return {
        Answer.REFUSED: State.REFUSED,
        Answer.UNCLAIMED: State.UNCLAIMED,
        Answer.BOUNCED: State.BOUNCED,
        Answer.ERROR: State.FAILED,
    }.get(answer)


def _noted(news: News, now: datetime, why: str) -> Happened:
    facts = {"answer": news.answer.value, "why": why, "operator_reference": news.reference}
    return Happened(code="news-noted", at=news.ended_at or now, facts=facts, applied=False)
