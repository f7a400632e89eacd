"""Before anything is created: what remains to be done, what day it would leave, at what price."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kit.days import paris_date
from services.dispatch.domain import cutoffs, preflight
from services.dispatch.domain.letter import Agency, MailKind
from services.dispatch.domain.preflight import Action, LetterFacts, MandateFacts, Price
from services.dispatch.domain.timing import FirstDay, Timing
from services.dispatch.ports import NOTHING_COMPARED, Compared, Desk, Planned


@dataclass(frozen=True, slots=True, kw_only=True)
class Preflight:
    """The list of a letter's page."""

    actions: Sequence[Action]
    prices: Sequence[Price]
    available_cents: int
    agency: Agency
    letter: LetterFacts
    mandate: MandateFacts

    @property
    def ready(self) -> bool:
        """Tell whether nothing is left to do."""
        return all(action.done for action in self.actions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The dates and the price of a sending that does not exist yet."""

    planned: Planned
    first: FirstDay
    send_day: date | None
    leaves_now: bool
    changeable_until: datetime | None
    price: Price | None = None


async def look(account_id: UUID, letter_id: UUID, *, desk: Desk) -> Preflight:
    """Gather, at once, all that a sending of this letter needs today."""
    today = paris_date(desk.clock())
    letter, mandate, (standing, agency), prices, available = await asyncio.gather(
        desk.letters.facts(account_id, letter_id),
        desk.mandates.facts(account_id, letter_id),
        desk.accounts.standing(account_id, today),
        desk.credit.prices(account_id, today),
        desk.credit.available_cents(account_id),
    )
    listed = preflight.actions(
        letter=letter,
        mandate=mandate,
        standing=standing,
        prices=prices,
        available_cents=available,
    )
    return Preflight(
        actions=listed,
        prices=prices,
        available_cents=available,
        agency=agency,
        letter=letter,
        mandate=mandate,
    )


async def plan(
    account_id: UUID,
    letter_id: UUID,
    timing: Timing,
    *,
    desk: Desk,
    has_sent: bool | None = None,
    compared: Compared = NOTHING_COMPARED,
) -> Plan:
    """Compute when the letter would leave and what would follow.

    ``has_sent`` spares the question to a caller that knows whether the account ever sent.
    """
    now = desk.clock()
    if has_sent is None:
        async with desk.store.account(account_id) as work:
            has_sent = await work.has_sent()
    first = FirstDay.at(now, first_sending=not has_sent)
    planned = await desk.letters.plan(
        account_id,
        letter_id,
        send_day=first.day if timing.now else timing.send_day,
        new_start=timing.new_start,
        first_send_day=first.day,
        compared=compared,
    )
    day = planned.send_day
    leaves_now = day == paris_date(now) and day == first.day
    late = day is None or leaves_now
    return Plan(
        planned=planned,
        first=first,
        send_day=day,
        leaves_now=leaves_now,
        changeable_until=None if late or day is None else cutoffs.changeable_until(day),
    )


async def price_of(account_id: UUID, kind: MailKind, *, desk: Desk) -> Price | None:
    """Return today's price of a kind of mail; None when it is not sold."""
    prices = await desk.credit.prices(account_id, paris_date(desk.clock()))
    return next((price for price in prices if price.mail_kind is kind), None)
