"""Facts that a consumer could not take in: kept with their bytes, read and replayed by staff."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from prometheus_client import Counter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.errors import Kind, TurnedDown
from kit.ids import derived_id

BURIED: Final = Counter("dead_letters_total", "Facts set aside as poison", ["consumer"])

_BURY: Final = text(
    """
    INSERT INTO dead_letter (consumer, event_id, subject, headers, payload, deliveries, error)
    VALUES (:consumer, :event_id, :subject, CAST(:headers AS jsonb), :payload, :deliveries, :error)
    ON CONFLICT (consumer, event_id) DO UPDATE
    SET deliveries = excluded.deliveries, error = excluded.error, state = 'dead',
        died_at = clock_timestamp()
    """
)
_LIST: Final = text(
    """
    SELECT id, consumer, event_id, subject, headers, error, deliveries, state, died_at
    FROM dead_letter WHERE state <> 'taken' ORDER BY id LIMIT :size
    """
)
_REPLAY: Final = text(
    "UPDATE dead_letter SET state = 'replaying' WHERE id = :id AND state = 'dead' RETURNING id"
)
_CLAIM: Final = text(
    """
    SELECT id, subject, headers, payload, deliveries FROM dead_letter
    WHERE consumer = :consumer AND state = 'replaying' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
    """
)
ANY_REPLAY: Final = text(
    "SELECT EXISTS (SELECT FROM dead_letter WHERE consumer = :consumer AND state = 'replaying')"
)
_TAKEN: Final = text("UPDATE dead_letter SET state = 'taken' WHERE id = :id")


class NoDeadLetter(TurnedDown):
    """No dead letter waits under this number: it was taken in since, or never existed."""

    kind = Kind.MISSING
    reason = "no-dead-letter"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """One fact set aside, as staff see it; its payload stays in the table."""

    id: int
    consumer: str
    event_id: UUID
    subject: str
    headers: Mapping[str, str]
    error: str
    deliveries: int
    state: str  # dead, or replaying
    died_at: datetime


async def list_dead_letters(session: AsyncSession, *, limit: int = 100) -> list[DeadLetter]:
    """List what waits, oldest first, in a transaction of the worker's role."""
    rows = (await session.execute(_LIST, {"size": limit})).mappings()
    return [DeadLetter(**row) for row in rows]


async def replay(session: AsyncSession, dead_letter_id: int) -> None:
    """Ask that its consumer try this fact again. Raises ``NoDeadLetter``."""
    if (await session.execute(_REPLAY, {"id": dead_letter_id})).first() is None:
        raise NoDeadLetter
    # the consumer's own loop takes it up: the broker, which may be away, has no part in it


async def bury(
    session: AsyncSession,
    *,
    consumer: str,
    subject: str,
    headers: Mapping[str, str],
    payload: bytes,
    deliveries: int,
    error: str,
) -> None:
    """Set a fact aside; burying it twice keeps one row."""
    await session.execute(
        _BURY,
        {
            "consumer": consumer,
            "event_id": _event_id(headers, payload),
            "subject": subject,
            "headers": json.dumps(dict(headers)),
            "payload": payload,
            "deliveries": deliveries,
            "error": error[:2000],
        },
    )
    BURIED.labels(consumer).inc()


async def claim_replay(session: AsyncSession, consumer: str) -> Mapping[str, Any] | None:
    """Lock the next dead letter that somebody asked to replay, if any."""
    row = (await session.execute(_CLAIM, {"consumer": consumer})).mappings().first()
    return None if row is None else dict(row)


async def mark_taken(session: AsyncSession, dead_letter_id: int) -> None:
    """Note that a replay worked, in the transaction of its effect."""
    await session.execute(_TAKEN, {"id": dead_letter_id})


def _event_id(headers: Mapping[str, str], payload: bytes) -> UUID:
    """Return the fact's own id, or one made of its bytes when the headers hold none."""
    try:
        return UUID(headers["ce-id"])
    except (KeyError, ValueError):
        return derived_id(sorted(headers.items()), payload.hex())
