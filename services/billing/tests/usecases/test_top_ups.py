import asyncio
from datetime import timedelta

import pytest

from kit.errors import TryAgain
from kit.failpoints import Crashed, crash_at
from kit.money import Money
from services.billing.domain.card import CardState
from services.billing.domain.ledger import EntryKind
from services.billing.domain.tariff import AmountNotOffered
from services.billing.domain.top_up import IdempotencyKeyReused, TopUp, TopUpState
from services.billing.tests.builders import news
from services.billing.tests.fakes import FakeStore
from services.billing.tests.outside import FakeCards
from services.billing.usecases.top_ups import list_top_ups, read_top_up
from services.billing.usecases.wallets import list_entries
from tests.support.time import SettableClock

from .buying import ACCOUNT, available, begin, look


async def test_a_purchase_leads_to_its_card_page(begun: TopUp, cards: FakeCards) -> None:
    assert begun.checkout_url == f"https://cards.example/{begun.id}"
    assert cards.opened[begun.id].return_url == f"https://preavis.example/credit/{begun.id}"


async def test_the_same_key_leads_to_the_same_page(
    store: FakeStore, cards: FakeCards, clock: SettableClock, begun: TopUp
) -> None:
    clock.advance(timedelta(minutes=1))

    assert await begin(store, cards, clock, account_id=ACCOUNT) == begun


async def test_a_key_is_for_one_amount(
    store: FakeStore, cards: FakeCards, clock: SettableClock, begun: TopUp
) -> None:
    with pytest.raises(IdempotencyKeyReused):
        await begin(store, cards, clock, account_id=begun.account_id, cents=5_000)


async def test_an_amount_not_on_offer_begins_nothing(
    store: FakeStore, cards: FakeCards, clock: SettableClock
) -> None:
    with pytest.raises(AmountNotOffered):
        await begin(store, cards, clock, account_id=ACCOUNT, cents=1_234)

    assert not await list_top_ups(ACCOUNT, before=None, limit=9, store=store)


async def test_while_the_card_company_is_away_the_same_call_goes_on_later(
    store: FakeStore, cards: FakeCards, clock: SettableClock
) -> None:
    cards.fails_with = TryAgain()
    with pytest.raises(TryAgain):
        await begin(store, cards, clock, account_id=ACCOUNT)
    cards.fails_with = None

    top_up = await begin(store, cards, clock, account_id=ACCOUNT)

    assert top_up.checkout_url
    assert len(await list_top_ups(ACCOUNT, before=None, limit=9, store=store)) == 1


@pytest.mark.parametrize("place", ["billing.top_up.begun", "billing.top_up.page_opened"])
async def test_a_crash_before_the_page_is_shown_leads_to_the_same_page(
    store: FakeStore, cards: FakeCards, clock: SettableClock, place: str
) -> None:
    with crash_at(place), pytest.raises(Crashed):
        await begin(store, cards, clock, account_id=ACCOUNT)

    top_up = await begin(store, cards, clock, account_id=ACCOUNT)

    assert list(cards.opened) == [top_up.id]


async def test_a_paid_purchase_is_credited_once_however_often_it_is_told(
    store: FakeStore, cards: FakeCards, clock: SettableClock, begun: TopUp
) -> None:
    cards.say(begun, news(CardState.PAID))

    await asyncio.gather(*(look(store, cards, clock, begun) for _ in range(5)))

    assert await available(store) == 10_000
    (line,) = await list_entries(ACCOUNT, before=None, limit=9, store=store)
    assert (line.entry.kind, line.entry.cause) == (EntryKind.TOP_UP, "RC-2027-000001")


async def test_the_return_of_the_buyer_makes_up_for_a_lost_webhook(
    store: FakeStore, cards: FakeCards, clock: SettableClock, begun: TopUp
) -> None:
    cards.say(begun, news(CardState.PAID))

    seen = await read_top_up(
        ACCOUNT,
        begun.id,
        refresh=True,
        store=store,
        cards=cards,
        clock=clock,
        expects_live=False,
    )

    assert seen.state is TopUpState.PAID
    assert await available(store) == 10_000


async def test_a_read_without_refresh_asks_nobody(
    store: FakeStore, cards: FakeCards, clock: SettableClock, begun: TopUp
) -> None:
    cards.fails_with = TryAgain()

    seen = await read_top_up(
        ACCOUNT,
        begun.id,
        refresh=False,
        store=store,
        cards=cards,
        clock=clock,
        expects_live=False,
    )

    assert seen.state is TopUpState.PENDING


async def test_an_expired_page_is_closed_and_a_late_payment_still_counts(
    store: FakeStore, cards: FakeCards, clock: SettableClock, begun: TopUp
) -> None:
    cards.say(begun, news(CardState.FAILED))
    assert (await look(store, cards, clock, begun)).state is TopUpState.FAILED

    cards.say(begun, news(CardState.PAID))
    assert (await look(store, cards, clock, begun)).state is TopUpState.PAID
    assert await available(store) == 10_000


async def test_a_page_that_never_opened_is_given_up_after_a_day(
    store: FakeStore, cards: FakeCards, clock: SettableClock
) -> None:
    with crash_at("billing.top_up.begun"), pytest.raises(Crashed):
        await begin(store, cards, clock, account_id=ACCOUNT)
    (top_up,) = await list_top_ups(ACCOUNT, before=None, limit=9, store=store)
    clock.advance(timedelta(days=1))

    assert (await look(store, cards, clock, top_up)).state is TopUpState.FAILED
    assert not cards.opened


async def test_money_that_differs_is_not_credited_and_staff_are_told(
    store: FakeStore, cards: FakeCards, clock: SettableClock, begun: TopUp
) -> None:
    cards.say(begun, news(CardState.PAID, amount=Money(1)))

    seen = await look(store, cards, clock, begun)

    assert (seen.state, seen.alert) == (TopUpState.PENDING, "amount-differs")
    assert await available(store) == 0


async def test_looks_stop_once_a_purchase_is_settled(
    store: FakeStore, cards: FakeCards, clock: SettableClock, begun: TopUp
) -> None:
    assert store.state.due[f"card-look:{begun.id}"] == clock() + timedelta(minutes=5)
    cards.say(begun, news(CardState.PAID))

    await look(store, cards, clock, begun)

    assert f"card-look:{begun.id}" not in store.state.due
    assert f"receipt:{begun.id}" in store.state.due


@pytest.mark.parametrize("place", ["billing.top_up.read", "billing.top_up.compared"])
async def test_a_crash_while_comparing_credits_once(
    store: FakeStore, cards: FakeCards, clock: SettableClock, begun: TopUp, place: str
) -> None:
    cards.say(begun, news(CardState.PAID))
    with crash_at(place), pytest.raises(Crashed):
        await look(store, cards, clock, begun)

    await look(store, cards, clock, begun)

    assert await available(store) == 10_000
