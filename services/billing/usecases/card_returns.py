"""Money that goes back to the card: refunds and disputes, each booked once and settled once."""

from dataclasses import replace
from datetime import datetime

from kit.money import Money
from services.billing.domain.card import CardReturn, ReturnKind, ReturnState
from services.billing.domain.top_up import TopUp, dispute_lost_entry, return_entry, undone_entry
from services.billing.ports import Books, KnownReturn


async def apply_return(books: Books, top_up: TopUp, returned: CardReturn, *, at: datetime) -> TopUp:
    """Book what is new about one refund or dispute; return the purchase as it then stands."""
    known = await books.card_return(returned.id)
    if known is None:
        return await _first_sight(books, top_up, returned, at=at)
    before = known.returned.state
    if before is returned.state or before is ReturnState.UNDONE:
        return top_up
    if returned.state is ReturnState.UNDONE:
        return await _undo(books, top_up, replace(known, returned=returned), at=at)
    if before is ReturnState.OPEN:
        await books.save_card_return(top_up, replace(known, returned=returned))
        return await _lost(books, top_up, returned, at=at)
    return top_up  # a dispute that was lost is not open again


async def _first_sight(books: Books, top_up: TopUp, returned: CardReturn, *, at: datetime) -> TopUp:
    if returned.state is ReturnState.UNDONE:
        await books.save_card_return(top_up, KnownReturn(returned=returned, taken=Money(0)))
        return top_up
    wallet = await books.lock_wallet()
    taken = min(wallet.available, returned.amount)
    if returned.kind is ReturnKind.DISPUTE:
        await books.freeze("dispute")
    elif taken < returned.amount:
        await books.freeze("debt")
    await books.post(return_entry(top_up, returned, taken=taken, at=at))
    await books.save_card_return(top_up, KnownReturn(returned=returned, taken=taken))
    if returned.kind is ReturnKind.DISPUTE:
        return await _lost(books, replace(top_up, is_disputed=True), returned, at=at)
    return replace(top_up, refunded=top_up.refunded + returned.amount)


async def _lost(books: Books, top_up: TopUp, returned: CardReturn, *, at: datetime) -> TopUp:
    """Book a dispute that ended against us; the account stays frozen until staff decide."""
    if returned.state is ReturnState.TAKEN and returned.kind is ReturnKind.DISPUTE:
        await books.post(dispute_lost_entry(top_up, returned, at=at))
    return top_up


async def _undo(books: Books, top_up: TopUp, known: KnownReturn, *, at: datetime) -> TopUp:
    """Give the account back what a failed refund, or a dispute won, had taken."""
    returned = known.returned
    wallet = await books.lock_wallet()
    await books.save_card_return(top_up, known)
    if wallet.frozen_for == "dispute" and await books.open_disputes() == 0:
        await books.freeze("")
    await books.post(undone_entry(top_up, returned, owed=await books.owed(), at=at))
    if returned.kind is ReturnKind.REFUND:
        return replace(top_up, refunded=top_up.refunded - returned.amount)
    return replace(top_up, is_disputed=False)
