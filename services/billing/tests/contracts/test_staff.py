"""What staff look at and change, on the fake and on Postgres."""

from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kit.db import Database
from kit.ids import new_id
from kit.money import Money
from preavis.billing.v1.events_pb2 import WalletChanged
from services.billing.domain.staff import Action, Actor, StaffAct
from services.billing.domain.top_up import Method, return_entry
from services.billing.domain.transfer import TransferOfAnotherAccount, read_transfer
from services.billing.ports import Store
from services.billing.store import SqlStore
from services.billing.tests.builders import BUYER, NOW, a_refund, a_top_up
from services.billing.usecases.desk import record_transfer, unfreeze_wallet
from tests.support.servers import MakeDatabase
from tests.support.time import SettableClock

INES = Actor(id=new_id(), name="Inès Carpentier")


async def transfer(
    store: Store, clock: SettableClock, account_id: UUID, reference: str, cents: int = 10_000
) -> None:
    await record_transfer(
        account_id,
        read_transfer(reference, cents, "2027-01-12", at=clock()),
        BUYER,
        note="",
        by=INES,
        store=store,
        clock=clock,
    )


async def refund(store: Store, account_id: UUID, cents: int, *, taken: int) -> None:
    """Give money back to the card; what is not taken becomes a debt, and freezes."""
    returned = a_refund(cents, number=f"re_{new_id()}")
    async with store.account(account_id) as books:
        await books.freeze("debt")
        entry = return_entry(a_top_up(account_id=account_id), returned, taken=Money(taken), at=NOW)
        await books.post(entry)


def a_reference() -> str:
    return f"VIR-{new_id()}"


async def test_a_debt_grows_with_what_is_not_taken_and_shrinks_with_what_comes_in(
    store: Store, clock: SettableClock
) -> None:
    account_id = new_id()
    await transfer(store, clock, account_id, a_reference(), 3_000)
    await refund(store, account_id, 5_000, taken=3_000)

    async with store.account(account_id) as books:
        before = await books.owed()
    await transfer(store, clock, account_id, a_reference(), 2_500)

    async with store.account(account_id) as books:
        wallet, after = await books.wallet(), await books.owed()
        (line, *_) = await books.entries(before=None, limit=9)
    assert (before, after) == (Money(2_000), Money(0))
    assert wallet.available == Money(500)
    assert (line.entry.available_change, line.entry.owed_change) == (Money(500), Money(2_000))
    assert await store.differences() == []


async def test_a_transfer_is_kept_as_it_was_recorded(store: Store, clock: SettableClock) -> None:
    account_id, reference = new_id(), a_reference()
    await transfer(store, clock, account_id, reference)

    async with store.account(account_id) as books:
        (top_up,) = await books.top_ups(before=None, limit=9)
    assert (top_up.method, top_up.payment_id) == (Method.TRANSFER, reference.upper())
    assert str(top_up.received_on) == "2027-01-12"
    assert await store.purchase_of(reference.upper()) is None  # no card of that name


async def test_the_transfer_of_another_account_is_not_taken(
    store: Store, clock: SettableClock
) -> None:
    reference, other = a_reference(), new_id()
    await transfer(store, clock, new_id(), reference)

    with pytest.raises(TransferOfAnotherAccount):
        await transfer(store, clock, other, reference)

    async with store.account(other) as books:
        assert (await books.wallet()).available == Money(0)
        assert await books.top_ups(before=None, limit=9) == []


async def test_frozen_wallets_are_listed_until_they_are_let_go(
    store: Store, clock: SettableClock
) -> None:
    one, other = sorted((new_id(), new_id()))
    for account_id in (one, other):
        await transfer(store, clock, account_id, a_reference(), 100)
        await refund(store, account_id, 200, taken=100)

    seen = [wallet.account_id for wallet in await store.frozen(after=None, limit=100)]
    after = [wallet.account_id for wallet in await store.frozen(after=one, limit=100)]
    await unfreeze_wallet(one, note="Dette réglée.", version=0, by=INES, store=store, clock=clock)
    left = [wallet.account_id for wallet in await store.frozen(after=None, limit=100)]

    assert [account for account in seen if account in {one, other}] == [one, other]
    assert one not in after
    assert other in after
    assert one not in left


async def test_acts_are_read_latest_first_and_by_account(store: Store) -> None:
    account_id = new_id()
    acts = [
        StaffAct(at=NOW, by=INES, action=action, note=f"n° {n}", facts={"n": str(n)})
        for n, action in enumerate(Action)
    ]
    async with store.account(account_id) as books:
        for act in acts:
            await books.note(act)

    async with store.account(account_id) as books:
        assert list(await books.acts()) == acts[::-1]
    async with store.account(new_id()) as books:
        assert list(await books.acts()) == []


@pytest.fixture(scope="module")
async def db(database: MakeDatabase) -> Database:
    return await database("billing")


@pytest.mark.servers
@pytest.mark.parametrize("change", ["UPDATE staff_act SET note = ''", "DELETE FROM staff_act"])
async def test_what_staff_did_cannot_be_rewritten(db: Database, change: str) -> None:
    with pytest.raises(DBAPIError, match=r"permission denied|append-only"):
        async with db.across_accounts("a test") as session:
            await session.execute(text(change))


@pytest.mark.servers
async def test_each_fact_about_a_wallet_has_a_newer_version(
    db: Database, clock: SettableClock
) -> None:
    store, account_id = SqlStore(db), new_id()
    await transfer(store, clock, account_id, a_reference(), 100)
    await refund(store, account_id, 200, taken=100)
    await unfreeze_wallet(
        account_id, note="Dette réglée.", version=0, by=INES, store=store, clock=clock
    )

    async with db.worker() as session:
        payloads = await session.scalars(
            text("SELECT payload FROM outbox WHERE aggregate_id = :id ORDER BY id"),
            {"id": str(account_id)},
        )
        told = [WalletChanged.FromString(payload) for payload in payloads]
    versions = [(fact.aggregate_version, fact.is_frozen) for fact in told]
    assert versions == [(1, False), (2, True), (3, True), (4, False)]
