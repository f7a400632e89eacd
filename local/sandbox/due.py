"""What partners do by themselves at a given business instant: letters lapse, sessions expire."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import structlog

from kit.clock import Clock
from local.sandbox.store import Row, Store

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS due (
    key TEXT PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, due_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS due_order ON due (due_at);
"""
POLL_S: Final = 0.1  # business time may jump at any moment, so it is read again and again
NEVER: Final = "9999"  # after every instant, as text
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Planned:
    """One act to come."""

    key: str
    kind: str
    at: datetime


class Due:
    """A list of instants and what happens then; each is done once, in one transaction."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._acts: dict[str, Callable[[str], None]] = {}
        self._none_before: str | None = None  # nothing is due before this; unknown until asked

    def teach(self, kind: str, act: Callable[[str], None]) -> None:
        """Say what is done for a kind; ``act`` gets the subject, and must bear a repeat."""
        self._acts[kind] = act

    def schedule(self, kind: str, subject: str, at: datetime) -> None:
        """Plan one act; planning it again moves it."""
        self._none_before = None
        self._store.write(
            "INSERT INTO due VALUES (?, ?, ?, ?)"
            " ON CONFLICT (key) DO UPDATE SET due_at = excluded.due_at",
            (f"{kind}:{subject}", kind, subject, _text(at)),
        )

    def cancel(self, kind: str, subject: str) -> None:
        """Forget a planned act, if it is still there."""
        self._store.write("DELETE FROM due WHERE key = ?", (f"{kind}:{subject}",))

    def next_item(self) -> Planned | None:
        """Return the earliest planned act, late ones included."""
        row = self._store.row("SELECT * FROM due ORDER BY due_at, key LIMIT 1")
        if row is None:
            return None
        return Planned(row["key"], row["kind"], datetime.fromisoformat(row["due_at"]))

    def late(self) -> int:
        """Return how many acts are due and not done yet."""
        count: int = self._store.value(
            "SELECT count(*) FROM due WHERE due_at <= ?", (_text(self._clock()),)
        )
        return count

    def run_once(self) -> int:
        """Do all that is due, earliest first, and return how many acts were done."""
        done = 0
        while row := self._first():
            with self._store.transaction():
                self._store.write("DELETE FROM due WHERE key = ?", (row["key"],))
                self._acts[row["kind"]](row["subject"])
            done += 1
        return done

    def _first(self) -> Row | None:
        """Return the earliest act if it is due: the memory is asked only when one may be."""
        now = _text(self._clock())
        if self._none_before is not None and now < self._none_before:
            return None
        row = self._store.row("SELECT * FROM due ORDER BY due_at, key LIMIT 1")
        self._none_before = row["due_at"] if row else NEVER
        return row if row and row["due_at"] <= now else None

    async def run(self, stop: asyncio.Event) -> None:
        """Do what is due until told to stop; an act that fails is logged and tried again."""
        while not stop.is_set():
            try:
                self.run_once()
            except Exception:  # one partner's trouble must not stop the others
                log.exception("sandbox_due_failed")
                await asyncio.sleep(1)
            await asyncio.sleep(POLL_S)


def _text(instant: datetime) -> str:
    """Write an instant so that texts sort as instants do."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")
