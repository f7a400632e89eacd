"""An account's money as staff see it. Amounts are in cents, VAT included."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from services.gateway.api.shape import Asked, AskedDay, SeenVersion, Shape, SomeCents, Text, example
from services.gateway.api.shapes.credit import TopUp


class ReviewedWallet(Shape):
    """What an account has and owes."""

    account_id: str
    available_cents: int
    held_cents: int
    owed_cents: int = Field(description="Went back to the card and was spent already.")
    frozen_for: Literal["dispute", "debt"] | None
    version: int


class StaffTopUp(TopUp):
    """A purchase, with what staff alone are told."""

    alert: Text


class StaffAct(Shape):
    """Something that staff did."""

    at: datetime | None
    actor: str
    action: str
    note: Text
    facts: dict[str, str]


class WalletReview(Shape):
    """An account's credit, its latest purchases, and what staff did."""

    wallet: ReviewedWallet | None
    open_disputes: int
    top_ups: list[StaffTopUp]
    acts: list[StaffAct]


class FrozenWallets(Shape):
    """Accounts that may not spend; what they owe is told one by one."""

    wallets: list[ReviewedWallet]
    next_cursor: Text


class Unfreezing(Asked):
    """Why an account may spend again."""

    model_config = example(note="The dispute was withdrawn: see the bank's letter of 3 March.")

    note: str = Field(description="10 to 2000 characters, kept for good.")
    version: SeenVersion = Field(default=0, description="The version seen; 0: any.")


class WantedTransfer(Asked):
    """A transfer as our bank's statement shows it."""

    model_config = example(
        reference="VIR-2026-11-0042", amount_cents=15_000, received_on="2026-11-20"
    )

    reference: str = Field(description="The bank's own; the key of this record.")
    amount_cents: SomeCents
    received_on: AskedDay
    note: str = Field(default="", description="For the account's history.")
