"""The mandates' store: one suite on the fake and on real Postgres."""

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import date, timedelta
from typing import Protocol
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import Database
from kit.errors import ChangedMeanwhile
from kit.ids import new_id
from services.signature.domain.mandate import Mandate, MandateDecided
from services.signature.domain.warning import OptOutWarning
from services.signature.ports import MandateBook
from services.signature.store import SqlStore
from services.signature.tests.builders import (
    ACCOUNT,
    AS_WRITTEN,
    MONDAY,
    OTHER_ACCOUNT,
    PAUL,
    WARNING,
    a_scan,
)
from services.signature.tests.fakes import FakeStore
from tests.support.servers import MakeDatabase


class AnyStore(Protocol):
    def account(self, account_id: UUID) -> AbstractAsyncContextManager[MandateBook]: ...


@pytest.fixture(scope="module")
def fake_store() -> FakeStore:
    return FakeStore()


@pytest.fixture(scope="module")
async def sql_store(database: MakeDatabase) -> SqlStore:
    return SqlStore(await database("signature"))


@pytest.fixture(params=["fake_store", pytest.param("sql_store", marks=pytest.mark.servers)])
def store(request: pytest.FixtureRequest) -> AnyStore:
    found: AnyStore = request.getfixturevalue(request.param)
    return found


def a_fresh_mandate() -> Mandate:
    return Mandate.blank(ACCOUNT, new_id())


async def keep_a_scan(store: AnyStore, mandate: Mandate) -> Mandate:
    received, _ = mandate.receive_scan(a_scan(), letter=AS_WRITTEN, at=MONDAY)
    assert received.scan is not None
    async with store.account(ACCOUNT) as book:
        await book.add_scan(received, received.scan)
        await book.save(received)
    return received


@pytest.mark.servers
async def test_a_mandate_that_was_waited_for_comes_with_its_scan_of_now(
    sql_store: SqlStore,
) -> None:
    before = await keep_a_scan(sql_store, a_fresh_mandate())
    replaced, _ = before.receive_scan(a_scan(sha256="d" * 64), letter=AS_WRITTEN, at=MONDAY)
    assert replaced.scan is not None

    async def the_other() -> Mandate:
        async with sql_store.account(ACCOUNT) as book:
            return await book.load(before.letter_id)

    async with sql_store.account(ACCOUNT) as book:
        await book.load(before.letter_id)
        waiting = asyncio.create_task(the_other())
        await asyncio.sleep(0.3)  # it waits at the row
        await book.add_scan(replaced, replaced.scan)
        await book.save(replaced)

    assert await waiting == replaced


@pytest.mark.servers
async def test_of_two_first_decisions_at_once_one_is_turned_down(sql_store: SqlStore) -> None:
    blank = a_fresh_mandate()
    opted_out, decided = blank.opt_out(WARNING, letter=AS_WRITTEN, by=PAUL, at=MONDAY)
    assert decided is not None

    async def the_other() -> None:
        async with sql_store.account(ACCOUNT) as book:
            await book.save(opted_out)

    async with sql_store.account(ACCOUNT) as book:
        await book.save(opted_out)
        waiting = asyncio.create_task(the_other())
        await asyncio.sleep(0.3)  # no row stood to wait at: both were blank

    with pytest.raises(ChangedMeanwhile):
        await waiting


async def test_an_upload_that_was_received_meanwhile_is_turned_down(store: AnyStore) -> None:
    received = await keep_a_scan(store, a_fresh_mandate())
    assert received.scan is not None

    async with store.account(ACCOUNT) as book:
        with pytest.raises(ChangedMeanwhile):
            await book.add_scan(received, received.scan)


async def test_a_letter_nobody_decided_about_has_a_blank_mandate(store: AnyStore) -> None:
    letter_id = new_id()

    async with store.account(ACCOUNT) as book:
        assert await book.load(letter_id) == Mandate.blank(ACCOUNT, letter_id)


async def test_what_is_saved_is_loaded_whole(store: AnyStore) -> None:
    received = await keep_a_scan(store, a_fresh_mandate())
    assert received.scan is not None
    decided, _ = received.validate_scan(received.scan.sha256, letter=AS_WRITTEN, by=PAUL, at=MONDAY)
    locked = decided.lock(3)
    async with store.account(ACCOUNT) as book:
        await book.save(decided)
        await book.save(locked)

    async with store.account(ACCOUNT) as book:
        assert await book.load(received.letter_id) == locked


async def test_another_account_sees_nothing(store: AnyStore) -> None:
    received = await keep_a_scan(store, a_fresh_mandate())
    assert received.scan is not None

    async with store.account(OTHER_ACCOUNT) as book:
        assert (await book.load(received.letter_id)).version == 0
        assert not await book.has_scan(received.scan.id)
        assert not await book.needs_file(received.scan.sha256)
        assert await book.erase_scan(received.scan.id, at=MONDAY) is None


