"""Credit set aside for one cause, then used or given back, once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Self
from uuid import UUID

from kit.errors import Kind, TurnedDown
from kit.ids import derived_id
from kit.money import ZERO, Money
from services.billing.domain.ledger import Bucket, Entry, EntryKind
from services.billing.domain.tariff import Price


class HoldState(StrEnum):
    """Where a hold stands. Values are stored: they are never renamed."""

    HELD = "held"
    CAPTURED = "captured"
    RELEASED = "released"
    REVERSED = "reversed"  # captured, then given back with a credit note


NEXT: Final[Mapping[HoldState, frozenset[HoldState]]] = {
    HoldState.HELD: frozenset({HoldState.CAPTURED, HoldState.RELEASED}),
    HoldState.CAPTURED: frozenset({HoldState.REVERSED}),
}  # absent on the left = final


class HoldReleased(TurnedDown):
    """The credit was given back, or its hold was called off before it came."""

    reason = "hold-released"


class HoldCaptured(TurnedDown):
    """The credit was used: giving it back would take a refund."""

    reason = "hold-captured"


class HoldMissing(TurnedDown):
    """Nothing is set aside under this key."""

    kind = Kind.MISSING
    reason = "hold-missing"


class HoldKeyReused(TurnedDown):
    """This key names another cause, or another account's."""

    kind = Kind.INVALID
    reason = "hold-key-reused"


class PriceChanged(TurnedDown):
    """The price is not the one that was agreed: show it, and ask again."""

    reason = "price-changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Credit of one account, set aside under the key of its cause.

    ``price`` is absent on a tombstone: a release that came before its hold.
    """

    id: UUID
    account_id: UUID
    key: str
    state: HoldState = HoldState.HELD
    price: Price | None
    cause: str = ""
    held_at: datetime
    settled_at: datetime | None = None
    captured_on: date | None = None
    version: int = 1  # bumped by the store at each save

    @classmethod
    def place(
        cls, account_id: UUID, key: str, price: Price, *, cause: str, on_day: date, at: datetime
    ) -> tuple[Self, Entry]:
        """Set the price aside."""
        hold = cls(
            id=hold_id(key), account_id=account_id, key=key, price=price, cause=cause, held_at=at
        )
        gross = price.split.gross
        moves = {Bucket.AVAILABLE: -gross, Bucket.HELD: gross}
        return hold, hold._entry(EntryKind.HOLD, moves, on_day=on_day, at=at)

    @classmethod
    def tombstone(cls, account_id: UUID, key: str, *, at: datetime) -> Self:
        """Forbid a hold that has not come yet."""
        return cls(
            id=hold_id(key),
            account_id=account_id,
            key=key,
            state=HoldState.RELEASED,
            price=None,
            held_at=at,
            settled_at=at,
        )

    @property
    def gross(self) -> Money:
        """What is set aside, VAT included."""
        return self.price.split.gross if self.price else ZERO

    def repeated(self, account_id: UUID, price: Price) -> Self:
        """Answer a repeated hold with what stands.

        Raises ``HoldReleased`` when there is nothing to stand on any more, and ``HoldKeyReused``
        when the key was for something else.
        """
        if account_id != self.account_id:
            raise HoldKeyReused(self.key)
        if self.state is HoldState.RELEASED:
            raise HoldReleased(self.key)
        if self.price is None or price.product is not self.price.product:
            raise HoldKeyReused(self.key)
        return self

    def capture(self, *, on_day: date, at: datetime) -> tuple[Self, Entry | None]:
        """Use the credit: the thing was done on that Paris day. Repeated, changes nothing.

        Raises ``HoldReleased``.
        """
        if self.captured_on is not None:
            return self, None
        if self.state is HoldState.RELEASED or self.price is None:
            raise HoldReleased(self.key)
        split = self.price.split
        moves = {Bucket.HELD: -split.gross, Bucket.REVENUE: split.net, Bucket.VAT: split.vat}
        done = replace(self._to(HoldState.CAPTURED, at), captured_on=on_day)
        return done, self._entry(EntryKind.CAPTURE, moves, on_day=on_day, at=at)

    def release(self, *, on_day: date, at: datetime) -> tuple[Self, Entry | None]:
        """Give the credit back. Repeated, changes nothing. Raises ``HoldCaptured``."""
        if self.state is HoldState.RELEASED:
            return self, None
        if self.captured_on is not None:
            raise HoldCaptured(self.key)
        moves = {Bucket.HELD: -self.gross, Bucket.AVAILABLE: self.gross}
        entry = self._entry(EntryKind.RELEASE, moves, on_day=on_day, at=at)
        return self._to(HoldState.RELEASED, at), entry

    def check_reversible(self) -> None:
        """Raise ``HoldReleased`` when nothing was captured, and nothing ever will be."""
        if self.state is HoldState.RELEASED:
            raise HoldReleased(self.key)

    def reverse(self, *, cause: str, on_day: date, at: datetime) -> tuple[Self, Entry | None]:
        """Give back what was captured, its VAT included, for that Paris day.

        Before the capture, or repeated, changes nothing. Raises ``HoldReleased``.
        """
        self.check_reversible()
        if self.state is not HoldState.CAPTURED or self.price is None or self.settled_at is None:
            return self, None
        split = self.price.split
        moves = {Bucket.REVENUE: -split.net, Bucket.VAT: -split.vat, Bucket.AVAILABLE: split.gross}
        done = self._to(HoldState.REVERSED, self.settled_at)  # the day of its capture stays
        entry = self._entry(EntryKind.REVERSAL, moves, on_day=on_day, at=at)
        return done, replace(entry, cause=cause)

    def _to(self, state: HoldState, at: datetime) -> Self:
        if state not in NEXT.get(self.state, frozenset()):
            raise ValueError(f"hold {self.key}: {self.state} -> {state}")
        return replace(self, state=state, settled_at=at)

    def _entry(
        self, kind: EntryKind, moves: Mapping[Bucket, Money], *, on_day: date, at: datetime
    ) -> Entry:
        return Entry(
            kind=kind,
            key=f"{kind}:{self.key}",
            account_id=self.account_id,
            cause=self.cause,
            product=self.price.product if self.price else "",
            on_day=on_day,
            at=at,
            postings={bucket: amount for bucket, amount in moves.items() if amount != ZERO},
        )


def hold_id(key: str) -> UUID:
    """Return the id of the hold under a key: the key names its cause once and for all."""
    return derived_id("hold", key)


def check_price(price: Price, expected: Money | None) -> None:
    """Raise ``PriceChanged`` unless the price is the one that the user agreed to."""
    if expected is not None and price.split.gross != expected:
        raise PriceChanged(
            "another price",
            expected_cents=str(expected.cents),
            gross_cents=str(price.split.gross.cents),
        )
