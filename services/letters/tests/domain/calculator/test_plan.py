"""One contract planned: its dates, what lies between the two contracts, and the sums."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.money import Money
from services.letters.domain.calculator.cover import CoverKind, between, contract_year, premium_of
from services.letters.domain.calculator.plan import Plan, Question, plan
from services.letters.domain.legal.codes import Ground, PolicyholderKind, Refusal
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.legal.evaluation import ContractFacts

TODAY = date(2026, 11, 22)
DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))


def health(new_start: date | None = None, *, premium: int = 0) -> Plan:
    facts = ContractFacts(
        contract_type=ContractType.SANTE_INDIVIDUELLE,
        ground=Ground.RIA,
        policyholder=PolicyholderKind.PERSON,
        first_subscription=date(2022, 2, 1),
    )
    return plan(
        Question(
            facts=facts,
            first_send_day=TODAY,
            new_start=new_start,
            yearly_premium=Money(premium) if premium else None,
        )
    )


def at_the_anniversary(new_start: date | None, *, anniversary: date, premium: int = 0) -> Plan:
    facts = ContractFacts(
        contract_type=ContractType.PROTECTION_JURIDIQUE,
        ground=Ground.ECHEANCE,
        policyholder=PolicyholderKind.PERSON,
        anniversary=anniversary,
    )
    return plan(
        Question(
            facts=facts,
            first_send_day=TODAY,
            new_start=new_start,
            yearly_premium=Money(premium) if premium else None,
        )
    )


def test_health_may_end_from_a_month_after_a_letter_of_today_and_for_ever_after() -> None:
    found = health()

    assert (found.ends_from, found.ends_until) == (date(2026, 12, 23), None)
    assert found.cover is None


def test_the_first_of_january_risks_a_day_without_cover() -> None:
    found = health(date(2027, 1, 1), premium=1200_00)

    assert found.evaluation.send_day == date(2026, 11, 29)
    assert found.cover is not None
    assert (found.cover.kind, found.cover.days, found.cover.certain) == (CoverKind.GAP, 1, False)
    assert found.cover.first_day == found.cover.last_day == date(2026, 12, 31)
    assert found.cover.premium == Money(329)  # 1,200.00 / 365


def test_the_year_paid_in_advance_is_given_back_for_its_uncovered_days() -> None:
    found = health(date(2027, 1, 2), premium=365_00)

    assert found.refund is not None
    assert found.refund.period_days - found.refund.covered_days == 30  # 2 to 31 January
    assert found.refund.amount == Money(30_00)


def test_a_start_too_near_is_paid_twice_until_the_old_contract_may_end() -> None:
    found = health(date(2026, 12, 15), premium=365_00)

    assert found.evaluation.refusal is Refusal.TOO_LATE
    assert found.cover is not None
    assert (found.cover.kind, found.cover.days) == (CoverKind.DOUBLE, 9)
    assert found.cover.premium == Money(9_00)


@pytest.mark.parametrize(
    ("new_start", "kind", "days"),
    [
        (date(2027, 3, 1), CoverKind.CONTINUOUS, 0),
        (date(2027, 3, 11), CoverKind.GAP, 10),
        (date(2027, 2, 20), CoverKind.DOUBLE, 9),
    ],
)
def test_the_anniversary_and_the_new_start_are_compared(
    new_start: date, kind: CoverKind, days: int
) -> None:
    found = at_the_anniversary(new_start, anniversary=date(2027, 3, 1))

    assert found.ends_from == found.ends_until == date(2027, 2, 28)
    assert found.cover is not None
    assert (found.cover.kind, found.cover.days, found.cover.certain) == (kind, days, True)


def test_a_missed_anniversary_costs_the_year_that_follows() -> None:
    found = at_the_anniversary(date(2027, 1, 1), anniversary=date(2027, 1, 1), premium=365_00)

    assert found.evaluation.refusal is Refusal.NOTICE_TOO_LATE
    assert found.ends_from == date(2027, 12, 31)
    assert found.cover is not None
    assert (found.cover.days, found.cover.premium) == (365, Money(365_00))


@given(paid_from=DAYS, day=DAYS)
def test_each_day_is_of_one_contract_year(paid_from: date, day: date) -> None:
    start, end = contract_year(paid_from, day)

    assert start <= day < end
    assert (end - start).days in {365, 366}


@given(paid_from=DAYS, first=DAYS, premium=st.integers(1, 500_000))
def test_a_whole_contract_year_is_worth_its_premium(
    paid_from: date, first: date, premium: int
) -> None:
    start, end = contract_year(paid_from, first)

    assert premium_of(Money(premium), start, end, paid_from) == Money(premium)


@given(ends=DAYS, gap=st.integers(-800, 800))
def test_what_lies_between_is_counted_on_either_side(ends: date, gap: int) -> None:
    found = between(ends, ends + timedelta(gap))

    expected = CoverKind.GAP if gap > 0 else CoverKind.DOUBLE if gap < 0 else CoverKind.CONTINUOUS
    assert (found.kind, found.days) == (expected, abs(gap))
    if found.first_day and found.last_day:
        assert (found.last_day - found.first_day).days + 1 == found.days
