"""What the machine sees in real databases and on a real bus."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import nats
import pytest
from sqlalchemy import make_url

from local.timemachine.watch import Activity, Bus, Services
from tests.support.servers import Cluster, ServiceDatabase

pytestmark = pytest.mark.servers
NOW = datetime(2027, 1, 13, 9, tzinfo=UTC)
ITEM = (
    "INSERT INTO scheduled_item (key, kind, due_at, state, attempts) VALUES ($1, 'k', $2, $3, $4)"
)
Connection = Any  # asyncpg ships no types


@pytest.fixture
async def place(
    service_database: Callable[[str], Awaitable[ServiceDatabase]],
) -> ServiceDatabase:
    return await service_database("billing")


@pytest.fixture
async def row(place: ServiceDatabase) -> AsyncIterator[Connection]:
    url = make_url(place.worker_url).set(drivername="postgresql")
    connection = await asyncpg.connect(url.render_as_string(hide_password=False))
    yield connection
    await connection.close()


@pytest.fixture
async def services(postgres: Cluster, place: ServiceDatabase) -> AsyncIterator[Services]:
    watched = Services(postgres.admin_url, only=frozenset({place.name, "postgres", "absent"}))
    yield watched
    await watched.close()


async def test_an_idle_service_is_quiet(services: Services) -> None:
    assert (await services.activity(NOW)).is_quiet
    assert await services.upcoming(NOW) == []


async def test_due_items_facts_and_mails_keep_it_busy(
    services: Services, row: Connection, place: ServiceDatabase
) -> None:
    await row.execute(ITEM, "late", NOW, "pending", 0)
    await row.execute(ITEM, "in hand", NOW - timedelta(days=1), "leased", 1)
    await row.execute(ITEM, "over", NOW, "done", 1)
    await row.execute("INSERT INTO outgoing_mail (key, mail) VALUES ('m', '{}')")
    await row.execute(
        "INSERT INTO outbox (event_id, aggregate_id, aggregate_version, subject, headers, payload)"
        " VALUES (gen_random_uuid(), 'a', 1, 's', '{}', '')"
    )

    activity = await services.activity(NOW)

    name = place.name
    assert activity.busy == {f"{name} items": 2, f"{name} mails": 1, f"{name} facts": 1}


async def test_what_fails_again_and_again_is_named_and_not_waited_for(
    services: Services, row: Connection, place: ServiceDatabase
) -> None:
    await row.execute(ITEM, "stuck", NOW, "pending", 5)

    assert await services.activity(NOW) == Activity({}, {place.name: 1})


async def test_only_what_is_still_to_come_is_a_stop(services: Services, row: Connection) -> None:
    for key, days, state in (("b", 2, "pending"), ("a", 1, "pending"), ("c", 1, "cancelled")):
        await row.execute(ITEM, key, NOW + timedelta(days=days), state, 0)

    stops = await services.upcoming(NOW)

    assert [(stop.key, stop.at) for stop in stops] == [
        ("a", NOW + timedelta(days=1)),
        ("b", NOW + timedelta(days=2)),
    ]


async def test_a_fact_nobody_took_keeps_the_bus_busy(nats_url: str) -> None:
    client = await nats.connect(nats_url)
    stream = client.jetstream()
    await stream.add_stream(name="WATCHED", subjects=["watched.>"])
    reader = await stream.pull_subscribe("watched.>", durable="reader", stream="WATCHED")
    await stream.publish("watched.fact", b"1")
    bus = Bus(nats_url)

    waiting = await bus.activity(NOW)
    (message,) = await reader.fetch(1)
    in_hand = await bus.activity(NOW)
    await message.ack_sync()
    after = await bus.activity(NOW)

    ours = "consumer reader"  # the session's server may hold other tests' readers
    assert waiting.busy[ours] == in_hand.busy[ours] == 1
    assert ours not in after.busy
    await bus.close()
    await stream.delete_stream("WATCHED")
    await client.close()
