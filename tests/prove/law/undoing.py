"""Withdrawals and refunds, from the sentences of their articles."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.prove.law.walking import days_between, days_later, first_worked, years_later

Told = dict[str, Any]
MAY_MOVE = frozenset({"DOORSTEP_14", "DISTANCE_14", "CONSUMER_GOODS_14"})
YEAR_MORE_SINCE = date(2026, 6, 19)
THIRTY_SINCE = date(2023, 1, 1)


def withdrawal(inputs: Mapping[str, Any], _ground: str) -> Told:
    """Count the days of a regime, then judge the sending day."""
    regime = inputs["regime"]
    opened = _day_zero(inputs)
    days = 30 if regime.endswith("30") else 14
    if regime == "AFFINITY_30" and _given(inputs) < THIRTY_SINCE:
        days = 14
    safe = days_later(opened, days)
    if regime == "LIFE_30":
        safe = min(safe, max(years_later(_given(inputs), 8), days_later(_given(inputs), 30)))
    moved = first_worked(safe) if regime in MAY_MOVE else None
    told: Told = {"day_zero": opened, "last_day_safe": safe, "last_day_extended": moved}
    longest = told["last_day_max"] = _longest(inputs)
    if not inputs.get("send_date"):
        return {**told, "ok": True, "refusal": None}
    sent = date.fromisoformat(inputs["send_date"])
    return told | _judged(sent, safe, moved, longest)


def _given(inputs: Mapping[str, Any]) -> date:
    return date.fromisoformat(inputs["conclusion_or_informed"])


def _day_zero(inputs: Mapping[str, Any]) -> date:
    """Return the day before the first that counts."""
    concluded = _given(inputs)
    papers = {"DISTANCE_14": "documents_received", "LIFE_30": "documents_received"}
    awaited = papers.get(inputs["regime"])
    if inputs["regime"] == "AFFINITY_30":
        awaited = "first_premium_paid"
    if awaited and inputs.get(awaited):
        return max(concluded, date.fromisoformat(inputs[awaited]))
    return concluded


def _longest(inputs: Mapping[str, Any]) -> date | None:
    """Return the last day of all when the papers never came."""
    concluded = _given(inputs)
    if not inputs.get("documents_never_received"):
        return None
    if inputs["regime"] == "DISTANCE_14" and concluded >= YEAR_MORE_SINCE:
        return days_later(years_later(concluded, 1), 14)
    if inputs["regime"] == "LIFE_30":
        return years_later(concluded, 8)
    return None


def _judged(sent: date, safe: date, moved: date | None, longest: date | None) -> Told:
    if sent <= safe or (longest and sent <= longest):
        return {"ok": True, "refusal": None}
    if moved and sent <= moved:
        return {"ok": True, "refusal": None, "warning": "RELIES_ON_EXTENSION"}
    return {"ok": False, "refusal": "WINDOW_CLOSED"}


def refund(inputs: Mapping[str, Any], _ground: str) -> Told:
    """Share the premium among the days, one by one, and give back those not covered."""
    start = date.fromisoformat(inputs["period_start"])
    stop = date.fromisoformat(inputs["covered_until_exclusive"])
    over = date.fromisoformat(inputs["period_end_exclusive"])
    total, covered = days_between(start, over), days_between(start, stop)
    a_day = Fraction(Decimal(inputs["premium_eur"])) * 100 / total
    owed = sum((a_day for _ in range(total - covered)), Fraction(0))
    cents = int(owed)
    cents += owed - cents >= Fraction(1, 2)
    written = f"{cents // 100}.{cents % 100:02d}"
    return {"ok": True, "period_days": total, "covered_days": covered, "refund": written}
