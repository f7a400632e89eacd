"""One page of an account's letters, by indexes, whatever their number."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    func,
    literal,
    literal_column,
    select,
    text,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession

from kit.days import paris_instant
from services.letters.domain.letter import Author
from services.letters.domain.listing import (
    COUNT_CEILING,
    After,
    Count,
    CursorUnreadable,
    Filters,
    ListQuery,
    Page,
    Sort,
    is_rank,
)
from services.letters.domain.tracking import View
from services.letters.domain.words import words
from services.letters.store.rows import POLICYHOLDER_MARK, RECIPIENT_MARK, WordRow, list_row_of
from services.letters.store.rows import LetterRowTable as Row

_FAR: Final[ColumnElement[date]] = literal_column(
    "DATE '9999-01-01'"
)  # as in the indexes: a parameter would miss them
_AUTHORS: Final = text(
    "SELECT author_id, author_name FROM letter_author WHERE account_id = :account_id"
    " ORDER BY author_name"
)
_AFTER: Final = "{"  # follows every letter and digit, byte by byte
_Condition = ColumnElement[bool]


async def read_page(session: AsyncSession, account_id: UUID, query: ListQuery) -> Page:
    """Return one page. Raises ``CursorUnreadable``."""
    conditions = [Row.account_id == account_id, *_filters(query.filters, account_id)]
    if query.view is not None:
        conditions.append(Row.view == query.view.value)
    order = _order(query.sort)
    asked = select(Row, order).where(*conditions).limit(query.page_size + 1)
    asked = _placed(asked, order, query)
    found = (await session.execute(asked)).all()
    rows = found[: query.page_size]
    more = len(found) > len(rows)
    last = After(_as_text(rows[-1][1]), rows[-1][0].sequence) if more else None
    return Page(
        rows=tuple(list_row_of(row[0]) for row in rows),
        next_cursor=query.cursor_after(last) if last else "",
        matching=await _count(session, conditions),
        views=await _views(session, account_id),
        authors=await _authors(session, account_id),
    )


def _placed(
    asked: Select[Row, Any], order: ColumnElement[Any], query: ListQuery
) -> Select[Row, Any]:
    place = tuple_(order, Row.sequence)
    after = query.after
    if after is not None:
        mark = tuple_(literal(typed_place(after, query.sort), order.type), literal(after.sequence))
        asked = asked.where(place < mark if query.descending else place > mark)
    if query.descending:
        return asked.order_by(order.desc(), Row.sequence.desc())
    return asked.order_by(order, Row.sequence)


def _order(sort: Sort) -> ColumnElement[Any]:
    """Return the sorted expression, written as its index is."""
    match sort:
        case Sort.POLICYHOLDER:
            return Row.policyholder_sort.expression
        case Sort.RECIPIENT:
            return Row.recipient_sort.expression
        case Sort.EFFECT:
            return func.coalesce(Row.last_covered_day, _FAR)
        case Sort.SENT:
            return func.coalesce(Row.sent_on, _FAR)
        case Sort.UPDATED:
            return Row.updated_at.expression
        case Sort.NUMBER:
            return Row.sequence.expression


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


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _filters(filters: Filters, account_id: UUID) -> list[_Condition]:
    return [
        *_texts(filters, account_id),
        *_days(filters),
        *_choices(filters),
    ]


def _texts(filters: Filters, account_id: UUID) -> list[_Condition]:
    conditions = [
        *_found(account_id, "", filters.text),
        *_found(account_id, POLICYHOLDER_MARK, filters.policyholder),
        *_found(account_id, RECIPIENT_MARK, filters.recipient),
    ]
    if filters.number:
        conditions += [Row.number >= filters.number, Row.number < filters.number + _AFTER]
    return conditions


def _found(account_id: UUID, mark: str, asked: str) -> list[_Condition]:
    """Return one condition for each word: it begins a word of the letter."""
    return [
        Row.id.in_(
            select(WordRow.letter_id).where(
                WordRow.account_id == account_id,
                WordRow.word >= mark + word,
                WordRow.word < mark + word + _AFTER,
            )
        )
        for word in words(asked)
    ]


def _days(filters: Filters) -> list[_Condition]:
    """Compare the very expressions that are indexed."""
    ends, sent = _order(Sort.EFFECT), _order(Sort.SENT)
    bounds: list[tuple[object, Callable[[Any], _Condition]]] = [
        (filters.last_covered_from, lambda day: ends >= day),
        (filters.last_covered_until, lambda day: ends < day),
        (filters.sent_from, lambda day: sent >= day),
        (filters.sent_until, lambda day: sent < day),
        (filters.created_from, lambda day: Row.created_at >= paris_instant(day)),
        (filters.created_until, lambda day: Row.created_at < paris_instant(day)),
    ]
    named = filters.last_covered_from or filters.last_covered_until
    undated = [ends < _FAR] if named else []
    if filters.sent_from or filters.sent_until:
        undated.append(sent < _FAR)
    return [condition(day) for day, condition in bounds if day is not None] + undated


def _choices(filters: Filters) -> list[_Condition]:
    conditions: list[_Condition] = []
    if filters.contract_type:
        conditions.append(Row.contract_types.contains([filters.contract_type.value]))
    if filters.ground:
        conditions.append(Row.ground == filters.ground.value)
    if filters.states:
        conditions.append(Row.state.in_([state.value for state in filters.states]))
    if filters.tracking_states:
        wanted = [state.value for state in filters.tracking_states]
        conditions.append(Row.tracking_state.in_(wanted))
    if filters.author_profile_id:
        conditions.append(Row.author_id == filters.author_profile_id)
    return conditions


async def _count(session: AsyncSession, conditions: list[_Condition]) -> Count:
    """Count up to the ceiling, and no further."""
    some = select(literal(1)).select_from(Row).where(*conditions).limit(COUNT_CEILING + 1)
    number = (await session.execute(select(func.count()).select_from(some.subquery()))).scalar_one()
    return Count(min(number, COUNT_CEILING), at_least=number > COUNT_CEILING)


async def _views(session: AsyncSession, account_id: UUID) -> dict[View | None, Count]:
    own = Row.account_id == account_id
    counts: dict[View | None, Count] = {None: await _count(session, [own])}
    for view in View:
        counts[view] = await _count(session, [own, Row.view == view.value])
    return counts


async def _authors(session: AsyncSession, account_id: UUID) -> tuple[Author, ...]:
    rows = await session.execute(_AUTHORS, {"account_id": account_id})
    return tuple(Author(profile_id=row.author_id, name=row.author_name) for row in rows)
