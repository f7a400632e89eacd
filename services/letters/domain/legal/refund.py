"""What the insurer gives back: premium of the days not covered."""

from dataclasses import dataclass
from datetime import date

from kit.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """A refund, and the days it comes from."""

    period_days: int
    covered_days: int
    amount: Money


def pro_rata(
    premium: Money, *, period_start: date, covered_until: date, period_end: date
) -> Refund:
    """Return the premium of the uncovered days over the true days of the period.

    Both ends are exclusive: a cover that stops on 16 July at 24:00 is ``covered_until`` 17 July.
    365 euros for a year, ten days covered: 355.00; with a 29 February in the year, 355.03.

    Law: C. assur. art. L. 113-15-2 al. 4 and L. 112-9. Our reading: half a cent goes up.
    """
    period = (period_end - period_start).days
    covered = (covered_until - period_start).days
    if not 0 <= covered <= period or period == 0:
        raise ValueError("the covered days must lie within the period")
    twice = 2 * premium.cents * (period - covered) + period  # half up, in whole cents
    return Refund(period_days=period, covered_days=covered, amount=Money(twice // (2 * period)))
