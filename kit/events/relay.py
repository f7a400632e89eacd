"""Carries committed facts from the outbox to JetStream, oldest first, until each is confirmed."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from prometheus_client import Counter, Gauge
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import Database, run
from kit.errors import TurnedDown
from kit.events.bus import Bus, BusAway
from kit.failpoints import failpoint
from kit.loops import nap, rest_after_failure
from kit.pruning import REPUBLISHABLE

PUBLISHED: Final = Counter("outbox_published_total", "Facts confirmed by the broker")
REFUSED: Final = Counter("outbox_publish_errors_total", "Facts that the broker did not confirm")
OLDEST: Final = Gauge("outbox_oldest_unpublished_seconds", "Age of the oldest unpublished fact")

_CLAIM: Final = text(
    """
    SELECT id, event_id, aggregate_id, subject, headers, payload, republished
    FROM outbox
    WHERE published_at IS NULL AND next_attempt_at <= clock_timestamp()
      AND NOT EXISTS (
        SELECT FROM outbox AS earlier
        WHERE earlier.aggregate_id = outbox.aggregate_id AND earlier.id < outbox.id
          AND earlier.published_at IS NULL AND earlier.next_attempt_at > clock_timestamp())
    ORDER BY id LIMIT :size FOR UPDATE SKIP LOCKED
    """
)
_MARK: Final = text(
    "UPDATE outbox SET published_at = clock_timestamp(), last_error = NULL WHERE id = ANY(:ids)"
)
_POSTPONE: Final = text(
    """
    UPDATE outbox SET attempts = attempts + 1, last_error = :error,
        next_attempt_at = clock_timestamp() + least(0.2 * power(2, attempts), 60) * interval '1 s'
    WHERE id = ANY(:ids)
    """
)
_ANY: Final = text("SELECT EXISTS (SELECT FROM outbox WHERE published_at IS NULL)")
_AGE: Final = text(
    "SELECT coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)"
    " FROM outbox WHERE published_at IS NULL"
)
_AGAIN: Final = text(
    """
    UPDATE outbox SET published_at = NULL, attempts = 0, next_attempt_at = clock_timestamp(),
        republished = republished + 1
    WHERE published_at IS NOT NULL AND created_at > now() - CAST(:republishable AS interval)
      AND (CAST(:event_id AS uuid) IS NULL OR event_id = :event_id)
      AND (CAST(:since AS timestamptz) IS NULL OR created_at >= :since)
    """
)


Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Outcome:
    published: list[int]
    failed: list[int]
    error: str = ""


class Relay:
    """The loop of one process; several may run, each claims its own rows.

    A commit of its own process wakes it. It polls for what others left: a process that ended
    between its commit and its relay, staff who repeat a fact, a broker that was away.
    """

    def __init__(self, db: Database, bus: Bus, *, poll_s: float = 0.5, batch: int = 200) -> None:
        self._db = db
        self._bus = bus
        self._poll_s = poll_s
        self._batch = batch

    async def run(self, stop: asyncio.Event) -> None:
        """Relay until ``stop`` is set; an outage of Postgres or NATS is waited out."""
        while not stop.is_set():
            try:
                carried = await self.carry()
            except TurnedDown as error:
                await rest_after_failure("relay", error, stop)
                continue
            if carried == 0:
                await nap(self._poll_s, stop, self._db.written.outbox)

    async def carry(self) -> int:
        """Publish one batch; return how many facts the broker confirmed."""
        if not await self._db.glance(_ANY):
            OLDEST.set(0)
            return 0
        async with self._db.worker() as session:
            rows = await run(session, _CLAIM, {"size": self._batch})
            if not rows:
                OLDEST.set((await session.execute(_AGE)).scalar_one())
                return 0
            outcomes = await asyncio.gather(*(self._in_order(rows) for rows in _by_aggregate(rows)))
            failpoint("kit.relay.published")
            return await self._record(session, outcomes)

    async def _in_order(self, rows: Sequence[Row]) -> _Outcome:
        """Publish the facts of one aggregate; the first failure stops it, so none overtakes."""
        published: list[int] = []
        for index, row in enumerate(rows):
            try:
                await self._bus.publish(
                    row["subject"],
                    row["payload"],
                    message_id=_message_id(row),
                    headers=row["headers"],
                )
            except BusAway as error:
                return _Outcome(published, [left["id"] for left in rows[index:]], str(error)[:500])
            published.append(row["id"])
        return _Outcome(published, [])

    async def _record(self, session: AsyncSession, outcomes: Sequence[_Outcome]) -> int:
        done = [row_id for outcome in outcomes for row_id in outcome.published]
        await run(session, _MARK, {"ids": done})
        for outcome in outcomes:
            if outcome.failed:
                await session.execute(_POSTPONE, {"ids": outcome.failed, "error": outcome.error})
                REFUSED.inc()
        PUBLISHED.inc(len(done))
        return len(done)


async def republish(
    db: Database, *, event_id: UUID | None = None, since: datetime | None = None
) -> int:
    """Send facts again, one or all since an instant; return how many. Consumers keep one effect.

    Facts older than ``REPUBLISHABLE`` stay where they are: a consumer may have forgotten them, and
    would take them for new. Raises ``ValueError`` without a choice: republishing everything must
    be said by a date.
    """
    if event_id is None and since is None:
        raise ValueError("say which fact, or since when")
    async with db.worker() as session:
        asked = {"event_id": event_id, "since": since, "republishable": REPUBLISHABLE}
        result = await session.execute(_AGAIN, asked)
        return int(getattr(result, "rowcount", 0))


def _by_aggregate(rows: Sequence[Row]) -> list[list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["aggregate_id"], []).append(row)
    return list(groups.values())


def _message_id(row: Row) -> str:
    """Name a fact once for the stream's memory of duplicates, anew for each asked repetition."""
    again = row["republished"]
    return f"{row['event_id']}:{again}" if again else str(row["event_id"])
