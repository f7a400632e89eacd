"""Renewal notices, events, withdrawals, refunds and loans."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.money import Money
from services.letters.domain.legal import borrower, events, refund, renewal_notice, withdrawal
from services.letters.domain.legal.codes import Refusal, WarningCode, WithdrawalRegime
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.legal.renewal_notice import Regime
from tests.support.time import day

N, L, A = Regime.NORMAL, Regime.LATE_20_DAYS, Regime.NO_NOTICE
DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2060, 12, 31))


@pytest.mark.parametrize(
    ("notice", "sent", "regime", "last", "covered", "refusal"),
    [
        ("Fri 2026-10-16", "Sat 2026-10-31", N, "Sat 2026-10-31", "Thu 2026-12-31", None),
        ("Fri 2026-10-16", "Tue 2026-11-03", N, "Sat 2026-10-31", None,
         Refusal.NOTICE_TOO_LATE),
        ("Sat 2026-10-17", "Fri 2026-11-06", L, "Fri 2026-11-06", "Thu 2026-12-31", None),
        ("Sat 2026-10-17", "Sat 2026-11-07", L, "Fri 2026-11-06", None,
         Refusal.WINDOW_CLOSED),
        ("Tue 2027-01-05", "Wed 2027-01-20", L, "Mon 2027-01-25", "Wed 2027-01-20", None),
        (None, "Wed 2027-02-10", A, None, "Wed 2027-02-10", None),
        (None, "Sun 2026-12-20", A, None, None, Refusal.NOT_YET_RENEWED),
    ],
)  # fmt: skip
def test_a_late_or_absent_renewal_notice_opens_its_window(
    *, notice: str | None, sent: str, regime: Regime, last: str | None, covered: str | None,
    refusal: Refusal | None,
) -> None:  # fmt: skip
    found = renewal_notice.window(
        day("Fri 2027-01-01"), day(notice) if notice else None, send_day=day(sent)
    )

    assert (found.regime, found.refusal) == (regime, refusal)
    assert found.last_send == (day(last) if last else None)
    assert found.last_covered_day == (day(covered) if covered else None)


def test_a_printed_deadline_wins_over_the_legal_one() -> None:
    found = renewal_notice.window(
        day("Fri 2027-01-01"), day("Fri 2026-10-16"), printed_deadline=day("Fri 2026-10-30")
    )

    assert found.regime is Regime.LATE_20_DAYS


@pytest.mark.parametrize(
    ("event", "sent", "last", "covered", "warning"),
    [
        ("Tue 2026-09-15", "Fri 2026-10-02", "Tue 2026-12-15", "Tue 2026-11-03", None),
        ("Mon 2026-11-30", "Sun 2027-02-28", "Sun 2027-02-28", "Thu 2027-04-01",
         WarningCode.RECEIPT_AFTER_WINDOW),
    ],
)  # fmt: skip
def test_a_change_of_situation_may_be_invoked_for_three_months(
    event: str, sent: str, last: str, covered: str, warning: WarningCode | None
) -> None:
    effect = events.situation_change(day(event), day(sent))

    assert effect.last_send == day(last)
    assert effect.last_covered_day == day(covered)
    assert effect.warning is warning


def test_an_event_cannot_be_invoked_before_nor_after_its_window() -> None:
    event = day("Mon 2026-11-30")

    assert events.situation_change(event, day("Sun 2026-11-29")).refusal is (
        Refusal.EVENT_NOT_OCCURRED
    )
    assert events.situation_change(event, day("Mon 2027-03-01")).refusal is Refusal.WINDOW_CLOSED
    assert events.post_claim(day("Tue 2026-03-31"), day("Fri 2026-05-01")).refusal is (
        Refusal.WINDOW_CLOSED
    )
    assert events.portfolio_transfer(day("Sat 2026-01-31"), day("Sun 2026-03-01")).refusal is (
        Refusal.WINDOW_CLOSED
    )
    assert events.risk_decrease(None, day("Tue 2026-02-03")).refusal is (
        Refusal.INSURER_REFUSAL_REQUIRED
    )


def test_a_sold_vehicle_is_covered_that_day_and_its_contract_ends_ten_days_after_receipt() -> None:
    sale = events.vehicle_sale(day("Fri 2026-07-10"), day("Mon 2026-07-13"))

    assert sale.last_covered_day == day("Fri 2026-07-10")
    assert sale.suspended_from == day("Sat 2026-07-11")
    assert sale.contract_end == day("Fri 2026-07-24")
    assert sale.automatic_end == day("Sun 2027-01-10")


@given(sold=DAYS, after=st.integers(min_value=0, max_value=400))
def test_a_sale_never_keeps_the_contract_beyond_six_months(sold: date, after: int) -> None:
    sale = events.vehicle_sale(sold, sold + timedelta(days=after))

    if sale.refusal is None:
        assert sale.contract_end is not None
        assert sale.contract_end <= sale.automatic_end
    else:
        assert sold + timedelta(days=after) >= sale.automatic_end
        assert sale.contract_end is None


def test_a_withdrawn_licence_ends_contracts_on_the_fortieth_day_at_noon() -> None:
    assert events.licence_withdrawn(day("Mon 2026-06-01")).isoformat() == "2026-07-11T12:00:00"


@pytest.mark.parametrize(
    ("regime", "concluded", "safe", "extended"),
    [
        (WithdrawalRegime.DISTANCE_14, "Sun 2026-01-04", "Sun 2026-01-18", "Mon 2026-01-19"),
        (WithdrawalRegime.DOORSTEP_14, "Sat 2026-07-18", "Sat 2026-08-01", "Mon 2026-08-03"),
        (WithdrawalRegime.DISTANCE_14, "Fri 2026-04-17", "Fri 2026-05-01", "Mon 2026-05-04"),
        (WithdrawalRegime.CONSUMER_GOODS_14, "Mon 2026-07-06", "Mon 2026-07-20", "Mon 2026-07-20"),
        (WithdrawalRegime.LIFE_30, "Fri 2026-04-17", "Sun 2026-05-17", None),
        (WithdrawalRegime.AFFINITY_30, "Tue 2026-05-05", "Thu 2026-06-04", None),
        (WithdrawalRegime.AFFINITY_30, "Sat 2022-12-31", "Sat 2023-01-14", None),  # before the law
        (WithdrawalRegime.AFFINITY_30, "Sun 2023-01-01", "Tue 2023-01-31", None),
    ],
)
def test_day_zero_is_not_counted_and_only_some_regimes_move_off_weekends(
    regime: WithdrawalRegime, concluded: str, safe: str, extended: str | None
) -> None:
    found = withdrawal.window(regime, day(concluded))

    assert found.last_day_safe == day(safe)
    assert found.last_day_extended == (day(extended) if extended else None)


def test_a_sending_that_needs_the_extension_is_warned_and_the_next_is_refused() -> None:
    concluded = day("Sun 2026-01-04")

    relying = withdrawal.window(
        WithdrawalRegime.DISTANCE_14, concluded, send_day=day("Mon 2026-01-19")
    )
    late = withdrawal.window(
        WithdrawalRegime.DISTANCE_14, concluded, send_day=day("Tue 2026-01-20")
    )

    assert relying.warning is WarningCode.RELIES_ON_EXTENSION
    assert late.refusal is Refusal.WINDOW_CLOSED


def test_life_documents_delivered_late_restart_the_delay_for_eight_years_at_most() -> None:
    found = withdrawal.window(
        WithdrawalRegime.LIFE_30, day("Mon 2010-03-01"), documents_received=day("Sun 2020-03-01")
    )

    assert found.day_zero == day("Sun 2020-03-01")
    assert found.last_day_safe == day("Thu 2018-03-01")  # over before they came


@pytest.mark.parametrize(
    ("contract_type", "regime"),
    [
        (ContractType.ANIMAUX, WithdrawalRegime.AFFINITY_30),
        (ContractType.MOTO, WithdrawalRegime.LIFE_30),
    ],
)
def test_a_regime_serves_the_products_it_was_written_for(
    contract_type: ContractType, regime: WithdrawalRegime
) -> None:
    assert withdrawal.check_product(contract_type, regime) is Refusal.CONTRACT_OUT_OF_SCOPE


@pytest.mark.parametrize(
    ("contract_type", "regime", "longest"),
    [
        (ContractType.ASSURANCE_VIE, WithdrawalRegime.LIFE_30, 62),
        (ContractType.VOYAGE_ANNUEL, WithdrawalRegime.DISTANCE_14, 31),
    ],
)
def test_a_cover_is_too_short_to_be_undone_up_to_a_day(
    contract_type: ContractType, regime: WithdrawalRegime, longest: int
) -> None:
    short, lasting = (
        withdrawal.check_product(contract_type, regime, duration_days=days)
        for days in (longest, longest + 1)
    )

    assert short is Refusal.EXCLUDED_SHORT_TRAVEL
    assert lasting is None


def test_documents_never_received_keep_the_right_a_year_since_the_reform() -> None:
    reformed = withdrawal.window(
        WithdrawalRegime.DISTANCE_14, day("Wed 2026-07-01"), documents_never_received=True
    )
    before = withdrawal.window(
        WithdrawalRegime.DISTANCE_14, day("Thu 2026-06-18"), documents_never_received=True
    )

    assert reformed.last_day_max == day("Thu 2027-07-15")
    assert before.last_day_max is None


def test_the_year_of_documents_never_received_comes_before_the_fourteen_days() -> None:
    found = withdrawal.window(
        WithdrawalRegime.DISTANCE_14, day("Sun 2027-02-21"), documents_never_received=True
    )

    assert found.last_day_max == day("Mon 2028-03-06")  # 21 February 2028, then over the 29th


def test_a_car_bought_at_a_distance_cannot_be_undone() -> None:
    at_a_distance = withdrawal.check_product(ContractType.AUTO, WithdrawalRegime.DISTANCE_14)
    at_the_door = withdrawal.check_product(ContractType.AUTO, WithdrawalRegime.DOORSTEP_14)

    assert at_a_distance is Refusal.EXCLUDED_L211_1
    assert at_the_door is None


def test_the_refund_is_pro_rata_of_the_true_days_half_a_cent_up() -> None:
    year = refund.pro_rata(
        Money.euros("365"),
        period_start=day("Thu 2025-04-10"),
        covered_until=day("Sun 2025-04-20"),
        period_end=day("Fri 2026-04-10"),
    )
    leap = refund.pro_rata(
        Money.euros("365"),
        period_start=day("Sat 2027-04-10"),
        covered_until=day("Tue 2027-04-20"),
        period_end=day("Mon 2028-04-10"),
    )

    assert (year.amount, leap.amount) == (Money(35500), Money(35503))


@given(cents=st.integers(min_value=0, max_value=10_000_00), covered=st.integers(0, 365))
def test_a_refund_lies_between_nothing_and_the_premium(cents: int, covered: int) -> None:
    start = date(2026, 1, 1)
    given_back = refund.pro_rata(
        Money(cents),
        period_start=start,
        covered_until=start + timedelta(days=covered),
        period_end=date(2027, 1, 1),
    )

    assert 0 <= given_back.amount.cents <= cents


def test_days_outside_the_period_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="within the period"):
        refund.pro_rata(
            Money(100),
            period_start=date(2026, 1, 1),
            covered_until=date(2025, 12, 31),
            period_end=date(2027, 1, 1),
        )


def test_a_lender_answers_within_ten_working_days_holidays_left_out() -> None:
    plan = borrower.substitution_plan(day("Mon 2026-04-20"), lender_receipt=day("Fri 2026-04-24"))

    assert plan.answer_deadline == day("Tue 2026-05-12")  # over 1 and 8 May
    assert plan.worst_case_answer == day("Thu 2026-05-21")
    assert plan.platform_min_new_start == day("Fri 2026-05-15")
    assert plan.recommended_new_start == day("Sun 2026-07-05")


@pytest.mark.parametrize(
    ("wanted", "refusal", "warning"),
    [
        ("Fri 2026-09-25", Refusal.LOAN_MIN_25_DAYS, None),
        ("Sat 2026-09-26", None, WarningCode.BELOW_WORST_CASE),
        ("Thu 2026-10-01", None, WarningCode.BELOW_RECOMMENDED),
        ("Mon 2026-11-16", None, None),
    ],
)
def test_a_loans_new_start_is_blocked_then_warned_then_free(
    wanted: str, refusal: Refusal | None, warning: WarningCode | None
) -> None:
    plan = borrower.substitution_plan(day("Tue 2026-09-01"), wanted_new_start=day(wanted))

    assert (plan.refusal, plan.warning) == (refusal, warning)


def test_the_old_loan_cover_ends_at_the_later_of_ten_days_and_the_new_start() -> None:
    on_time = borrower.old_contract_end(day("Mon 2026-10-05"), day("Sun 2026-11-01"), accepted=True)
    late = borrower.old_contract_end(day("Wed 2026-10-28"), day("Sun 2026-11-01"), accepted=True)

    assert str(on_time.ends_at) == "2026-11-01 00:00:00"
    assert str(late.ends_at) == "2026-11-07 00:00:00"
    assert late.warning is WarningCode.DOUBLE_COVER
