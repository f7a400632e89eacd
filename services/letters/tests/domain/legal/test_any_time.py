"""HAMON and RIA dates: tables a lawyer can check, then every day of eight years by brute force."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.letters.domain.legal import infra_annual
from services.letters.domain.legal.codes import Ground, Refusal
from services.letters.domain.legal.infra_annual import Decision, Fit
from tests.support.time import day

ONE_DAY = timedelta(days=1)
DAYS = st.dates(min_value=date(2015, 1, 2), max_value=date(2099, 12, 1))
ANY_TIME = st.sampled_from([Ground.HAMON, Ground.RIA])


@pytest.mark.parametrize(
    ("sent", "received", "covered", "starts"),
    [
        # The two cases of the FAQ.
        ("Sun 2026-11-29", "Mon 2026-11-30", "Wed 2026-12-30", "Thu 2026-12-31"),
        ("Mon 2026-11-30", "Tue 2026-12-01", "Fri 2027-01-01", "Sat 2027-01-02"),
        # Receipt on Whit Monday, a public holiday: nothing moves.
        ("Sun 2026-05-24", "Mon 2026-05-25", "Thu 2026-06-25", "Fri 2026-06-26"),
        # Four receipts lead to the end of a common February, three to that of a leap one.
        ("Wed 2027-01-27", "Thu 2027-01-28", "Sun 2027-02-28", "Mon 2027-03-01"),
        ("Sat 2027-01-30", "Sun 2027-01-31", "Sun 2027-02-28", "Mon 2027-03-01"),
        ("Fri 2028-01-28", "Sat 2028-01-29", "Tue 2028-02-29", "Wed 2028-03-01"),
        # The clocks change in both: a day stays a day.
        ("Sat 2026-03-28", "Sun 2026-03-29", "Wed 2026-04-29", "Thu 2026-04-30"),
        ("Sat 2026-10-24", "Sun 2026-10-25", "Wed 2026-11-25", "Thu 2026-11-26"),
    ],
)
def test_the_contract_ends_one_month_after_receipt(
    sent: str, received: str, covered: str, starts: str
) -> None:
    effect = infra_annual.forward_effect(day(sent))

    assert effect.presumed_receipt == day(received)
    assert effect.last_covered_day == day(covered)
    assert effect.new_start == day(starts)


@pytest.mark.parametrize(
    ("start", "ideal", "by_law", "gap", "latest"),
    [
        ("Thu 2026-12-31", "Sun 2026-11-29", "Wed 2026-12-30", 0, "Tue 2026-12-01"),
        ("Fri 2027-01-01", "Sun 2026-11-29", "Wed 2026-12-30", 1, "Wed 2026-12-02"),
        ("Sat 2027-01-02", "Mon 2026-11-30", "Fri 2027-01-01", 0, "Thu 2026-12-03"),
        ("Mon 2027-03-01", "Sat 2027-01-30", "Sun 2027-02-28", 0, "Tue 2027-02-02"),
        ("Wed 2028-03-01", "Sun 2028-01-30", "Tue 2028-02-29", 0, "Wed 2028-02-02"),
        ("Tue 2028-02-29", "Thu 2028-01-27", "Mon 2028-02-28", 0, "Tue 2028-02-01"),
        ("Thu 2027-04-01", "Sat 2027-02-27", "Sun 2027-03-28", 3, "Tue 2027-03-02"),
        ("Sat 2028-04-01", "Mon 2028-02-28", "Wed 2028-03-29", 2, "Thu 2028-03-02"),
        ("Sat 2026-08-01", "Mon 2026-06-29", "Thu 2026-07-30", 1, "Thu 2026-07-02"),
        ("Thu 2026-10-01", "Sun 2026-08-30", "Wed 2026-09-30", 0, "Wed 2026-09-02"),
    ],
)
def test_ria_leaves_on_the_latest_day_that_keeps_the_whole_month(
    start: str, ideal: str, by_law: str, gap: int, latest: str
) -> None:
    sending = infra_annual.ideal_sending(day(start), Ground.RIA)

    assert sending.send_day == day(ideal)
    assert sending.computed_last_covered_day == day(by_law)
    assert sending.gap_days == gap
    assert sending.latest_tolerant == day(latest)


def test_hamon_leaves_a_day_later_when_its_tolerance_is_too_short() -> None:
    sending = infra_annual.ideal_sending(day("Thu 2027-04-01"), Ground.HAMON)

    assert sending.send_day == day("Sun 2027-02-28")
    assert sending.gap_days == -1


@pytest.mark.parametrize(
    ("stated", "gap", "decision"),
    [
        ("Fri 2021-02-12", -4, Decision.CONTACT),
        ("Sat 2021-02-13", -3, Decision.ACCEPT_TOLERANCE),
        ("Tue 2021-02-16", 0, Decision.ACCEPT_TOLERANCE),
        ("Fri 2021-02-19", 3, Decision.ACCEPT_TOLERANCE),
        ("Sat 2021-02-20", 4, Decision.ACCEPT_DEFERRED),
        ("Sun 2021-02-28", 12, Decision.ACCEPT_DEFERRED),
        ("Mon 2021-03-01", 13, Decision.CONTACT),
        ("Wed 2021-03-31", 43, Decision.CONTACT),
    ],
)
def test_the_ceding_body_reads_the_date_as_the_guide_does(
    stated: str, gap: int, decision: Decision
) -> None:
    sent = day("Fri 2021-01-15")  # the guide's examples: the law's day is 16 February

    read = infra_annual.classify(sent, day(stated))

    assert (read.gap_days, read.decision) == (gap, decision)
    assert read.applied_last_covered_day == (None if decision is Decision.CONTACT else day(stated))


def test_the_guides_shorthand_loses_to_the_decree_at_month_ends() -> None:
    read = infra_annual.classify(day("Sat 2021-01-30"), day("Wed 2021-03-31"))

    assert read.computed_last_covered_day == day("Sun 2021-02-28")
    assert read.decision is Decision.CONTACT


def _eight_years() -> list[date]:
    first = date(2025, 1, 1)
    return [first + timedelta(days=count) for count in range(8 * 365 + 2)]


@pytest.mark.slow
@pytest.mark.parametrize("ground", [Ground.HAMON, Ground.RIA])
def test_every_day_of_eight_years_agrees_with_trying_all_sending_days(ground: Ground) -> None:
    tolerance = infra_annual.TOLERANCE_DAYS[ground]
    for start in _eight_years():
        end = start - ONE_DAY
        tried = {end - timedelta(days=back): 0 for back in range(75)}
        for sent in tried:
            tried[sent] = (end - infra_annual.forward_effect(sent).last_covered_day).days
        in_month = [
            sent
            for sent in tried
            if infra_annual.forward_effect(sent).last_covered_day.replace(day=1)
            == end.replace(day=1)
        ]
        best = max(sent for sent, gap in tried.items() if gap >= 0)
        if tried[best] > tolerance:
            best += ONE_DAY
        tolerant = [sent for sent, gap in tried.items() if abs(gap) <= tolerance]
        deferred = [*tolerant, *(in_month if ground is Ground.RIA else [])]

        sending = infra_annual.ideal_sending(start, ground)

        assert sending.send_day == best, start
        assert sending.gap_days == tried[best], start
        assert sending.latest_tolerant == max(tolerant), start
        assert sending.earliest_tolerant == min(tolerant), start
        assert sending.earliest_deferred == min(deferred), start


def test_the_gap_is_zero_but_after_short_months() -> None:
    for start in _eight_years():
        gap = infra_annual.ideal_sending(start, Ground.RIA).gap_days
        end = start - ONE_DAY

        thirty_first_after_thirty = end.day == 31 and end.month in {5, 7, 10, 12}
        end_of_march = end.month == 3 and end.day >= 29
        assert gap == 0 or thirty_first_after_thirty or end_of_march, start
        assert 0 <= gap <= 3, start


@given(sent=DAYS)
def test_sending_later_never_ends_earlier(sent: date) -> None:
    today = infra_annual.forward_effect(sent).last_covered_day
    tomorrow = infra_annual.forward_effect(sent + ONE_DAY).last_covered_day

    assert today <= tomorrow


@given(sent=DAYS)
def test_the_inverse_of_a_sending_reaches_its_own_end(sent: date) -> None:
    end = infra_annual.forward_effect(sent).last_covered_day

    assert infra_annual.earliest_sending(end) <= sent <= infra_annual.latest_sending(end)
    assert infra_annual.gap_of(infra_annual.latest_sending(end), end) == 0
    assert infra_annual.gap_of(infra_annual.earliest_sending(end), end) == 0


@given(start=DAYS, ground=ANY_TIME)
def test_both_neighbours_are_reached_to_the_day(start: date, ground: Ground) -> None:
    ideal = infra_annual.ideal_sending(start, ground)

    assert ideal.exact_start_before < start < ideal.exact_start_after
    for neighbour in (ideal.exact_start_before, ideal.exact_start_after):
        end = neighbour - ONE_DAY
        assert infra_annual.gap_of(infra_annual.latest_sending(end), end) == 0


@given(
    start=DAYS, today=DAYS, since=DAYS, wish=st.none() | DAYS, agreed=st.booleans(), ground=ANY_TIME
)
def test_a_plan_is_always_within_its_bounds_or_refused_with_a_plan_that_is(
    *, start: date, today: date, since: date, wish: date | None, agreed: bool, ground: Ground
) -> None:
    plan = infra_annual.plan_sending(
        start,
        ground,
        first_send_day=today,
        first_subscription=since,
        send_day=wish,
        deferral_agreed=agreed,
    )

    first = max(today, infra_annual.opens_on(since))
    assert plan.send_day >= first
    if plan.refusal is None:
        assert plan.new_start == start
        assert plan.send_day == (wish or plan.send_day)
        within = abs(plan.gap_days) <= infra_annual.TOLERANCE_DAYS[ground]
        assert within or (plan.fit is Fit.DEFERRED and agreed and ground is Ground.RIA)
    else:
        again = infra_annual.plan_sending(
            plan.new_start,
            ground,
            first_send_day=today,
            first_subscription=since,
            send_day=plan.send_day,
        )
        assert again.refusal is None


@pytest.mark.parametrize(
    ("ground", "start", "today", "since", "wish", "refusal", "send_day", "nearest"),
    [
        # Under a year: from the day after the first anniversary's eve.
        (Ground.HAMON, "Wed 2026-07-15", "Mon 2026-06-01", "Tue 2025-07-01", None,
         Refusal.ONE_YEAR_NOT_ELAPSED, "Wed 2026-07-01", "Mon 2026-08-03"),
        # After 20:00 on the last tolerated day.
        (Ground.RIA, "Fri 2027-01-01", "Thu 2026-12-03", "Wed 2020-01-01", None,
         Refusal.TOO_LATE, "Thu 2026-12-03", "Tue 2027-01-05"),
        # Sent in November, the legal month would end long before February.
        (Ground.HAMON, "Mon 2027-02-01", "Sun 2026-11-01", "Wed 2020-01-01", "Mon 2026-11-02",
         Refusal.TOO_EARLY, "Mon 2026-12-28", "Mon 2027-02-01"),
        # Same civil month, nobody agreed to defer.
        (Ground.RIA, "Mon 2027-01-25", "Tue 2026-12-01", "Wed 2020-01-01", "Thu 2026-12-10",
         Refusal.DEFERRAL_NOT_AGREED, "Sun 2026-12-20", "Mon 2027-01-25"),
    ],
)  # fmt: skip
def test_a_refusal_gives_the_nearest_days(
    *, ground: Ground, start: str, today: str, since: str, wish: str | None,
    refusal: Refusal, send_day: str, nearest: str,
) -> None:  # fmt: skip
    plan = infra_annual.plan_sending(
        day(start),
        ground,
        first_send_day=day(today),
        first_subscription=day(since),
        send_day=day(wish) if wish else None,
    )

    assert plan.refusal is refusal
    assert (plan.send_day, plan.new_start) == (day(send_day), day(nearest))


def test_a_subscription_of_29_february_opens_on_the_28th() -> None:
    assert infra_annual.opens_on(day("Thu 2024-02-29")) == day("Fri 2025-02-28")
