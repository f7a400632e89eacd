"""Domain values to messages, and the few fields of requests that need reading."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp

from kit.errors import FieldError, InvalidFields
from kit.rpc_requests import read_day
from preavis.dispatch.v1 import dispatch_pb2 as pb
from preavis.letters.v1 import letters_pb2
from services.dispatch.domain import cutoffs
from services.dispatch.domain.letter import MailKind
from services.dispatch.domain.preflight import Action, Price
from services.dispatch.domain.proofs import Proof, ProofKind
from services.dispatch.domain.sending import ENDED, RESTARTABLE, Sending, State, iso
from services.dispatch.domain.timing import Timing
from services.dispatch.domain.tracking import SHOWN_AS, last_day_to_answer
from services.dispatch.ports import Compared, Line
from services.dispatch.usecases.planning import Plan

KINDS: Final = {
    letters_pb2.MAIL_KIND_SIMPLE: MailKind.SIMPLE,
    letters_pb2.MAIL_KIND_ACKNOWLEDGED: MailKind.ACKNOWLEDGED,
}
KIND_VALUES: Final = {kind: value for value, kind in KINDS.items()}
PROOF_KINDS: Final = {pb.ProofKind.Value(f"PROOF_KIND_{kind.name}"): kind for kind in ProofKind}
KEY_LENGTH: Final = 200
PROOF_VALUES: Final = {kind: value for value, kind in PROOF_KINDS.items()}


def mail_kind(value: letters_pb2.MailKind.ValueType) -> MailKind:
    """Read a kind of mail. Raises ``InvalidFields``."""
    if value not in KINDS:
        raise InvalidFields([FieldError("mail_kind", "mail-kind-missing")])
    return KINDS[value]


def proof_kind(value: pb.ProofKind.ValueType) -> ProofKind:
    """Read a kind of proof. Raises ``InvalidFields``."""
    if value not in PROOF_KINDS:
        raise InvalidFields([FieldError("kind", "proof-kind-missing")])
    return PROOF_KINDS[value]


def key(text: str) -> str:
    """Read an idempotency key. Raises ``InvalidFields``."""
    if not 1 <= len(text) <= KEY_LENGTH:
        raise InvalidFields([FieldError("idempotency_key", "idempotency-key-length")])
    return text


def timing(message: pb.Timing) -> Timing:
    """Read a wish. Raises ``InvalidFields``."""
    return Timing(
        now=message.now,
        send_day=read_day(message.send_day, "timing.send_day"),
        new_start=read_day(message.new_start, "timing.new_start"),
    )


def compared(request: pb.PlanSendingRequest) -> Compared:
    """Read what a plan is compared with. Raises ``InvalidFields``."""
    return Compared(
        new_start=read_day(request.known_new_start, "known_new_start"),
        yearly_premium_cents=request.yearly_premium_cents,
    )


def action(value: Action) -> pb.Action:
    """Write one thing to do."""
    return pb.Action(code=value.code, done=value.done, facts=value.facts)


def price(value: Price, *, allowed: bool = True) -> pb.Price:
    """Write a price."""
    return pb.Price(
        mail_kind=KIND_VALUES[value.mail_kind],
        net_cents=value.net_cents,
        vat_cents=value.vat_cents,
        gross_cents=value.gross_cents,
        vat_rate_bp=value.vat_rate_bp,
        allowed=allowed,
    )


def plan(value: Plan, priced: Price | None) -> pb.Plan:
    """Write a plan, with the legal engine's whole answer as it came."""
    allowed = value.planned.allowed_mail
    cover = value.planned.cover
    return pb.Plan(
        evaluation=letters_pb2.Evaluation.FromString(value.planned.evaluation),
        send_day=iso(value.send_day),
        leaves_now=value.leaves_now,
        cutoff=instant(value.first.cutoff),
        first_sending=value.first.first_sending,
        changeable_until=instant(value.changeable_until),
        price=price(priced, allowed=not allowed or priced.mail_kind in allowed) if priced else None,
        recent_letters=[
            letters_pb2.RecentLetter.FromString(one.message) for one in value.planned.recent
        ],
        cover=None if cover is None else letters_pb2.CoverBetween.FromString(cover),
    )


