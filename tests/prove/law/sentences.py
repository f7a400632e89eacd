"""Every function of the vectors, said again in the words of the law, day by day."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.prove.law import any_time, events, hours, lending, rights, undoing, yearly

Told = dict[str, Any]
Said = Callable[[Mapping[str, Any], str], Told]
Asked = Callable[[Mapping[str, Any], str, str], Told]

DATED: Mapping[str, Said] = {
    "cancel_scheduled": hours.cancel_scheduled,
    "chatel_window": yearly.chatel_window,
    "deposit_date": hours.deposit_date,
    "echeance_window": yearly.echeance_window,
    "forward_effect": any_time.forward_effect,
    "ideal_send": any_time.ideal_send,
    "licence_withdrawn": events.licence_withdrawn,
    "loan_plan": lending.loan_plan,
    "loan_termination": lending.loan_termination,
    "lre_cutoff": hours.lre_cutoff,
    "mandate_deadline": hours.mandate_deadline,
    "paper_posting": hours.paper_posting,
    "plan_send": any_time.plan_send,
    "portfolio_transfer": events.portfolio_transfer,
    "post_claim": events.post_claim,
    "refund": undoing.refund,
    "retention": hours.retention,
    "ria_classify": any_time.ria_classify,
    "risk_decrease": events.risk_decrease,
    "situation_change": events.situation_change,
    "vehicle_sale": events.vehicle_sale,
    "withdrawal": undoing.withdrawal,
}
OF_RIGHTS: Mapping[str, Asked] = {
    "eligibility": rights.eligibility,
    "letter_compat": rights.letter_compat,
    "sender_check": rights.sender_check,
}
FUNCTIONS = (*DATED, *OF_RIGHTS)


def wanted_of(case: Mapping[str, Any]) -> Told:
    """Return what the sentences say about a case: the keys they settle, and no others."""
    function, inputs, ground = case["function"], case["inputs"], case.get("ground") or ""
    if function in DATED:
        return DATED[function](inputs, ground)
    return OF_RIGHTS[function](inputs, ground, case.get("contract_type") or "")
