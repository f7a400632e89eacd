"""Buying credit: our purchase first, then the card page, then whatever the card company says."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import structlog

from kit.clock import Clock
from kit.days import paris_date
from kit.failpoints import failpoint
from kit.money import Money
from services.billing.domain.card import CardNews
from services.billing.domain.numbering import Series, paper_number
from services.billing.domain.tariff import Tariff
from services.billing.domain.top_up import Buyer, IdempotencyKeyReused, TopUp, TopUpState, top_up_id
from services.billing.ports import Books, Cards, Store
from services.billing.usecases.card_returns import apply_return

_log = structlog.get_logger(__name__)


async def start_top_up(
    account_id: UUID,
    key: str,
    *,
    amount: Money,
    buyer: Buyer,
    return_url: str,
    cancel_url: str,
    store: Store,
    cards: Cards,
    tariff: Tariff,
    clock: Clock,
) -> TopUp:
    """Begin a purchase and open its card page; the same key leads to the same page.

    Raises ``AmountNotOffered``, ``IdempotencyKeyReused``, and LATER while the card company is
    away: the purchase is kept, the same call goes on with it.
    """
    tariff.check_top_up(amount)
    number = top_up_id(account_id, key)
    wanted = TopUp(
        id=number,
        account_id=account_id,
        amount=amount,
        buyer=buyer,
        return_url=return_url.replace("{TOP_UP_ID}", str(number)),
        cancel_url=cancel_url.replace("{TOP_UP_ID}", str(number)),
        created_at=clock(),
    )
    async with store.account(account_id) as books:
        top_up = await books.begin_top_up(wanted)
        if top_up.amount != amount:
            raise IdempotencyKeyReused(key)
        if top_up is wanted:
            await books.look_later(top_up, top_up.look_again_at(clock()))
    failpoint("billing.top_up.begun")
    return await _with_page(top_up, store=store, cards=cards)


async def read_top_up(
    account_id: UUID,
    number: UUID,
    *,
    refresh: bool,
    store: Store,
    cards: Cards,
    clock: Clock,
    expects_live: bool,
) -> TopUp:
    """Return a purchase; ``refresh`` compares first, so that a lost webhook costs nothing.

    Raises ``TopUpMissing``, and LATER when the comparison was asked for and cannot be made.
    """
    async with store.account(account_id) as books:
        top_up = await books.top_up(number)
    if refresh and top_up.state is not TopUpState.PAID:
        return await compare(
            account_id, number, store=store, cards=cards, clock=clock, expects_live=expects_live
        )
    return top_up


async def list_top_ups(
    account_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int, store: Store
) -> Sequence[TopUp]:
    """Return a page of purchases, latest first."""
    async with store.account(account_id) as books:
        return await books.top_ups(before=before, limit=limit)


async def compare(
    account_id: UUID,
    number: UUID,
    *,
    store: Store,
    cards: Cards,
    clock: Clock,
    expects_live: bool,
) -> TopUp:
    """Read what the card company says of a purchase, and apply what is new, once.

    Webhooks, the buyer's return and the planned looks all come here: the present state is read
    whole, so it matters neither which piece of news came, nor how often, nor in which order.
    """
    async with store.account(account_id) as books:
        top_up = await books.top_up(number)
    if top_up.given_up(clock()):
        return await _abandon(top_up, store=store, clock=clock)
    top_up = await _with_page(top_up, store=store, cards=cards)
    news = await cards.read(top_up.session_id)
    failpoint("billing.top_up.read")
    async with store.account(account_id) as books:
        standing = await books.top_up(number)
        after = await _apply(books, standing, news, at=clock(), expects_live=expects_live)
        await books.look_later(after, after.look_again_at(clock()))
    failpoint("billing.top_up.compared")
    if after.alert and after.alert != standing.alert:
        _log.error("top_up_alert", top_up_id=str(number), alert=after.alert)
    return after


async def _with_page(top_up: TopUp, *, store: Store, cards: Cards) -> TopUp:
    """Open the card page unless it is; the card company knows the purchase by its own id."""
    if top_up.session_id:
        return top_up
    page = await cards.open_page(top_up)
    failpoint("billing.top_up.page_opened")
    async with store.account(top_up.account_id) as books:
        standing = await books.top_up(top_up.id)
        if not standing.session_id:
            standing = await books.save_top_up(standing.has_page(page))
    return standing


async def _apply(
    books: Books, top_up: TopUp, news: CardNews, *, at: datetime, expects_live: bool
) -> TopUp:
    after = top_up.heard(news, expects_live=expects_live)
    fresh = after.state is TopUpState.PAID and not after.receipt_number
    if fresh:
        after = await credit(books, after, at=at)
    if after.receipt_number:
        for returned in news.returns:
            after = await apply_return(books, after, returned, at=at)
    if after != top_up:
        after = await books.save_top_up(after)
    if fresh:
        await books.announce_top_up(after)
    return after


async def credit(books: Books, top_up: TopUp, *, at: datetime) -> TopUp:
    """Give a paid purchase its receipt's number and the account its credit; debts come first."""
    await books.lock_wallet()
    owed = await books.owed()
    year = paris_date(at).year
    number = paper_number(Series.RECEIPT, year, await books.next_rank(Series.RECEIPT, year))
    credited, entry = top_up.receipted(number, at, owed=owed)
    await books.post(entry)
    await books.plan_receipt(credited, at)
    return credited


async def _abandon(top_up: TopUp, *, store: Store, clock: Clock) -> TopUp:
    """Close a purchase whose page was never shown to anybody."""
    async with store.account(top_up.account_id) as books:
        standing = await books.top_up(top_up.id)
        if not standing.given_up(clock()) or standing.state is TopUpState.FAILED:
            return standing
        return await books.save_top_up(replace(standing, state=TopUpState.FAILED))
