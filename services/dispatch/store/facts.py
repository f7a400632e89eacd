"""Facts as other services read them: whole resulting state, and nobody's data."""

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from preavis.dispatch.v1 import dispatch_pb2, events_pb2
from preavis.letters.v1 import letters_pb2
from services.dispatch.domain import cutoffs
from services.dispatch.domain.proofs import Proof
from services.dispatch.domain.sending import ENDED, RECEIVED, RESTARTABLE, Sending, iso
from services.dispatch.domain.tracking import SHOWN_AS, last_day_to_answer


def sending_changed(sending: Sending, changed_at: datetime) -> events_pb2.SendingChanged:
    """Tell the state that results from a change."""
    deposited, order = sending.deposited_at, sending.order
    state, shown = sending.state, SHOWN_AS[sending.state]
    return events_pb2.SendingChanged(
        account_id=str(sending.account_id),
        aggregate_id=str(sending.id),
        aggregate_version=sending.version,
        letter_id=str(sending.letter_id),
        sending_id=str(sending.id),
        generation=sending.generation,
        state=dispatch_pb2.SendingState.Value(f"SENDING_STATE_{state.name}"),
        tracking=dispatch_pb2.Tracking.Value(f"TRACKING_{shown.name}"),
        mail_kind=letters_pb2.MailKind.Value(f"MAIL_KIND_{order.mail_kind.name}"),
        send_day=iso(order.send_day),
        last_covered_day=iso(order.last_covered_day),
        new_start=iso(order.new_start),
        deposited_at=_instant(deposited),
        deposit_day=iso(cutoffs.legal_day(deposited).send_day) if deposited else "",
        closes_on=iso(last_day_to_answer(deposited)) if deposited else "",
        received_at=_instant(sending.ended_at if state in RECEIVED else None),
        ended_at=_instant(sending.ended_at if state in ENDED else None),
        reason=sending.reason,
        changed_at=_instant(changed_at),
        may_be_finalised=state in RESTARTABLE,
    )


def proof_stored(sending: Sending, proof: Proof) -> events_pb2.ProofStored:
    """Tell that a proof is kept."""
    return events_pb2.ProofStored(
        account_id=str(sending.account_id),
        aggregate_id=str(sending.id),
        aggregate_version=sending.version,
        letter_id=str(sending.letter_id),
        kind=dispatch_pb2.ProofKind.Value(f"PROOF_KIND_{proof.kind.name}"),
        sha256=proof.sha256,
        byte_count=proof.byte_count,
        stored_at=_instant(proof.stored_at),
    )


def _instant(at: datetime | None) -> Timestamp | None:
    if at is None:
        return None
    instant = Timestamp()
    instant.FromDatetime(at)
    return instant
