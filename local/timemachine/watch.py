"""What the whole house still has to do: due items, facts on their way, mails, partners' news."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

import asyncpg
import nats
from nats.js import JetStreamContext
from sqlalchemy import make_url

PATIENT_TRIES: Final = 3
"""Work that failed this often waits for somebody else: it is named, and no longer waited for."""
_BUSY: Final = """
    SELECT
      (SELECT count(*) FROM scheduled_item
        WHERE state IN ('pending', 'leased') AND due_at <= $1 AND attempts < $2) AS items,
      (SELECT count(*) FROM scheduled_item
        WHERE state IN ('pending', 'leased') AND due_at <= $1 AND attempts >= $2) AS stuck,
      (SELECT count(*) FROM outbox WHERE published_at IS NULL) AS facts,
      (SELECT count(*) FROM outgoing_mail
        WHERE sent_at IS NULL AND mail IS NOT NULL AND attempts < $2) AS mails
"""
_NEXT: Final = """
    SELECT key, kind, due_at FROM scheduled_item
    WHERE state = 'pending' AND due_at > $1 ORDER BY due_at LIMIT 500
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upcoming:
    """One thing that will happen by itself."""

    owner: str
    key: str
    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Activity:
    """What keeps the house busy (``busy``) and what waits for somebody else (``stuck``)."""

    busy: Mapping[str, int] = field(default_factory=dict)
    stuck: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_quiet(self) -> bool:
        """Say whether nothing more will happen at this instant."""
        return not self.busy


class Watched(Protocol):
    """A part of the house that can be asked what it has to do."""

    async def activity(self, now: datetime) -> Activity:
        """Return what it is doing at this business instant."""
        ...

    async def upcoming(self, now: datetime) -> list[Upcoming]:
        """Return what it will do by itself after this instant, soonest first."""
        ...

    async def close(self) -> None:
        """Let go of what was opened to look; the next look opens it again."""
        ...


class Services:
    """Our services, read straight in their databases: every one that keeps due items."""

    def __init__(self, postgres_url: str, *, only: frozenset[str] = frozenset()) -> None:
        """Watch these databases of a server, or every one that keeps due items."""
        self._url = (
            make_url(postgres_url)
            .set(drivername="postgresql")
            .render_as_string(hide_password=False)
        )
        self._only = only
        self._open: dict[str, Any] = {}

    async def activity(self, now: datetime) -> Activity:
        """Count due items, unpublished facts and unsent mails, by service."""
        busy: dict[str, int] = {}
        stuck: dict[str, int] = {}
        for name, connection in (await self._databases()).items():
            row = await connection.fetchrow(_BUSY, now, PATIENT_TRIES)
            counts = {f"{name} {what}": row[what] for what in ("items", "facts", "mails")}
            busy |= {what: count for what, count in counts.items() if count}
            if row["stuck"]:
                stuck[name] = row["stuck"]
        return Activity(busy, stuck)

    async def upcoming(self, now: datetime) -> list[Upcoming]:
        """Return the next due items of all services."""
        found = [
            Upcoming(owner=name, key=row["key"], kind=row["kind"], at=row["due_at"])
            for name, connection in (await self._databases()).items()
            for row in await connection.fetch(_NEXT, now)
        ]
        return sorted(found, key=lambda each: each.at)

    async def close(self) -> None:
        """Let the connections go."""
        for connection in self._open.values():
            await connection.close()
        self._open = {}

    async def _databases(self) -> dict[str, Any]:
        """Connect once to each database that has due items."""
        if not self._open:
            door = await asyncpg.connect(self._url)
            try:
                rows = await door.fetch("SELECT datname FROM pg_database WHERE datallowconn")
            finally:
                await door.close()
            names = {row["datname"] for row in rows}
            for name in sorted(names & self._only if self._only else names):
                connection = await asyncpg.connect(self._url, database=name)
                if await connection.fetchval("SELECT to_regclass('scheduled_item')") is None:
                    await connection.close()
                else:
                    self._open[name] = connection
        return self._open


class Bus:
    """The durable consumers of every stream: what they have not taken, or not finished."""

    def __init__(self, nats_url: str) -> None:
        self._url = nats_url
        self._client: Any = None

    async def activity(self, now: datetime) -> Activity:  # noqa: ARG002 - the bus knows no time
        """Count facts waiting in front of, or inside, each consumer."""
        if self._client is None:
            self._client = await nats.connect(self._url)
        stream: JetStreamContext = self._client.jetstream()
        busy = {}
        for info in await stream.streams_info():
            for consumer in await stream.consumers_info(info.config.name or ""):
                waiting = (consumer.num_pending or 0) + (consumer.num_ack_pending or 0)
                if waiting:
                    busy[f"consumer {consumer.name}"] = waiting
        return Activity(busy)

    async def upcoming(self, now: datetime) -> list[Upcoming]:  # noqa: ARG002 - nothing is planned here
        """Return nothing: facts have no appointments."""
        return []

    async def close(self) -> None:
        """Leave the bus."""
        if self._client is not None:
            await self._client.close()
            self._client = None


async def overall(parts: Iterable[Watched], now: datetime) -> Activity:
    """Return what all parts together are doing."""
    busy: dict[str, int] = {}
    stuck: dict[str, int] = {}
    for activity in await asyncio.gather(*(part.activity(now) for part in parts)):
        busy |= activity.busy
        stuck |= activity.stuck
    return Activity(busy, stuck)
