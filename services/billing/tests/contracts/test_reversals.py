"""Captures given back: one suite on the fake and on Postgres."""

import asyncio
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kit.clock import Clock
from kit.db import Database
from kit.errors import ChangedMeanwhile
from kit.ids import new_id
from kit.money import Money
from services.billing.domain.credit_note import CreditNote
from services.billing.domain.hold import Hold, HoldState
from services.billing.domain.ledger import EntryKind
from services.billing.domain.numbering import Series, paper_number
from services.billing.domain.top_up import TopUpState
from services.billing.ports import Store
from services.billing.store import SqlStore
from services.billing.tests.builders import BUYER, NOW, TODAY, a_hold, a_top_up
from services.billing.usecases.holds import capture_hold
from services.billing.usecases.reversals import reverse_hold
from tests.support.servers import MakeDatabase

NEXT_DAY = date(2027, 1, 14)


def clock() -> Clock:
    return lambda: NOW


async def held(store: Store) -> Hold:
    """Give a new account credit, and set some of it aside."""
    account_id = new_id()
    async with store.account(account_id) as books:
        begun = await books.begin_top_up(a_top_up(account_id=account_id, amount=Money(5_000)))
        number = paper_number(Series.RECEIPT, 2027, await books.next_rank(Series.RECEIPT, 2027))
        paid, entry = replace(begun, state=TopUpState.PAID).receipted(number, NOW)
        await books.post(entry)
        await books.save_top_up(paid)
        hold = await books.place(*a_hold(f"send:{new_id()}:1", account_id=account_id))
    assert hold is not None
    return hold


async def capture(store: Store, hold: Hold) -> Hold:
    return await capture_hold(hold.account_id, hold.key, on_day=TODAY, store=store, clock=clock())


async def reverse(store: Store, hold: Hold) -> tuple[Hold, CreditNote]:
    return await reverse_hold(
        hold.account_id,
        hold.key,
        cause="27-00012",
        on_day=NEXT_DAY,
        buyer=BUYER,
        store=store,
        clock=clock(),
    )


async def spendable(store: Store, account_id: UUID) -> int:
    async with store.account(account_id) as books:
        return (await books.wallet()).available.cents


async def test_a_reversal_is_told_on_the_statement_with_its_credit_note(store: Store) -> None:
    hold = await held(store)
    await capture(store, hold)

    back, note = await reverse(store, hold)

    async with store.account(hold.account_id) as books:
        lines = await books.entries(before=None, limit=4)
        kept = await books.credit_note(note.number)
        standing = await books.hold(hold.key)
    kinds = [EntryKind.REVERSAL, EntryKind.CAPTURE, EntryKind.HOLD, EntryKind.TOP_UP]
    assert [line.entry.kind for line in lines] == kinds
    assert [line.credit_note for line in lines] == [note.number, "", "", ""]
    assert note.corrects == lines[1].id
    assert (kept, standing) == (note, back)
    assert (back.state, back.captured_on, back.settled_at) == (HoldState.REVERSED, TODAY, NOW)
    assert await spendable(store, hold.account_id) == 5_000
    assert await store.differences() == []


async def test_a_credit_note_that_waits_for_its_capture_has_no_number(store: Store) -> None:
    hold = await held(store)

    _, waiting = await reverse(store, hold)

    async with store.account(hold.account_id) as books:
        assert await books.credit_note_of(hold.key) == waiting
        assert await books.credit_note("") is None
    assert waiting.number == ""
    assert (await capture(store, hold)).state is HoldState.REVERSED
    assert await store.differences() == []


async def test_a_stale_save_is_turned_down(store: Store) -> None:
    hold = await held(store)
    await capture(store, hold)
    _, note = await reverse(store, hold)

    async def save() -> None:
        async with store.account(hold.account_id) as books:
            await books.save_credit_note(replace(note, sha256="a" * 64))

    await save()
    with pytest.raises(ChangedMeanwhile):
        await save()


async def test_another_account_does_not_see_a_credit_note(store: Store) -> None:
    hold = await held(store)
    await capture(store, hold)
    _, note = await reverse(store, hold)

    async with store.account(new_id()) as books:
        assert await books.credit_note(note.number) is None
        assert await books.credit_note_of(hold.key) is None


async def test_asked_many_times_at_once_it_gives_back_once(store: Store) -> None:
    hold = await held(store)
    await capture(store, hold)

    answers = await asyncio.gather(*(reverse(store, hold) for _ in range(8)))

    assert len({note.number for _, note in answers}) == 1
    assert await spendable(store, hold.account_id) == 5_000
    assert await store.differences() == []


async def test_a_capture_and_its_reversal_may_meet_in_any_order(store: Store) -> None:
    holds = [await held(store) for _ in range(6)]

    for hold in holds:
        await asyncio.gather(reverse(store, hold), capture(store, hold))

    for hold in holds:
        async with store.account(hold.account_id) as books:
            standing = await books.hold(hold.key)
        assert standing is not None
        assert standing.state is HoldState.REVERSED
        assert await spendable(store, hold.account_id) == 5_000
    assert await store.differences() == []


async def test_numbers_have_no_gap_though_transactions_fail(store: Store) -> None:
    async def take(*, then_fail: bool) -> int:
        async with store.account(new_id()) as books:
            rank = await books.next_rank(Series.CREDIT_NOTE, 1999)
            if then_fail:
                raise ChangedMeanwhile
        return rank

    ranks = []
    for then_fail in (False, True, True, False):
        try:
            ranks.append(await take(then_fail=then_fail))
        except ChangedMeanwhile:
            continue

    assert ranks == [1, 2]


@pytest.fixture(scope="module")
async def db(database: MakeDatabase) -> Database:
    return await database("billing")


@pytest.mark.servers
@pytest.mark.parametrize(
    ("change", "undo", "found"),
    [
        (
            "UPDATE hold SET state = 'captured' WHERE key = :key",
            "UPDATE hold SET state = 'reversed' WHERE key = :key",
            {
                "a reversal was forgotten by its capture",
                "a reversed hold has not its entry and its credit note",
            },
        ),
        (
            "UPDATE paper_series SET last_rank = last_rank + 1 WHERE series = 'AV'",
            "UPDATE paper_series SET last_rank = last_rank - 1 WHERE series = 'AV'",
            {"papers have a gap"},
        ),
    ],
)
async def test_books_that_disagree_about_a_reversal_are_found(
    db: Database, change: str, undo: str, found: set[str]
) -> None:
    store = SqlStore(db)
    hold = await held(store)
    await capture(store, hold)
    await reverse(store, hold)

    async def write(statement: str) -> None:
        async with db.across_accounts("a test") as session:
            values = {"key": hold.key} if ":key" in statement else {}
            await session.execute(text(statement), values)

    await write(change)
    differences = await store.differences()
    await write(undo)

    assert {line.partition(":")[0] for line in differences} == found
    assert await store.differences() == []


@pytest.mark.servers
async def test_a_credit_note_with_a_number_names_the_debit_it_corrects(db: Database) -> None:
    store = SqlStore(db)
    hold = await held(store)
    await reverse(store, hold)

    async def number_it() -> None:
        async with db.account(hold.account_id) as session:
            await session.execute(text("UPDATE credit_note SET number = 'AV-2027-000009'"))

    with pytest.raises(DBAPIError, match="check constraint"):
        await number_it()
