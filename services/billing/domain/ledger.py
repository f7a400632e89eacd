"""The ledger: entries that never change, each a set of postings that sum to zero.

A wallet has two buckets, ``available`` and ``held``; the house has the others. What enters one
bucket leaves others, to the cent: money is moved, never made.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from kit.days import paris_instant
from kit.errors import TurnedDown
from kit.money import ZERO, Money


class Bucket(StrEnum):
    """Where money can be. Values are stored: they are never renamed."""

    AVAILABLE = "available"  # the account's, free to spend
    HELD = "held"  # the account's, set aside for something under way
    CARDS = "cards"  # at the card company, for us; negative is what it owes us
    BANK = "bank"  # at our bank, by transfers; negative is what came in
    REVENUE = "revenue"  # ours, VAT excluded
    VAT = "vat"  # the State's
    DISPUTED = "disputed"  # taken back by a bank until a dispute ends
    OWED = "owed"  # what an account owes us; negative is its debt


class EntryKind(StrEnum):
    """Why money moved. Values are stored: they are never renamed."""

    TOP_UP = "top_up"
    HOLD = "hold"
    CAPTURE = "capture"
    RELEASE = "release"
    REFUND = "refund"
    DISPUTE = "dispute"
    REVERSAL = "reversal"


class CreditInsufficient(TurnedDown):
    """The wallet has less than what is asked: the way out is to buy credit."""

    reason = "credit-insufficient"


class WalletFrozen(TurnedDown):
    """An alert (a disputed payment, a debt) stops the account from spending."""

    reason = "wallet-frozen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the ledger, before it is written; it names its cause.

    ``key`` is its idempotency: the same key is written once. Raises ``ValueError`` when the
    postings do not sum to zero.
    """

    kind: EntryKind
    key: str
    account_id: UUID
    cause: str  # in the words of the cause's owner, shown on the statement
    product: str = ""
    on_day: date  # the Paris day it counts for
    at: datetime
    postings: Mapping[Bucket, Money]

    def __post_init__(self) -> None:
        if sum(amount.cents for amount in self.postings.values()) != 0:
            raise ValueError(f"{self.key}: the postings do not sum to zero")

    @property
    def available_change(self) -> Money:
        """What it adds to what can be spent."""
        return self.postings.get(Bucket.AVAILABLE, ZERO)

    @property
    def held_change(self) -> Money:
        """What it adds to what is set aside."""
        return self.postings.get(Bucket.HELD, ZERO)

    @property
    def owed_change(self) -> Money:
        """What it pays of the account's debt; negative when it adds to it."""
        return self.postings.get(Bucket.OWED, ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wallet:
    """What an account has. Neither amount is ever negative."""

    account_id: UUID
    available: Money = ZERO
    held: Money = ZERO
    version: int = 0  # the number of its entries
    frozen_for: str = ""  # "dispute" or "debt": why it may not spend
    freezes: int = 0  # how often it was frozen, or let go
    low_since: int | None = None  # the version at which it was found low; none before, or since

    @property
    def told_version(self) -> int:
        """The version of what the other services are told: grows with each change of either."""
        return self.version + self.freezes

    def after(self, entry: Entry) -> "Wallet":
        """Return the wallet with an entry applied. Raises ``CreditInsufficient``."""
        available, held = self.available + entry.available_change, self.held + entry.held_change
        if available < ZERO or held < ZERO:
            raise CreditInsufficient(
                "not enough credit",
                missing_cents=str(max(-available.cents, -held.cents)),
                available_cents=str(self.available.cents),
            )
        return replace(self, available=available, held=held, version=self.version + 1)

    def noticed(self, entry: Entry, *, low_below: Money) -> "Wallet":
        """Return the wallet, having seen whether an entry just applied leaves it low.

        Found low once for each fall: what comes back otherwise (a release, a reversal) is no new
        beginning, only credit bought above the bound is. A frozen wallet has other worries.
        """
        is_low = self.available < low_below
        if entry.kind is EntryKind.TOP_UP and not is_low:
            return replace(self, low_since=None)
        spends = entry.available_change < ZERO
        if is_low and spends and self.low_since is None and not self.frozen_for:
            return replace(self, low_since=self.version)
        return self

    @property
    def just_fell(self) -> bool:
        """Whether its latest entry is the one that left it low."""
        return self.low_since == self.version


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """An entry as it stands in the ledger, with what the account had just after."""

    id: UUID
    entry: Entry
    available_after: Money
    held_after: Money
    wallet_version: int
    credit_note: str = ""  # the number of the credit note of a reversal


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From an instant, until another left out; either may be open."""

    since: datetime | None = None
    until: datetime | None = None

    def __contains__(self, at: datetime) -> bool:
        """Say whether an instant falls within it."""
        begun = self.since is None or self.since <= at
        return begun and (self.until is None or at < self.until)


ALWAYS: Final = Period()


def period(first: date | None, last: date | None) -> Period:
    """Return whole Paris days: from midnight of the first until the midnight after the last."""
    return Period(
        since=paris_instant(first) if first else None,
        until=paris_instant(last + timedelta(days=1)) if last else None,
    )


def paying_debt(amount: Money, owed: Money) -> Mapping[Bucket, Money]:
    """Share out money that comes in: what the account owes is paid first, the rest can be spent."""
    paid = min(amount, owed)
    moves = {Bucket.OWED: paid, Bucket.AVAILABLE: amount - paid}
    return {bucket: moved for bucket, moved in moves.items() if moved != ZERO}
