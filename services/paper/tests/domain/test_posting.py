"""When a paper letter is posted: hours, weekends, holidays and both clock changes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.days import paris_date
from services.paper.domain import posting
from tests.support.time import day


@pytest.mark.parametrize(
    ("validated_at", "posted"),
    [
        ("2026-09-11T10:00:00+02:00", "Fri 2026-09-11"),
        ("2026-09-11T10:29:59+02:00", "Fri 2026-09-11"),
        ("2026-09-11T10:30:00+02:00", "Mon 2026-09-14"),
        ("2026-09-12T09:00:00+02:00", "Mon 2026-09-14"),  # a Saturday
        ("2026-05-22T14:30:00+02:00", "Tue 2026-05-26"),  # over Whit Monday
        ("2026-07-14T09:00:00+02:00", "Wed 2026-07-15"),  # a holiday
        ("2026-10-26T09:15:00Z", "Mon 2026-10-26"),  # winter: 10:15 in Paris
        ("2026-03-30T08:45:00Z", "Tue 2026-03-31"),  # summer: 10:45 in Paris
        ("2026-09-10T22:30:00Z", "Fri 2026-09-11"),  # already Friday in Paris
    ],
)
def test_a_letter_is_posted_the_same_working_day_before_half_past_ten(
    validated_at: str, posted: str
) -> None:
    assert posting.posting_day_of(datetime.fromisoformat(validated_at)) == day(posted)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2040, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001 - the zone is given beside
def test_posting_is_on_a_posting_day_never_before_and_never_a_week_late(at: datetime) -> None:
    posted = posting.posting_day_of(at)

    assert posting.is_posting_day(posted)
    assert timedelta(0) <= posted - paris_date(at) < timedelta(days=7)
    assert posting.posting_day_of(at + timedelta(hours=1)) >= posted


@given(st.dates(date(2024, 1, 1), date(2040, 12, 31)))
def test_the_last_posting_day_is_the_latest_one_not_after(limit: date) -> None:
    found = posting.last_posting_day(limit)

    assert posting.is_posting_day(found)
    passed = [found + timedelta(days=n) for n in range(1, (limit - found).days + 1)]
    assert not any(posting.is_posting_day(one) for one in passed)
