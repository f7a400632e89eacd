"""Cases on which the engine and the sentences once parted, and how the document settled them."""

from typing import Any

import pytest

from tests.prove.law.agreement import disagreement
from tests.prove.law.sentences import wanted_of

SETTLED: dict[str, tuple[str, str | None, str | None, dict[str, Any], dict[str, Any]]] = {
    "the year is over today: what is late is the sending": (
        "plan_send",
        "HAMON",
        None,
        {
            "now": "2028-03-02T10:29:59.999999+01:00",
            "new_start": "2028-04-01",
            "first_subscription": "2027-03-02",
        },
        {"ok": False, "refusal": "TOO_LATE"},
    ),
    "the year is over since yesterday": (
        "plan_send",
        "HAMON",
        None,
        {
            "now": "2025-05-10T05:30:00+00:00",
            "new_start": "2025-06-07",
            "first_subscription": "2024-05-09",
        },
        {"ok": False, "refusal": "TOO_LATE"},
    ),
    "life: the eight years cap the last day, not the day of the papers": (
        "withdrawal",
        None,
        None,
        {
            "regime": "LIFE_30",
            "conclusion_or_informed": "2026-05-09",
            "documents_received": "2034-05-07",
            "send_date": "2034-05-10",
        },
        {"last_day_safe": "2034-05-09", "refusal": "WINDOW_CLOSED"},
    ),
    "life: papers that come after the eight years open nothing": (
        "withdrawal",
        None,
        None,
        {
            "regime": "LIFE_30",
            "conclusion_or_informed": "2029-03-02",
            "documents_received": "2037-03-27",
        },
        {"day_zero": "2037-03-27", "last_day_safe": "2037-03-02"},
    ),
    "a start on the day the lender may still answer": (
        "loan_plan",
        None,
        None,
        {"substitution_send": "2025-12-30", "wanted_new_start": "2026-01-28"},
        {"worst_case_bank_answer": "2026-01-28", "warning": "BELOW_WORST_CASE"},
    ),
    "thirty days of L. 112-10 for what is sold with goods only": (
        "eligibility",
        "RENONCIATION",
        "animaux",
        {"regime": "AFFINITY_30"},
        {"ok": False, "refusal": "CONTRACT_OUT_OF_SCOPE"},
    ),
    "thirty days of L. 132-5-1 for life only": (
        "eligibility",
        "RENONCIATION",
        "habitation_proprietaire",
        {"regime": "LIFE_30"},
        {"ok": False, "refusal": "CONTRACT_OUT_OF_SCOPE"},
    ),
    "an employer ends its optional contract, distinct or not": (
        "eligibility",
        "RIA",
        "sante_collective_facultative",
        {
            "subscriber": "LEGAL_PERSON",
            "requester": "EMPLOYER",
            "distinct_from_mandatory_contract": False,
        },
        {"ok": True, "refusal": None},
    ),
    "an individual contract knows no mandatory one": (
        "eligibility",
        "RIA",
        "sante_individuelle",
        {"distinct_from_mandatory_contract": False},
        {"ok": True, "refusal": None},
    ),
}


@pytest.mark.parametrize("name", SETTLED)
def test_a_settled_case_stays_settled(name: str) -> None:
    function, ground, contract_type, inputs, answer = SETTLED[name]
    case = {
        "id": name,
        "function": function,
        "ground": ground,
        "contract_type": contract_type,
        "inputs": inputs,
    }

    said = wanted_of(case)
    assert {key: str(said[key]) for key in answer} == {key: str(answer[key]) for key in answer}
    assert disagreement(case) == []
