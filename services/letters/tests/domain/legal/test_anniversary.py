"""ECHEANCE dates."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.letters.domain.legal import anniversary
from services.letters.domain.legal.codes import Refusal, WarningCode
from tests.support.time import day

DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31))
MONTHS = st.integers(min_value=1, max_value=12)


@pytest.mark.parametrize(
    ("anniversary_day", "months", "last_safe", "last_by_text"),
    [
        ("Fri 2027-01-01", 2, "Sat 2026-10-31", "Sun 2026-11-01"),  # practice: 31 October
        ("Tue 2026-12-01", 2, "Wed 2026-09-30", "Thu 2026-10-01"),
        ("Mon 2028-05-01", 2, "Tue 2028-02-29", "Wed 2028-03-01"),  # leap year
        ("Fri 2027-04-30", 2, "Sat 2027-02-27", "Sun 2027-02-28"),  # no 30 February
        ("Fri 2027-01-01", 3, "Wed 2026-09-30", "Thu 2026-10-01"),  # professional clause
        ("Fri 2027-01-01", 1, "Mon 2026-11-30", "Tue 2026-12-01"),
    ],
)
def test_the_letter_leaves_before_the_notice_the_eve_at_the_latest(
    anniversary_day: str, months: int, last_safe: str, last_by_text: str
) -> None:
    limits = anniversary.window(day(anniversary_day), months)

    assert limits.last_safe == day(last_safe)
    assert limits.last_by_text == day(last_by_text)
    assert limits.new_start == day(anniversary_day)
    assert limits.last_covered_day == day(anniversary_day) - timedelta(days=1)


@pytest.mark.parametrize(
    ("sent", "verdict"),
    [
        ("Sat 2026-10-31", None),
        ("Sun 2026-11-01", WarningCode.LAST_DAY_DISPUTABLE),
        ("Mon 2026-11-02", Refusal.NOTICE_TOO_LATE),
    ],
)
def test_the_last_day_of_the_text_is_disputable_and_the_next_too_late(
    sent: str, verdict: Refusal | WarningCode | None
) -> None:
    assert anniversary.check(day(sent), anniversary.window(day("Fri 2027-01-01"))) is verdict


@given(anniversary_day=DAYS, months=MONTHS, today=DAYS)
def test_the_next_anniversary_is_the_first_one_still_in_time(
    anniversary_day: date, months: int, today: date
) -> None:
    found = anniversary.next_reachable(anniversary_day, months, first_send_day=today)

    assert anniversary.check(today, anniversary.window(found, months)) is None
    assert found >= anniversary_day
    if found > anniversary_day:
        before = anniversary.window(found - timedelta(days=366), months).last_safe
        assert before < today


def test_an_anniversary_of_29_february_does_not_drift_to_the_28th() -> None:
    found = anniversary.next_reachable(
        day("Thu 2024-02-29"), 2, first_send_day=day("Mon 2027-03-01")
    )

    assert found == day("Tue 2028-02-29")
