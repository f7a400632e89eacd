"""Time in tests: a clock that moves when told, and instants that a lawyer can read."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from kit.days import PARIS

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def day(text: str) -> date:
    """Read ``"Sun 2026-11-29"`` or ``"2026-11-29"``; a wrong weekday is refused."""
    weekday, _, rest = text.rpartition(" ")
    value = date.fromisoformat(rest)
    if weekday and DAYS[value.weekday()] != weekday:
        raise ValueError(f"{rest} is a {DAYS[value.weekday()]}, not a {weekday}")
    return value


def paris(text: str) -> datetime:
    """Read ``"Mon 2026-03-02 23:59"`` as Paris time, in UTC; a wrong weekday is refused."""
    day_part, _, clock_part = text.rpartition(" ")
    return datetime.combine(day(day_part), time.fromisoformat(clock_part), PARIS).astimezone(UTC)


class SettableClock:
    """A business clock that stands still until a test moves it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def set(self, text: str) -> None:
        """Go to this Paris time."""
        self.now = paris(text)

    def advance(self, by: timedelta) -> None:
        """Go forward (or back)."""
        self.now += by


@pytest.fixture
def clock() -> SettableClock:
    """A clock that stands at an ordinary working morning."""
    return SettableClock(paris("Wed 2027-01-13 10:00"))
