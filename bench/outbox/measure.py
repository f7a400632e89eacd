"""From a committed fact to its consumer's hands: outbox, relay, JetStream, inbox.

Beside it, a message published to JetStream and pulled from it, without any promise.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final
from uuid import uuid4

from google.protobuf.message import Message
from sqlalchemy.ext.asyncio import AsyncSession

from bench.ground import Ground
from bench.sizes import Sizes
from bench.table import Line
from bench.timing import Pair, percentile
from kit.db import Database
from kit.events import Bus, Consumer, Incoming, Relay, announce
from kit.ids import new_id
from kit.tests.sample import new_facts

NAME: Final = "outbox"
RAW: Final = "raw JetStream publish"
PATIENCE_S: Final = 30.0
FETCHED: Final = 50

Burst = Callable[[int], Awaitable[list[float]]]
"""Tells so many facts at once; returns how long each took to arrive, in seconds."""


async def measure(sizes: Sizes, ground: Ground) -> AsyncIterator[Line]:
    """Announce more and more facts in one transaction."""
    servers = await ground.servers()
    place = await servers.cluster.create("billing")  # any service's tables of facts will do
    database = Database(place.app_url, place.worker_url)
    bus = await Bus.connect(servers.nats_url, name="bench")
    async with _ours(database, bus) as ours, _raw(bus) as raw:
        for count in sizes.facts:
            rounds = [
                (await _many(ours, count, sizes.bursts), await _many(raw, count, sizes.bursts))
                for _ in range(sizes.rounds)
            ]
            for share in (0.5, 0.99):
                yield Pair(
                    [1000 * percentile(a, share) for a, _ in rounds],
                    [1000 * percentile(b, share) for _, b in rounds],
                ).line(
                    measure=NAME,
                    what=f"commit to consumer, p{share * 100:.0f}",
                    size=f"{count} at once",
                    unit="ms",
                    instead=RAW,
                )
    await bus.close()
    await database.close()


async def _many(burst: Burst, count: int, times: int) -> list[float]:
    return [wait for _ in range(times) for wait in await burst(count)]


class _Arrivals:
    """When each fact was told, and when it came."""

    def __init__(self) -> None:
        self._told: dict[str, float] = {}
        self._came: dict[str, float] = {}
        self._all = asyncio.Event()

    def tell(self, names: list[str]) -> None:
        """Note that these leave now."""
        self._told, self._came = dict.fromkeys(names, time.perf_counter()), {}
        self._all.clear()

    def leave(self) -> None:
        """Note that all of them leave only now."""
        self._told = dict.fromkeys(self._told, time.perf_counter())

    def come(self, name: str) -> None:
        """Note that one came."""
        self._came.setdefault(name, time.perf_counter())
        if self._told.keys() <= self._came.keys():
            self._all.set()

    async def waits(self) -> list[float]:
        """Wait for all; return how long each took. One may come before its commit returned."""
        await asyncio.wait_for(self._all.wait(), PATIENCE_S)
        return [max(0.0, self._came[name] - told) for name, told in self._told.items()]


@asynccontextmanager
async def _ours(database: Database, bus: Bus) -> AsyncIterator[Burst]:
    """Run a relay and a consumer as services do, in this process."""
    facts, arrivals, stop = new_facts(), _Arrivals(), asyncio.Event()
    await bus.provision_stream(facts.service)

    async def take(_session: AsyncSession, incoming: Incoming) -> None:
        arrivals.come(incoming.aggregate_id)

    async def burst(count: int) -> list[float]:
        account_id, names = new_id(), [new_id() for _ in range(count)]
        arrivals.tell([str(name) for name in names])
        async with database.account(account_id) as session:
            for name in names:
                await announce(
                    session,
                    _fact(facts.changed),
                    aggregate_id=name,
                    aggregate_version=1,
                    account_id=account_id,
                )
        arrivals.leave()
        return await arrivals.waits()

    loops = [
        asyncio.create_task(Relay(database, bus).run(stop)),
        asyncio.create_task(
            Consumer("bench", "latency", {facts.changed: take}).run(database, bus, stop)
        ),
    ]
    try:
        await burst(1)  # opens what is opened at the first use
        yield burst
    finally:
        stop.set()
        await asyncio.gather(*loops)


@asynccontextmanager
async def _raw(bus: Bus) -> AsyncIterator[Burst]:
    """Publish and pull with the client alone."""
    service, arrivals = f"raw{uuid4().hex[:8]}", _Arrivals()
    await bus.provision_stream(service)
    await bus.provision_consumer(service, "raw", [f"evt.{service}.>"])
    subscription = await bus.pull(service, "raw")

    async def pull() -> None:
        while True:
            with suppress(TimeoutError):
                for message in await subscription.fetch(FETCHED, timeout=2):
                    arrivals.come(message.data.decode())
                    await message.ack()

    async def burst(count: int) -> list[float]:
        names = [uuid4().hex for _ in range(count)]
        arrivals.tell(names)
        subject = f"evt.{service}.v1.note"
        await asyncio.gather(*(bus.js.publish(subject, name.encode()) for name in names))
        return await arrivals.waits()

    pulling = asyncio.create_task(pull())
    try:
        await burst(1)
        yield burst
    finally:
        pulling.cancel()
        with suppress(asyncio.CancelledError):
            await pulling


def _fact(kind: type[Message]) -> Message:
    return kind(text="of the size of an ordinary fact: an account, a letter, a state, some days")
