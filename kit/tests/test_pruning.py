"""What goes at night, what stays, and that nothing which stays away longer finds itself new."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from kit.db import Database
from kit.due import DueWorker, schedule
from kit.events import republish
from kit.ids import new_id
from kit.pruning import (
    MARGIN,
    PLUMBING,
    PRUNE,
    REMEMBERED,
    REPUBLISHABLE,
    STREAM_KEEPS,
    HourlyPruning,
    Pruning,
    Rule,
    plan,
    prune,
)
from tests.support.time import SettableClock, paris

OUTBOX = (
    "INSERT INTO outbox (event_id, aggregate_id, aggregate_version, subject, headers, payload,"
    " created_at, published_at)"
    " VALUES (:id, 'a', 1, 'evt.x', '{}', '', :at, CASE WHEN :over THEN now() END)"
)
INBOX = "INSERT INTO inbox (consumer, event_id, received_at) VALUES ('c', :id, :at)"
DEAD = (
    "INSERT INTO dead_letter (consumer, event_id, subject, headers, payload, deliveries, error,"
    " state, died_at) VALUES ('c', :id, 'evt.x', '{}', '', 1, 'x',"
    " CASE WHEN :over THEN 'taken' ELSE 'dead' END, :at)"
)
ITEM = (
    "INSERT INTO scheduled_item (key, kind, due_at, state, changed_at)"
    " VALUES (CAST(CAST(:id AS uuid) AS text), 'k', now(),"
    " CASE WHEN :over THEN 'done' ELSE 'pending' END, :at)"
)
MAIL = (
    "INSERT INTO outgoing_mail (key, created_at, mail) VALUES (CAST(CAST(:id AS uuid) AS text),"
    " :at, CASE WHEN :over THEN NULL ELSE CAST('{}' AS jsonb) END)"
)
ROWS = {
    "outbox": OUTBOX,
    "inbox": INBOX,
    "dead_letter": DEAD,
    "scheduled_item": ITEM,
    "outgoing_mail": MAIL,
}
TERMS = {rule.table: rule.kept for rule in PLUMBING}
A_DAY = timedelta(days=1)


@pytest.fixture
async def clean(emptied: Database) -> Database:
    """The sample's database with no e-mail either."""
    async with emptied.worker() as session:
        await session.execute(text("DELETE FROM outgoing_mail"))
    return emptied


async def put(db: Database, table: str, age: timedelta, *, over: bool = True) -> UUID:
    row_id = new_id()
    values: Mapping[str, object] = {"id": row_id, "at": datetime.now(UTC) - age, "over": over}
    wanted = text(ROWS[table])
    named = {name: values[name] for name in values if f":{name}" in ROWS[table]}
    async with db.worker() as session:
        await session.execute(wanted, named)
    return row_id


async def count(db: Database, table: str) -> int:
    async with db.worker() as session:
        return int(await session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)  # noqa: S608


def test_an_inbox_outlives_the_longest_way_of_a_fact() -> None:
    republished_on_its_last_day = REPUBLISHABLE + STREAM_KEEPS

    assert TERMS["outbox"] == REPUBLISHABLE
    assert TERMS["inbox"] == REMEMBERED == republished_on_its_last_day + MARGIN
    assert timedelta() < MARGIN


def test_published_facts_are_kept_for_more_than_a_year() -> None:
    assert TERMS["outbox"] > timedelta(days=366)


@pytest.mark.servers
@pytest.mark.parametrize("table", ROWS)
async def test_what_is_over_goes_after_its_term_and_not_before(clean: Database, table: str) -> None:
    await put(clean, table, TERMS[table] + A_DAY)
    kept = await put(clean, table, TERMS[table] - A_DAY)

    gone = await prune(clean, PLUMBING)

    assert gone[table] == 1
    assert await count(clean, table) == 1, kept


@pytest.mark.servers
@pytest.mark.parametrize("table", [name for name in ROWS if name != "inbox"])
async def test_what_somebody_still_waits_for_stays_however_old(clean: Database, table: str) -> None:
    await put(clean, table, 3 * TERMS[table], over=False)

    await prune(clean, PLUMBING)

    assert await count(clean, table) == 1


@pytest.mark.servers
@pytest.mark.parametrize(("replayed", "left"), [(False, 1), (True, 0)])
async def test_a_consumer_remembers_a_fact_as_long_as_its_dead_letter_may_be_replayed(
    clean: Database, replayed: bool, left: int
) -> None:
    fact = {"at": datetime.now(UTC) - REMEMBERED - A_DAY, "id": new_id()}
    async with clean.worker() as session:
        await session.execute(text(INBOX), fact)
        await session.execute(text(DEAD), {**fact, "over": replayed})

    await prune(clean, PLUMBING)

    assert await count(clean, "inbox") == left


