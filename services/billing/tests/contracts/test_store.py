import asyncio
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from kit.errors import ChangedMeanwhile, TurnedDown
from kit.ids import new_id
from kit.money import ZERO, Money
from services.billing.domain.hold import Hold, HoldState
from services.billing.domain.ledger import (
    Bucket,
    CreditInsufficient,
    EntryKind,
    WalletFrozen,
    period,
)
from services.billing.domain.numbering import Series, paper_number
from services.billing.domain.top_up import TopUpMissing, TopUpState
from services.billing.ports import CardEvent, KnownReturn, Store
from services.billing.tests.builders import NOW, TODAY, a_dispute, a_hold, a_refund, a_top_up
from tests.support.time import paris


async def credit(
    store: Store, cents: int, *, account_id: UUID | None = None, year: int = 2027
) -> UUID:
    """Give an account credit, by a purchase; return the account."""
    account_id = account_id or new_id()
    async with store.account(account_id) as books:
        begun = a_top_up(account_id=account_id, amount=Money(cents))
        top_up = await books.begin_top_up(begun)
        rank = await books.next_rank(Series.RECEIPT, year)
        number = paper_number(Series.RECEIPT, year, rank)
        paid, entry = replace(top_up, state=TopUpState.PAID).receipted(number, NOW)
        await books.post(entry)
        await books.save_top_up(paid)
    return account_id


async def wallet(store: Store, account_id: UUID) -> tuple[int, int, int]:
    async with store.account(account_id) as books:
        found = await books.wallet()
    return found.available.cents, found.held.cents, found.version


async def place(store: Store, account_id: UUID, key: str) -> Hold | None:
    async with store.account(account_id) as books:
        return await books.place(*a_hold(key, account_id=account_id))


def a_key() -> str:
    return f"send:{new_id()}:1"


async def test_a_new_account_has_nothing(store: Store) -> None:
    assert await wallet(store, new_id()) == (0, 0, 0)


async def test_bought_credit_can_be_spent(store: Store) -> None:
    account_id = await credit(store, 5000)

    assert await wallet(store, account_id) == (5000, 0, 1)


async def test_a_hold_moves_the_price_from_available_to_held(store: Store) -> None:
    account_id, key = await credit(store, 5000), a_key()

    placed = await place(store, account_id, key)

    assert placed is not None
    assert placed.gross == Money(540)
    assert await wallet(store, account_id) == (4460, 540, 2)
    async with store.account(account_id) as books:
        assert await books.hold(key) == placed


async def test_a_known_key_is_placed_once(store: Store) -> None:
    account_id, key = await credit(store, 5000), a_key()
    await place(store, account_id, key)

    assert await place(store, account_id, key) is None
    assert await wallet(store, account_id) == (4460, 540, 2)


async def test_another_account_cannot_take_a_known_key(store: Store) -> None:
    first, second, key = await credit(store, 5000), await credit(store, 5000), a_key()
    await place(store, first, key)

    assert await place(store, second, key) is None
    async with store.account(second) as books:
        assert await books.hold(key) is None
    assert await wallet(store, second) == (5000, 0, 1)


async def test_without_enough_credit_nothing_is_held_and_the_key_stays_free(store: Store) -> None:
    account_id, key = await credit(store, 500), a_key()

    with pytest.raises(CreditInsufficient) as refused:
        await place(store, account_id, key)

    assert refused.value.facts == {"missing_cents": "40", "available_cents": "500"}
    assert await wallet(store, account_id) == (500, 0, 1)
    await credit(store, 2000, account_id=account_id)
    assert await place(store, account_id, key) is not None


async def test_an_account_without_a_wallet_cannot_hold(store: Store) -> None:
    with pytest.raises(CreditInsufficient) as refused:
        await place(store, new_id(), a_key())

    assert refused.value.facts == {"missing_cents": "540", "available_cents": "0"}


async def test_a_frozen_wallet_holds_nothing_more(store: Store) -> None:
    account_id = await credit(store, 5000)
    async with store.account(account_id) as books:
        await books.freeze("dispute")

    with pytest.raises(WalletFrozen):
        await place(store, account_id, a_key())

    assert await wallet(store, account_id) == (5000, 0, 1)
    async with store.account(account_id) as books:
        assert (await books.wallet()).frozen_for == "dispute"


async def test_a_captured_hold_leaves_the_wallet(store: Store) -> None:
    account_id, key = await credit(store, 5000), a_key()
    await place(store, account_id, key)

    async with store.account(account_id) as books:
        hold = await books.hold(key)
        assert hold is not None
        captured, entry = hold.capture(on_day=TODAY, at=NOW)
        assert entry is not None
        saved = await books.save_hold(captured)
        await books.post(entry)

    assert (saved.state, saved.version) == (HoldState.CAPTURED, 2)
    assert await wallet(store, account_id) == (4460, 0, 3)


