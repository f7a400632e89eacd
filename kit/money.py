"""Exact money: whole cents of euro, and the only place that rounds."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Self

BASIS_POINTS: Final = 10_000


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An exact amount of euros, held in cents. Euro only: a second currency is an ADR."""

    cents: int

    @classmethod
    def euros(cls, text: str) -> Self:
        """Read ``"12.50"`` exactly. Raises ``ValueError`` below one cent: input is not rounded."""
        cents = Decimal(text) * 100
        if cents != int(cents):
            raise ValueError(f"more precise than a cent: {text}")
        return cls(int(cents))

    def __add__(self, other: "Money") -> "Money":
        return Money(self.cents + other.cents)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.cents - other.cents)

    def __neg__(self) -> "Money":
        return Money(-self.cents)

    def __mul__(self, count: int) -> "Money":
        return Money(self.cents * count)

    def at_rate(self, rate: Decimal) -> "Money":
        """Apply a rate such as VAT ``0.20``, half a cent away from zero."""
        return Money(int((self.cents * rate).quantize(Decimal(1), ROUND_HALF_UP)))


@dataclass(frozen=True, slots=True)
class VatSplit:
    """An amount excluding VAT, its VAT, and their sum, for one rate in basis points (2000 = 20 %).

    ``net + vat == gross`` always holds: VAT is computed once and the third amount deduced.
    """

    net: Money
    vat: Money
    rate_bp: int

    @property
    def gross(self) -> Money:
        """What the customer pays."""
        return self.net + self.vat

    @classmethod
    def of_net(cls, net: Money, rate_bp: int) -> "VatSplit":
        """Add VAT to an amount excluding it."""
        return cls(net, net.at_rate(Decimal(rate_bp) / BASIS_POINTS), rate_bp)

    @classmethod
    def of_gross(cls, gross: Money, rate_bp: int) -> "VatSplit":
        """Find the VAT contained in an amount including it."""
        vat = gross.at_rate(Decimal(rate_bp) / (BASIS_POINTS + rate_bp))
        return cls(gross - vat, vat, rate_bp)


ZERO: Final = Money(0)
