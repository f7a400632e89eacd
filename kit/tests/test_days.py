from calendar import monthrange
from datetime import UTC, date, datetime, time

import holidays as reference
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import days
from tests.support.time import day, paris


@pytest.mark.parametrize("year", range(2024, 2041))
def test_holidays_are_those_of_the_reference_library(year: int) -> None:
    expected = set(reference.country_holidays("FR", years=year))

    assert days.holidays(year) == expected


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        (datetime(2026, 7, 14, 21, 59, tzinfo=UTC), "Tue 2026-07-14"),
        (datetime(2026, 7, 14, 22, 0, tzinfo=UTC), "Wed 2026-07-15"),  # summer: UTC+2
        (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), "Thu 2026-12-31"),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), "Fri 2027-01-01"),  # winter: UTC+1
    ],
)
def test_a_day_begins_at_paris_midnight(instant: datetime, expected: str) -> None:
    assert days.paris_date(instant) == day(expected)


def test_an_instant_without_zone_has_no_day() -> None:
    with pytest.raises(ValueError, match="time zone"):
        days.paris_date(datetime(2026, 7, 14, 12))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    ("chosen", "utc"),
    [
        ("Sat 2027-03-27 20:00", datetime(2027, 3, 27, 19, tzinfo=UTC)),
        ("Sun 2027-03-28 20:00", datetime(2027, 3, 28, 18, tzinfo=UTC)),  # the clocks went forward
        ("Sat 2027-10-30 20:00", datetime(2027, 10, 30, 18, tzinfo=UTC)),
        ("Sun 2027-10-31 20:00", datetime(2027, 10, 31, 19, tzinfo=UTC)),  # and back
    ],
)
def test_an_hour_of_a_day_is_read_in_paris(chosen: str, utc: datetime) -> None:
    local = paris(chosen).astimezone(days.PARIS)

    assert days.paris_instant(local.date(), local.time()) == utc


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2027-01-31", 1, "2027-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2027-12-15", 1, "2028-01-15"),
        ("2027-03-31", -1, "2027-02-28"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2027-05-30", 0, "2027-05-30"),
    ],
)
def test_months_are_counted_from_date_to_date(start: str, months: int, end: str) -> None:
    assert days.add_months(day(start), months) == day(end)


@pytest.mark.parametrize(
    ("instant", "counts"),
    [
        ("2026-07-13T17:59:59Z", "2026-07-13"),
        ("2026-07-13T18:00:00Z", "2026-07-14"),  # 20:00 sharp
        ("2026-03-29T17:59:59Z", "2026-03-29"),  # the short day
        ("2026-03-29T18:00:00Z", "2026-03-30"),
        ("2026-10-25T18:59:59Z", "2026-10-25"),  # the long one
        ("2026-10-25T19:00:00Z", "2026-10-26"),
        ("2026-12-31T22:59:59Z", "2027-01-01"),
        ("2026-12-31T23:00:00Z", "2027-01-01"),  # midnight in Paris: the new day's own evening
    ],
)
def test_from_a_time_of_day_on_the_next_day_counts(instant: str, counts: str) -> None:
    assert str(days.day_until(datetime.fromisoformat(instant), time(20))) == counts


def test_a_leap_day_has_its_anniversary_on_the_28th() -> None:
    assert days.add_years(day("2028-02-29"), 1) == day("2029-02-28")


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("Thu 2026-12-24", 1, "Mon 2026-12-28"),  # over Christmas and a weekend
        ("Fri 2027-04-30", 1, "Mon 2027-05-03"),
        ("Wed 2027-05-05", 1, "Fri 2027-05-07"),  # over Ascension Day
        ("Mon 2027-05-10", 10, "Tue 2027-05-25"),  # over Whit Monday
        ("Mon 2027-01-04", -1, "Thu 2026-12-31"),
        ("Sat 2027-01-02", 0, "Sat 2027-01-02"),
    ],
)
def test_working_days_skip_weekends_and_holidays(start: str, count: int, end: str) -> None:
    assert days.add_working_days(day(start), count) == day(end)


def test_the_next_working_day_is_today_when_today_is_one() -> None:
    assert days.next_working_day(day("Fri 2027-01-08")) == day("Fri 2027-01-08")
    assert days.next_working_day(day("Sat 2027-05-15")) == day("Tue 2027-05-18")  # Whit Monday


def test_the_last_working_day_is_today_when_today_is_one() -> None:
    assert days.last_working_day(day("Fri 2027-01-08")) == day("Fri 2027-01-08")
    assert days.last_working_day(day("Mon 2027-05-17")) == day("Fri 2027-05-14")  # Whit Monday


@given(st.dates(min_value=date(1850, 1, 1), max_value=date(2250, 1, 1)), st.integers(-600, 600))
def test_a_month_ends_where_the_calendar_says(start: date, months: int) -> None:
    end = days.add_months(start, months)

    assert end.day == min(start.day, monthrange(end.year, end.month)[1])


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2150, 1, 1)), st.integers(0, 60))
def test_going_forward_then_back_over_working_days_returns(start: date, count: int) -> None:
    start = days.next_working_day(start)

    assert days.add_working_days(days.add_working_days(start, count), -count) == start


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2150, 1, 1)), st.integers(1, 600))
def test_adding_months_never_overshoots_the_month(start: date, months: int) -> None:
    end = days.add_months(start, months)

    assert (end.year - start.year) * 12 + end.month - start.month == months
    assert end.day <= start.day
