"""Borrower insurance, from the sentences of L. 313-31 and L. 113-12-2 and the platform's rules."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from tests.prove.law.walking import days_later, months_later, working_days_later

Told = dict[str, Any]


def loan_plan(inputs: Mapping[str, Any], _ground: str) -> Told:
    """Wait as long as the lender may, in days of work."""
    sent = date.fromisoformat(inputs["substitution_send"])
    latest_receipt = days_later(sent, 15)
    worst = working_days_later(latest_receipt, 10)
    least = days_later(sent, 25)
    advised = days_later(months_later(sent, 2), 15)
    told: Told = {
        "latest_receipt": latest_receipt,
        "worst_case_bank_answer": worst,
        "platform_min_new_start": least,
        "recommended_new_start": advised,
    }
    if inputs.get("lender_receipt"):
        received = date.fromisoformat(inputs["lender_receipt"])
        told["bank_answer_deadline"] = working_days_later(received, 10)
    if not inputs.get("wanted_new_start"):
        return {**told, "ok": True, "refusal": None, "warning": None}
    wanted = date.fromisoformat(inputs["wanted_new_start"])
    if wanted < least:
        return {**told, "ok": False, "refusal": "LOAN_MIN_25_DAYS"}
    warning = None
    if wanted <= worst:  # the lender may answer during that very day
        warning = "BELOW_WORST_CASE"
    elif wanted < advised:
        warning = "BELOW_RECOMMENDED"
    return {**told, "ok": True, "refusal": None, "warning": warning}


def loan_termination(inputs: Mapping[str, Any], _ground: str) -> Told:
    """End the old contract ten days after the decision came, never before the new start."""
    if not inputs["lender_accepted"]:
        return {"ok": False, "refusal": "LENDER_REFUSED"}
    start = date.fromisoformat(inputs["new_start"])
    tenth = days_later(date.fromisoformat(inputs["insurer_receives_decision"]), 10)
    return {
        "ok": True,
        "refusal": None,
        "old_contract_end_at": f"{max(tenth, start).isoformat()}T00:00",
        "new_start": start,
        "warning": "DOUBLE_COVER" if tenth > start else None,
    }
