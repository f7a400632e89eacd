import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest
from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from kit.db import Database
from kit.errors import TryAgain, TurnedDown
from kit.events import (
    Bus,
    Consumer,
    Incoming,
    Relay,
    announce,
    list_dead_letters,
    replay,
    republish,
)
from kit.events.bus import BusAway
from kit.events.dead_letters import NoDeadLetter
from kit.events.outbox import subject_of
from kit.failpoints import KILLED, Crashed, crash_at
from kit.ids import new_id
from kit.tests.sample import Facts, new_facts
from tests.support.servers import ServiceDatabase

pytestmark = pytest.mark.servers

NOTE = text("INSERT INTO note (id, account_id, body) VALUES (:id, :account_id, :body)")
BODIES = text("SELECT body FROM note WHERE account_id = :account_id ORDER BY body")


class Impossible(TurnedDown):
    reason = "impossible"


@pytest.fixture
async def facts(bus: Bus) -> Facts:
    """A service of this test alone, with its stream."""
    invented = new_facts()
    await bus.provision_stream(invented.service)
    return invented


@dataclass
class Recorder:
    """A handler that writes what it takes, after failing as often as told."""

    failures: list[Exception] = field(default_factory=list)
    calls: int = 0

    async def __call__(self, session: AsyncSession, incoming: Incoming) -> None:
        self.calls += 1
        body = str(getattr(incoming.message, "text"))  # noqa: B009 - the sample has no stubs
        row = {"id": new_id(), "account_id": incoming.account_id, "body": body}
        await session.execute(NOTE, row)
        if self.failures:
            raise self.failures.pop(0)


async def tell(
    db: Database,
    facts: Facts,
    body: str,
    *,
    account_id: UUID,
    aggregate_id: UUID | None = None,
    version: int = 1,
) -> UUID:
    async with db.account(account_id) as session:
        return await announce(
            session,
            facts.changed(text=body),
            aggregate_id=aggregate_id or new_id(),
            aggregate_version=version,
            account_id=account_id,
        )


async def bodies(db: Database, account_id: UUID) -> list[str]:
    async with db.account(account_id) as session:
        return list((await session.scalars(BODIES, {"account_id": account_id})).all())


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(600):
        if await condition():
            return
        await asyncio.sleep(0.025)
    raise AssertionError("what was waited for did not come in fifteen seconds")


