"""The first day on which a letter finished now may leave: what every plan starts from."""

from datetime import date, datetime, time
from typing import Final

from kit.days import day_until

CUTOFF: Final = time(20)
"""As dispatch keeps it, for a letter that leaves now; ``tests/house`` compares the two."""


def leaving_day(now: datetime) -> date:
    """Return today's Paris day until 20:00, every day of the year; from then on, tomorrow."""
    return day_until(now, CUTOFF)
