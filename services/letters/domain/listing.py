"""What an agent asks of the list of letters, and what a page of it holds."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from kit.errors import Kind, TurnedDown
from kit.outside import read_json
from services.letters.domain.legal.codes import Ground
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.letter import Author, State
from services.letters.domain.tracking import Tracking, TrackingState, View

COUNT_CEILING: Final = 10_000
"""Beyond it a list says « more than »: counting a million rows would cost more than it tells."""

_RANKS: Final = 2**63  # a bigint: the year, then ten digits


class Sort(StrEnum):
    """What the list is ordered by; the number settles ties."""

    NUMBER = "number"
    POLICYHOLDER = "policyholder"
    EFFECT = "effect"
    RECIPIENT = "recipient"
    SENT = "sent"
    UPDATED = "updated"


class CursorUnreadable(TurnedDown):
    """The cursor does not belong to this list."""

    kind = Kind.INVALID
    reason = "cursor-unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Each filter left empty lets everything through. Periods are half-open ``[from, until)``."""

    text: str = ""
    number: str = ""
    policyholder: str = ""
    recipient: str = ""
    last_covered_from: date | None = None
    last_covered_until: date | None = None
    sent_from: date | None = None
    sent_until: date | None = None
    created_from: date | None = None
    created_until: date | None = None
    contract_type: ContractType | None = None
    ground: Ground | None = None
    states: tuple[State, ...] = ()
    tracking_states: tuple[TrackingState, ...] = ()
    author_profile_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """One page of one list. ``view`` none: all letters."""

    view: View | None = None
    filters: Filters = Filters()
    sort: Sort = Sort.NUMBER
    descending: bool = True
    cursor: str = ""
    page_size: int = 50

    @property
    def after(self) -> "After | None":
        """The place the page begins after. Raises ``CursorUnreadable``."""
        if not self.cursor:
            return None
        try:
            mark, value, sequence = read_json(base64.urlsafe_b64decode(self.cursor.encode()))
        except (ValueError, TypeError) as error:
            raise CursorUnreadable from error
        if mark != self._mark or not isinstance(value, str) or not is_rank(sequence):
            raise CursorUnreadable
        return After(value=value, sequence=sequence)

    def cursor_after(self, after: "After") -> str:
        """Return the cursor of the page that begins after this row."""
        place = json.dumps([self._mark, after.value, after.sequence])
        return base64.urlsafe_b64encode(place.encode()).decode()

    @property
    def _mark(self) -> str:
        asked = asdict(replace(self, cursor="", page_size=0))
        return hashlib.sha256(json.dumps(asked, default=str).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class After:
    """A row's place in a list: its sort value as text, and its number in the account."""

    value: str
    sequence: int


def is_rank(value: object) -> bool:
    """Say whether this may be a letter's number in its account."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _RANKS


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterRow:
    """A letter as the list shows it."""

    id: UUID
    number: str
    version: int
    policyholder: tuple[str, ...]
    recipient: str
    ground: Ground | None
    contract_types: tuple[ContractType, ...]
    contract_references: tuple[str, ...]
    contract_labels: tuple[str, ...]
    last_covered_day: date | None
    new_start: date | None
    state: State
    tracking: Tracking
    author: Author
    client_reference: str
    created_at: datetime
    updated_at: datetime

    @property
    def waits_for_user(self) -> bool:
        """Whether the next move is the agent's."""
        if self.tracking.state in (TrackingState.BLOCKED, TrackingState.MANDATE_TO_SIGN):
            return True
        return self.tracking.may_be_finalised and self.tracking.view is View.TO_FINISH


@dataclass(frozen=True, slots=True)
class Count:
    """How many; ``at_least`` when the counting stopped at its ceiling."""

    number: int
    at_least: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Rows in order, the cursor to the next page, and counts for the tabs."""

    rows: tuple[LetterRow, ...]
    next_cursor: str
    matching: Count
    views: Mapping[View | None, Count]
    authors: tuple[Author, ...]
