"""What staff did with an account's money; never changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from kit.errors import FieldError, InvalidFields
from kit.text import tidy_lines

SHORTEST: Final = 10
LONGEST: Final = 2000


class Action(StrEnum):
    """What was done. Values are stored: they are never renamed."""

    UNFROZEN = "wallet-unfrozen"
    TRANSFER = "transfer-recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Which of our people."""

    id: UUID | None
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffAct:
    """One act, by whom, and why in their own words."""

    at: datetime
    by: Actor
    action: Action
    note: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


def read_note(text: str) -> str:
    """Return the reason that staff give. Raises ``InvalidFields``: it has 10 to 2000 characters."""
    bare = tidy_lines(text)
    if not SHORTEST <= len(bare) <= LONGEST:
        raise InvalidFields([FieldError("note", "staff-note-length")])
    return bare


def read_remark(text: str) -> str:
    """Return what staff add of their own will. Raises ``InvalidFields`` above 2000 characters."""
    bare = tidy_lines(text)
    if len(bare) > LONGEST:
        raise InvalidFields([FieldError("note", "text-too-long", {"limit": str(LONGEST)})])
    return bare
