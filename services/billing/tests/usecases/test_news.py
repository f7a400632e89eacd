from itertools import permutations

import pytest

from kit.failpoints import Crashed, crash_at
from services.billing.domain.card import CardState
from services.billing.domain.top_up import TopUp
from services.billing.ports import NewsNotGenuine
from services.billing.tests.builders import news
from services.billing.tests.fakes import FakeStore
from services.billing.tests.outside import FakeCards
from services.billing.usecases.news import PartnerUnknown, handle_news, receive_news
from tests.support.time import SettableClock

from .buying import available


def written(number: str, top_up: TopUp | None = None, payment_id: str = "-") -> bytes:
    owner = f"{top_up.account_id},{top_up.id}" if top_up else "-,-"
    return f"{number},{owner},{payment_id}".encode()


async def receive(
    store: FakeStore, cards: FakeCards, clock: SettableClock, body: bytes, *, genuine: bool = True
) -> None:
    headers = {"stripe-signature": "genuine" if genuine else "forged"}
    await receive_news("stripe", headers, body, store=store, cards=cards, clock=clock)


async def handle(store: FakeStore, cards: FakeCards, clock: SettableClock, number: str) -> str:
    return await handle_news(number, store=store, cards=cards, clock=clock, expects_live=False)


async def test_news_is_kept_at_once_and_credits_when_handled(
    store: FakeStore, cards: FakeCards, clock: SettableClock, begun: TopUp
) -> None:
    cards.say(begun, news(CardState.PAID))

    await receive(store, cards, clock, written("evt_1", begun))
    assert await available(store) == 0
    assert await handle(store, cards, clock, "evt_1") == "compared"

    assert await available(store) == 10_000


async def test_forged_news_is_not_kept(
    store: FakeStore, cards: FakeCards, clock: SettableClock, begun: TopUp
) -> None:
    with pytest.raises(NewsNotGenuine):
        await receive(store, cards, clock, written("evt_1", begun), genuine=False)

    assert await handle(store, cards, clock, "evt_1") == "known"


async def test_a_partner_that_does_not_exist_is_not_heard(
    store: FakeStore, cards: FakeCards, clock: SettableClock
) -> None:
    with pytest.raises(PartnerUnknown):
        await receive_news("paypal", {}, b"", store=store, cards=cards, clock=clock)


@pytest.mark.parametrize("order", list(permutations(["evt_1", "evt_2", "evt_2", "evt_3"]))[::3])
async def test_repeated_and_reordered_news_credits_once(
    store: FakeStore,
    cards: FakeCards,
    clock: SettableClock,
    begun: TopUp,
    order: tuple[str, ...],
) -> None:
    cards.say(begun, news(CardState.PAID))

    for number in order:
        await receive(store, cards, clock, written(number, begun))
        await handle(store, cards, clock, number)

    assert await available(store) == 10_000
    assert await store.differences() == []


async def test_news_that_names_a_payment_alone_finds_its_purchase(
    store: FakeStore, cards: FakeCards, clock: SettableClock, begun: TopUp
) -> None:
    cards.say(begun, news(CardState.PAID, payment_id="pi_7"))

    await receive(store, cards, clock, written("evt_1", payment_id="pi_7"))

    assert await handle(store, cards, clock, "evt_1") == "compared"
    assert await available(store) == 10_000


async def test_news_of_somebody_else_s_business_is_closed(
    store: FakeStore, cards: FakeCards, clock: SettableClock
) -> None:
    await receive(store, cards, clock, written("evt_1", payment_id="pi_9"))

    assert await handle(store, cards, clock, "evt_1") == "not ours"
    assert await handle(store, cards, clock, "evt_1") == "known"


@pytest.mark.parametrize("place", ["billing.news.kept", "billing.news.applied"])
async def test_a_crash_round_news_credits_once(
    store: FakeStore, cards: FakeCards, clock: SettableClock, begun: TopUp, place: str
) -> None:
    cards.say(begun, news(CardState.PAID))

    async def live() -> None:
        await receive(store, cards, clock, written("evt_1", begun))
        await handle(store, cards, clock, "evt_1")

    with crash_at(place), pytest.raises(Crashed):
        await live()
    await live()

    assert await available(store) == 10_000
