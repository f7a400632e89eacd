"""What the card company says about one purchase: read whole, each time, and compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from kit.money import Money


class CardState(StrEnum):
    """Where a payment stands with the card company."""

    OPEN = "open"  # the card page waits
    PROCESSING = "processing"  # finished by the buyer, not confirmed by the bank
    PAID = "paid"
    FAILED = "failed"  # expired, or declined for good


class ReturnKind(StrEnum):
    """Why money goes back to the card. Values are stored: they are never renamed."""

    REFUND = "refund"  # we gave it back
    DISPUTE = "dispute"  # the bank took it back


class ReturnState(StrEnum):
    """How far money has gone back. Values are stored: they are never renamed."""

    OPEN = "open"  # a dispute under way: the money is away
    TAKEN = "taken"  # gone for good
    UNDONE = "undone"  # came back to us: a failed refund, a dispute won


@dataclass(frozen=True, slots=True, kw_only=True)
class CardReturn:
    """One refund or one dispute, by the card company's own number."""

    id: str
    kind: ReturnKind
    state: ReturnState
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPage:
    """The page where a buyer pays."""

    session_id: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardNews:
    """The whole present state of one purchase, as the card company tells it."""

    session_id: str
    state: CardState
    amount: Money
    currency: str  # "eur"
    is_live: bool  # real money, or the card company's own test mode
    payment_id: str = ""
    returns: Sequence[CardReturn] = ()
