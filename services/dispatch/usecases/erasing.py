"""Files are erased when their term is over; their hashes stay, so that what was can be proven."""

from datetime import date
from uuid import UUID

from kit.days import paris_instant
from services.dispatch.domain.retention import Kept, purge_day
from services.dispatch.ports import Desk, Work


async def plan(work: Work, sending_id: UUID, sha256: str, kept_since: date) -> None:
    """Keep a file for the term of proofs, counted from this Paris day; a later day lengthens it.

    Each sending plans for itself: another may keep the same bytes for longer.
    """
    erased_on = purge_day(Kept.PROOF, kept_since)
    await work.plan(
        "erase",
        f"erase:{sending_id}:{sha256}",
        paris_instant(erased_on),
        local_date=erased_on,
        payload={"sending_id": str(sending_id), "sha256": sha256},
    )


async def erase(sending_id: UUID, sha256: str, *, desk: Desk) -> None:
    """Erase a file of a sending; erasing it twice changes nothing."""
    await desk.vault.delete(sending_id, sha256)
