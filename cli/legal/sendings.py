"""Vectors about the sending itself: hours, deadlines, what is kept."""

from cli.legal.reading import Answer, Vector, answer
from kit.errors import TurnedDown
from services.dispatch.domain import cutoffs, retention
from services.paper.domain import posting


def lre_cutoff(vector: Vector) -> Answer:
    """Return the day on which a validation leaves."""
    day = cutoffs.send_day_of(
        vector.instant("validated_at"),
        first_sending=vector.inputs.get("first_sending", False),
    )
    return {"ok": True, "send_date": day.isoformat()}


def paper_posting(vector: Vector) -> Answer:
    """Return the day on which a validated paper letter is posted."""
    day = posting.posting_day_of(vector.instant("validated_at"))
    return {"ok": True, "posting_date": day.isoformat()}


def deposit_date(vector: Vector) -> Answer:
    """Qualified time of the deposit -> the legal days."""
    days = cutoffs.legal_day(vector.instant("deposit_proof_timestamp"))
    return {**answer(days), "send_date": days.send_day.isoformat()}


def mandate_deadline(vector: Vector) -> Answer:
    """Planned day -> the instant before which the mandate is signed."""
    deadline = cutoffs.mandate_deadline(vector.day("planned_send"))
    return {"ok": True, "deadline_utc": deadline.strftime("%Y-%m-%dT%H:%M:%SZ")}


def cancel_scheduled(vector: Vector) -> Answer:
    """Planned day and instant -> whether cancelling is still possible."""
    try:
        cutoffs.check_changeable(
            vector.day("scheduled_date"),
            vector.instant("now"),
            mandate_signed=vector.inputs.get("e_mandate_signed", False),
        )
    except TurnedDown as refusal:
        return {"ok": False, "refusal": refusal.reason.replace("-", "_").upper()}
    return {"ok": True}


def retention_end(vector: Vector) -> Answer:
    """Return the day on which a kept thing is erased."""
    day = retention.purge_day(retention.Kept(vector.inputs["kind"]), vector.day("start_date"))
    return {"ok": True, "purge_date": day.isoformat()}