@asynccontextmanager
async def consuming(consumer: Consumer, db: Database, bus: Bus) -> AsyncIterator[None]:
    stop = asyncio.Event()
    running = asyncio.create_task(consumer.run(db, bus, stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(running, 10)  # and what went wrong in it is told here


def consumer_of(handler: Recorder, facts: Facts) -> Consumer:
    return Consumer("tests", "notes", {facts.changed: handler, facts.erased: handler})


async def pending(db: Database) -> int:
    async with db.worker() as session:
        waiting = text("SELECT count(*) FROM outbox WHERE published_at IS NULL")
        return int(await session.scalar(waiting) or 0)


async def test_a_fact_reaches_its_consumer_with_account_version_and_content(
    emptied: Database, bus: Bus, facts: Facts
) -> None:
    account_id, handler = new_id(), Recorder()
    await tell(emptied, facts, "hello", account_id=account_id, version=7)
    await Relay(emptied, bus).carry()

    async with consuming(consumer_of(handler, facts), emptied, bus):
        await until(lambda: _has(emptied, account_id, ["hello"]))

    assert await pending(emptied) == 0


async def test_a_relay_killed_between_publish_and_mark_has_no_second_effect(
    emptied: Database, bus: Bus, facts: Facts
) -> None:
    account_id, handler = new_id(), Recorder()
    await tell(emptied, facts, "once", account_id=account_id)

    with crash_at("kit.relay.published"), pytest.raises(Crashed):
        await Relay(emptied, bus).carry()
    assert await pending(emptied) == 1
    await Relay(emptied, bus).carry()

    async with consuming(consumer_of(handler, facts), emptied, bus):
        await until(lambda: _has(emptied, account_id, ["once"]))
        await tell(emptied, facts, "then", account_id=account_id)
        await Relay(emptied, bus).carry()
        await until(lambda: _has(emptied, account_id, ["once", "then"]))


@pytest.fixture
def addresses(sample_place: ServiceDatabase, nats_url: str) -> list[str]:
    return [sample_place.app_url, sample_place.worker_url, nats_url]


async def test_a_relay_process_really_killed_leaves_its_fact_to_the_next(
    emptied: Database,
    bus: Bus,
    facts: Facts,
    addresses: list[str],
    tmp_path: Path,
) -> None:
    account_id, handler = new_id(), Recorder()
    await tell(emptied, facts, "once", account_id=account_id)
    failpoint = {
        "PREAVIS_FAILPOINT": "kit.relay.published",
        "PREAVIS_FAILPOINT_ONCE": str(tmp_path / "died"),
    }

    codes = []
    for _ in range(2):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "kit.tests.relay_process", *addresses, env=os.environ | failpoint
        )
        codes.append(await process.wait())

    assert codes == [KILLED, 0]
    assert await pending(emptied) == 0
    async with consuming(consumer_of(handler, facts), emptied, bus):
        await until(lambda: _has(emptied, account_id, ["once"]))


async def test_a_fact_republished_on_demand_has_no_second_effect(
    emptied: Database, bus: Bus, facts: Facts
) -> None:
    account_id, handler = new_id(), Recorder()
    event_id = await tell(emptied, facts, "once", account_id=account_id)
    await Relay(emptied, bus).carry()

    async with consuming(consumer_of(handler, facts), emptied, bus):
        await until(lambda: _has(emptied, account_id, ["once"]))
        assert await republish(emptied, event_id=event_id) == 1
        assert await Relay(emptied, bus).carry() == 1
        await tell(emptied, facts, "then", account_id=account_id)
        await Relay(emptied, bus).carry()
        await until(lambda: _has(emptied, account_id, ["once", "then"]))

    assert handler.calls == 2


async def test_republishing_everything_must_be_said_by_a_date(emptied: Database) -> None:
    with pytest.raises(ValueError, match="since when"):
        await republish(emptied)


async def test_a_consumer_killed_before_its_acknowledgement_has_one_effect(
    emptied: Database, bus: Bus, facts: Facts
) -> None:
    account_id, consumer = new_id(), consumer_of(Recorder(), facts)
    await tell(emptied, facts, "once", account_id=account_id)
    await Relay(emptied, bus).carry()

    with crash_at("kit.consumer.taken"), pytest.RaisesGroup(Crashed):
        await asyncio.wait_for(consumer.run(emptied, bus, asyncio.Event()), 10)
    row = await _outbox_row(emptied)
    repeated = Incoming(
        event_id=row["event_id"],
        account_id=account_id,
        aggregate_id=row["aggregate_id"],
        aggregate_version=1,
        occurred_at=row["created_at"],
        message=facts.changed(text="once"),
    )

    assert not await consumer.take(emptied, repeated)
    assert await bodies(emptied, account_id) == ["once"]


async def test_a_handler_that_fails_leaves_nothing_and_is_tried_again(
    emptied: Database, bus: Bus, facts: Facts
) -> None:
    account_id, handler = new_id(), Recorder(failures=[TryAgain(), RuntimeError("a bug")])
    await tell(emptied, facts, "at last", account_id=account_id)
    await Relay(emptied, bus).carry()

    async with consuming(consumer_of(handler, facts), emptied, bus):
        await until(lambda: _has(emptied, account_id, ["at last"]))

    assert handler.calls == 3


async def test_what_a_rule_forbids_becomes_a_dead_letter_and_can_be_replayed(
    emptied: Database, bus: Bus, facts: Facts
) -> None:
    account_id, handler = new_id(), Recorder(failures=[Impossible("no")])
    event_id = await tell(emptied, facts, "buried", account_id=account_id)
    await Relay(emptied, bus).carry()

    async with consuming(consumer_of(handler, facts), emptied, bus):
        await until(lambda: _dead(emptied))
        async with emptied.worker() as session:
            (letter,) = await list_dead_letters(session)
            assert (letter.event_id, letter.error) == (event_id, "Impossible: no")
            await replay(session, letter.id)
        await until(lambda: _has(emptied, account_id, ["buried"]))

    async with emptied.worker() as session:
        assert await list_dead_letters(session) == []
        with pytest.raises(NoDeadLetter):
            await replay(session, letter.id)


async def test_a_replay_that_fails_again_stays_a_dead_letter(
    emptied: Database, bus: Bus, facts: Facts
) -> None:
    account_id = new_id()
    handler = Recorder(failures=[Impossible("no"), Impossible("still no")])
    consumer = consumer_of(handler, facts)
    await tell(emptied, facts, "buried", account_id=account_id)
    await Relay(emptied, bus).carry()
    async with consuming(consumer, emptied, bus):
        await until(lambda: _dead(emptied))

    async with emptied.worker() as session:
        await replay(session, (await list_dead_letters(session))[0].id)
    assert await consumer.replay_one(emptied)

    async with emptied.worker() as session:
        (letter,) = await list_dead_letters(session)
    assert (letter.state, letter.error) == ("dead", "Impossible: still no")
    assert await bodies(emptied, account_id) == []


async def test_bytes_that_are_no_fact_become_a_dead_letter(
    emptied: Database, bus: Bus, facts: Facts
) -> None:
    headers = {"ce-type": str(facts.changed.DESCRIPTOR.full_name), "ce-id": str(new_id())}
    consumer = consumer_of(Recorder(), facts)
    subject = subject_of(facts.changed, "x")
    await bus.publish(subject, b"\xff\xff", message_id=str(new_id()), headers=headers)

    async with consuming(consumer, emptied, bus):
        await until(lambda: _dead(emptied))

    async with emptied.worker() as session:
        (letter,) = await list_dead_letters(session)
    assert letter.error.startswith("Undecodable")


async def test_the_first_failed_publish_stops_its_aggregate_and_no_other(
    emptied: Database, bus: Bus, facts: Facts
) -> None:
    account_id, blocked = new_id(), new_id()
    for version in (1, 2, 3):
        body = f"blocked {version}"
        await tell(
            emptied, facts, body, account_id=account_id, aggregate_id=blocked, version=version
        )
    await tell(emptied, facts, "free", account_id=account_id)
    unsteady = UnsteadyBus(bus, refuse=b"blocked 2")

    assert await Relay(emptied, unsteady).carry() == 2  # "blocked 1" and "free"
    await tell(emptied, facts, "blocked 4", account_id=account_id, aggregate_id=blocked, version=4)
    assert await Relay(emptied, unsteady).carry() == 0  # nothing overtakes what waits
    unsteady.refuse = b""
    await until(lambda: _carried(Relay(emptied, unsteady), emptied))

    mine = [body for body in unsteady.published if b"blocked" in body]
    assert [body[-1:] for body in mine] == [b"1", b"2", b"3", b"4"]


async def test_the_trace_of_the_business_transaction_travels_with_the_fact(
    emptied: Database, facts: Facts
) -> None:
    span = NonRecordingSpan(SpanContext(0xABC, 0xDEF, is_remote=False, trace_flags=TraceFlags(1)))

    with trace.use_span(span):
        await tell(emptied, facts, "traced", account_id=new_id())

    headers = (await _outbox_row(emptied))["headers"]
    assert f"{0xABC:032x}" in headers["traceparent"]
    assert headers["ce-specversion"] == "1.0"


async def test_an_aggregate_id_that_is_no_subject_token_is_refused(emptied: Database) -> None:
    async def announce_badly() -> None:
        async with emptied.worker() as session:
            await announce(
                session,
                new_facts().changed(),
                aggregate_id="a.b",
                aggregate_version=1,
                account_id=None,
            )

    with pytest.raises(ValueError, match="token"):
        await announce_badly()


class UnsteadyBus(Bus):
    """The real bus, which refuses to take one body."""

    def __init__(self, bus: Bus, refuse: bytes) -> None:
        super().__init__(bus._client)
        self.refuse = refuse
        self.published: list[bytes] = []

    @override
    async def publish(
        self, subject: str, payload: bytes, *, message_id: str, headers: Mapping[str, str]
    ) -> None:
        if self.refuse and self.refuse in payload:
            raise BusAway("refused by the test")
        self.published.append(payload)
        await super().publish(subject, payload, message_id=message_id, headers=headers)


async def _has(db: Database, account_id: UUID, expected: list[str]) -> bool:
    return await bodies(db, account_id) == expected


async def _dead(db: Database) -> bool:
    async with db.worker() as session:
        return bool(await list_dead_letters(session))


async def _carried(relay: Relay, db: Database) -> bool:
    await relay.carry()
    return await pending(db) == 0


async def _outbox_row(db: Database) -> RowMapping:
    async with db.worker() as session:
        return (await session.execute(text("SELECT * FROM outbox"))).mappings().one()