@pytest.mark.parametrize("step", [0, 2])
async def test_a_version_that_is_not_the_next_one_is_not_saved(store: AnyStore, step: int) -> None:
    received = await keep_a_scan(store, a_fresh_mandate())

    with pytest.raises(ChangedMeanwhile):
        async with store.account(ACCOUNT) as book:
            await book.save(replace(received, version=received.version + step))


async def test_an_upload_is_recognised_by_its_id(store: AnyStore) -> None:
    received = await keep_a_scan(store, a_fresh_mandate())
    assert received.scan is not None

    async with store.account(ACCOUNT) as book:
        assert await book.has_scan(received.scan.id)
        assert not await book.has_scan(new_id())


async def test_the_day_a_scan_is_kept_until_can_move(store: AnyStore) -> None:
    received = await keep_a_scan(store, a_fresh_mandate())
    assert received.scan is not None
    async with store.account(ACCOUNT) as book:
        await book.keep_scan_until(received.scan, date(2033, 11, 24))

    async with store.account(ACCOUNT) as book:
        scan = (await book.load(received.letter_id)).scan
    assert scan is not None
    assert scan.retained_until == date(2033, 11, 24)


async def test_a_scan_is_erased_once_and_its_file_is_free(store: AnyStore) -> None:
    mandate = a_fresh_mandate()
    sha256 = new_id().hex * 2
    received, _ = mandate.receive_scan(a_scan(sha256), letter=AS_WRITTEN, at=MONDAY)
    assert received.scan is not None
    async with store.account(ACCOUNT) as book:
        await book.add_scan(received, received.scan)
        assert await book.needs_file(sha256)

    async with store.account(ACCOUNT) as book:
        first = await book.erase_scan(received.scan.id, at=MONDAY + timedelta(days=1))
        second = await book.erase_scan(received.scan.id, at=MONDAY + timedelta(days=2))

    assert (first, second) == (mandate.letter_id, None)
    async with store.account(ACCOUNT) as book:
        assert not await book.needs_file(sha256)


@pytest.mark.servers
async def test_decisions_and_facts_are_kept_for_good(database: MakeDatabase) -> None:
    """Postgres alone: what the outbox and the record of decisions hold, and refuse."""
    db: Database = await database("signature")
    sql = SqlStore(db)
    warning = OptOutWarning(version=WARNING, text="Vous envoyez sans mandat.")
    decided, fact = a_fresh_mandate().opt_out(WARNING, letter=AS_WRITTEN, by=PAUL, at=MONDAY)
    assert isinstance(fact, MandateDecided)
    async with sql.account(ACCOUNT) as book:
        await book.save(decided)
        await book.record_decision(decided, warning)
        await book.announce(fact)

    async with db.worker(ACCOUNT) as session:
        told = await session.execute(text("SELECT subject, aggregate_version FROM outbox"))
        kept = await session.execute(
            text("SELECT warning_sha256, actor_name, bound_hash FROM decision")
        )
        assert told.one() == (f"evt.signature.v1.mandate_decided.{decided.id}", 1)
        assert kept.one() == (warning.sha256, PAUL.name, AS_WRITTEN.content_hash)
    for statement in ("DELETE FROM decision", "UPDATE decision SET actor_name = 'x'"):
        with pytest.raises(Exception, match="permission denied"):
            async with db.account(ACCOUNT) as session:
                await session.execute(text(statement))


@pytest.mark.servers
@pytest.mark.parametrize("table", ["mandate", "scan", "decision"])
async def test_no_row_is_seen_without_an_account(database: MakeDatabase, table: str) -> None:
    db = await database("signature")
    decided, _ = a_fresh_mandate().opt_out(WARNING, letter=AS_WRITTEN, by=PAUL, at=MONDAY)
    received, _ = a_fresh_mandate().receive_scan(a_scan(), letter=AS_WRITTEN, at=MONDAY)
    async with SqlStore(db).account(ACCOUNT) as book:
        assert received.scan is not None
        await book.save(decided)
        await book.record_decision(decided, None)
        await book.add_scan(received, received.scan)

    async def seen(opened: AbstractAsyncContextManager[AsyncSession]) -> int:
        async with opened as session:
            counted = await session.execute(text(f"SELECT count(*) FROM {table}"))  # noqa: S608
            return int(counted.scalar_one())

    assert await seen(db.worker()) == 0
    assert await seen(db.account(OTHER_ACCOUNT)) == 0
    assert await seen(db.account(ACCOUNT)) == 1
