"""The statements that each sending runs many times, built once.

SQLAlchemy spends more on building a statement, and on knowing it again, than on sending it.
"""

from typing import Any, Final

from sqlalchemy import Column, ColumnElement, bindparam, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from services.dispatch.domain.attempts import AttemptState
from services.dispatch.store.tables import (
    ATTEMPT,
    EVIDENCE_HEAD,
    EVIDENCE_SHEET,
    HINT,
    OPERATOR_SENDER,
    PROOF,
    SENDING,
    TIMELINE,
)


def _asked(column: Column[Any]) -> ColumnElement[bool]:
    return column == bindparam(f"asked_{column.name}")


WITH_ATTEMPT: Final = select(SENDING, ATTEMPT).outerjoin(
    ATTEMPT,
    (ATTEMPT.c.sending_id == SENDING.c.id) & (ATTEMPT.c.number == SENDING.c.attempt_number),
)
_LOCK: Final = select(SENDING.c.id).where(_asked(SENDING.c.account_id)).with_for_update()
LOCK_SENDING: Final = _LOCK.where(_asked(SENDING.c.id))
LOCK_SENDING_OF_LETTER: Final = _LOCK.where(_asked(SENDING.c.letter_id))
READ_SENDING: Final = WITH_ATTEMPT.where(_asked(SENDING.c.id), _asked(SENDING.c.account_id))
ADD_SENDING: Final = insert(SENDING).on_conflict_do_nothing().returning(SENDING.c.id)
CHANGE_SENDING: Final = (
    update(SENDING)
    .where(_asked(SENDING.c.id), _asked(SENDING.c.version), _asked(SENDING.c.account_id))
    .returning(SENDING.c.id)
)
_attempt: Final = insert(ATTEMPT)
KEEP_ATTEMPT: Final = _attempt.on_conflict_do_update(
    index_elements=["id"],
    set_={"state": _attempt.excluded.state, "reference": _attempt.excluded.reference},
)
NOTE: Final = insert(TIMELINE).on_conflict_do_nothing(index_elements=["mark"])
TIMELINE_OF: Final = (
    select(TIMELINE)
    .where(_asked(TIMELINE.c.account_id), _asked(TIMELINE.c.sending_id))
    .order_by(TIMELINE.c.id)
)
ADD_PROOF: Final = (
    insert(PROOF)
    .on_conflict_do_nothing(index_elements=["sending_id", "attempt", "kind"])
    .returning(PROOF.c.id)
)
PROOFS_OF: Final = (
    select(PROOF).where(_asked(PROOF.c.account_id), _asked(PROOF.c.sending_id)).order_by(PROOF.c.id)
)
KEEP_HINT: Final = insert(HINT)
LAST_HINT: Final = (
    select(HINT.c.reference)
    .where(_asked(HINT.c.account_id), _asked(HINT.c.attempt_id))
    .order_by(HINT.c.id.desc())
    .limit(1)
)
_HANDED: Final = (AttemptState.ACCEPTED, AttemptState.HANDED, AttemptState.UNKNOWN)
ANY_HANDED: Final = (
    select(ATTEMPT.c.id)
    .where(_asked(ATTEMPT.c.account_id), or_(*(ATTEMPT.c.state == s.value for s in _HANDED)))
    .limit(1)
)
NUMBER_OF_SENDER: Final = select(OPERATOR_SENDER.c.number).where(
    _asked(OPERATOR_SENDER.c.account_id),
    _asked(OPERATOR_SENDER.c.operator),
    _asked(OPERATOR_SENDER.c.fingerprint),
)
FIRST_HEAD: Final = insert(EVIDENCE_HEAD).on_conflict_do_nothing()
LOCK_HEAD: Final = (
    select(EVIDENCE_HEAD.c.number, EVIDENCE_HEAD.c.sha256)
    .where(_asked(EVIDENCE_HEAD.c.account_id))
    .with_for_update()
)
CHAIN: Final = insert(EVIDENCE_SHEET)
MOVE_HEAD: Final = update(EVIDENCE_HEAD).where(_asked(EVIDENCE_HEAD.c.account_id))
_SHEET: Final = (_asked(EVIDENCE_SHEET.c.account_id), _asked(EVIDENCE_SHEET.c.sending_id))
UNSEALED: Final = select(EVIDENCE_SHEET.c.evidence).where(*_SHEET)
SEALED: Final = update(EVIDENCE_SHEET).where(*_SHEET).values(evidence=None)