def proof(value: Proof) -> pb.Proof:
    """Write what a stored document is."""
    return pb.Proof(
        kind=PROOF_VALUES[value.kind],
        filename=value.filename,
        sha256=value.sha256,
        byte_count=value.byte_count,
        stamped_at=instant(value.stamped_at),
        stored_at=instant(value.stored_at),
        kept_until=value.kept_until.isoformat(),
        attempt=value.attempt,
    )


def event(line: Line) -> pb.SendingEvent:
    """Write one line of the timeline."""
    return pb.SendingEvent(
        code=line.fact.code,
        at=instant(line.fact.at),
        recorded_at=instant(line.recorded_at),
        applied=line.fact.applied,
        facts=line.fact.facts,
        generation=line.generation,
    )


def sending(
    value: Sending, now: datetime, lines: Sequence[Line] = (), proofs: Sequence[Proof] = ()
) -> pb.Sending:
    """Write a sending as its page reads it."""
    order, attempt, deposited = value.order, value.attempt, value.deposited_at
    here = value.changeable(now)
    until = cutoffs.changeable_until(order.send_day) if value.state is State.SCHEDULED else None
    return pb.Sending(
        sending_id=str(value.id),
        letter_id=str(value.letter_id),
        letter_number=value.letter.number if value.letter else "",
        generation=value.generation,
        version=value.version,
        state=pb.SendingState.Value(f"SENDING_STATE_{value.state.name}"),
        tracking=pb.Tracking.Value(f"TRACKING_{SHOWN_AS[value.state].name}"),
        mail_kind=KIND_VALUES[order.mail_kind],
        send_day=iso(order.send_day),
        last_covered_day=iso(order.last_covered_day),
        new_start=iso(order.new_start),
        gross_cents=order.gross_cents,
        recipient_name=value.letter.recipient_name if value.letter else "",
        must_leave_by=instant(value.must_leave_by),
        changeable_until=instant(until if here else None),
        changeable=here,
        reason=value.reason,
        reason_facts=value.reason_facts,
        finalised_at=instant(order.validated_at),
        deposited_at=instant(deposited),
        deposit_day=iso(cutoffs.legal_day(deposited).send_day) if deposited else "",
        closes_on=iso(last_day_to_answer(deposited)) if deposited else "",
        ended_at=instant(value.ended_at if value.state in ENDED else None),
        operator_reference=attempt.reference if attempt else "",
        operator=attempt.operator if attempt else "",
        events=[event(line) for line in lines],
        proofs=[proof(one) for one in proofs],
        author_name=order.author_name,
        may_be_finalised=value.state in RESTARTABLE,
    )


def unknown(value: Sending, now: datetime) -> pb.UnknownSending:
    """Write what staff need to find a letter at the operator's."""
    attempt = value.attempt
    if attempt is None:
        raise ValueError(f"sending {value.id} is unknown and was never handed over")
    return pb.UnknownSending(
        sending_id=str(value.id),
        account_id=str(value.account_id),
        letter_number=value.letter.number if value.letter else "",
        version=value.version,
        operator=attempt.operator,
        our_reference=str(attempt.id),
        operator_sender=attempt.operator_sender,
        submitted_at=instant(attempt.handed_at),
        must_leave_by=instant(value.must_leave_by),
        alarmed=attempt.is_alarming(now),
        recipient_name=value.letter.recipient_name if value.letter else "",
    )


def instant(at: datetime | None) -> Timestamp | None:
    """Write an instant; nothing when there is none."""
    if at is None:
        return None
    written = Timestamp()
    written.FromDatetime(at)
    return written
