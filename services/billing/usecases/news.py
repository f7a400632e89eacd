"""News from the card company: proven genuine, kept, answered at once, handled apart."""

from collections.abc import Mapping

from kit.clock import Clock, system_clock
from kit.errors import Kind, TurnedDown
from kit.failpoints import failpoint
from services.billing.domain.top_up import TopUpMissing
from services.billing.ports import Cards, Store
from services.billing.usecases.top_ups import compare

PARTNER = "stripe"


class PartnerUnknown(TurnedDown):
    """No partner of that name writes to billing."""

    kind = Kind.MISSING
    reason = "partner-unknown"


async def receive_news(
    partner: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    store: Store,
    cards: Cards,
    clock: Clock,
) -> None:
    """Keep a piece of news once it is proven genuine. Raises ``NewsNotGenuine``."""
    if partner != PARTNER:
        raise PartnerUnknown(partner)
    event = cards.hear(headers, body)
    await store.keep_news(event, at=clock())
    failpoint("billing.news.kept")


async def handle_news(
    event_id: str, *, store: Store, cards: Cards, clock: Clock, expects_live: bool
) -> str:
    """Compare the purchase that a piece of news is about; return how it ended.

    News is a hint: what counts is what the card company says now. What concerns no purchase of
    ours is closed as such.
    """
    body = await store.news(event_id)
    if body is None:
        return "known"
    event = cards.read_event(body)
    owner = (event.account_id, event.top_up_id)
    if None in owner and event.payment_id:
        found = await store.purchase_of(event.payment_id)
        owner = found or await cards.purchase_of(event.payment_id) or (None, None)
    account_id, number = owner
    outcome = "not ours"
    if account_id is not None and number is not None:
        try:
            await compare(
                account_id, number, store=store, cards=cards, clock=clock, expects_live=expects_live
            )
            outcome = "compared"
        except TopUpMissing:
            outcome = "no such purchase"
    failpoint("billing.news.applied")
    await store.close_news(event_id, outcome=outcome, at=system_clock())
    return outcome
