"""The engine's one door: each drawn letter is answered as the sentences say, none breaks it."""

from contextlib import suppress
from dataclasses import replace
from datetime import date
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import InvalidFields
from services.letters.domain.legal.codes import CodeFamily, Ground, PolicyholderKind, Requester
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.legal.engine import evaluate
from services.letters.domain.legal.evaluation import ContractFacts, Timing
from tests.prove.law import any_time, contested, invoked, regretted, walking, whole
from tests.prove.law.test_agreement import ALWAYS, BY_SEED
from tests.prove.law.walking import DAY
from tests.prove.law.wanting import differences
from tests.prove.law.whole import told_by

pytestmark = pytest.mark.slow

MANY = 20_000

SOME_DAY = st.dates(date(1900, 1, 1), date(2199, 12, 31))
MAYBE = st.none() | SOME_DAY
CONTRACTS = st.builds(
    ContractFacts,
    contract_type=st.sampled_from(ContractType),
    ground=st.sampled_from(Ground),
    policyholder=st.sampled_from(PolicyholderKind),
    code_family=st.sampled_from(CodeFamily),
    requester=st.sampled_from(Requester),
    professional_use=st.booleans(),
    anniversary=MAYBE,
    notice_months=st.integers(1, 12),
    first_subscription=MAYBE,
    other_guarantees=st.booleans(),
    deferral_agreed=st.booleans(),
    wanted_new_start=MAYBE,
    wanted_last_covered_day=MAYBE,
    discovered=MAYBE,
    first_request_sent=MAYBE,
    complaint_sent=MAYBE,
    complaint_answered=MAYBE,
    mediator_referred=MAYBE,
    mediation_ended=MAYBE,
)
TIMINGS = st.builds(Timing, first_send_day=SOME_DAY, send_day=MAYBE, new_start=MAYBE)


DOORS = {
    "any time and yearly": whole,
    "events": invoked,
    "withdrawals and loans": regretted,
    "contracts never agreed to": contested,
}


def _disagreements(said: ModuleType, seed: int, count: int) -> list[str]:
    found = []
    for facts, timing in said.draw(seed, count):
        wanted = said.wanted_of(facts, timing)
        wrong = differences(wanted, told_by(evaluate([facts], timing), wanted))
        if wrong:
            found.append(f"{facts} {timing}\n  " + "; ".join(wrong))
    return found


@pytest.mark.parametrize("door", DOORS)
def test_a_few_letters_always_the_same(door: str) -> None:
    wrong = _disagreements(DOORS[door], ALWAYS, 500)

    assert not wrong, "\n".join(wrong[:5])


@pytest.mark.prove
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("door", DOORS)
def test_many_letters_new_each_time(door: str) -> None:
    wrong = _disagreements(DOORS[door], BY_SEED, MANY)

    print(f"{door}: {MANY} cases (seed {BY_SEED}), {len(wrong)} disagree")
    assert not wrong, "\n".join(wrong[:5])


def test_the_letters_drawn_are_sent_and_refused_for_many_reasons() -> None:
    said = [
        one.wanted_of(facts, timing)
        for one in DOORS.values()
        for facts, timing in one.draw(ALWAYS, 1500)
    ]

    refused = {one["refusal"] for one in said if isinstance(one.get("refusal"), str)}
    assert sum(one["ok"] for one in said) > 1500
    assert {
        "NOTICE_TOO_LATE",
        "NOTICE_WAS_FAIR",
        "TOO_LATE",
        "ONE_YEAR_NOT_ELAPSED",
        "DEFERRAL_NOT_AGREED",
        "WINDOW_CLOSED",
        "ALREADY_TERMINATED_BY_LAW",
        "NOT_YET_RENEWED",
        "LOAN_MIN_25_DAYS",
        "LENDER_REFUSED",
        "EARLIER_LETTER_PENDING",
    } <= refused


def _postable(facts: ContractFacts, timing: Timing) -> list[date]:
    """Try every day: may one post on it, and does it reach the wanted start?"""
    start = facts.wanted_new_start or date.max
    opens = walking.years_later(facts.first_subscription or date.min, 1)
    first = max(timing.first_send_day, opens)
    until = any_time.latest_tolerated(start, facts.ground)
    days = (first + n * DAY for n in range((until - first).days + 1))
    fits = any_time.is_tolerated
    return [day for day in days if walking.works(day) and fits(day, start - DAY, facts.ground)]


def test_a_letter_on_paper_is_posted_on_the_best_day_of_work() -> None:
    asked = [(f, t) for f, t in whole.draw(ALWAYS, 900) if f.wanted_new_start and not t.send_day]
    for facts, timing in asked:
        days = _postable(facts, timing)
        found = evaluate([facts], replace(timing, by_paper=True))

        ideal = any_time.ideal_day(facts.wanted_new_start or date.max, facts.ground)
        best = max((day for day in days if day <= ideal), default=min(days, default=None))
        assert (found.send_day, found.ok) == (best, best is not None), (facts, timing)
    assert len(asked) > 200


@given(facts=st.lists(CONTRACTS, min_size=1, max_size=3), timing=TIMINGS)
def test_nothing_is_raised_but_a_day_that_is_missing(
    facts: list[ContractFacts], timing: Timing
) -> None:
    with suppress(InvalidFields):  # a day that the ground cannot do without
        found = evaluate(facts, timing)
        assert found.ok == (found.refusal is None)
        assert found.catalogue_version
