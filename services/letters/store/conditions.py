"""What filters and orders of a list ask of the database, each in the words of an index."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select

from kit.days import paris_instant
from services.letters.domain.listing import (
    After,
    CursorUnreadable,
    Filters,
    Sort,
    is_rank,
)
from services.letters.domain.words import words
from services.letters.store.rows import (
    KIND_MARK,
    POLICYHOLDER_MARK,
    RECIPIENT_MARK,
    LetterRowTable,
    WordRow,
)

_FAR: Final = date(9999, 1, 1)  # what the database keeps for no day
_AFTER: Final = "{"  # follows every letter and digit, byte by byte
Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Sought:
    """A word that letters must have, or have the beginning of."""

    word: str
    begun: bool = True

    def letters(self, account_id: UUID) -> Select[UUID]:
        """Return the ids of the letters that have it, some of them twice."""
        found = select(WordRow.letter_id).where(WordRow.account_id == account_id)
        if not self.begun:
            return found.where(WordRow.word == self.word)
        return found.where(WordRow.word >= self.word, WordRow.word < self.word + _AFTER)

    def is_of(self, letter_id: Any, account_id: UUID) -> Condition:  # noqa: ANN401 - a column
        """Return whether a letter has it, by one look for each letter, and never as a join."""
        one = self.letters(account_id).where(WordRow.letter_id == letter_id).limit(1)
        return one.scalar_subquery().is_not(None)


def sought(filters: Filters) -> list[Sought]:
    """Return the words that a letter must have, all of them."""
    typed = (
        ("", filters.text),
        (POLICYHOLDER_MARK, filters.policyholder),
        (RECIPIENT_MARK, filters.recipient),
    )
    found = [Sought(mark + word) for mark, asked in typed for word in words(asked)]
    if filters.contract_type:
        found.append(Sought(KIND_MARK + filters.contract_type.value, begun=False))
    return found


def of_columns(filters: Filters, row: type[LetterRowTable]) -> list[Condition]:
    """Return what the filters ask of a letter's own columns."""
    return [*_number(filters, row), *_days(filters, row), *_choices(filters, row)]


def _number(filters: Filters, row: type[LetterRowTable]) -> list[Condition]:
    if not filters.number:
        return []
    return [row.number >= filters.number, row.number < filters.number + _AFTER]


def _days(filters: Filters, row: type[LetterRowTable]) -> list[Condition]:
    """Compare the days that are indexed; a letter without the day is in no period of it."""
    conditions = [
        *_period(row.effect_day, filters.last_covered_from, filters.last_covered_until),
        *_period(row.sent_day, filters.sent_from, filters.sent_until),
    ]
    if filters.created_from:
        conditions.append(row.created_at >= paris_instant(filters.created_from))
    if filters.created_until:
        conditions.append(row.created_at < paris_instant(filters.created_until))
    return conditions


def _period(day: Any, since: date | None, until: date | None) -> list[Condition]:  # noqa: ANN401 - a column
    if since is None and until is None:
        return []
    ended: Condition = day < min(until or _FAR, _FAR)
    return [ended] if since is None else [day >= since, ended]


def _choices(filters: Filters, row: type[LetterRowTable]) -> list[Condition]:
    conditions: list[Condition] = []
    if filters.ground:
        conditions.append(row.ground == filters.ground.value)
    if filters.states:
        conditions.append(row.state.in_([state.value for state in filters.states]))
    if filters.tracking_states:
        wanted = [state.value for state in filters.tracking_states]
        conditions.append(row.tracking_state.in_(wanted))
    if filters.author_profile_id:
        conditions.append(row.author_id == filters.author_profile_id)
    return conditions


def order_of(sort: Sort, row: type[LetterRowTable]) -> Any:  # noqa: ANN401 - the column's own type
    """Return the column that a list is sorted by."""
    match sort:
        case Sort.POLICYHOLDER:
            return row.policyholder_sort
        case Sort.RECIPIENT:
            return row.recipient_sort
        case Sort.EFFECT:
            return row.effect_day
        case Sort.SENT:
            return row.sent_day
        case Sort.UPDATED:
            return row.updated_at
        case Sort.NUMBER:
            return row.sequence


def typed_place(after: After, sort: Sort) -> Any:  # noqa: ANN401 - the column's own type
    """Read the cursor's value as the sorted column has it. Raises ``CursorUnreadable``."""
    try:
        match sort:
            case Sort.POLICYHOLDER | Sort.RECIPIENT:
                return after.value
            case Sort.EFFECT | Sort.SENT:
                return date.fromisoformat(after.value)
            case Sort.UPDATED:
                return datetime.fromisoformat(after.value).astimezone(UTC)
            case Sort.NUMBER:
                return _rank(after.value)
    except (ValueError, OverflowError) as error:
        raise CursorUnreadable from error


def _rank(text: str) -> int:
    if not is_rank(rank := int(text)):
        raise ValueError("no letter's number")
    return rank
