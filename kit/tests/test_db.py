import asyncio
import traceback
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from sqlalchemy import String, Uuid, bindparam, column, literal, select, table, text, update
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession

import kit.db
from kit.db import Database, act_for, run, wake_after_commit
from kit.errors import ChangedMeanwhile, TryAgain
from kit.ids import new_id

pytestmark = pytest.mark.servers

WRITE = text("INSERT INTO note (id, account_id, body) VALUES (:id, :account_id, 'hello')")
END_THE_OTHERS = text(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE usename = current_user AND datname = current_database() AND pid <> pg_backend_pid()"
)
COUNT = text("SELECT count(*) FROM note WHERE id = ANY(:ids)")


async def write(db: Database, account_id: UUID) -> UUID:
    note_id = new_id()
    async with db.account(account_id) as session:
        await session.execute(WRITE, {"id": note_id, "account_id": account_id})
    return note_id


async def test_an_account_sees_its_own_rows_alone(db: Database) -> None:
    mine, theirs = new_id(), new_id()
    ids = [await write(db, mine), await write(db, theirs)]

    async with db.account(mine) as session:
        seen = await session.scalar(COUNT, {"ids": ids})

    assert seen == 1


async def test_nobody_writes_into_another_account(db: Database) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with db.account(new_id()) as session:
            await session.execute(WRITE, {"id": new_id(), "account_id": new_id()})


async def test_a_worker_sees_nothing_until_it_names_an_account(db: Database) -> None:
    account_id = new_id()
    ids = [await write(db, account_id)]

    async with db.worker() as session:
        unnamed = await session.scalar(COUNT, {"ids": ids})
    async with db.worker(account_id) as session:
        named = await session.scalar(COUNT, {"ids": ids})

    assert (unnamed, named) == (0, 1)


async def test_staff_see_across_accounts(db: Database) -> None:
    ids = [await write(db, new_id()), await write(db, new_id())]

    async with db.across_accounts("a test counts") as session:
        seen = await session.scalar(COUNT, {"ids": ids})

    assert seen == 2


async def test_the_account_of_one_transaction_does_not_leak_into_the_next(db: Database) -> None:
    account_id = new_id()
    ids = [await write(db, account_id)]

    for _ in range(12):  # more than the pool holds
        async with db.account(account_id) as session:
            assert await session.scalar(COUNT, {"ids": ids}) == 1
        async with db.worker() as session:
            assert await session.scalar(COUNT, {"ids": ids}) == 0


