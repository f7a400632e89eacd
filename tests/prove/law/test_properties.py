"""What must hold of every day from 2024 to 2040, whatever the answer is."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from kit.days import add_working_days, paris_date
from services.dispatch.domain import cutoffs
from services.letters.domain.legal import (
    anniversary,
    borrower,
    events,
    infra_annual,
    renewal_notice,
    withdrawal,
)
from services.letters.domain.legal.codes import Ground, WithdrawalRegime
from tests.prove.law import clock, walking
from tests.prove.law.walking import DAY

pytestmark = pytest.mark.slow

FIRST, END = date(2024, 1, 1), date(2041, 1, 1)
EVERY_DAY = [FIRST + n * DAY for n in range((END - FIRST).days)]
MONTH_ENDS = [day for day in EVERY_DAY if walking.ends_its_month(day)]
LEAP_DAYS = [day for day in EVERY_DAY if (day.month, day.day) == (2, 29)]
HOLIDAYS = sorted(day for year in range(2024, 2041) for day in walking.holidays_of(year))
CHANGE_DAYS = [clock.change_day(year, month) for year in range(2024, 2041) for month in (3, 10)]
QUARTER = timedelta(minutes=15)
ANY_TIME = [Ground.HAMON, Ground.RIA]


def test_the_days_are_those_meant() -> None:
    assert len(MONTH_ENDS) == 17 * 12
    assert [day.year for day in LEAP_DAYS] == [2024, 2028, 2032, 2036, 2040]
    assert len(CHANGE_DAYS) == 34
    assert len(HOLIDAYS) == 17 * 11


def test_sending_later_never_ends_a_contract_sooner() -> None:
    ends = [infra_annual.forward_effect(day).last_covered_day for day in EVERY_DAY]

    assert ends == sorted(ends)


def test_a_later_event_never_closes_sooner() -> None:
    limits = [events.situation_change(day, day).last_send for day in EVERY_DAY]
    notices = [anniversary.window(day).last_safe for day in EVERY_DAY]
    withdrawn = [
        withdrawal.window(WithdrawalRegime.DISTANCE_14, day).last_day_extended for day in EVERY_DAY
    ]

    for days in (limits, notices, withdrawn):
        known = [day for day in days if day is not None]
        assert known == sorted(known)
        assert len(known) == len(EVERY_DAY)


def test_a_later_request_never_gives_the_lender_less_time() -> None:
    plans = [borrower.substitution_plan(day) for day in EVERY_DAY]
    answers = [one.worst_case_answer for one in plans]

    assert answers == sorted(answers)
    assert all(
        one.platform_min_new_start <= one.worst_case_answer < one.recommended_new_start
        for one in plans
    )


@pytest.mark.parametrize("ground", ANY_TIME)
def test_the_inverse_of_an_effect_is_the_last_sending_that_has_it(ground: Ground) -> None:
    for sent in EVERY_DAY:
        start = infra_annual.forward_effect(sent).new_start
        ideal = infra_annual.ideal_sending(start, ground)
        assert ideal.exact
        assert ideal.send_day >= sent
        assert infra_annual.forward_effect(ideal.send_day).new_start == start
        assert infra_annual.forward_effect(ideal.send_day + DAY).new_start > start


@pytest.mark.parametrize("ground", ANY_TIME)
def test_every_start_is_reached_within_the_tolerance_and_the_bound(ground: Ground) -> None:
    """Section 3.4: the gap is null but at the end of a month after a shorter one."""
    tolerance = infra_annual.TOLERANCE_DAYS[ground]
    for start in EVERY_DAY:
        ideal = infra_annual.ideal_sending(start, ground)
        assert abs(ideal.gap_days) <= tolerance
        assert ideal.earliest_deferred <= ideal.earliest_tolerant <= ideal.send_day
        assert ideal.send_day <= ideal.latest_tolerant
        assert ideal.exact or _may_miss(start - DAY)


def _may_miss(last: date) -> bool:
    if last.month == 3:
        return last.day >= 29
    return last.day == 31 and (last.replace(day=1) - DAY).day == 30


def test_a_month_never_leaps_over_the_next() -> None:
    around = (-2 * DAY, -DAY, 0 * DAY, DAY)
    for sent in [day + shift for day in (*MONTH_ENDS, *LEAP_DAYS) for shift in around]:
        effect = infra_annual.forward_effect(sent)
        into = effect.last_covered_day.replace(day=1) - effect.presumed_receipt.replace(day=1)
        assert 28 <= into.days <= 31
        assert 28 <= (effect.last_covered_day - effect.presumed_receipt).days <= 31
        assert effect.last_covered_day.day <= effect.presumed_receipt.day


@pytest.mark.parametrize("day", LEAP_DAYS, ids=str)
def test_a_leap_day_opens_and_closes_on_days_that_exist(day: date) -> None:
    assert infra_annual.opens_on(day) == date(day.year + 1, 2, 28)
    assert events.vehicle_sale(day).automatic_end == date(day.year, 8, 29)
    assert renewal_notice.window(day, None).first_send == day


def test_a_holiday_moves_deadlines_but_no_effect() -> None:
    for holiday in HOLIDAYS:
        moved = withdrawal.window(WithdrawalRegime.DISTANCE_14, holiday - 14 * DAY)

        assert infra_annual.forward_effect(holiday - DAY).presumed_receipt == holiday
        assert moved.last_day_safe == holiday
        assert moved.last_day_extended is not None
        assert walking.works(moved.last_day_extended)
        assert moved.last_day_extended > holiday
        assert add_working_days(holiday - 14 * DAY, 10) != holiday
        assert cutoffs.send_day_of(cutoffs.opening(holiday)) == holiday


@pytest.mark.parametrize("day", CHANGE_DAYS, ids=str)
def test_on_the_days_of_23_and_25_hours_the_clock_on_the_wall_decides(day: date) -> None:
    instant = datetime.combine(day - DAY, time(12), tzinfo=UTC)
    leaves: list[date] = []
    while instant < datetime.combine(day + 2 * DAY, time(12), tzinfo=UTC):
        shown = clock.wall(instant.replace(tzinfo=None))
        expected = shown.date() + (DAY if shown.hour >= 20 else timedelta(0))
        leaves.append(cutoffs.send_day_of(instant))
        assert leaves[-1] == expected
        assert paris_date(instant) == cutoffs.legal_day(instant).send_day == shown.date()
        instant += QUARTER
    assert leaves == sorted(leaves)


@pytest.mark.parametrize("day", CHANGE_DAYS, ids=str)
def test_a_day_of_23_or_25_hours_still_has_one_eve_and_one_deadline(day: date) -> None:
    hours = (cutoffs.changeable_until(day + DAY) - cutoffs.changeable_until(day)).total_seconds()

    assert hours == (23 if day.month == 3 else 25) * 3600
    assert clock.wall(cutoffs.mandate_deadline(day).replace(tzinfo=None)).hour == 20
    assert cutoffs.mandate_deadline(day).astimezone(UTC).utcoffset() == timedelta(0)
