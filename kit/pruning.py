"""Housekeeping: every night, rows of the plumbing that nothing will ask for again are erased.

``PLUMBING`` is the whole table of what is kept how long; a service adds its own rows to it. Ages
are technical time, the database's own clock: the night is a business instant, the age is not.
The terms hold each other up (``docs/decisions/0010``): a fact may be published again for
``REPUBLISHABLE``, then lie in its stream, then wait for a consumer that is down; the inbox outlives
all of it, or the same fact would have a second effect.
"""

import asyncio
import time as technical
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Final

import structlog
from prometheus_client import Counter, Gauge
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from kit import due
from kit.clock import Clock
from kit.days import next_paris_time
from kit.db import Database
from kit.due import DueItem
from kit.errors import TurnedDown
from kit.loops import nap, rest_after_failure

REPUBLISHABLE: Final = timedelta(days=400)  # of a published fact; then it is in nobody's tables
STREAM_KEEPS: Final = timedelta(days=60)  # of a fact by the broker, from each publishing
MARGIN: Final = timedelta(days=40)  # of a broker that is down while facts wait to leave again
REMEMBERED: Final = REPUBLISHABLE + STREAM_KEEPS + MARGIN  # of a fact by who took it in

PRUNE: Final = "prune"  # the kind of due work, and its key
AT: Final = time(4)  # Paris: nothing leaves, and the books have been compared
BATCH: Final = 500  # rows locked at once
PAUSE_S: Final = 0.05  # between two batches, for everybody else
LONGEST_S: Final = 3600.0  # a night's work; what is left waits for the next

PRUNED: Final = Counter("pruned_rows_total", "Rows erased: nothing asks for them", ["table"])
LAST: Final = Gauge("pruning_last_complete_timestamp_seconds", "When nothing was left to erase")

_log = structlog.get_logger(__name__)
_PLANNED: Final = text(
    "SELECT EXISTS (SELECT FROM scheduled_item WHERE key = :key AND state IN ('pending', 'leased'))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Which rows of one table may go, and how long they are kept before. Both are SQL of ours."""

    table: str
    over: str  # nothing waits for such a row any more
    since: str  # the column that says from when it is kept; an index makes the night short
    kept: timedelta

    @property
    def statement(self) -> TextClause:
        """Erase the oldest few, leaving those that somebody holds for the next time."""
        return text(
            f"""
            DELETE FROM {self.table} WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM {self.table}
                WHERE {self.since} < now() - CAST(:kept AS interval) AND {self.over}
                ORDER BY {self.since} LIMIT :size FOR UPDATE OF {self.table} SKIP LOCKED))
            """  # noqa: S608 - names written in the code
        )


PLUMBING: Final = (
    # A year and its closing: a fault of a consumer found at the yearly renewals, or in the yearly
    # accounts, is made good by telling it its year again. No loss of the broker lasts as long.
    Rule(
        table="outbox",
        over="published_at IS NOT NULL",
        since="created_at",
        kept=REPUBLISHABLE,
    ),
    # As long as the fact can come once more. What lies among the dead letters may come at any time:
    # that it was taken in since by another way must still be known then.
    Rule(
        table="inbox",
        over="NOT EXISTS (SELECT FROM dead_letter AS dead WHERE dead.consumer = inbox.consumer"
        " AND dead.event_id = inbox.event_id AND dead.state <> 'taken')",
        since="received_at",
        kept=REMEMBERED,
    ),
    # Replayed ones only: a fact that was never taken in waits for a person, however long.
    Rule(table="dead_letter", over="state = 'taken'", since="died_at", kept=REPUBLISHABLE),
    # To explain what was done when; an item planned again under its key begins anew.
    Rule(
        table="scheduled_item",
        over="state IN ('done', 'cancelled')",
        since="changed_at",
        kept=timedelta(days=90),
    ),
    # The e-mail itself is blank since it left: the key stays, so that it leaves once. Alerts bear
    # the key of their cause; one whose cause lasts for more than two years is worth repeating.
    Rule(table="outgoing_mail", over="mail IS NULL", since="created_at", kept=timedelta(days=800)),
)


async def plan(db: Database, clock: Clock) -> None:
    """Plan the next night unless one is planned: a restart does not put it off."""
    async with db.worker() as session:
        if not await session.scalar(_PLANNED, {"key": PRUNE}):
            await _plan_next(session, clock)


class Pruning:
    """The handler of a service's nightly erasure, which plans the next one.

    ``rules`` are the service's own, beside those of the plumbing. The worker's role erases: a
    table under row-level security must be open to it (``kit.migrations.open_to_worker``).
    """

    def __init__(self, db: Database, clock: Clock, *, rules: Sequence[Rule] = ()) -> None:
        self._db = db
        self._clock = clock
        self._rules = (*PLUMBING, *rules)

    async def __call__(self, _item: DueItem) -> None:
        """Erase what is over and plan the next night; stopped half-way, it begins again."""
        await prune(self._db, self._rules)
        async with self._db.worker() as session:
            await _plan_next(session, self._clock)


class HourlyPruning:
    """The same as a loop, for a service that keeps no due work: every replica looks each hour."""

    def __init__(self, db: Database, rules: Sequence[Rule], *, every_s: float = 3600.0) -> None:
        self._db = db
        self._rules = rules
        self._every_s = every_s

    async def run(self, stop: asyncio.Event) -> None:
        """Erase, and rest, until ``stop`` is set."""
        while not stop.is_set():
            try:
                await prune(self._db, self._rules)
            except TurnedDown as error:
                await rest_after_failure(PRUNE, error, stop)
                continue
            await nap(self._every_s, stop)


async def prune(
    db: Database,
    rules: Sequence[Rule],
    *,
    batch: int = BATCH,
    pause_s: float = PAUSE_S,
    longest_s: float = LONGEST_S,
) -> Mapping[str, int]:
    """Erase what is over, a few rows a transaction; return how many rows of each table went."""
    until = technical.monotonic() + longest_s
    gone: dict[str, int] = {}
    for rule in rules:
        erased = batch
        while erased == batch:
            if technical.monotonic() > until:
                _log.warning("pruning_cut_short", table=rule.table, gone=gone)
                return gone
            erased = await _erase(db, rule, batch)
            gone[rule.table] = gone.get(rule.table, 0) + erased
            await asyncio.sleep(pause_s if erased else 0)
    LAST.set_to_current_time()
    _log.info("pruned", gone=gone)
    return gone


async def _plan_next(session: AsyncSession, clock: Clock) -> None:
    at = next_paris_time(clock(), AT)
    await due.schedule(session, kind=PRUNE, key=PRUNE, due_at=at, account_id=None)


async def _erase(db: Database, rule: Rule, batch: int) -> int:
    async with db.worker() as session:
        result = await session.execute(rule.statement, {"kept": rule.kept, "size": batch})
    erased = int(getattr(result, "rowcount", 0))
    PRUNED.labels(rule.table).inc(erased)
    return erased
