from kit.ids import new_id
from kit.money import Money
from services.billing.domain.card import ReturnState
from services.billing.domain.ledger import Bucket, Entry, EntryKind
from services.billing.domain.top_up import TopUp
from services.billing.tests.builders import a_dispute, a_refund
from services.billing.tests.fakes import FakeStore
from services.billing.tests.outside import FakeCards
from services.billing.usecases.wallets import list_entries, read_wallet
from tests.support.time import SettableClock

from .buying import ACCOUNT, available, paid


async def test_each_refund_is_taken_once_by_its_own_amount(
    store: FakeStore, cards: FakeCards, clock: SettableClock, begun: TopUp
) -> None:
    first, second = a_refund(1_000, number="re_1"), a_refund(500, number="re_2")

    await paid(store, cards, clock, begun, first)
    await paid(store, cards, clock, begun, first, second)
    seen = await paid(store, cards, clock, begun, second, first)

    assert await available(store) == 8_500
    assert seen.refunded == Money(1_500)
    assert await store.differences() == []


async def test_a_refund_that_fails_gives_the_credit_back(
    store: FakeStore, cards: FakeCards, clock: SettableClock, begun: TopUp
) -> None:
    await paid(store, cards, clock, begun, a_refund(1_000))

    seen = await paid(store, cards, clock, begun, a_refund(1_000, state=ReturnState.UNDONE))

    assert await available(store) == 10_000
    assert seen.refunded == Money(0)


async def spend_all_but(store: FakeStore, cents: int, clock: SettableClock) -> None:
    """Spend in one go, by the ledger alone."""
    spent = Money(10_000 - cents)
    async with store.account(ACCOUNT) as books:
        await books.post(
            Entry(
                kind=EntryKind.CAPTURE,
                key=f"capture:{new_id()}",
                account_id=ACCOUNT,
                cause="",
                on_day=clock().date(),
                at=clock(),
                postings={Bucket.AVAILABLE: -spent, Bucket.REVENUE: spent},
            )
        )


async def test_a_refund_beyond_the_credit_left_freezes_the_account(
    store: FakeStore, cards: FakeCards, clock: SettableClock, begun: TopUp
) -> None:
    await paid(store, cards, clock, begun)
    await spend_all_but(store, 300, clock)

    await paid(store, cards, clock, begun, a_refund(1_000))

    wallet = await read_wallet(ACCOUNT, store=store)
    assert (wallet.available, wallet.frozen_for) == (Money(0), "debt")


async def test_a_dispute_freezes_the_account_and_its_money_waits(
    store: FakeStore, cards: FakeCards, clock: SettableClock, begun: TopUp
) -> None:
    seen = await paid(store, cards, clock, begun, a_dispute(10_000))

    wallet = await read_wallet(ACCOUNT, store=store)
    assert (wallet.available, wallet.frozen_for) == (Money(0), "dispute")
    assert seen.is_disputed


async def test_a_dispute_won_gives_all_back(
    store: FakeStore, cards: FakeCards, clock: SettableClock, begun: TopUp
) -> None:
    await paid(store, cards, clock, begun, a_dispute(10_000))

    seen = await paid(store, cards, clock, begun, a_dispute(10_000, state=ReturnState.UNDONE))

    wallet = await read_wallet(ACCOUNT, store=store)
    assert (wallet.available, wallet.frozen_for) == (Money(10_000), "")
    assert not seen.is_disputed


async def test_a_dispute_lost_stays_with_staff(
    store: FakeStore, cards: FakeCards, clock: SettableClock, begun: TopUp
) -> None:
    await paid(store, cards, clock, begun, a_dispute(10_000))
    for _ in range(2):
        await paid(store, cards, clock, begun, a_dispute(10_000, state=ReturnState.TAKEN))
    await paid(store, cards, clock, begun, a_dispute(10_000))  # late news of its beginning

    wallet = await read_wallet(ACCOUNT, store=store)
    assert (wallet.available, wallet.frozen_for) == (Money(0), "dispute")
    assert await store.differences() == []


async def test_a_return_told_before_the_payment_was_is_booked_after_it(
    store: FakeStore, cards: FakeCards, clock: SettableClock, begun: TopUp
) -> None:
    seen = await paid(store, cards, clock, begun, a_refund(10_000))

    kinds = [
        line.entry.kind for line in await list_entries(ACCOUNT, before=None, limit=9, store=store)
    ]
    assert kinds == [EntryKind.REFUND, EntryKind.TOP_UP]
    assert seen.refunded == Money(10_000)
