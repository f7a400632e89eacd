"""Credit notes: what gives a captured hold back, and the paper that says so."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Self
from uuid import UUID

from kit.days import paris_date
from kit.errors import Kind, TurnedDown
from kit.money import VatSplit
from services.billing.domain.hold import Hold
from services.billing.domain.tariff import Product
from services.billing.domain.top_up import Buyer


class CreditNoteMissing(TurnedDown):
    """The account has no credit note of this number."""

    kind = Kind.MISSING
    reason = "credit-note-missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNote:
    """A captured hold to give back: one per hold.

    Asked before the capture, it waits for it, without a number.

    Law: CIBS art. L. 216-34, in force since 2026-09-01 (before: CGI art. 272): VAT already counted
    is corrected by a paper that names what it corrects.
    Our reading: until monthly invoices exist, that is the debit's line of the statement.
    """

    hold_id: UUID
    account_id: UUID
    key: str
    cause: str  # the letter's number
    on_day: date  # the Paris day it counts for
    buyer: Buyer
    asked_at: datetime
    number: str = ""
    issued_at: datetime | None = None
    corrects: UUID | None = None  # the line of the statement
    sha256: str = ""  # of the paper, once it is made
    version: int = 1  # bumped by the store at each save

    @classmethod
    def asked(cls, hold: Hold, *, cause: str, on_day: date, buyer: Buyer, at: datetime) -> Self:
        """Begin the reversal of a hold."""
        return cls(
            hold_id=hold.id,
            account_id=hold.account_id,
            key=hold.key,
            cause=cause,
            on_day=on_day,
            buyer=buyer,
            asked_at=at,
        )

    def issued(self, number: str, at: datetime) -> Self:
        """Give it its number: the credit is back."""
        return replace(self, number=number, issued_at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNotePaper:
    """What the paper says. Amounts are positive: it gives them back."""

    number: str
    issued_on: date
    buyer_name: str
    buyer_lines: Sequence[str]
    cause: str
    product: Product
    split: VatSplit
    captured_on: date
    returned_on: date
    corrects: UUID


def paper_of(note: CreditNote, hold: Hold) -> CreditNotePaper:
    """Return the paper of a credit note. Raises ``CreditNoteMissing`` before it has its number."""
    if note.issued_at is None or note.corrects is None:
        raise CreditNoteMissing(note.key)
    if hold.price is None or hold.captured_on is None:
        raise ValueError(f"{note.key}: nothing was captured")
    return CreditNotePaper(
        number=note.number,
        issued_on=paris_date(note.issued_at),
        buyer_name=note.buyer.name,
        buyer_lines=note.buyer.lines,
        cause=note.cause,
        product=hold.price.product,
        split=hold.price.split,
        captured_on=hold.captured_on,
        returned_on=note.on_day,
        corrects=note.corrects,
    )
