"""Credit paid by a bank transfer: staff read it on our bank's statement and record it, once."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from kit.days import paris_date
from kit.errors import FieldError, InvalidFields, TurnedDown
from kit.ids import derived_id
from kit.money import Money
from services.billing.domain.top_up import Buyer, Method, TopUp

LEAST: Final = Money(1)
MOST: Final = Money(100_000_00)
OLDEST: Final = timedelta(days=366)
_REFERENCE: Final = re.compile(r"[A-Z0-9][A-Z0-9/.\-]{3,59}")


class TransferOfAnotherAccount(TurnedDown):
    """The transfer of this reference was recorded for somebody else."""

    reason = "transfer-of-another-account"


class TransferDiffers(TurnedDown):
    """The transfer of this reference was recorded for another sum. Fact: ``amount_cents``."""

    reason = "transfer-differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One transfer as our bank's statement shows it; its reference names it once and for all."""

    reference: str
    amount: Money
    received_on: date  # Paris

    def top_up(self, account_id: UUID, buyer: Buyer, *, at: datetime) -> TopUp:
        """Return the purchase of credit that it pays."""
        return TopUp(
            id=derived_id("transfer", self.reference),
            account_id=account_id,
            amount=self.amount,
            buyer=buyer,
            return_url="",
            cancel_url="",
            created_at=at,
            method=Method.TRANSFER,
            payment_id=self.reference,
            received_on=self.received_on,
        )


def read_transfer(reference: str, cents: int, received_on: str, *, at: datetime) -> Transfer:
    """Read what staff typed; the spaces and the case of a reference do not count.

    Raises ``InvalidFields`` with every mistake: a reference has 4 to 60 letters and digits, a sum
    is between one cent and 100 000 euros, and the day is today or within the last 366.
    """
    errors: list[FieldError] = []
    bare = re.sub(r"\s", "", reference).upper()
    if not _REFERENCE.fullmatch(bare):
        errors.append(FieldError("reference", "transfer-reference-invalid"))
    amount = Money(cents)
    if not LEAST <= amount <= MOST:
        facts = {"least_cents": str(LEAST.cents), "most_cents": str(MOST.cents)}
        errors.append(FieldError("amount_cents", "transfer-amount-out-of-range", facts))
    day, today = _read_day(received_on), paris_date(at)
    if day is None:
        errors.append(FieldError("received_on", "day-invalid"))
    elif not today - OLDEST <= day <= today:
        errors.append(FieldError("received_on", "day-out-of-range"))
    if errors or day is None:
        raise InvalidFields(errors)
    return Transfer(reference=bare, amount=amount, received_on=day)


def check_same(standing: TopUp, wanted: TopUp) -> None:
    """Raise ``TransferDiffers`` unless what was recorded under the reference is the same sum."""
    if standing.amount != wanted.amount:
        raise TransferDiffers("recorded already", amount_cents=str(standing.amount.cents))


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
