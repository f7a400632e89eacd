"""billing with a bug planted: a capture has no key of its own, so that a repeat debits again."""

import asyncio
from dataclasses import replace
from datetime import date, datetime
from unittest.mock import patch

from kit.ids import new_id
from services.billing.domain.hold import Hold, HoldState
from services.billing.domain.ledger import Entry
from services.billing.main import run
from services.billing.settings import BillingSettings

_careful = Hold.capture


def careless(hold: Hold, *, on_day: date, at: datetime) -> tuple[Hold, Entry | None]:
    """Capture whatever was captured before."""
    forgotten = replace(hold, state=HoldState.HELD, captured_on=None)
    done, entry = _careful(forgotten, on_day=on_day, at=at)
    return done, replace(entry, key=f"{entry.key}:{new_id()}") if entry else None


if __name__ == "__main__":
    with patch.object(Hold, "capture", careless):
        asyncio.run(run(BillingSettings()))
