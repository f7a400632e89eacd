import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import Database
from kit.due import DueItem, DueWorker, cancel, schedule
from kit.errors import TryAgain
from kit.failpoints import Crashed, crash_at
from kit.ids import new_id
from tests.support.time import SettableClock

pytestmark = pytest.mark.servers

ACCOUNT = new_id()


async def plan(db: Database, clock: SettableClock, key: str, **changes: object) -> None:
    asked: dict[str, Any] = {
        "kind": "call",
        "key": key,
        "due_at": clock.now,
        "account_id": ACCOUNT,
        "local_date": date(2027, 1, 13),
        "payload": {"n": 1},
    }
    async with db.account(ACCOUNT) as session:
        await schedule(session, **(asked | changes))


async def row(db: Database, key: str) -> RowMapping:
    async with db.worker() as session:
        found = text("SELECT * FROM scheduled_item WHERE key = :key")
        return (await session.execute(found, {"key": key})).mappings().one()


async def skip_pauses(db: Database) -> None:
    async with db.worker() as session:
        await session.execute(text("UPDATE scheduled_item SET retry_at = clock_timestamp()"))


class Hands:
    """A leased handler that remembers, and fails as often as told."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.done: list[DueItem] = []
        self.worked = asyncio.Event()

    async def __call__(self, item: DueItem) -> None:
        self.done.append(item)
        self.worked.set()
        if self.failures:
            raise self.failures.pop(0)


async def test_an_item_waits_for_its_instant(emptied: Database, clock: SettableClock) -> None:
    hands = Hands()
    worker = DueWorker(emptied, clock, leased={"call": hands})
    await plan(emptied, clock, "a", due_at=clock.now + timedelta(hours=1))

    assert not await worker.do_leased()
    clock.advance(timedelta(hours=1))
    assert await worker.do_leased()

    (item,) = hands.done
    assert (item.key, item.account_id, item.payload, item.attempts) == ("a", ACCOUNT, {"n": 1}, 1)
    assert (await row(emptied, "a"))["state"] == "done"
    assert not await worker.do_leased()


async def test_work_within_commits_with_its_item(emptied: Database, clock: SettableClock) -> None:
    note_id = new_id()

    async def write(session: AsyncSession, item: DueItem) -> None:
        insert = text("INSERT INTO note (id, account_id, body) VALUES (:id, :account_id, 'done')")
        await session.execute(insert, {"id": note_id, "account_id": item.account_id})

    await plan(emptied, clock, "a")
    assert await DueWorker(emptied, clock, within={"call": write}).do_within()

    async with emptied.account(ACCOUNT) as session:
        seen = await session.scalar(text("SELECT body FROM note WHERE id = :id"), {"id": note_id})
    assert seen == "done"
    assert (await row(emptied, "a"))["state"] == "done"


async def test_work_within_that_fails_leaves_nothing_and_waits_longer_each_time(
    emptied: Database, clock: SettableClock
) -> None:
    note_id = new_id()

    async def write_then_fail(session: AsyncSession, item: DueItem) -> None:
        insert = text("INSERT INTO note (id, account_id, body) VALUES (:id, :account_id, 'x')")
        await session.execute(insert, {"id": note_id, "account_id": item.account_id})
        raise TryAgain("partner away")

    worker = DueWorker(emptied, clock, within={"call": write_then_fail})
    await plan(emptied, clock, "a")

    tries = []
    for _ in range(3):
        await skip_pauses(emptied)
        assert await worker.do_within()
        tries.append(await row(emptied, "a"))

    pauses = [found["retry_at"] - found["changed_at"] for found in tries]
    found = tries[-1]
    assert pauses == sorted(pauses)
    assert (found["state"], found["attempts"]) == ("pending", 3)
    assert found["last_error"] == "TryAgain: partner away"
    async with emptied.account(ACCOUNT) as session:
        assert not await session.scalar(text("SELECT 1 FROM note WHERE id = :id"), {"id": note_id})


async def test_whatever_a_handler_raises_the_item_is_tried_again(
    emptied: Database, clock: SettableClock
) -> None:
    hands = Hands(TryAgain(), RuntimeError("a bug"))
    worker = DueWorker(emptied, clock, leased={"call": hands})
    await plan(emptied, clock, "a")

    for _ in range(3):
        assert await worker.do_leased()
        assert not await worker.do_leased()  # it pauses
        await skip_pauses(emptied)

    assert [item.attempts for item in hands.done] == [1, 2, 3]
    assert (await row(emptied, "a"))["state"] == "done"


async def test_the_item_of_a_dead_worker_is_taken_over_when_its_lease_ends(
    emptied: Database, clock: SettableClock
) -> None:
    hands = Hands()
    worker = DueWorker(emptied, clock, leased={"call": hands})
    await plan(emptied, clock, "a")

    with crash_at("kit.due.worked"), pytest.raises(Crashed):
        await worker.do_leased()
    assert not await worker.do_leased()
    async with emptied.worker() as session:
        await session.execute(
            text("UPDATE scheduled_item SET lease_until = now() - interval '1 s'")
        )
    assert await worker.do_leased()

    first, second = hands.done
    assert second.fence > first.fence
    assert (await row(emptied, "a"))["state"] == "done"


async def test_an_item_re_armed_while_it_is_worked_on_is_worked_on_again(
    emptied: Database, clock: SettableClock
) -> None:
    later = clock.now + timedelta(days=1)

    async def plan_again(item: DueItem) -> None:
        if item.payload == {"n": 1}:
            await plan(emptied, clock, "a", due_at=later, payload={"n": 2})

    worker = DueWorker(emptied, clock, leased={"call": plan_again})
    await plan(emptied, clock, "a")
    await worker.do_leased()

    found = await row(emptied, "a")
    assert (found["state"], found["due_at"], found["payload"]) == ("pending", later, {"n": 2})
    clock.now = later
    assert await worker.do_leased()
    assert (await row(emptied, "a"))["state"] == "done"


async def test_a_done_item_is_armed_again_under_the_same_key(
    emptied: Database, clock: SettableClock
) -> None:
    hands = Hands()
    worker = DueWorker(emptied, clock, leased={"call": hands})
    for _ in range(2):
        await plan(emptied, clock, "a")
        await worker.do_leased()

    assert len(hands.done) == 2


async def test_a_cancelled_item_is_not_done(emptied: Database, clock: SettableClock) -> None:
    await plan(emptied, clock, "a")

    async with emptied.account(ACCOUNT) as session:
        assert await cancel(session, "a")
        assert not await cancel(session, "a")

    assert not await DueWorker(emptied, clock, leased={"call": Hands()}).do_leased()


async def test_each_item_is_done_once_by_many_workers(
    emptied: Database, clock: SettableClock
) -> None:
    hands = Hands()
    workers = [DueWorker(emptied, clock, leased={"call": hands}) for _ in range(4)]
    for number in range(20):
        await plan(emptied, clock, f"item {number}")

    async def drain(worker: DueWorker) -> None:
        while await worker.do_leased():
            pass

    await asyncio.gather(*(drain(worker) for worker in workers))

    assert sorted(item.key for item in hands.done) == sorted(f"item {n}" for n in range(20))


async def test_the_loop_wakes_for_new_work_and_stops_when_told(
    emptied: Database, clock: SettableClock
) -> None:
    hands, stop = Hands(), asyncio.Event()
    worker = DueWorker(emptied, clock, leased={"call": hands}, poll_s=30, hands=1)
    running = asyncio.create_task(worker.run(stop))
    await asyncio.sleep(0.2)

    await plan(emptied, clock, "a")  # the poll alone would come in half a minute
    await asyncio.wait_for(hands.worked.wait(), 10)
    stop.set()

    await asyncio.wait_for(running, 10)


async def test_an_instant_without_zone_is_refused(emptied: Database, clock: SettableClock) -> None:
    with pytest.raises(ValueError, match="time zone"):
        await plan(emptied, clock, "a", due_at=clock.now.replace(tzinfo=None))
