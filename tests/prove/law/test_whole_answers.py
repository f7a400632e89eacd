"""The engine's one door: each drawn letter is answered as the sentences say, none breaks it."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import InvalidFields
from services.letters.domain.legal.codes import CodeFamily, Ground, PolicyholderKind, Requester
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.legal.engine import evaluate
from services.letters.domain.legal.evaluation import ContractFacts, Timing
from tests.prove.law.test_agreement import ALWAYS, BY_SEED
from tests.prove.law.wanting import differences
from tests.prove.law.whole import draw, told_by, wanted_of

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
)
TIMINGS = st.builds(Timing, first_send_day=SOME_DAY, send_day=MAYBE, new_start=MAYBE)


def _disagreements(seed: int, count: int) -> list[str]:
    found = []
    for facts, timing in draw(seed, count):
        wanted = wanted_of(facts, timing)
        wrong = differences(wanted, told_by(evaluate([facts], timing), wanted))
        if wrong:
            found.append(f"{facts} {timing}\n  " + "; ".join(wrong))
    return found


def test_a_few_letters_always_the_same() -> None:
    wrong = _disagreements(ALWAYS, 500)

    assert not wrong, "\n".join(wrong[:5])


def test_the_letters_drawn_are_sent_and_refused_for_many_reasons() -> None:
    said = [wanted_of(facts, timing) for facts, timing in draw(ALWAYS, 500)]

    refused = {str(one["refusal"]) for one in said if one.get("refusal")}
    assert sum(one["ok"] for one in said) > 150
    assert {"NOTICE_TOO_LATE", "TOO_LATE", "ONE_YEAR_NOT_ELAPSED", "DEFERRAL_NOT_AGREED"} <= refused


@pytest.mark.prove
@pytest.mark.timeout(1800)
def test_many_letters_new_each_time() -> None:
    wrong = _disagreements(BY_SEED, 20_000)

    print(f"whole answers: 20000 cases (seed {BY_SEED}), {len(wrong)} disagree")
    assert not wrong, "\n".join(wrong[:5])


@given(facts=st.lists(CONTRACTS, min_size=1, max_size=3), timing=TIMINGS)
def test_nothing_is_raised_but_a_day_that_is_missing(
    facts: list[ContractFacts], timing: Timing
) -> None:
    with suppress(InvalidFields):  # a day that the ground cannot do without
        found = evaluate(facts, timing)
        assert found.ok == (found.refusal is None)
        assert found.catalogue_version
