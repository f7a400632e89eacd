"""HAMON and RIA from the sentences of the law, each date found by trying every day.

``L. 113-15-2``: the termination takes effect one month after the insurer received it.
``R. 113-12 III``: it is presumed received on the first day that follows its sending.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from tests.prove.law.clock import shown
from tests.prove.law.walking import DAY, days_back_from, days_from, months_later, years_later
from tests.prove.law.wanting import OneOf

Told = dict[str, Any]
TOLERANCE = {"RIA": 3, "HAMON": 2}
LONG_BEFORE = timedelta(days=80)
"""No sending that far ahead is right for any start."""


def receipt(sent: date) -> date:
    """Return the first day after the sending, whatever day that is."""
    return sent + DAY


@cache
def end(sent: date) -> date:
    """Return the last day still covered: one month after receipt."""
    return months_later(receipt(sent), 1)


def gap(sent: date, stated_end: date) -> int:
    """Return by how many days the stated end follows the law's."""
    return (stated_end - end(sent)).days


def is_tolerated(sent: date, stated_end: date, ground: str) -> bool:
    """Tell whether the bodies take the stated end as it is, by their agreement of a few days."""
    return abs(gap(sent, stated_end)) <= TOLERANCE[ground]


def is_deferred(sent: date, stated_end: date, ground: str) -> bool:
    """Tell whether the end comes later than tolerated, within the civil month of the law's."""
    late = gap(sent, stated_end) > TOLERANCE[ground]
    same_month = (stated_end.year, stated_end.month) == (end(sent).year, end(sent).month)
    return ground == "RIA" and late and same_month


@cache
def ideal_day(start: date, ground: str) -> date:
    """Try every day back from the start: the first whose whole month is over by the eve."""
    last_covered = start - DAY
    best = next(day for day in days_back_from(start) if end(day) <= last_covered)
    following = best + DAY
    moves = not is_tolerated(best, last_covered, ground)
    return following if moves and is_tolerated(following, last_covered, ground) else best


@cache
def latest_tolerated(start: date, ground: str) -> date:
    """Try every day back from the start, until the law's end comes close enough."""
    limit = start - DAY + timedelta(days=TOLERANCE[ground])
    return next(day for day in days_back_from(start + DAY) if end(day) <= limit)


@cache
def earliest(start: date, ground: str) -> date:
    """Try every day from long before, until one may state that end."""
    last = start - DAY
    return next(
        day
        for day in days_from(start - LONG_BEFORE)
        if is_tolerated(day, last, ground) or is_deferred(day, last, ground)
    )


def is_exact(start: date) -> bool:
    """Tell whether some sending day leads to that very start."""
    return any(end(start - n * DAY) + DAY == start for n in range(20, 40))


def forward_effect(inputs: Mapping[str, Any], _ground: str) -> Told:
    """Follow one sending day."""
    sent = date.fromisoformat(inputs["send_date"])
    return {
        "presumed_receipt": receipt(sent),
        "last_covered_day": end(sent),
        "new_start": end(sent) + DAY,
    }


def ideal_send(inputs: Mapping[str, Any], ground: str) -> Told:
    """Find every day that the answer names."""
    start = date.fromisoformat(inputs["new_start"])
    best, last_covered = ideal_day(start, ground), start - DAY
    exact = end(best) == last_covered
    told = {
        "wanted_last_covered_day": last_covered,
        "ideal_send": best,
        "computed_last_covered_day": end(best),
        "gap_days": gap(best, last_covered),
        "exact": exact,
        "status": "EXACT" if exact else "TOLERANCE",
        "latest_tolerant_send": latest_tolerated(start, ground),
        "earliest_send": earliest(start, ground),
    }
    if not exact:
        told["exact_alternative_before"] = next(
            day for day in days_back_from(start - DAY) if is_exact(day)
        )
        told["exact_alternative_after"] = next(
            day for day in days_from(start + DAY) if is_exact(day)
        )
    return told


