"""The calendar walked one day at a time: nothing here is computed that can be counted on fingers.

The engine's own calendar is never imported: what proves it must not lean on it.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from itertools import count

DAY = timedelta(days=1)
SATURDAY, SUNDAY = 5, 6


def days_from(first: date) -> Iterator[date]:
    """Walk forwards without end, the first day included."""
    return (first + n * DAY for n in count())


def days_back_from(last: date) -> Iterator[date]:
    """Walk backwards without end, the last day included."""
    return (last - n * DAY for n in count())


def days_later(day: date, number: int) -> date:
    """Let so many whole days pass."""
    for _ in range(number):
        day += DAY
    return day


def ends_its_month(day: date) -> bool:
    """Tell whether tomorrow bears another month's name."""
    return (day + DAY).month != day.month


@cache
def months_later(day: date, number: int) -> date:
    """Walk into the month so many doors further, then to the same day number or the last day."""
    at = day
    for _ in range(number):
        at += DAY
        while at.day != 1:
            at += DAY
    while at.day != day.day and not ends_its_month(at):
        at += DAY
    return at


@cache
def months_earlier(day: date, number: int) -> date:
    """Walk back so many month ends, then to the same day number unless the month is too short."""
    at = day
    for _ in range(number):
        at -= DAY
        while not ends_its_month(at):
            at -= DAY
    while at.day > day.day:
        at -= DAY
    return at


def years_later(day: date, number: int) -> date:
    """Walk twelve months for each year."""
    return months_later(day, 12 * number)


def days_between(first: date, end: date) -> int:
    """Count the days of a period whose end is not its own."""
    return sum(1 for _ in range(first.toordinal(), end.toordinal()))


@cache
def easter_sunday(year: int) -> date:
    """Walk from the Church's spring full moon (Clavius' epacts) to the Sunday after it."""
    golden, century = year % 19 + 1, year // 100 + 1
    sun, moon = 3 * century // 4 - 12, (8 * century + 5) // 25 - 5
    epact = (11 * golden + 20 + moon - sun) % 30
    if epact == 24 or (epact == 25 and golden > 11):
        epact += 1
    full = 44 - epact
    full_moon = days_later(date(year, 3, 1), (full if full >= 21 else full + 30) - 1)
    return next(day for day in days_from(full_moon + DAY) if day.weekday() == SUNDAY)


@cache
def holidays_of(year: int) -> frozenset[date]:
    """Return the eleven days of article L. 3133-1 of the labour code."""
    easter = easter_sunday(year)
    named = ("01-01", "05-01", "05-08", "07-14", "08-15", "11-01", "11-11", "12-25")
    fixed = {date.fromisoformat(f"{year}-{name}") for name in named}
    return frozenset(fixed | {days_later(easter, after) for after in (1, 39, 50)})


@cache
def works(day: date) -> bool:
    """Tell whether people work that day: neither a weekend nor a holiday."""
    return day.weekday() not in {SATURDAY, SUNDAY} and day not in holidays_of(day.year)


def working_days_later(day: date, number: int) -> date:
    """Wait for so many days of work, the first day not counted."""
    while number:
        day += DAY
        number -= works(day)
    return day


def first_worked(day: date) -> date:
    """Return that day, or the first one after it on which people work."""
    return next(one for one in days_from(day) if works(one))
