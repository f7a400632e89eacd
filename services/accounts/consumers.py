"""Facts in: credit that fell low is told to the holder, whose address is known here alone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import Clock, system_clock
from kit.events import Consumer, Incoming
from kit.money import Money
from preavis.billing.v1 import events_pb2
from services.accounts import usecases
from services.accounts.ports import Book

WORTH_SAYING: Final = timedelta(days=3)  # older news may be untrue by now: facts can come again


def billing_consumer(
    book_of: Callable[[AsyncSession], Book], *, now: Clock = system_clock
) -> Consumer:
    """Return what listens to billing; ``book_of`` gives the book of the fact's transaction."""

    async def credit_low(session: AsyncSession, incoming: Incoming) -> None:
        fact = incoming.message
        if not isinstance(fact, events_pb2.CreditLow):
            raise TypeError(f"not a fall of credit: {type(fact)}")
        if now() - incoming.occurred_at > WORTH_SAYING:
            return
        await usecases.tell_low_credit(
            book_of(session),
            UUID(fact.account_id),
            available=Money(fact.available_cents),
            low_below=Money(fact.low_below_cents),
            version=fact.aggregate_version,
        )

    return Consumer("accounts", "billing", {events_pb2.CreditLow: credit_low})
