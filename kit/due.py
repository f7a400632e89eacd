"""Work that falls due: business instants in a table, claimed by any replica, never lost.

An item's due instant is business time; leases and pauses after a failure are technical time, kept
by the database's own clock. ``local_date`` keeps the day that a person chose, beside the instant.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import structlog
from prometheus_client import Counter, Gauge, Histogram
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import Clock
from kit.db import Database, act_for, run, wake_after_commit
from kit.errors import TurnedDown
from kit.failpoints import failpoint
from kit.loops import nap, rest_after_failure

LEASE_S: Final = 60
DONE: Final = Counter("due_items_total", "Due items, by how a try ended", ["kind", "outcome"])
LATE: Final = Gauge("due_items_lateness_seconds", "Age of the oldest item due and not done")
DELAY: Final = Histogram("due_items_delay_seconds", "From the due instant to the claim", ["kind"])
_log = structlog.get_logger(__name__)

_SCHEDULE: Final = text(
    """
    INSERT INTO scheduled_item (key, kind, account_id, due_at, local_date, payload)
    VALUES (:key, :kind, :account_id, :due_at, :local_date, CAST(:payload AS jsonb))
    ON CONFLICT (key) DO UPDATE
    SET kind = excluded.kind, account_id = excluded.account_id, due_at = excluded.due_at,
        local_date = excluded.local_date, payload = excluded.payload, state = 'pending',
        attempts = 0, retry_at = clock_timestamp(), lease_until = NULL, last_error = NULL,
        fence = scheduled_item.fence + 1, changed_at = clock_timestamp()
    """
)
_CANCEL: Final = text(
    """
    UPDATE scheduled_item SET state = 'cancelled', fence = fence + 1, changed_at = clock_timestamp()
    WHERE key = :key AND state IN ('pending', 'leased') RETURNING key
    """
)
_DUE: Final = """
    FROM scheduled_item
    WHERE kind = ANY(:kinds) AND due_at <= :now AND retry_at <= clock_timestamp()
      AND (state = 'pending' OR state = 'leased' AND lease_until < clock_timestamp())
"""
_NEXT: Final = f"""
    SELECT key, kind, account_id, due_at, payload, fence, attempts {_DUE}
    ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_ANY: Final = text(f"SELECT EXISTS (SELECT {_DUE})")
