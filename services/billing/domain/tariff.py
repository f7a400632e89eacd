"""The price list: dated rows, one price per product and day."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Any, Self

from kit.errors import Kind, TurnedDown
from kit.money import BASIS_POINTS, Money, VatSplit


class Product(StrEnum):
    """What is sold. Values are stored: they are never renamed."""

    LRE_SIMPLE = "LRE_SIMPLE"
    LRE_ACKNOWLEDGED = "LRE_ACKNOWLEDGED"
    LRE_QUALIFIED = "LRE_QUALIFIED"
    E_SIGNATURE = "E_SIGNATURE"
    IDENTITY_CHECK = "IDENTITY_CHECK"
    CLOSING_FEE = "CLOSING_FEE"


class NotSold(TurnedDown):
    """Nothing is sold under this name on that day."""

    kind = Kind.MISSING
    reason = "product-not-sold"


class AmountNotOffered(TurnedDown):
    """Credit is bought in whole euros, between two bounds."""

    kind = Kind.INVALID
    reason = "amount-not-offered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What one product costs from a day on. Kept as it was with whatever it priced."""

    product: Product
    split: VatSplit
    valid_from: date
    valid_until: date | None = None  # first day on which it no longer holds

    def __post_init__(self) -> None:
        if self.split.net.cents * self.split.rate_bp % BASIS_POINTS:
            # so that VAT by line, by document and by month always agree to the cent
            raise ValueError(f"{self.product}: the VAT is not a whole number of cents")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """All prices ever, and the bounds of a purchase of credit."""

    prices: Sequence[Price]
    low_below: Money
    least_top_up: Money
    most_top_up: Money

    @classmethod
    def read(cls, text: str) -> Self:
        """Read the data file. Raises ``ValueError`` when two rows of a product overlap."""
        data = tomllib.loads(text)
        prices = sorted(
            (_price(row) for row in data["price"]), key=lambda p: (p.product, p.valid_from)
        )
        for earlier, later in pairwise(prices):
            ends = earlier.valid_until
            if earlier.product == later.product and (ends is None or ends > later.valid_from):
                raise ValueError(f"{later.product}: two prices from {later.valid_from}")
        return cls(
            prices=prices,
            low_below=Money(data["low_below_cents"]),
            least_top_up=Money(data["top_up"]["least_cents"]),
            most_top_up=Money(data["top_up"]["most_cents"]),
        )

    def on(self, day: date) -> list[Price]:
        """List what is sold on a Paris day."""
        return [
            price
            for price in self.prices
            if price.valid_from <= day and (price.valid_until is None or day < price.valid_until)
        ]

    def price(self, product: Product, day: date) -> Price:
        """Return the price of a product on a Paris day. Raises ``NotSold``."""
        for price in self.on(day):
            if price.product is product:
                return price
        raise NotSold(f"{product} is not sold on {day}", product=product, on_day=day.isoformat())

    def check_top_up(self, amount: Money) -> None:
        """Raise ``AmountNotOffered`` unless this amount of credit can be bought."""
        whole = amount.cents % 100 == 0
        if not (whole and self.least_top_up <= amount <= self.most_top_up):
            raise AmountNotOffered(
                "not an amount on offer",
                least_cents=str(self.least_top_up.cents),
                most_cents=str(self.most_top_up.cents),
            )


def _price(row: Mapping[str, Any]) -> Price:
    return Price(
        product=Product(row["product"]),
        split=VatSplit.of_net(Money(row["net_cents"]), row["vat_rate_bp"]),
        valid_from=row["from"],
        valid_until=row.get("until"),
    )
