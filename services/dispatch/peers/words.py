"""What our other services' messages and ours have in common."""

from datetime import date
from typing import Final

TIMEOUT_S: Final = 10.0


def read_day(text: str) -> date | None:
    """Read an ISO day; empty is none."""
    return date.fromisoformat(text) if text else None
