"""Rows to values and back, side by side."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter

from services.dispatch.domain.attempts import Attempt, AttemptState
from services.dispatch.domain.letter import Agency, Attachment, FrozenLetter
from services.dispatch.domain.proofs import Proof, ProofKind
from services.dispatch.domain.sending import Order, Sending, State
from services.dispatch.domain.timeline import Happened
from services.dispatch.ports import Line
from services.dispatch.store.tables import ATTEMPT, SENDING

_ORDER: Final = TypeAdapter(Order)
_AGENCY: Final = TypeAdapter(Agency)
_LETTER: Final = TypeAdapter(FrozenLetter)
_MANDATE: Final = TypeAdapter(Attachment)

Row = Mapping[Any, Any]


def sending_row(sending: Sending) -> dict[str, Any]:
    """Return every column of a sending but its version."""
    return {
        "id": sending.id,
        "account_id": sending.account_id,
        "letter_id": sending.letter_id,
        "generation": sending.generation,
        "state": sending.state.value,
        "send_day": sending.order.send_day,
        "validated": _ORDER.dump_python(sending.order, mode="json"),
        "kept": _dump(_ORDER, sending.kept_order),
        "agency": _AGENCY.dump_python(sending.agency, mode="json"),
        "held_cents": sending.held_cents,
        "letter": _dump(_LETTER, sending.letter),
        "mandate": _dump(_MANDATE, sending.mandate),
        "attempt_number": sending.attempt.number if sending.attempt else None,
        "locked": sending.locked,
        "deposited_at": sending.deposited_at,
        "ended_at": sending.ended_at,
        "reason": sending.reason,
        "reason_facts": dict(sending.reason_facts),
    }


def sending_of(row: Row) -> Sending:
    """Return the sending of a row that holds its present attempt too, if any."""
    kept, letter, mandate = row[SENDING.c.kept], row[SENDING.c.letter], row[SENDING.c.mandate]
    return Sending(
        id=row[SENDING.c.id],
        account_id=row[SENDING.c.account_id],
        letter_id=row[SENDING.c.letter_id],
        generation=row[SENDING.c.generation],
        version=row[SENDING.c.version],
        state=State(row[SENDING.c.state]),
        order=_ORDER.validate_python(row[SENDING.c.validated]),
        kept_order=_ORDER.validate_python(kept) if kept else None,
        agency=_AGENCY.validate_python(row[SENDING.c.agency]),
        held_cents=row[SENDING.c.held_cents],
        letter=_LETTER.validate_python(letter) if letter else None,
        mandate=_MANDATE.validate_python(mandate) if mandate else None,
        attempt=attempt_of(row) if row[ATTEMPT.c.id] else None,
        locked=row[SENDING.c.locked],
        deposited_at=row[SENDING.c.deposited_at],
        ended_at=row[SENDING.c.ended_at],
        reason=row[SENDING.c.reason],
        reason_facts=row[SENDING.c.reason_facts],
    )


def attempt_row(sending: Sending, attempt: Attempt) -> dict[str, Any]:
    """Return every column of an attempt."""
    return {
        "id": attempt.id,
        "account_id": sending.account_id,
        "sending_id": sending.id,
        "number": attempt.number,
        "generation": attempt.generation,
        "operator": attempt.operator,
        "operator_sender": attempt.operator_sender,
        "token_hash": attempt.token_hash,
        "handed_at": attempt.handed_at,
        "state": attempt.state.value,
        "reference": attempt.reference,
    }


def attempt_of(row: Row) -> Attempt:
    """Return the attempt of a row."""
    return Attempt(
        id=row[ATTEMPT.c.id],
        number=row[ATTEMPT.c.number],
        generation=row[ATTEMPT.c.generation],
        operator=row[ATTEMPT.c.operator],
        operator_sender=row[ATTEMPT.c.operator_sender],
        token_hash=row[ATTEMPT.c.token_hash],
        handed_at=row[ATTEMPT.c.handed_at],
        state=AttemptState(row[ATTEMPT.c.state]),
        reference=row[ATTEMPT.c.reference],
    )


def proof_row(account_id: UUID, sending_id: UUID, proof: Proof) -> dict[str, Any]:
    """Return every column of a proof but its number."""
    return {
        "account_id": account_id,
        "sending_id": sending_id,
        "attempt": proof.attempt,
        "kind": proof.kind.value,
        "filename": proof.filename,
        "sha256": proof.sha256,
        "byte_count": proof.byte_count,
        "stamped_at": proof.stamped_at,
        "stored_at": proof.stored_at,
        "kept_until": proof.kept_until,
        "operator_reference": proof.operator_reference,
    }


def proof_of(row: Row) -> Proof:
    """Return the proof of a row."""
    return Proof(
        kind=ProofKind(row["kind"]),
        attempt=row["attempt"],
        filename=row["filename"],
        sha256=row["sha256"],
        byte_count=row["byte_count"],
        stamped_at=row["stamped_at"],
        stored_at=row["stored_at"],
        operator_reference=row["operator_reference"],
    )


def line_of(row: Row) -> Line:
    """Return one line of a timeline."""
    return Line(
        fact=Happened(code=row["code"], at=row["at"], facts=row["facts"], applied=row["applied"]),
        recorded_at=row["recorded_at"],
        generation=row["generation"],
    )


def _dump(adapter: TypeAdapter[Any], value: object | None) -> object:
    return None if value is None else adapter.dump_python(value, mode="json")
