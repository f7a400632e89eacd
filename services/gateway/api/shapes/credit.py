"""Prepaid credit. Amounts are in cents, VAT included unless said."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from services.gateway.api.shape import Asked, Day, Shape, SomeCents, Text, example

Product = Literal[
    "lre_simple",
    "lre_acknowledged",
    "lre_qualified",
    "e_signature",
    "identity_check",
    "closing_fee",
]


class Wallet(Shape):
    """What can be spent, and what is set aside."""

    available_cents: int = Field(description="What can be spent now.")
    held_cents: int = Field(description="Set aside for sendings under way; not part of the former.")
    version: int = Field(description="Grows with each movement.")
    is_frozen: bool = Field(description="A dispute or a debt stops the account from spending.")
    low_below_cents: int = Field(description="Below this the holder is told that credit is low.")


class Price(Shape):
    """A price and its VAT."""

    product: Product | None
    net_cents: int
    vat_cents: int
    gross_cents: int
    vat_rate_bp: int = Field(description="2000 is 20 %.")
    valid_from: Day


class Prices(Shape):
    """The price list."""

    prices: list[Price]


class WantedTopUp(Asked):
    """Credit to buy."""

    model_config = example(amount_cents=15_000)

    amount_cents: SomeCents = Field(description="Paid and credited, VAT included.")
    return_url: str = Field(
        default="",
        description="Where the card page comes back; `{TOP_UP_ID}` is replaced. "
        "Empty: our own page.",
    )
    cancel_url: str = Field(default="", description="Where who gives up comes back. Empty: same.")


class StartedTopUp(Shape):
    """A purchase begun: send the buyer to the card page."""

    top_up_id: str
    checkout_url: str = Field(description="The card page to send the buyer to.")


class TopUp(Shape):
    """A purchase of credit."""

    top_up_id: str
    amount_cents: int
    state: Literal["pending", "processing", "paid", "failed"] | None
    created_at: datetime | None
    paid_at: datetime | None
    receipt_number: Text = Field(description="Once paid.")
    checkout_url: Text = Field(description="The card page, while it waits for payment.")
    refunded_cents: int = Field(description="What went back to the card.")
    is_disputed: bool
    method: Literal["card", "transfer"] | None
    received_on: Day = Field(description="For a transfer: the day our bank received it.")


class TopUps(Shape):
    """Purchases, latest first."""

    top_ups: list[TopUp]
    next_cursor: Text


class Entry(Shape):
    """One line of the statement."""

    entry_id: str
    kind: Literal["top_up", "hold", "capture", "release", "refund", "dispute", "reversal"] | None
    available_change_cents: int
    available_after_cents: int = Field(description="The balance after this line.")
    held_change_cents: int
    cause_key: str = Field(description="What moved it, as we know it.")
    cause: str = Field(description="What moved it, in French.")
    product: Product | None
    occurred_at: datetime | None
    on_day: Day = Field(description="The Paris day it counts for.")
    owed_change_cents: int = Field(description="What it paid of a debt; negative adds to it.")
    credit_note_number: Text = Field(description="For a reversal: its credit note. Else empty.")


class Entries(Shape):
    """The statement, latest first."""

    entries: list[Entry]
    next_cursor: Text
