"""Buying credit in tests, all the way."""

from uuid import UUID

from kit.ids import new_id
from kit.money import Money
from services.billing.domain.card import CardReturn, CardState
from services.billing.domain.top_up import TopUp
from services.billing.ports import Cards, Store
from services.billing.tests.builders import BUYER, news, tariff
from services.billing.tests.outside import FakeCards
from services.billing.usecases.top_ups import compare, start_top_up
from services.billing.usecases.wallets import read_wallet
from tests.support.time import SettableClock

ACCOUNT = new_id()


async def begin(
    store: Store,
    cards: Cards,
    clock: SettableClock,
    *,
    account_id: UUID,
    cents: int = 10_000,
    key: str = "key",
) -> TopUp:
    return await start_top_up(
        account_id,
        key,
        amount=Money(cents),
        buyer=BUYER,
        return_url="https://preavis.example/credit/{TOP_UP_ID}",
        cancel_url="https://preavis.example/credit",
        store=store,
        cards=cards,
        tariff=tariff(),
        clock=clock,
    )


async def buy(store: Store, clock: SettableClock, *, cents: int) -> UUID:
    """Return a new account with this credit."""
    account_id, cards = new_id(), FakeCards()
    top_up = await begin(store, cards, clock, account_id=account_id, cents=cents)
    payment = f"pi_{top_up.id}"
    cards.say(top_up, news(CardState.PAID, amount=Money(cents), payment_id=payment))
    await compare(account_id, top_up.id, store=store, cards=cards, clock=clock, expects_live=False)
    return account_id


async def look(store: Store, cards: Cards, clock: SettableClock, top_up: TopUp) -> TopUp:
    return await compare(
        ACCOUNT, top_up.id, store=store, cards=cards, clock=clock, expects_live=False
    )


async def paid(
    store: Store, cards: FakeCards, clock: SettableClock, top_up: TopUp, *returns: CardReturn
) -> TopUp:
    cards.say(top_up, news(CardState.PAID, returns=returns))
    return await look(store, cards, clock, top_up)


async def available(store: Store) -> int:
    return (await read_wallet(ACCOUNT, store=store)).available.cents
