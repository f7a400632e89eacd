"""The clock of Paris by the European rule: summer from the last Sunday of March to October's.

Both changes happen at 01:00 UTC. No time zone database: what proves it must not lean on it.
"""

from datetime import date, datetime, time, timedelta
from functools import cache

from tests.prove.law.walking import SUNDAY, days_back_from

HOUR = timedelta(hours=1)


@cache
def change_day(year: int, month: int) -> date:
    """Return the last Sunday of March or of October."""
    return next(day for day in days_back_from(date(year, month, 31)) if day.weekday() == SUNDAY)


def wall(utc: datetime) -> datetime:
    """Return what the clocks of Paris show at a UTC time, both without zone."""
    at_one = time(1)
    spring = datetime.combine(change_day(utc.year, 3), at_one)
    autumn = datetime.combine(change_day(utc.year, 10), at_one)
    return utc + (2 * HOUR if spring <= utc < autumn else HOUR)


def utc_of(text: str) -> datetime:
    """Read an instant written with its offset, as UTC without zone."""
    instant = datetime.fromisoformat(text)
    offset = instant.utcoffset()
    if offset is None:
        raise ValueError(f"an instant needs its offset: {text}")
    return instant.replace(tzinfo=None) - offset


def shown(text: str) -> datetime:
    """Return what the clocks of Paris show at an instant written with its offset."""
    return wall(utc_of(text))


def when_shown(day: date, at: time) -> datetime:
    """Return, in UTC, the first instant at which the clocks of Paris show that."""
    wanted = datetime.combine(day, at)
    return next(utc for utc in (wanted - 2 * HOUR, wanted - HOUR) if wall(utc) == wanted)
