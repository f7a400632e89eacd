"""Days worth trying: where months end, clocks change, people rest and years turn."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from random import Random

from tests.prove.law.clock import change_day, when_shown
from tests.prove.law.walking import DAY, days_from, ends_its_month, holidays_of

FIRST, LAST = 2024, 2040
EDGES = (time(0), time(2), time(3), time(8), time(10, 30), time(18), time(20))
A_MOMENT = (timedelta(0), timedelta(microseconds=-1), timedelta(seconds=1), timedelta(minutes=-30))


@cache
def _all_days() -> tuple[date, ...]:
    days = days_from(date(FIRST, 1, 1))
    return tuple(next(days) for _ in range((date(LAST + 1, 1, 1) - date(FIRST, 1, 1)).days))


@cache
def _sought() -> tuple[Sequence[date], ...]:
    """Return kinds of days, each kind as likely as another."""
    years = range(FIRST, LAST + 1)
    return (
        _all_days(),
        [day for day in _all_days() if ends_its_month(day)],
        [date(year, 3, 1) - DAY for year in years],
        [change_day(year, month) for year in years for month in (3, 10)],
        [day for year in years for day in sorted(holidays_of(year))],
        [date(year, month, 1) for year in years for month in (1, 2, 4)],
    )


def a_day(random: Random) -> date:
    """Draw a day; half of them stand on an edge or beside it."""
    day = random.choice(random.choice(_sought()))
    return day + random.choice((0, 0, 0, -1, 1, -2, 2)) * DAY


def after(random: Random, day: date, *around: int, widest: int = 400) -> date:
    """Draw a day around so many days after one, now and then anywhere near."""
    if random.random() < 0.15:
        return day + random.randint(-3, widest) * DAY
    return day + (random.choice(around) + random.randint(-3, 3)) * DAY


def maybe(random: Random, draw: Callable[[], date]) -> str | None:
    """Draw a day, or none, as the schema writes it."""
    return draw().isoformat() if random.random() < 0.7 else None


def an_instant(random: Random, day: date | None = None) -> str:
    """Draw an instant near an hour that counts, written in UTC or with some offset."""
    day = day or a_day(random)
    if random.random() < 0.7:
        edge = random.choice([one for one in EDGES if one != time(2)])
        utc = when_shown(day, edge) + random.choice(A_MOMENT)
    else:
        utc = datetime.combine(day, time(random.randrange(24), random.randrange(60)))
    instant = utc.replace(tzinfo=UTC)
    offset = random.choice((0, 0, 1, 2, -5, 9))
    return instant.astimezone(timezone(timedelta(hours=offset))).isoformat()