async def test_a_stale_save_is_turned_down(store: Store) -> None:
    account_id, key = await credit(store, 5000), a_key()
    placed = await place(store, account_id, key)
    assert placed is not None
    released, _ = placed.release(on_day=TODAY, at=NOW)
    async with store.account(account_id) as books:
        await books.save_hold(released)

    async def save_again() -> None:
        async with store.account(account_id) as books:
            await books.save_hold(released)

    with pytest.raises(ChangedMeanwhile):
        await save_again()
    async with store.account(account_id) as books:  # leave the books right
        _, entry = placed.release(on_day=TODAY, at=NOW)
        assert entry is not None
        await books.post(entry)


async def test_a_tombstone_forbids_the_hold_that_comes_late(store: Store) -> None:
    account_id, key = await credit(store, 5000), a_key()
    tombstone = Hold.tombstone(account_id, key, at=NOW)

    async with store.account(account_id) as books:
        assert await books.bury(tombstone)
        assert not await books.bury(tombstone)

    assert await place(store, account_id, key) is None
    async with store.account(account_id) as books:
        assert await books.hold(key) == tombstone
    assert await wallet(store, account_id) == (5000, 0, 1)


async def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    account_id, key = await credit(store, 5000), a_key()

    async def place_then_fail() -> None:
        async with store.account(account_id) as books:
            await books.place(*a_hold(key, account_id=account_id))
            raise ChangedMeanwhile

    with pytest.raises(ChangedMeanwhile):
        await place_then_fail()

    assert await wallet(store, account_id) == (5000, 0, 1)
    async with store.account(account_id) as books:
        assert await books.hold(key) is None


async def test_the_statement_tells_each_movement_latest_first(store: Store) -> None:
    account_id, key = await credit(store, 5000), a_key()
    await place(store, account_id, key)

    async with store.account(account_id) as books:
        hold_line, top_up_line = await books.entries(before=None, limit=10)
        older = await books.entries(before=hold_line.wallet_version, limit=10)

    assert [hold_line.entry.kind, top_up_line.entry.kind] == [EntryKind.HOLD, EntryKind.TOP_UP]
    assert hold_line.entry.cause == "Lettre 27-00012"
    assert hold_line.entry.postings == {Bucket.AVAILABLE: Money(-540), Bucket.HELD: Money(540)}
    assert (hold_line.available_after, hold_line.held_after) == (Money(4460), Money(540))
    assert older == [top_up_line]


async def test_a_statement_of_some_days_holds_both_their_ends(store: Store) -> None:
    account_id, keys = await credit(store, 5000), [a_key() for _ in range(3)]
    instants = [
        paris(text)
        for text in ("Thu 2027-01-14 00:00", "Fri 2027-01-15 23:59", "Sat 2027-01-16 00:00")
    ]
    for key, at in zip(keys, instants, strict=True):
        async with store.account(account_id) as books:
            await books.place(*a_hold(key, account_id=account_id, at=at))

    async with store.account(account_id) as books:
        days = period(date(2027, 1, 14), date(2027, 1, 15))
        lines = await books.entries(before=None, limit=10, within=days)
        since = await books.entries(before=None, limit=10, within=period(date(2027, 1, 16), None))

    assert [line.entry.key for line in lines] == [f"hold:{keys[1]}", f"hold:{keys[0]}"]
    assert [line.entry.key for line in since] == [f"hold:{keys[2]}"]


async def test_many_holds_at_once_never_go_below_zero(store: Store) -> None:
    account_id = await credit(store, 2700)  # five letters of 5.40

    async def attempt(key: str) -> bool:
        try:
            return await place(store, account_id, key) is not None
        except TurnedDown:
            return False

    outcomes = await asyncio.gather(*(attempt(a_key()) for _ in range(12)))

    assert sum(outcomes) == 5
    assert (await wallet(store, account_id))[:2] == (0, 2700)


async def test_the_same_hold_asked_many_times_at_once_is_placed_once(store: Store) -> None:
    account_id, key = await credit(store, 5000), a_key()

    outcomes = await asyncio.gather(*(place(store, account_id, key) for _ in range(8)))

    assert sum(outcome is not None for outcome in outcomes) == 1
    assert (await wallet(store, account_id))[:2] == (4460, 540)


