"""Receipts of purchases: what they say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kit.money import Money
from services.billing.domain.top_up import Method, TopUp, TopUpNotPaid


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """The company that sells the credit, as its documents name it."""

    name: str
    legal_form: str
    lines: Sequence[str]
    registration: str
    vat_number: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a receipt says."""

    number: str
    issued_on: date
    paid_on: date
    amount: Money
    buyer_name: str
    buyer_lines: Sequence[str]
    payment_reference: str
    method: Method = Method.CARD


def receipt_of(top_up: TopUp, credited_on: date) -> Receipt:
    """Return the receipt of a purchase; a transfer was paid on the day our bank received it.

    Raises ``TopUpNotPaid``.
    """
    if not top_up.receipt_number:
        raise TopUpNotPaid(str(top_up.id))
    return Receipt(
        number=top_up.receipt_number,
        issued_on=credited_on,
        paid_on=top_up.received_on or credited_on,
        amount=top_up.amount,
        buyer_name=top_up.buyer.name,
        buyer_lines=top_up.buyer.lines,
        payment_reference=top_up.payment_id,
        method=top_up.method,
    )