def ria_classify(inputs: Mapping[str, Any], _ground: str) -> Told:
    """Read the stated end as the ceding body does."""
    sent = date.fromisoformat(inputs["send_date"])
    stated = date.fromisoformat(inputs["mentioned_last_covered_day"])
    decision = "CONTACT"
    if is_tolerated(sent, stated, "RIA"):
        decision = "ACCEPT_TOLERANCE"
    elif is_deferred(sent, stated, "RIA"):
        decision = "ACCEPT_DEFERRED"
    return {
        "computed_last_covered_day": end(sent),
        "gap_days": gap(sent, stated),
        "decision": decision,
        "applied_last_covered_day": None if decision == "CONTACT" else stated,
    }


def first_possible(inputs: Mapping[str, Any]) -> date:
    """Return the day on which a letter validated now leaves: before the hour, today."""
    now = shown(inputs["now"])
    hour = 18 if inputs.get("first_sending") else 20
    return now.date() if now.hour < hour else now.date() + DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A start that someone wants, and what binds the day of sending."""

    start: date
    ground: str
    leaves: date
    opens: date
    """The contract's first birthday, or the day it leaves when nobody knows."""
    sent: date | None = None
    agreed: bool = False

    @property
    def first(self) -> date:
        """Return the first day on which anything may leave."""
        return max(self.leaves, self.opens)

    @property
    def last_covered(self) -> date:
        """Return the eve of the start."""
        return self.start - DAY


def plan_send(inputs: Mapping[str, Any], ground: str) -> Told:
    """Choose the sending day, or judge the one that the user wants."""
    leaves, opens = first_possible(inputs), date.min
    if inputs.get("first_subscription"):
        opens = years_later(date.fromisoformat(inputs["first_subscription"]), 1)
    wanted = inputs.get("send_date")
    told = granted(
        Wish(
            start=date.fromisoformat(inputs["new_start"]),
            ground=ground,
            leaves=leaves,
            opens=opens,
            sent=date.fromisoformat(wanted) if wanted else None,
            agreed=bool(inputs.get("deferral_agreed")),
        )
    )
    if told["ok"]:
        today = told["send_date"] == shown(inputs["now"]).date()
        told["mode"] = "TODAY" if today else "SCHEDULED"
    return told


def granted(wish: Wish) -> Told:
    """Say on which day the wish is granted, or why it is not."""
    if wish.sent and wish.sent < wish.leaves:
        return {"ok": False}
    if wish.sent and wish.sent < wish.opens:
        return {"ok": False, "refusal": "ONE_YEAR_NOT_ELAPSED"}
    if wish.sent:
        return _judged(wish, wish.sent)
    if wish.first > latest_tolerated(wish.start, wish.ground):
        return {
            "ok": False,
            "refusal": _why_late(wish),
            "earliest_send": wish.first,
            "earliest_new_start": end(wish.first) + DAY,
        }
    return _planned(wish, max(wish.first, ideal_day(wish.start, wish.ground)))


def _why_late(wish: Wish) -> object:
    """Blame the contract's youth for as long as it is young."""
    return "ONE_YEAR_NOT_ELAPSED" if wish.opens > wish.leaves else "TOO_LATE"


def _planned(wish: Wish, sent: date) -> Told:
    missed = gap(sent, wish.last_covered)
    return {
        "ok": True,
        "refusal": None,
        "send_date": sent,
        "last_covered_day": wish.last_covered,
        "new_start": wish.start,
        "gap_days": missed,
    }


def _judged(wish: Wish, sent: date) -> Told:
    if is_tolerated(sent, wish.last_covered, wish.ground):
        status = "TOLERANCE" if gap(sent, wish.last_covered) else "EXACT"
        return {**_planned(wish, sent), "status": status}
    if is_deferred(sent, wish.last_covered, wish.ground):
        if wish.agreed:
            return _planned(wish, sent)
        return {"ok": False, "refusal": "DEFERRAL_NOT_AGREED"}
    if gap(sent, wish.last_covered) > 0:
        return {"ok": False}
    return {"ok": False, "refusal": _either_if_young(wish)}


def _either_if_young(wish: Wish) -> object:
    """Name the day, or the youth of the contract that left no better one."""
    was_young = wish.opens > latest_tolerated(wish.start, wish.ground)
    return OneOf("ONE_YEAR_NOT_ELAPSED", "TOO_LATE") if was_young else "TOO_LATE"
