"""Days as France counts them: Paris midnight, working days, public holidays, calendar months.

Public holidays are those of ordinary law in mainland France (Code du travail, art. L. 3133-1). They
are computed, Easter included, so no year is ever missing from a table. Alsace-Moselle's two
extra days and the Saturdays of *jours ouvrables* are not working days here: a working day is
*ouvré*, Monday to Friday outside holidays.
"""

from calendar import isleap
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

PARIS: Final = ZoneInfo("Europe/Paris")
_ONE_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5
_FEBRUARY: Final = 1  # months from 0, as the sum of months has them
_MONTH_LENGTHS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FIXED_HOLIDAYS: Final = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))


def paris_date(instant: datetime) -> date:
    """Return the calendar day it is in Paris at this instant. Raises ``ValueError`` if naive."""
    if instant.tzinfo is None:
        raise ValueError("an instant without a time zone has no day")
    return instant.astimezone(PARIS).date()


def paris_instant(day: date, at: time = time.min) -> datetime:
    """Return, in UTC, the instant at which it is this time of this day in Paris.

    A time skipped in spring is read with the offset before the change, a time repeated in autumn
    is its first occurrence; midnight, 08:00 and 20:00 are never concerned.
    """
    return datetime.combine(day, at, PARIS).astimezone(UTC)


def next_paris_time(now: datetime, at: time) -> datetime:
    """Return, in UTC, the first instant after this one at which it is this time in Paris."""
    today = paris_instant(paris_date(now), at)
    return today if today > now else paris_instant(paris_date(now) + _ONE_DAY, at)


def day_until(instant: datetime, cutoff: time) -> date:
    """Return the Paris day of an instant, or the day after from a Paris time of day on.

    On 29 March 2026, the short day, 18:00Z is already 20:00 in Paris.
    """
    today = paris_date(instant)
    return today if instant < paris_instant(today, cutoff) else today + _ONE_DAY


def add_months(day: date, months: int) -> date:
    """Count calendar months from date to date; a missing day becomes the month's last.

    31 January plus one month is 28 February (29 in a leap year).
    Law: Code de procédure civile, art. 641 al. 2; règlement (CEE, Euratom) 1182/71, art. 3.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    longest = 29 if month == _FEBRUARY and isleap(year) else _MONTH_LENGTHS[month]
    return date(year, month + 1, min(day.day, longest))


def add_years(day: date, years: int) -> date:
    """Count whole years from date to date; 29 February becomes the 28th in a common year."""
    return add_months(day, 12 * years)


def easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher's algorithm)."""
    golden = year % 19
    century, rest = divmod(year, 100)
    epact = (
        19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15
    ) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    correction = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * correction + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=256)
def holidays(year: int) -> frozenset[date]:
    """Return the eleven public holidays of a year (ten dates when two fall together)."""
    sunday = easter(year)
    moving = {sunday + timedelta(days=shift) for shift in (1, 39, 50)}
    return frozenset({date(year, month, day) for month, day in _FIXED_HOLIDAYS} | moving)


def is_holiday(day: date) -> bool:
    """Say whether this day is a public holiday in mainland France."""
    return day in holidays(day.year)


def is_working_day(day: date) -> bool:
    """Say whether this day is *ouvré*: Monday to Friday, and no public holiday."""
    return day.weekday() < _SATURDAY and not is_holiday(day)


def add_working_days(day: date, count: int) -> date:
    """Count working days, the starting day not included; a negative count goes back."""
    step = _ONE_DAY if count >= 0 else -_ONE_DAY
    for _ in range(abs(count)):
        day += step
        while not is_working_day(day):
            day += step
    return day


def next_working_day(day: date) -> date:
    """Return this day if it is a working day, else the first one after it."""
    while not is_working_day(day):
        day += _ONE_DAY
    return day


def last_working_day(day: date) -> date:
    """Return this day if it is a working day, else the last one before it."""
    while not is_working_day(day):
        day -= _ONE_DAY
    return day