async def test_open_holds_are_listed_oldest_first_by_prefix(store: Store) -> None:
    account_id, prefix = await credit(store, 5000), f"send:{new_id()}"
    keys = [f"{prefix}:{n}" for n in range(3)]
    for number, key in enumerate(keys):
        hold, entry = a_hold(key, account_id=account_id, at=NOW + timedelta(minutes=number))
        async with store.account(account_id) as books:
            await books.place(hold, entry)

    first = await store.open_holds(prefix=prefix, after=None, limit=2)
    last = first[-1]
    rest = await store.open_holds(prefix=prefix, after=(last.held_at, last.id), limit=2)

    assert [hold.key for hold in (*first, *rest)] == keys


async def test_a_purchase_is_begun_once(store: Store) -> None:
    top_up = a_top_up()
    async with store.account(top_up.account_id) as books:
        assert await books.begin_top_up(top_up) is top_up
        again = await books.begin_top_up(replace(top_up, amount=Money(99_900)))

    assert again == top_up


async def test_a_purchase_is_its_account_s_alone(store: Store) -> None:
    top_up = a_top_up()
    async with store.account(top_up.account_id) as books:
        await books.begin_top_up(top_up)

    async def read_elsewhere() -> None:
        async with store.account(new_id()) as books:
            await books.top_up(top_up.id)

    with pytest.raises(TopUpMissing):
        await read_elsewhere()


async def test_a_purchase_is_saved_whole_and_found_by_its_payment(store: Store) -> None:
    payment_id = f"pi_{new_id().hex}"
    top_up = a_top_up()
    async with store.account(top_up.account_id) as books:
        await books.begin_top_up(top_up)
        changed = replace(top_up, payment_id=payment_id, session_id="cs_1", alert="amount-differs")
        saved = await books.save_top_up(changed)

    assert saved == replace(changed, version=2)
    assert await store.purchase_of(payment_id) == (top_up.account_id, top_up.id)
    assert await store.purchase_of("pi_unknown") is None


async def test_purchases_are_listed_latest_first(store: Store) -> None:
    account_id = new_id()
    made = [a_top_up(account_id=account_id, created_at=NOW + timedelta(hours=n)) for n in range(3)]
    async with store.account(account_id) as books:
        for top_up in made:
            await books.begin_top_up(top_up)
        first = await books.top_ups(before=None, limit=2)
        last = first[-1]
        rest = await books.top_ups(before=(last.created_at, last.id), limit=2)

    assert [*first, *rest] == made[::-1]


async def test_a_receipt_number_taken_by_a_failed_transaction_is_given_back(store: Store) -> None:
    async def take_then_fail() -> None:
        async with store.account(new_id()) as books:
            await books.next_rank(Series.RECEIPT, 1999)
            raise ChangedMeanwhile

    for _ in range(2):
        with pytest.raises(ChangedMeanwhile):
            await take_then_fail()

    account_id = await credit(store, 5000, year=1999)
    await credit(store, 5000, year=1999, account_id=account_id)
    async with store.account(account_id) as books:
        causes = [line.entry.cause for line in await books.entries(before=None, limit=9)]
    assert causes == ["RC-1999-000002", "RC-1999-000001"]


async def test_returns_are_kept_with_what_the_wallet_gave(store: Store) -> None:
    account_id, number = new_id(), f"re_{new_id().hex}"
    top_up = a_top_up(account_id=account_id)
    known = KnownReturn(returned=a_refund(400, number=number), taken=Money(300))
    async with store.account(account_id) as books:
        await books.begin_top_up(top_up)
        assert await books.card_return(number) is None
        await books.save_card_return(top_up, known)
        assert await books.card_return(number) == known


async def test_open_disputes_are_counted(store: Store) -> None:
    account_id, number = new_id(), f"dp_{new_id().hex}"
    top_up = a_top_up(account_id=account_id)
    async with store.account(account_id) as books:
        await books.begin_top_up(top_up)
        before = await books.open_disputes()
        disputed = KnownReturn(returned=a_dispute(400, number=number), taken=ZERO)
        await books.save_card_return(top_up, disputed)
        during = await books.open_disputes()

    assert (before, during) == (0, 1)


async def test_news_is_kept_once_until_it_is_closed(store: Store) -> None:
    number = f"evt_{new_id().hex}"
    event = CardEvent(
        id=number, kind="x", body=b"{}", account_id=None, top_up_id=None, payment_id=""
    )

    await store.keep_news(event, at=NOW)
    await store.keep_news(replace(event, body=b"other"), at=NOW)
    kept = await store.news(number)
    await store.close_news(number, outcome="compared", at=NOW)

    assert kept == b"{}"
    assert await store.news(number) is None


async def test_the_books_agree_with_themselves_after_all_this(store: Store) -> None:
    assert await store.differences() == []
