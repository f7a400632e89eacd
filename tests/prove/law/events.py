"""Events that open a ground, from the sentences of their articles."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from tests.prove.law.any_time import end, receipt
from tests.prove.law.walking import DAY, days_later, months_later

Told = dict[str, Any]


def _month_after(opened: date, sent: date, *, months: int) -> Told:
    """Judge a letter that must leave within some months and works one month after receipt."""
    last = months_later(opened, months)
    if sent < opened:
        return {"ok": False, "refusal": "EVENT_NOT_OCCURRED", "last_send": last}
    if sent > last:
        return {"ok": False, "refusal": "WINDOW_CLOSED", "last_send": last}
    return {
        "ok": True,
        "refusal": None,
        "warning": "RECEIPT_AFTER_WINDOW" if receipt(sent) > last else None,
        "last_send": last,
        "presumed_receipt": receipt(sent),
        "last_covered_day": end(sent),
        "new_start": end(sent) + DAY,
    }


def situation_change(inputs: Mapping[str, Any], _ground: str) -> Told:
    """L. 113-16: within three months of the event."""
    event = date.fromisoformat(inputs["event_date"])
    return _month_after(event, date.fromisoformat(inputs["send_date"]), months=3)


def post_claim(inputs: Mapping[str, Any], _ground: str) -> Told:
    """R. 113-10 al. 2: within a month of the insurer's notice."""
    notice = date.fromisoformat(inputs["insurer_termination_notice"])
    return _month_after(notice, date.fromisoformat(inputs["send_date"]), months=1)


def vehicle_sale(inputs: Mapping[str, Any], _ground: str) -> Told:
    """L. 121-11: suspended from the day after the sale, over six months later at the most."""
    sold = date.fromisoformat(inputs["sale_date"])
    over = months_later(sold, 6)
    told: Told = {
        "last_covered_day": sold,
        "suspended_from": sold + DAY,
        "new_start_from": sold + DAY,
        "automatic_end": over,
    }
    if not inputs.get("send_date"):
        return {**told, "ok": True, "refusal": None}
    sent = date.fromisoformat(inputs["send_date"])
    if sent < sold:
        return {"automatic_end": over, "ok": False, "refusal": "EVENT_NOT_OCCURRED"}
    if sent >= over:
        return {"automatic_end": over, "ok": False, "refusal": "ALREADY_TERMINATED_BY_LAW"}
    by_notice = days_later(receipt(sent), 10)
    ends = min(over, by_notice)
    return {
        **told,
        "ok": True,
        "refusal": None,
        "presumed_receipt": receipt(sent),
        "contract_end": ends,
    }


def risk_decrease(inputs: Mapping[str, Any], _ground: str) -> Told:
    """L. 113-4 al. 4: thirty days after the letter, once the insurer has refused."""
    sent = date.fromisoformat(inputs["send_date"])
    if not inputs.get("insurer_refusal_date"):
        return {"ok": False, "refusal": "INSURER_REFUSAL_REQUIRED"}
    if sent < date.fromisoformat(inputs["insurer_refusal_date"]):
        return {"ok": False}
    covered = days_later(sent, 30)
    return {"ok": True, "refusal": None, "last_covered_day": covered, "new_start": covered + DAY}


def portfolio_transfer(inputs: Mapping[str, Any], _ground: str) -> Told:
    """L. 324-1: within a month of the publication."""
    published = date.fromisoformat(inputs["jo_publication"])
    sent = date.fromisoformat(inputs["send_date"])
    last = months_later(published, 1)
    if sent < published:
        return {"ok": False, "last_send": last}
    if sent > last:
        return {"ok": False, "refusal": "WINDOW_CLOSED", "last_send": last}
    return {"ok": True, "refusal": None, "last_send": last}


def licence_withdrawn(inputs: Mapping[str, Any], _ground: str) -> Told:
    """L. 326-12: the fortieth day at noon, the day of publication not counted."""
    fortieth = days_later(date.fromisoformat(inputs["jo_publication"]), 40)
    noon = f"{fortieth.isoformat()}T12:00"
    return {"ok": True, "automatic_end": noon, "new_start_at": noon}