@pytest.mark.servers
async def test_a_fact_older_than_its_term_is_not_published_again(clean: Database) -> None:
    forgotten = await put(clean, "outbox", REPUBLISHABLE + A_DAY)  # a night was missed
    known = await put(clean, "outbox", REPUBLISHABLE - A_DAY)

    assert await republish(clean, event_id=forgotten) == 0
    assert await republish(clean, since=datetime(2000, 1, 1, tzinfo=UTC)) == 1

    await prune(clean, PLUMBING)
    async with clean.worker() as session:
        left = list(await session.scalars(text("SELECT event_id FROM outbox")))
    assert left == [known]


@pytest.mark.servers
async def test_a_republished_fact_stays_until_it_has_left(clean: Database) -> None:
    await put(clean, "outbox", REPUBLISHABLE - A_DAY)
    await republish(clean, since=datetime(2000, 1, 1, tzinfo=UTC))
    async with clean.worker() as session:
        await session.execute(text("UPDATE outbox SET created_at = created_at - interval '9 d'"))

    await prune(clean, PLUMBING)

    assert await count(clean, "outbox") == 1


@pytest.mark.servers
async def test_many_rows_go_in_small_batches_and_a_held_row_is_left_for_the_next_night(
    clean: Database,
) -> None:
    ids = [await put(clean, "inbox", REMEMBERED + n * A_DAY) for n in range(1, 24)]
    held = text("SELECT 1 FROM inbox WHERE event_id = :id FOR UPDATE")

    async with clean.worker() as session:
        await session.execute(held, {"id": ids[3]})
        gone = await asyncio.wait_for(prune(clean, PLUMBING, batch=5, pause_s=0), 10)

    assert gone["inbox"] == 22
    assert (await prune(clean, PLUMBING))["inbox"] == 1


@pytest.mark.servers
async def test_two_replicas_share_the_work(clean: Database) -> None:
    for n in range(1, 31):
        await put(clean, "inbox", REMEMBERED + n * A_DAY)

    gone = await asyncio.gather(*(prune(clean, PLUMBING, batch=4, pause_s=0) for _ in range(2)))

    assert sum(each["inbox"] for each in gone) == 30
    assert await count(clean, "inbox") == 0


@pytest.mark.servers
async def test_a_night_that_lasts_too_long_leaves_the_rest(clean: Database) -> None:
    await put(clean, "outbox", REPUBLISHABLE + A_DAY)

    assert await prune(clean, PLUMBING, longest_s=-1) == {}
    assert await count(clean, "outbox") == 1


@pytest.mark.servers
async def test_it_works_each_night_at_four_and_a_restart_does_not_put_it_off(
    clean: Database, clock: SettableClock
) -> None:
    worker = DueWorker(clean, clock, leased={PRUNE: Pruning(clean, clock)})
    await plan(clean, clock)
    assert await planned(clean) == paris("Thu 2027-01-14 04:00")

    clock.set("Thu 2027-01-14 09:00")  # the process was down that night
    await plan(clean, clock)
    await put(clean, "outbox", REPUBLISHABLE + A_DAY)
    assert await worker.do_leased()

    assert await count(clean, "outbox") == 0
    assert await planned(clean) == paris("Fri 2027-01-15 04:00")
    assert not await worker.do_leased()


@pytest.mark.servers
async def test_a_service_adds_its_own_rows(clean: Database, clock: SettableClock) -> None:
    ours = Rule(
        table="scheduled_item",
        over="kind = 'news' AND state = 'pending'",
        since="due_at",
        kept=timedelta(days=2),
    )
    await put(clean, "outbox", REPUBLISHABLE + A_DAY)
    async with clean.worker() as session:
        for key, days in (("old", 3), ("new", 1)):
            at = datetime.now(UTC) - timedelta(days=days)
            await schedule(session, kind="news", key=key, due_at=at, account_id=None)
    pruning = Pruning(clean, clock, rules=[ours])
    await plan(clean, clock)
    clock.set("Fri 2027-01-15 04:00")

    assert await DueWorker(clean, clock, leased={PRUNE: pruning}).do_leased()

    async with clean.worker() as session:
        left = list(await session.scalars(text("SELECT key FROM scheduled_item ORDER BY key")))
    assert left == ["new", PRUNE]
    assert await count(clean, "outbox") == 0


@pytest.mark.servers
async def test_without_due_work_a_loop_looks_each_hour(clean: Database) -> None:
    stop = asyncio.Event()
    await put(clean, "outbox", REPUBLISHABLE + A_DAY)
    looking = asyncio.create_task(HourlyPruning(clean, PLUMBING, every_s=0.01).run(stop))

    for _ in range(200):
        if await count(clean, "outbox") == 0:
            break
        await asyncio.sleep(0.02)
    stop.set()
    await asyncio.wait_for(looking, 10)

    assert await count(clean, "outbox") == 0


async def planned(db: Database) -> datetime:
    async with db.worker() as session:
        wanted = text("SELECT due_at FROM scheduled_item WHERE key = :key AND state = 'pending'")
        found: datetime = (await session.execute(wanted, {"key": PRUNE})).scalar_one()
        return found
