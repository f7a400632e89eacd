from typing import Any
from uuid import UUID

import pytest

from kit.failpoints import Crashed, crash_at
from kit.ids import new_id
from kit.money import Money
from services.billing.domain.hold import (
    Hold,
    HoldCaptured,
    HoldKeyReused,
    HoldMissing,
    HoldReleased,
    HoldState,
    PriceChanged,
)
from services.billing.domain.ledger import CreditInsufficient
from services.billing.domain.tariff import Product
from services.billing.tests.builders import TODAY, tariff
from services.billing.tests.fakes import FakeStore
from services.billing.usecases.holds import (
    capture_hold,
    list_open_holds,
    place_hold,
    release_hold,
)
from services.billing.usecases.wallets import list_entries, read_wallet
from tests.support.time import SettableClock

from .buying import buy

KEY = "send:7:1"


@pytest.fixture
async def account_id(store: FakeStore, clock: SettableClock) -> UUID:
    return await buy(store, clock, cents=2000)


async def hold(store: FakeStore, clock: SettableClock, account_id: UUID, **changes: Any) -> Hold:
    asked: dict[str, Any] = {
        "key": KEY,
        "product": Product.LRE_ACKNOWLEDGED,
        "cause": "Lettre 27-00012",
        "on_day": None,
        "expected": None,
    }
    return await place_hold(
        account_id, store=store, tariff=tariff(), clock=clock, **(asked | changes)
    )


async def spendable(store: FakeStore, account_id: UUID) -> tuple[int, int]:
    wallet = await read_wallet(account_id, store=store)
    return wallet.available.cents, wallet.held.cents


async def test_what_is_agreed_is_seen_as_debited(
    store: FakeStore, clock: SettableClock, account_id: UUID
) -> None:
    held = await hold(store, clock, account_id, expected=Money(540))

    assert held.state is HoldState.HELD
    assert await spendable(store, account_id) == (1460, 540)


async def test_a_repeated_hold_holds_once(
    store: FakeStore, clock: SettableClock, account_id: UUID
) -> None:
    first = await hold(store, clock, account_id)
    second = await hold(store, clock, account_id)

    assert first == second
    assert await spendable(store, account_id) == (1460, 540)


async def test_a_repeated_hold_stands_though_the_price_was_another(
    store: FakeStore, clock: SettableClock, account_id: UUID
) -> None:
    first = await hold(store, clock, account_id)

    assert await hold(store, clock, account_id, expected=Money(1)) == first


async def test_another_price_than_agreed_holds_nothing(
    store: FakeStore, clock: SettableClock, account_id: UUID
) -> None:
    with pytest.raises(PriceChanged):
        await hold(store, clock, account_id, expected=Money(500))

    assert await spendable(store, account_id) == (2000, 0)


async def test_too_little_credit_says_what_is_missing(
    store: FakeStore, clock: SettableClock, account_id: UUID
) -> None:
    await hold(store, clock, account_id, product=Product.IDENTITY_CHECK)

    with pytest.raises(CreditInsufficient) as refused:
        await hold(store, clock, account_id, key="idv:1", product=Product.IDENTITY_CHECK)

    assert refused.value.facts["missing_cents"] == "880"


async def test_a_new_generation_is_a_new_hold(
    store: FakeStore, clock: SettableClock, account_id: UUID
) -> None:
    await hold(store, clock, account_id)
    await release_hold(account_id, KEY, store=store, clock=clock)
    again = await hold(store, clock, account_id, key="send:7:2")

    assert again.state is HoldState.HELD
    assert await spendable(store, account_id) == (1460, 540)


async def test_a_hold_called_off_before_it_came_is_refused(
    store: FakeStore, clock: SettableClock, account_id: UUID
) -> None:
    await release_hold(account_id, KEY, store=store, clock=clock)

    with pytest.raises(HoldReleased):
        await hold(store, clock, account_id)

    assert await spendable(store, account_id) == (2000, 0)


async def test_a_capture_counts_for_the_day_of_the_deposit(
    store: FakeStore, clock: SettableClock, account_id: UUID
) -> None:
    await hold(store, clock, account_id)
    clock.set("Fri 2027-01-15 09:00")  # the news came two days late

    captured = await capture_hold(account_id, KEY, on_day=TODAY, store=store, clock=clock)
    again = await capture_hold(account_id, KEY, on_day=TODAY, store=store, clock=clock)

    assert (captured.captured_on, again) == (TODAY, captured)
    assert await spendable(store, account_id) == (1460, 0)
    (line, *_) = await list_entries(account_id, before=None, limit=5, store=store)
    assert line.entry.on_day == TODAY


async def test_what_is_settled_one_way_is_not_settled_the_other(
    store: FakeStore, clock: SettableClock, account_id: UUID
) -> None:
    await hold(store, clock, account_id)
    await capture_hold(account_id, KEY, on_day=TODAY, store=store, clock=clock)
    await hold(store, clock, account_id, key="send:8:1")
    await release_hold(account_id, "send:8:1", store=store, clock=clock)

    with pytest.raises(HoldCaptured):
        await release_hold(account_id, KEY, store=store, clock=clock)
    with pytest.raises(HoldReleased):
        await capture_hold(account_id, "send:8:1", on_day=TODAY, store=store, clock=clock)
    assert await spendable(store, account_id) == (1460, 0)


async def test_nothing_is_captured_under_an_unknown_key(
    store: FakeStore, clock: SettableClock, account_id: UUID
) -> None:
    with pytest.raises(HoldMissing):
        await capture_hold(account_id, KEY, on_day=TODAY, store=store, clock=clock)


async def test_another_account_has_no_say_in_a_hold(
    store: FakeStore, clock: SettableClock, account_id: UUID
) -> None:
    await hold(store, clock, account_id)
    stranger = await buy(store, clock, cents=2000)

    with pytest.raises(HoldMissing):
        await capture_hold(stranger, KEY, on_day=TODAY, store=store, clock=clock)
    with pytest.raises(HoldKeyReused):
        await release_hold(stranger, KEY, store=store, clock=clock)
    with pytest.raises(HoldKeyReused):
        await hold(store, clock, stranger)
    assert await spendable(store, stranger) == (2000, 0)


async def test_owners_of_causes_see_what_is_still_held(
    store: FakeStore, clock: SettableClock, account_id: UUID
) -> None:
    await hold(store, clock, account_id)
    await hold(store, clock, account_id, key="send:8:1")
    await capture_hold(account_id, "send:8:1", on_day=TODAY, store=store, clock=clock)

    found = await list_open_holds(prefix="send:", after=None, limit=10, store=store)

    assert [(each.account_id, each.key) for each in found] == [(account_id, KEY)]


@pytest.mark.parametrize(
    "place",
    ["billing.hold.committed", "billing.capture.committed", "billing.release.committed"],
)
async def test_a_caller_that_heard_no_answer_asks_again(
    store: FakeStore, clock: SettableClock, account_id: UUID, place: str
) -> None:
    async def live() -> None:
        await hold(store, clock, account_id)
        await capture_hold(account_id, KEY, on_day=TODAY, store=store, clock=clock)
        await release_hold(account_id, "send:8:1", store=store, clock=clock)

    with crash_at(place), pytest.raises(Crashed):
        await live()
    await live()

    assert await spendable(store, account_id) == (1460, 0)
    assert await store.differences() == []


async def test_an_unknown_account_has_an_empty_wallet(store: FakeStore) -> None:
    assert await spendable(store, new_id()) == (0, 0)
