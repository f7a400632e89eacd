"""The anniversary and the renewal notice, from the sentences of L. 113-12 and L. 113-15-1."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from tests.prove.law.walking import DAY, days_back_from, days_later, months_earlier

Told = dict[str, Any]


def _day(inputs: Mapping[str, Any], key: str) -> date | None:
    return date.fromisoformat(inputs[key]) if inputs.get(key) else None


def last_days(anniversary: date, notice_months: int) -> tuple[date, date]:
    """Return the last day nobody disputes, and the last by the text."""
    by_text = months_earlier(anniversary, notice_months)
    return by_text - DAY, by_text


def echeance_window(inputs: Mapping[str, Any], _ground: str) -> Told:
    """Judge a sending day before the anniversary."""
    anniversary = date.fromisoformat(inputs["echeance"])
    safe, by_text = last_days(anniversary, inputs.get("notice_months", 2))
    told: Told = {"last_safe_send": safe, "last_text_send": by_text}
    sent = _day(inputs, "send_date")
    if sent and sent > by_text:
        return {**told, "ok": False, "refusal": "NOTICE_TOO_LATE"}
    return {
        **told,
        "ok": True,
        "refusal": None,
        "warning": "LAST_DAY_DISPUTABLE" if sent == by_text else None,
        "last_covered_day": anniversary - DAY,
        "new_start": anniversary,
    }


def is_fair(notice: date, deadline: date) -> bool:
    """Tell whether a notice left fifteen days at least: walk them back from the deadline."""
    fifteenth = next(day for n, day in enumerate(days_back_from(deadline)) if n == 15)
    return notice <= fifteenth


def chatel_window(inputs: Mapping[str, Any], _ground: str) -> Told:
    """Judge a sending day after a fair, a late or an absent notice."""
    anniversary = date.fromisoformat(inputs["echeance"])
    deadline, _ = last_days(anniversary, inputs.get("notice_months", 2))
    notice, sent = _day(inputs, "notice_sent"), _day(inputs, "send_date")
    if notice is None:
        return {"regime": "NO_NOTICE", "first_send": anniversary, "last_send": None} | _absent(
            anniversary, sent
        )
    if is_fair(notice, deadline):
        told = {"regime": "NORMAL", "last_send": deadline}
        return told | _until(deadline, anniversary, sent, "NOTICE_TOO_LATE")
    last = days_later(notice, 20)
    told = {"regime": "LATE_20_DAYS", "last_send": last}
    return told | _until(last, anniversary, sent, "WINDOW_CLOSED")


def _absent(anniversary: date, sent: date | None) -> Told:
    if sent is None:
        return {"ok": True}
    if sent < anniversary:
        return {"ok": False, "refusal": "NOT_YET_RENEWED"}
    return {"ok": True, "refusal": None, "last_covered_day": sent, "new_start": sent + DAY}


def _until(last: date, anniversary: date, sent: date | None, refusal: str) -> Told:
    if sent is None:
        return {"ok": True}
    if sent > last:
        return {"ok": False, "refusal": refusal}
    covered = anniversary - DAY if sent < anniversary else sent
    return {"ok": True, "refusal": None, "last_covered_day": covered, "new_start": covered + DAY}
