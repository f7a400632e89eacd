"""Credit that falls low is told once for each fall, on the fake and on Postgres."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from uuid import UUID

import pytest
from sqlalchemy import text

from kit.db import Database
from kit.failpoints import Crashed, crash_at
from kit.ids import new_id
from kit.money import Money
from preavis.billing.v1.events_pb2 import CreditLow
from services.billing.domain.tariff import Product
from services.billing.domain.top_up import TopUpState, return_entry
from services.billing.ports import Store
from services.billing.store import SqlStore
from services.billing.tests.builders import NOW, a_dispute, a_top_up, tariff
from services.billing.tests.fakes import FakeStore
from services.billing.usecases.holds import place_hold, release_hold
from services.billing.usecases.top_ups import credit
from tests.support.servers import MakeDatabase
from tests.support.time import SettableClock

LOW = Money(20_00)
PRICE = 5_40  # of an acknowledged letter


@dataclass(frozen=True)
class Agency:
    """An account that buys, spends and takes back; ``told`` says what it was told, in cents."""

    store: Store
    clock: SettableClock
    account_id: UUID
    told: Callable[[], Awaitable[list[int]]]

    async def buy(self, cents: int) -> None:
        async with self.store.account(self.account_id) as books:
            begun = a_top_up(account_id=self.account_id, amount=Money(cents))
            top_up = await books.begin_top_up(begun)
            paid = replace(top_up, state=TopUpState.PAID)
            await books.save_top_up(await credit(books, paid, at=NOW))

    async def send(self, key: str = "") -> str:
        key = key or f"send:{new_id()}:1"
        await place_hold(
            self.account_id, key, Product.LRE_ACKNOWLEDGED, cause="Lettre 27-00012",
            on_day=None, expected=None, store=self.store, tariff=tariff(), clock=self.clock,
        )  # fmt: skip
        return key

    async def give_up(self, key: str) -> None:
        await release_hold(self.account_id, key, store=self.store, clock=self.clock)


@pytest.fixture(scope="module")
async def db(database: MakeDatabase) -> Database:
    return await database("billing")


@pytest.fixture(params=["fake", pytest.param("postgres", marks=pytest.mark.servers)])
def agency(request: pytest.FixtureRequest, clock: SettableClock) -> Agency:
    account_id = new_id()
    if request.param == "fake":
        fake = FakeStore(low_below=LOW)

        async def told_by_fake() -> list[int]:
            return [wallet.available.cents for wallet in fake.state.falls]

        return Agency(fake, clock, account_id, told_by_fake)
    db: Database = request.getfixturevalue("db")

    async def told() -> list[int]:
        wanted = text(
            "SELECT payload FROM outbox WHERE aggregate_id = :id"
            " AND subject LIKE 'evt.billing.v1.credit_low.%' ORDER BY id"
        )
        async with db.worker() as session:
            payloads = (await session.scalars(wanted, {"id": str(account_id)})).all()
        facts = [CreditLow.FromString(payload) for payload in payloads]
        assert all(fact.low_below_cents == LOW.cents for fact in facts)
        return [fact.available_cents for fact in facts]

    return Agency(SqlStore(db, low_below=LOW), clock, account_id, told)


async def test_it_is_told_when_it_falls_and_not_while_it_stays_low(agency: Agency) -> None:
    await agency.buy(30_00)
    await agency.send()
    assert await agency.told() == []

    await agency.send()
    for _ in range(3):
        await agency.send()

    assert await agency.told() == [30_00 - 2 * PRICE]


async def test_the_bound_itself_is_not_low(agency: Agency) -> None:
    await agency.buy(20_00 + PRICE)

    await agency.send()

    assert await agency.told() == []


async def test_what_is_done_twice_is_told_once(agency: Agency) -> None:
    await agency.buy(22_00)
    with crash_at("billing.hold.committed"), pytest.raises(Crashed):
        await agency.send("send:a:1" + str(agency.account_id))

    for _ in range(3):
        await agency.send("send:a:1" + str(agency.account_id))

    assert await agency.told() == [22_00 - PRICE]


async def test_credit_given_back_and_spent_again_is_the_same_fall(agency: Agency) -> None:
    await agency.buy(22_00)
    for _ in range(3):
        await agency.give_up(await agency.send())
    await agency.send()

    assert await agency.told() == [22_00 - PRICE]


async def test_once_credit_is_bought_the_next_fall_is_told(agency: Agency) -> None:
    await agency.buy(22_00)
    await agency.send()
    await agency.buy(10_00)

    await agency.send()
    await agency.send()

    assert await agency.told() == [22_00 - PRICE, 32_00 - 3 * PRICE]


async def test_credit_bought_that_leaves_it_low_is_no_new_beginning(agency: Agency) -> None:
    await agency.buy(20_00)
    await agency.send()
    await agency.buy(1_00)

    await agency.send()

    assert await agency.told() == [20_00 - PRICE]


async def test_a_small_purchase_is_told_at_the_first_spending_not_at_once(agency: Agency) -> None:
    await agency.buy(15_00)
    assert await agency.told() == []

    await agency.send()

    assert await agency.told() == [15_00 - PRICE]


async def test_of_many_at_once_one_is_told(agency: Agency) -> None:
    await agency.buy(60_00)

    await asyncio.gather(*(agency.send() for _ in range(10)))

    assert len(await agency.told()) == 1


async def test_a_frozen_account_is_not_told_that_it_is_low(agency: Agency) -> None:
    await agency.buy(30_00)
    async with agency.store.account(agency.account_id) as books:
        await books.freeze("dispute")
        top_up = a_top_up(account_id=agency.account_id)
        returned = a_dispute(25_00, number=f"dp_{new_id()}")
        await books.post(return_entry(top_up, returned, taken=returned.amount, at=NOW))

    assert await agency.told() == []