_CLAIM: Final = text(_NEXT)
_LEASE: Final = text(
    f"""
    WITH next AS ({_NEXT})
    UPDATE scheduled_item AS item
    SET state = 'leased', fence = item.fence + 1, attempts = item.attempts + 1,
        lease_until = clock_timestamp() + :lease_s * interval '1 s', changed_at = clock_timestamp()
    FROM next WHERE item.key = next.key
    RETURNING item.key, item.kind, item.account_id, item.due_at, item.payload, item.fence,
        item.attempts
    """  # noqa: S608 - two constants of this file
)
_RENEW: Final = text(
    "UPDATE scheduled_item SET lease_until = clock_timestamp() + :lease_s * interval '1 s'"
    " WHERE key = :key AND fence = :fence AND state = 'leased'"
)
_FINISH: Final = text(
    "UPDATE scheduled_item SET state = 'done', lease_until = NULL, last_error = NULL,"
    " changed_at = clock_timestamp() WHERE key = :key AND fence = :fence"
)
_RETRY: Final = text(
    """
    UPDATE scheduled_item
    SET state = 'pending', lease_until = NULL, last_error = :error, attempts = :attempts,
        retry_at = clock_timestamp()
            + least(power(2, least(:attempts, 12)), 600) * (0.8 + 0.4 * random()) * interval '1 s',
        changed_at = clock_timestamp()
    WHERE key = :key AND fence = :fence
    """
)
_LATENESS: Final = text(
    "SELECT min(due_at) AS oldest FROM scheduled_item"
    " WHERE state IN ('pending', 'leased') AND due_at <= :now AND kind = ANY(:kinds)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueItem:
    """One piece of work whose instant has come."""

    key: str
    kind: str
    account_id: UUID | None
    due_at: datetime
    payload: Mapping[str, Any]
    fence: int  # grows with each claim and each re-arming; only its holder may finish
    attempts: int


Within = Callable[[AsyncSession, DueItem], Awaitable[None]]
Leased = Callable[[DueItem], Awaitable[None]]


async def schedule(
    session: AsyncSession,
    *,
    kind: str,
    key: str,
    due_at: datetime,
    account_id: UUID | None,
    local_date: date | None = None,
    payload: Mapping[str, Any] | None = None,
) -> None:
    """Plan work in the transaction that makes it necessary; the same key replaces and re-arms.

    A worker that is busy with the replaced item cannot finish it: the new plan stands.
    """
    if due_at.tzinfo is None:
        raise ValueError("a due instant has a time zone")
    await run(
        session,
        _SCHEDULE,
        {
            "key": key,
            "kind": kind,
            "account_id": account_id,
            "due_at": due_at,
            "local_date": local_date,
            "payload": json.dumps(dict(payload or {})),
        },
    )
    wake_after_commit(session, "items")


async def cancel(session: AsyncSession, key: str) -> bool:
    """Give up planned work; return False when nothing was planned any more."""
    return bool(await run(session, _CANCEL, {"key": key}))


class DueWorker:
    """The loop that does a service's due work; every replica runs one, none leads.

    ``within`` handlers run in the very transaction that claims and finishes the item: database
    work only. ``leased`` handlers run outside any transaction, at least once, to call partners;
    what they do must stand being repeated. Whatever a handler raises, the item is tried again,
    later and later (10 minutes at most).
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        *,
        within: Mapping[str, Within] | None = None,
        leased: Mapping[str, Leased] | None = None,
        poll_s: float = 0.5,
        hands: int = 4,
        lease_s: int = LEASE_S,
    ) -> None:
        self._db = db
        self._clock = clock
        self._within = dict(within or {})
        self._leased = dict(leased or {})
        self._poll_s = poll_s
        self._hands = hands
        self._lease_s = lease_s  # how long the work of a dead process waits

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set, then finish what is in hand."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._watch(stop))
            if self._within:
                tasks.create_task(self._loop(self.do_within, stop))
            if self._leased:
                tasks.create_task(self._hand_out(stop))

    async def do_within(self) -> bool:
        """Do one item of the ``within`` kinds in one transaction; say whether one was due."""
        taken: DueItem | None = None
        asked = {"kinds": list(self._within), "now": self._clock()}
        if not await self._db.glance(_ANY, asked):
            return False
        try:
            async with self._db.worker() as session:
                claimed = await run(session, _CLAIM, asked)
                if not claimed:
                    return False
                taken = DueItem(**claimed[0])
                await act_for(session, taken.account_id)
                await self._within[taken.kind](session, taken)
                await run(session, _FINISH, {"key": taken.key, "fence": taken.fence})
        except Exception as error:
            if taken is None:
                raise
            await self._postpone(taken, taken.attempts + 1, error)
        else:
            self._count(taken)
        return True

    async def do_leased(self) -> bool:
        """Do one item of the ``leased`` kinds; say whether one was due."""
        item = await self._lease()
        if item is None:
            return False
        await self._do(item)
        return True

    async def _lease(self) -> DueItem | None:
        asked = {"kinds": list(self._leased), "now": self._clock(), "lease_s": self._lease_s}
        leased = await self._db.alone(_LEASE, asked)
        if not leased:
            return None
        failpoint("kit.due.leased")
        return DueItem(**leased[0])

    async def _do(self, item: DueItem) -> None:
        renewal = asyncio.ensure_future(self._keep_lease(item))
        try:
            await self._leased[item.kind](item)
        except Exception as error:  # noqa: BLE001 - nothing is dropped: it is tried again
            await self._postpone(item, item.attempts, error)
        else:
            failpoint("kit.due.worked")
            await self._db.alone(_FINISH, {"key": item.key, "fence": item.fence})
            self._count(item)
        finally:
            renewal.cancel()

    async def _postpone(self, item: DueItem, attempts: int, error: Exception) -> None:
        foreseen = isinstance(error, TurnedDown)
        DONE.labels(item.kind, "later" if foreseen else "failed").inc()
        report = _log.warning if foreseen else _log.exception
        report("due_item_postponed", key=item.key, kind=item.kind, attempts=attempts)
        told = f"{type(error).__name__}: {error}"[:500]
        await self._db.alone(
            _RETRY, {"key": item.key, "fence": item.fence, "attempts": attempts, "error": told}
        )

    def _count(self, item: DueItem) -> None:
        DONE.labels(item.kind, "done").inc()
        DELAY.labels(item.kind).observe(max(0.0, (self._clock() - item.due_at).total_seconds()))

    async def _keep_lease(self, item: DueItem) -> None:
        while True:
            await asyncio.sleep(self._lease_s / 3)
            with suppress(TurnedDown):  # the next try may still be in time
                await self._db.alone(
                    _RENEW, {"key": item.key, "fence": item.fence, "lease_s": self._lease_s}
                )

    async def _loop(self, turn: Callable[[], Awaitable[bool]], stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                if not await turn():
                    await nap(self._poll_s, stop, self._db.written.items)
            except TurnedDown as error:
                await rest_after_failure("due", error, stop)

    async def _hand_out(self, stop: asyncio.Event) -> None:
        """Lease items one by one, as hands are free; idle, it asks once a poll."""
        free = asyncio.Semaphore(self._hands)

        async def turn() -> bool:
            await free.acquire()
            item = None
            try:
                item = await self._lease()
            finally:
                if item is None:
                    free.release()
            if item is not None:
                tasks.create_task(work(item))
            return item is not None

        async def work(item: DueItem) -> None:
            try:
                await self._do(item)
            except TurnedDown as error:  # the outcome could not be stored: the lease runs out
                await rest_after_failure(f"due {item.kind}", error, stop)
            finally:
                free.release()

        async with asyncio.TaskGroup() as tasks:
            await self._loop(turn, stop)

    async def _watch(self, stop: asyncio.Event) -> None:
        kinds = [*self._within, *self._leased]
        while not stop.is_set():
            now = self._clock()
            try:
                (row,) = await self._db.alone(_LATENESS, {"now": now, "kinds": kinds})
            except TurnedDown as error:
                await rest_after_failure("due watch", error, stop)
                continue
            oldest = row["oldest"]
            LATE.set((now - oldest).total_seconds() if oldest else 0)
            await nap(5.0, stop)
