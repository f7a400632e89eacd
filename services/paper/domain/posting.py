"""The day a paper letter reaches the post, and so the day it counts for."""

from datetime import date, datetime, time, timedelta
from typing import Final

from kit.days import is_working_day, last_working_day, next_working_day, paris_date, paris_instant

CUTOFF: Final = time(10, 30)
"""From that Paris time on, what is validated leaves on the next posting day."""
_ONE_DAY: Final = timedelta(days=1)


def is_posting_day(day: date) -> bool:
    """Say whether the print provider hands letters to the post on that day: working days only."""
    return is_working_day(day)


def posting_day_of(validated_at: datetime) -> date:
    """Return the day on which a letter validated for "now" is posted.

    Before 10:30 in Paris on a working day: the same day; 10:30:00 sharp is the next working day.
    Friday 22 May 2026 at 14:30 is Tuesday the 26th, after Whit Monday.

    Law: the postmark is the day of sending, C. assur. art. R. 113-12 III.
    """
    today = paris_date(validated_at)
    in_time = validated_at < paris_instant(today, CUTOFF)
    return next_working_day(today if in_time else today + _ONE_DAY)


def last_posting_day(day: date) -> date:
    """Return this day if letters are posted on it, else the last posting day before it.

    A letter that must leave by a Sunday is posted on the Friday.
    """
    return last_working_day(day)
