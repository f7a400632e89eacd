"""Rows to values and back, side by side."""

import json
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter

from kit.ids import derived_id
from services.dispatch.domain.attempts import Attempt, AttemptState
from services.dispatch.domain.letter import Agency, Attachment, FrozenLetter
from services.dispatch.domain.proofs import Proof, ProofKind
from services.dispatch.domain.sending import Order, Sending, State
from services.dispatch.domain.timeline import Happened
from services.dispatch.ports import Line

_ORDER: Final = TypeAdapter(Order)
_AGENCY: Final = TypeAdapter(Agency)
_LETTER: Final = TypeAdapter(FrozenLetter)
_MANDATE: Final = TypeAdapter(Attachment)

Row = Mapping[str, Any]


def sending_row(sending: Sending) -> dict[str, Any]:
    """Return every column of a sending."""
    return {
        "id": sending.id,
        "account_id": sending.account_id,
        "letter_id": sending.letter_id,
        "generation": sending.generation,
        "version": sending.version,
        "state": sending.state.value,
        "send_day": sending.order.send_day,
        "validated": _dump(_ORDER, sending.order),
        "kept": _dump(_ORDER, sending.kept_order),
        "agency": _dump(_AGENCY, sending.agency),
        "held_cents": sending.held_cents,
        "letter": _dump(_LETTER, sending.letter),
        "mandate": _dump(_MANDATE, sending.mandate),
        "attempt_number": sending.attempt.number if sending.attempt else None,
        "locked": sending.locked,
        "deposited_at": sending.deposited_at,
        "ended_at": sending.ended_at,
        "reason": sending.reason,
        "reason_facts": json.dumps(dict(sending.reason_facts)),
    }


def sending_of(row: Row) -> Sending:
    """Return the sending of a row that holds its present attempt too, if any."""
    kept, letter, mandate = row["kept"], row["letter"], row["mandate"]
    return Sending(
        id=row["id"],
        account_id=row["account_id"],
        letter_id=row["letter_id"],
        generation=row["generation"],
        version=row["version"],
        state=State(row["state"]),
        order=_ORDER.validate_python(row["validated"]),
        kept_order=_ORDER.validate_python(kept) if kept else None,
        agency=_AGENCY.validate_python(row["agency"]),
        held_cents=row["held_cents"],
        letter=_LETTER.validate_python(letter) if letter else None,
        mandate=_MANDATE.validate_python(mandate) if mandate else None,
        attempt=attempt_of(row) if row.get("attempt_id") else None,
        locked=row["locked"],
        deposited_at=row["deposited_at"],
        ended_at=row["ended_at"],
        reason=row["reason"],
        reason_facts=row["reason_facts"],
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
        id=row["attempt_id"],
        number=row["attempt_number"],
        generation=row["attempt_generation"],
        operator=row["attempt_operator"],
        operator_sender=row["attempt_operator_sender"],
        token_hash=row["attempt_token_hash"],
        handed_at=row["attempt_handed_at"],
        state=AttemptState(row["attempt_state"]),
        reference=row["attempt_reference"],
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


def note_row(account_id: UUID, sending: Sending, fact: Happened) -> dict[str, Any]:
    """Return every column of a line of the timeline, but its number and the instant of writing."""
    mark = (sending.id, sending.generation, fact.code, fact.at, sorted(fact.facts.items()))
    return {
        "account_id": account_id,
        "sending_id": sending.id,
        "generation": sending.generation,
        "mark": derived_id(*mark),
        "code": fact.code,
        "at": fact.at,
        "facts": json.dumps(dict(fact.facts)),
        "applied": fact.applied,
    }


def _dump(adapter: TypeAdapter[Any], value: object | None) -> str | None:
    return None if value is None else adapter.dump_json(value).decode()
