"""Between two contracts: the days without cover or covered twice, and what they are worth."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from kit.days import add_years
from kit.money import ZERO, Money
from services.letters.domain.legal.refund import Refund, pro_rata

ONE_DAY = timedelta(days=1)


class CoverKind(StrEnum):
    """What happens between the last day of the old contract and the first of the new one."""

    CONTINUOUS = "CONTINUOUS"
    GAP = "GAP"
    DOUBLE = "DOUBLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """The days between two contracts. No day when one follows the other."""

    kind: CoverKind
    days: int = 0
    first_day: date | None = None
    last_day: date | None = None
    premium: Money | None = None
    """Premium of these days: paid twice when covered twice, what to pay to close a gap."""
    certain: bool = True
    """False when it only happens if the old body keeps to the law's month, tolerance refused."""
    compulsory: bool = False
    """Without cover, of an insurance that nobody may live without."""


def between(
    old_ends_before: date,
    new_start: date,
    *,
    yearly_premium: Money | None = None,
    paid_from: date | None = None,
    certain: bool = True,
) -> Cover:
    """Compare the first day that the old contract no longer covers with the new one's start.

    The old one covers until 15 March at 24:00 and the new one starts on the 20th: four days bare.
    """
    first, after = sorted((old_ends_before, new_start))
    if first == after:
        return Cover(kind=CoverKind.CONTINUOUS)
    premium = yearly_premium and premium_of(yearly_premium, first, after, paid_from or first)
    return Cover(
        kind=CoverKind.GAP if new_start > old_ends_before else CoverKind.DOUBLE,
        days=(after - first).days,
        first_day=first,
        last_day=after - ONE_DAY,
        premium=premium,
        certain=certain,
    )


def premium_of(yearly: Money, first: date, after: date, paid_from: date) -> Money:
    """Return the premium of the days from ``first`` to the eve of ``after``.

    Each contract year counts its own days, 366 with a 29 February in it; half a cent goes up.
    """
    total = ZERO
    while first < after:
        start, end = contract_year(paid_from, first)
        until = min(after, end)
        covered_until = end - (until - first)
        total += pro_rata(
            yearly, period_start=start, covered_until=covered_until, period_end=end
        ).amount
        first = until
    return total


def refund_from(old_ends_before: date, yearly: Money, paid_from: date) -> Refund:
    """Return what is given back of a year paid in advance, once its cover has ended.

    Law: C. assur. art. L. 113-15-2, al. 4.
    """
    start, end = contract_year(paid_from, old_ends_before - ONE_DAY)
    return pro_rata(yearly, period_start=start, covered_until=old_ends_before, period_end=end)


def contract_year(paid_from: date, day: date) -> tuple[date, date]:
    """Return the contract year a day belongs to: its first day, and the next year's first."""
    years = day.year - paid_from.year
    if add_years(paid_from, years) > day:
        years -= 1
    return add_years(paid_from, years), add_years(paid_from, years + 1)