async def test_the_app_role_cannot_read_what_is_for_the_loops(db: Database) -> None:
    for name in ("outbox", "inbox", "dead_letter"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with db.account(new_id()) as session:
                await session.execute(text(f"SELECT * FROM {name}"))  # noqa: S608 - three names


async def test_nothing_is_kept_when_the_block_fails(db: Database) -> None:
    account_id, note_id = new_id(), new_id()

    async def fail_after_writing() -> None:
        async with db.account(account_id) as session:
            await session.execute(WRITE, {"id": note_id, "account_id": account_id})
            raise TryAgain

    with pytest.raises(TryAgain):
        await fail_after_writing()

    async with db.account(account_id) as session:
        assert await session.scalar(COUNT, {"ids": [note_id]}) == 0


async def test_a_lock_that_is_not_given_is_asked_for_later(db: Database) -> None:
    account_id = new_id()
    note_id = await write(db, account_id)
    lock = text("SELECT 1 FROM note WHERE id = :id FOR UPDATE")

    async def insist() -> None:
        async with db.account(account_id) as session:
            await session.execute(text("SET LOCAL lock_timeout = '50ms'"))
            await session.execute(lock, {"id": note_id})

    async with db.account(account_id) as holder:
        await holder.execute(lock, {"id": note_id})

        with pytest.raises(TryAgain):
            await insist()


async def test_a_conflict_found_by_postgres_is_stale(db: Database) -> None:
    conflict = text("DO $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = '40001'; END $$")

    with pytest.raises(ChangedMeanwhile):
        async with db.account(new_id()) as session:
            await session.execute(conflict)


async def test_a_server_that_is_away_is_asked_later() -> None:
    away = Database("postgresql://a:b@127.0.0.1:1/x", "postgresql://a:b@127.0.0.1:1/x")

    with pytest.raises(TryAgain):
        async with away.worker():
            pass


async def test_a_connection_that_the_server_ended_is_replaced_unseen(db: Database) -> None:
    account_id = new_id()
    async with db.account(account_id), db.account(account_id):
        pass  # two connections stay in the pool
    async with db.account(account_id) as session:
        ended = list(await session.scalars(END_THE_OTHERS))

    async with db.account(account_id), db.account(account_id) as session:
        assert await session.scalar(text("SELECT 1")) == 1
    assert any(ended)


async def test_a_statement_alone_is_kept_and_sees_no_accounts_rows(db: Database) -> None:
    ids, key = [await write(db, new_id())], new_id()
    remember = text("INSERT INTO inbox (consumer, event_id) VALUES ('alone', :id)")

    assert await db.alone(remember, {"id": key}) == []
    (row,) = await db.alone(text("SELECT event_id FROM inbox WHERE consumer = 'alone'"))

    assert row == {"event_id": key}
    assert await db.alone(COUNT, {"ids": ids}) == [{"count": 0}]
    assert await db.glance(text("SELECT EXISTS (SELECT FROM inbox)"))


@pytest.mark.parametrize(("state", "told"), [("40001", ChangedMeanwhile), ("57014", TryAgain)])
async def test_a_statement_alone_fails_as_a_transaction_does(
    db: Database, state: str, told: type[Exception]
) -> None:
    raised = f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{state}'; END $$"

    with pytest.raises(told):
        await db.alone(text(raised))


async def test_a_statement_alone_meets_a_server_that_is_away() -> None:
    away = Database("postgresql://a:b@127.0.0.1:1/x", "postgresql://a:b@127.0.0.1:1/x")

    with pytest.raises(TryAgain):
        await away.alone(text("SELECT 1"))


async def test_a_server_that_recovers_is_asked_later() -> None:
    said = b"SFATAL\0C57P03\0Mthe database system is in recovery mode\0\0"

    async def turn_away(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(8)  # is there TLS?
        writer.write(b"N")
        await reader.read(1024)  # who is to be logged in
        writer.write(b"E" + (4 + len(said)).to_bytes(4, "big") + said)
        writer.close()

    async with await asyncio.start_server(turn_away, "127.0.0.1", 0) as server:
        url = f"postgresql://a:b@127.0.0.1:{server.sockets[0].getsockname()[1]}/x"
        recovering = Database(url, url)
        with pytest.raises(TryAgain):
            await recovering.alone(text("SELECT 1"))
        with pytest.raises(TryAgain):
            async with recovering.worker():
                pass


async def test_a_statement_given_up_half_way_leaves_its_connection_to_nobody(
    db: Database,
) -> None:
    for _ in range(12):  # more than the pool holds
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(db.alone(text("SELECT pg_sleep(60)")), 0.02)

    assert await db.alone(text("SELECT 1 AS one")) == [{"one": 1}]


async def test_what_the_plumbing_runs_is_undone_with_its_transaction(db: Database) -> None:
    account_id = new_id()
    ids = [new_id(), new_id(), new_id()]

    async def write_then_fail() -> None:
        async with db.account(account_id) as session:
            for note_id in ids:  # the first begins the transaction, the others join it
                await run(session, WRITE, {"id": note_id, "account_id": account_id})
            assert await run(session, COUNT, {"ids": ids}) == [{"count": 3}]
            raise TryAgain

    with pytest.raises(TryAgain):
        await write_then_fail()

    async with db.account(account_id) as session:
        assert await run(session, COUNT, {"ids": ids}) == [{"count": 0}]


async def test_what_the_plumbing_runs_keeps_to_the_account_of_its_transaction(
    db: Database,
) -> None:
    mine, theirs = new_id(), new_id()
    ids = [await write(db, mine), await write(db, theirs)]

    async with db.worker(mine) as session:
        seen = [await run(session, COUNT, {"ids": ids}) for _ in range(2)]
        await act_for(session, None)
        seen.append(await run(session, COUNT, {"ids": ids}))
    async with db.worker() as session:
        seen.append(await run(session, COUNT, {"ids": ids}))

    assert [rows[0]["count"] for rows in seen] == [1, 1, 0, 0]


async def test_a_transaction_that_does_not_begin_leaves_its_connection_to_nobody(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    account_id = new_id()
    with monkeypatch.context() as patched:
        patched.setattr(kit.db, "_naming", lambda *_: "SELECT 1 / 0")
        with pytest.raises(TryAgain):
            await write(db, account_id)

    note_id = await write(db, account_id)

    async with db.account(account_id) as session:
        assert await session.scalar(COUNT, {"ids": [note_id]}) == 1


async def test_a_transaction_is_kept_whole_after_a_savepoint_is_given_up(db: Database) -> None:
    account_id, lost = new_id(), new_id()
    async with db.account(account_id) as session:
        point = await session.begin_nested()
        await session.execute(WRITE, {"id": lost, "account_id": account_id})
        await point.rollback()
        kept = new_id()
        await session.execute(WRITE, {"id": kept, "account_id": account_id})

    async with db.account(account_id) as session:
        assert await session.scalar(COUNT, {"ids": [kept, lost]}) == 1


async def test_a_commit_wakes_the_loops_it_worked_for(db: Database) -> None:
    db.written.items.clear()
    async with db.worker() as session:
        wake_after_commit(session, "items")
        assert not db.written.items.is_set()

    assert db.written.items.is_set()


async def test_an_error_that_reaches_the_logs_names_nobody(db: Database) -> None:
    account_id, note_id = new_id(), new_id()
    private = text("INSERT INTO note (id, account_id, body) VALUES (:id, :account_id, :body)")
    row = {"id": note_id, "account_id": account_id, "body": "Hélène Marchetti"}

    async with db.account(account_id) as session:
        await session.execute(private, row)
        with pytest.raises(IntegrityError) as broken:
            await session.execute(private, row)
        await session.rollback()

    assert "Marchetti" not in "".join(traceback.format_exception(broken.value))


async def test_what_one_way_begins_the_other_ends(db: Database) -> None:
    """A transaction is one, whichever of ``run`` and SQLAlchemy began it, kept or not."""
    account_id = new_id()
    kept, lost = [new_id() for _ in range(4)], [new_id() for _ in range(4)]

    async def write_both_ways(ids: list[UUID]) -> None:
        rows = [{"id": note_id, "account_id": account_id} for note_id in ids]
        async with db.account(account_id) as session:
            await run(session, WRITE, rows[0])
            await session.execute(WRITE, rows[1])
        async with db.account(account_id) as session:
            await session.execute(WRITE, rows[2])
            await run(session, WRITE, rows[3])

    async def write_and_fail(note_id: UUID, *, first: bool) -> None:
        row = {"id": note_id, "account_id": account_id}
        async with db.account(account_id) as session:
            if first:
                await session.execute(COUNT, {"ids": []})
            await run(session, WRITE, row)
            if not first:
                await session.execute(COUNT, {"ids": []})
            raise TryAgain

    await write_both_ways(kept)
    for note_id in lost:
        with pytest.raises(TryAgain):
            await write_and_fail(note_id, first=note_id in lost[:2])

    async with db.account(account_id) as session:
        assert await run(session, COUNT, {"ids": [*kept, *lost]}) == [{"count": len(kept)}]


@pytest.mark.parametrize("way", [run, AsyncSession.execute])
async def test_a_transaction_given_up_half_way_keeps_nothing_and_holds_nothing(
    db: Database, way: Callable[..., Awaitable[object]]
) -> None:
    account_id, note_id = new_id(), new_id()

    async def write_and_wait() -> None:
        async with db.account(account_id) as session:
            await way(session, WRITE, {"id": note_id, "account_id": account_id})
            await way(session, text("SELECT pg_sleep(60)"), {})

    for _ in range(12):  # more than the pool holds; a row left locked would stop the next one
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(write_and_wait(), 0.05)

    async with db.account(account_id) as session:
        assert await run(session, COUNT, {"ids": [note_id]}) == [{"count": 0}]


async def test_a_connection_left_within_a_transaction_is_lent_to_nobody(db: Database) -> None:
    account_id, note_id = new_id(), new_id()
    async with db.account(account_id) as session:
        driver = session.info["driver"]
        await run(session, COUNT, {"ids": []})
    await driver.begin()  # by whoever kept a hand on what it gave back
    await driver.fetch(
        "INSERT INTO note (id, account_id, body) VALUES ($1, $2, 'x')", note_id, account_id
    )

    async with db.account(account_id) as session:
        assert session.info["driver"] is not driver
        assert await run(session, COUNT, {"ids": [note_id]}) == [{"count": 0}]


async def test_whose_reasons_are_quoted_names_its_transaction_all_the_same(db: Database) -> None:
    name = text("SELECT current_setting('application_name') AS name")

    async with db.across_accounts("the holder's own; SELECT 1") as session:
        assert await run(session, name, {}) == [{"name": "the holder's own; SELECT 1"}]


async def test_a_statement_built_once_brings_its_own_values_along(db: Database) -> None:
    account_id = new_id()
    note_id = await write(db, account_id)
    note = table("note", column("id", Uuid()), column("body", String()))
    built = select(note.c.body, literal("kept").label("said")).where(
        note.c.id == bindparam("asked"), note.c.body != "nothing"
    )
    changed = (
        update(note).where(note.c.id == bindparam("asked")).values(body="x").returning(note.c.body)
    )

    async with db.account(account_id) as session:
        assert await run(session, built, {"asked": note_id}) == [{"body": "hello", "said": "kept"}]
        assert await run(session, built, {"asked": new_id()}) == []
        assert await run(session, changed, {"asked": note_id}) == [{"body": "x"}]
