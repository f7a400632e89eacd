"""On paper, the sending day is a working day, and the dates follow from it."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from kit.days import is_working_day
from services.letters.domain.legal import engine
from services.letters.domain.legal.codes import Refusal
from services.letters.domain.legal.evaluation import ContractFacts, Evaluation, Timing
from services.letters.tests.domain.legal.test_engine import ECHEANCE, HAMON, RIA, TODAY
from tests.support.time import day


def posted(of: ContractFacts, *, send_day: str | None = None) -> Evaluation:
    wished = day(send_day) if send_day else None
    return engine.evaluate([of], Timing(first_send_day=TODAY, send_day=wished, by_paper=True))


def test_an_ideal_sunday_becomes_the_friday_before_it() -> None:
    found = posted(RIA)  # ideal: Sunday 29 November 2026

    assert found.send_day == day("Fri 2026-11-27")
    assert found.presumed_receipt == day("Sat 2026-11-28")
    assert (found.new_start, found.gap_days) == (day("Fri 2027-01-01"), 3)


def test_a_friday_beyond_the_tolerance_becomes_the_monday_after() -> None:
    found = posted(HAMON)

    assert found.send_day == day("Mon 2026-11-30")
    assert found.gap_days == -1


def test_a_sunday_asked_for_is_refused_with_the_posting_day() -> None:
    found = posted(RIA, send_day="Sun 2026-11-29")

    assert found.refusal is Refusal.NO_POST_THAT_DAY
    assert found.nearest_send_day == day("Fri 2026-11-27")


def test_the_limits_of_a_window_are_posting_days_too() -> None:
    found = posted(replace(ECHEANCE, anniversary=day("Wed 2027-02-03")))

    assert found.window.latest_safe == day("Wed 2026-12-02")
    assert posted(replace(ECHEANCE, anniversary=day("Sun 2027-02-07"))).window.latest_safe == (
        day("Fri 2026-12-04")  # the eve of 7 December is a Sunday
    )


@settings(max_examples=200)
@given(
    facts=st.sampled_from([RIA, HAMON, ECHEANCE]),
    today=st.dates(date(2026, 1, 1), date(2030, 12, 31)),
    ahead=st.integers(0, 400),
)
def test_paper_never_leaves_on_a_day_without_post(
    facts: ContractFacts, today: date, ahead: int
) -> None:
    target = today + timedelta(days=ahead)
    asked = replace(facts, anniversary=target, wanted_new_start=target)

    found = engine.evaluate([asked], Timing(first_send_day=today, by_paper=True))

    assert not found.ok or (found.send_day and is_working_day(found.send_day))
    assert not found.send_day or found.send_day >= today


def test_the_day_a_young_contract_opens_is_moved_to_a_posting_day_with_its_start() -> None:
    young = replace(HAMON, first_subscription=day("Fri 2026-05-01"))  # opens Saturday 1 May 2027

    found = posted(young)

    assert found.refusal is Refusal.ONE_YEAR_NOT_ELAPSED
    assert (found.nearest_send_day, found.nearest_new_start) == (
        day("Mon 2027-05-03"),
        day("Sat 2027-06-05"),
    )
