"""Takes facts in: inbox row and effect in one transaction, then the acknowledgement."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog
from google.protobuf.message import Message
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from opentelemetry import context, propagate, trace
from prometheus_client import Counter, Gauge
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import Database, run
from kit.errors import Kind, TurnedDown
from kit.events.bus import Bus
from kit.events.dead_letters import ANY_REPLAY, bury, claim_replay, mark_taken
from kit.events.outbox import Incoming, Undecodable, read_incoming, service_of, subject_of
from kit.failpoints import failpoint
from kit.loops import nap, rest_after_failure

Handler = Callable[[AsyncSession, Incoming], Awaitable[None]]

TAKEN: Final = Counter("inbox_facts_total", "Facts delivered", ["consumer", "outcome"])
PENDING: Final = Gauge("inbox_pending", "Facts not delivered yet", ["consumer", "stream"])

_RECORD: Final = text(
    "INSERT INTO inbox (consumer, event_id) VALUES (:consumer, :event_id)"
    " ON CONFLICT DO NOTHING RETURNING event_id"
)
_MAX_TRIES: Final = 10  # of a handler that fails in an unforeseen way
_LONGEST_PAUSE_S: Final = 300.0
_FETCH_S: Final = 2.0
_SILENCE_S: Final = 30.0  # facts wait but none comes: the subscription is taken for dead
_tracer = trace.get_tracer(__name__)
_log = structlog.get_logger(__name__)


class Consumer:
    """What one service does with the facts of others, under one purpose.

    A handler runs in a transaction of the worker's role that sees the rows of the fact's account.
    It must ignore a version it already knows, and never wait for a gap. A refusal of kind LATER
    or STALE is tried again for as long as it takes; any other refusal, and bytes that cannot be
    decoded, become dead letters at once; an unforeseen error does after ten tries.
    """

    def __init__(
        self, service: str, purpose: str, handlers: Mapping[type[Message], Handler]
    ) -> None:
        self.name = f"{service}-{purpose}"
        self._kinds = {str(kind.DESCRIPTOR.full_name): kind for kind in handlers}
        self._handlers = {str(kind.DESCRIPTOR.full_name): run for kind, run in handlers.items()}

    @property
    def sources(self) -> dict[str, list[str]]:
        """The subjects it listens to, by the service that owns the stream."""
        found: dict[str, list[str]] = {}
        for kind in self._kinds.values():
            found.setdefault(service_of(kind), []).append(subject_of(kind))
        return found

    async def run(self, db: Database, bus: Bus, stop: asyncio.Event) -> None:
        """Take facts in from every source, and replays, until ``stop`` is set."""
        async with asyncio.TaskGroup() as tasks:
            for source in self.sources:
                tasks.create_task(self._listen(source, db, bus, stop))
            tasks.create_task(self._replays(db, stop))

    async def take(self, db: Database, incoming: Incoming) -> bool:
        """Apply one fact and remember it; return False when it had been taken in before."""
        async with db.worker(incoming.account_id) as session:
            return await self._apply(session, incoming)

    async def _apply(self, session: AsyncSession, incoming: Incoming) -> bool:
        key = {"consumer": self.name, "event_id": incoming.event_id}
        if not await run(session, _RECORD, key):
            return False
        await self._handlers[str(incoming.message.DESCRIPTOR.full_name)](session, incoming)
        return True

    async def _listen(self, source: str, db: Database, bus: Bus, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await bus.provision_consumer(source, self.name, self.sources[source])
                subscription = await bus.pull(source, self.name)
                await self._until_silent(source, subscription, db, stop)
                await subscription.unsubscribe()
            except (TimeoutError, NatsError, OSError, TurnedDown) as error:
                await rest_after_failure(f"{self.name}<{source}", error, stop)

    async def _until_silent(
        self,
        source: str,
        subscription: JetStreamContext.PullSubscription,
        db: Database,
        stop: asyncio.Event,
    ) -> None:
        """Fetch and take, until told to stop or until waiting facts no longer reach us."""
        heard = time.monotonic()
        while not stop.is_set():
            try:
                # no heartbeat: with some facts already at hand the client asks for more without
                # an expiry, the server refuses the pair, and those at hand would be dropped
                messages = await subscription.fetch(50, timeout=_FETCH_S)
            except TimeoutError:  # nothing new: the usual end of a fetch
                waiting = (await subscription.consumer_info()).num_pending or 0
                PENDING.labels(self.name, source).set(waiting)
                if waiting and time.monotonic() - heard > _SILENCE_S:
                    return
                continue
            heard = time.monotonic()
            for message in messages:
                await self._deliver(message, db)

    async def _deliver(self, message: Msg, db: Database) -> None:
        headers = dict(message.headers or {})
        origin = trace.get_current_span(propagate.extract(headers)).get_span_context()
        links = [trace.Link(origin)] if origin.is_valid else []
        token = context.attach(context.Context())
        try:
            with _tracer.start_as_current_span(
                f"process {self.name}", kind=trace.SpanKind.CONSUMER, links=links
            ):
                await self._settle(message, headers, db)
        finally:
            context.detach(token)

    async def _settle(self, message: Msg, headers: Mapping[str, str], db: Database) -> None:
        tries = message.metadata.num_delivered or 1
        try:
            fresh = await self.take(db, read_incoming(headers, message.data, self._kinds))
        except Exception as error:  # noqa: BLE001 - nothing is dropped: tried again, or buried
            if not _is_poison(error, tries):
                await self._postpone(message, tries, error)
                return
            async with db.worker() as session:
                await bury(
                    session,
                    consumer=self.name,
                    subject=message.subject,
                    headers=headers,
                    payload=message.data,
                    deliveries=tries,
                    error=_told(error),
                )
            TAKEN.labels(self.name, "dead").inc()
            await message.term()
            return
        failpoint("kit.consumer.taken")
        TAKEN.labels(self.name, "taken" if fresh else "known").inc()
        await message.ack_sync()

    async def _postpone(self, message: Msg, tries: int, error: Exception) -> None:
        _log.warning("fact_postponed", consumer=self.name, tries=tries, error=_told(error))
        TAKEN.labels(self.name, "postponed").inc()
        await message.nak(delay=min(0.5 * 2 ** min(tries, 12), _LONGEST_PAUSE_S))

    async def _replays(self, db: Database, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                if not await self.replay_one(db):
                    await nap(1.0, stop)
            except TurnedDown as error:
                await rest_after_failure(f"{self.name} replays", error, stop)

    async def replay_one(self, db: Database) -> bool:
        """Try the next dead letter that staff asked for; say whether there was one."""
        if not await db.glance(ANY_REPLAY, {"consumer": self.name}):
            return False
        async with db.worker() as session:
            row = await claim_replay(session, self.name)
            if row is None:
                return False
            try:
                incoming = read_incoming(row["headers"], row["payload"], self._kinds)
                await self.take(db, incoming)
            except Exception as error:  # noqa: BLE001 - it goes back to where staff can see it
                await self._rebury(session, row, error)
                return True
            # a crash here replays a fact the inbox already knows: no second effect
            await mark_taken(session, row["id"])
            return True

    async def _rebury(
        self, session: AsyncSession, row: Mapping[str, Any], error: Exception
    ) -> None:
        await bury(
            session,
            consumer=self.name,
            subject=row["subject"],
            headers=row["headers"],
            payload=row["payload"],
            deliveries=row["deliveries"] + 1,
            error=_told(error),
        )


@dataclass(frozen=True, slots=True)
class Listener:
    """A consumer with the database and the bus it works on: a loop of its process."""

    consumer: Consumer
    db: Database
    bus: Bus

    async def run(self, stop: asyncio.Event) -> None:
        """Take facts in until ``stop`` is set."""
        await self.consumer.run(self.db, self.bus, stop)


def _is_poison(error: Exception, tries: int) -> bool:
    if isinstance(error, Undecodable):
        return True
    if isinstance(error, TurnedDown):
        return error.kind not in {Kind.LATER, Kind.STALE}
    return tries >= _MAX_TRIES


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
