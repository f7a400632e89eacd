"""The hours of a sending and the days things are kept, by the clock on the wall."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from tests.prove.law.any_time import receipt
from tests.prove.law.clock import shown, when_shown
from tests.prove.law.walking import DAY, days_later, first_worked, works, years_later
from tests.prove.law.wanting import OneOf

Told = dict[str, Any]
PAPER_HOUR = time(10, 30)


def lre_cutoff(inputs: Mapping[str, Any], _ground: str) -> Told:
    """Send today before 20:00 (18:00 the first time), on every day of the year."""
    now = shown(inputs["validated_at"])
    hour = 18 if inputs.get("first_sending") else 20
    return {"ok": True, "send_date": now.date() if now.hour < hour else now.date() + DAY}


def paper_posting(inputs: Mapping[str, Any], _ground: str) -> Told:
    """Post today before 10:30 when people work, else on the next day of work."""
    now = shown(inputs["validated_at"])
    in_time = works(now.date()) and now.time() < PAPER_HOUR
    return {"ok": True, "posting_date": now.date() if in_time else first_worked(now.date() + DAY)}


def deposit_date(inputs: Mapping[str, Any], _ground: str) -> Told:
    """Read the day off the wall of Paris, and presume receipt on the next."""
    day = shown(inputs["deposit_proof_timestamp"]).date()
    return {"ok": True, "send_date": day, "presumed_receipt": receipt(day)}


def mandate_deadline(inputs: Mapping[str, Any], _ground: str) -> Told:
    """Wait until the clocks of Paris show 20:00."""
    instant = when_shown(date.fromisoformat(inputs["planned_send"]), time(20))
    return {"ok": True, "deadline_utc": f"{instant.isoformat(timespec='seconds')}Z"}


def cancel_scheduled(inputs: Mapping[str, Any], _ground: str) -> Told:
    """Allow it while Paris is still in a day before the sending day."""
    late = shown(inputs["now"]).date() >= date.fromisoformat(inputs["scheduled_date"])
    signed = bool(inputs.get("e_mandate_signed"))
    if signed:
        both = ("MANDATE_SIGNED", "CANCEL_TOO_LATE") if late else ("MANDATE_SIGNED",)
        return {"ok": False, "refusal": OneOf(*both)}
    return {"ok": False, "refusal": "CANCEL_TOO_LATE"} if late else {"ok": True}


def retention(inputs: Mapping[str, Any], _ground: str) -> Told:
    """Keep so many days, or so many years."""
    start, kind = date.fromisoformat(inputs["start_date"]), inputs["kind"]
    purged = {
        "trash": lambda: days_later(start, 60),
        "paper_content": lambda: days_later(start, 14),
        "draft": lambda: years_later(start, 2),
        "proof": lambda: years_later(start, 7),
    }[kind]()
    return {"ok": True, "purge_date": purged}
