"""The list as one writes it first: every row that fits, sorted, cut by OFFSET, and counted."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.letters.domain.listing import Filters, ListQuery, Sort
from services.letters.store.rows import LetterRowTable as Row
from services.letters.store.rows import WordRow

OFFSET: Final = 1_000  # a person who turned twenty pages
ORDERS: Final[dict[Sort, Any]] = {
    Sort.NUMBER: Row.number,
    Sort.POLICYHOLDER: Row.policyholder_sort,
    Sort.RECIPIENT: Row.recipient_sort,
    Sort.EFFECT: Row.last_covered_day,
    Sort.SENT: Row.sent_on,
    Sort.UPDATED: Row.updated_at,
}


async def page(connection: AsyncConnection, account_id: UUID, query: ListQuery) -> None:
    """Read one page and the number of rows."""
    where = [Row.account_id == account_id, *_filters(query.filters)]
    if query.view is not None:
        where.append(Row.view == query.view.value)
    order = ORDERS[query.sort]
    rows = select(Row).where(*where).order_by(order.desc() if query.descending else order)
    await connection.execute(rows.offset(OFFSET).limit(query.page_size))
    await connection.execute(select(func.count()).select_from(Row).where(*where))


def _filters(filters: Filters) -> list[ColumnElement[bool]]:
    typed = (filters.text, filters.policyholder, filters.recipient)
    found = [cast(Row.content, Text).ilike(f"%{words}%") for words in typed if words]
    return [*found, *_days(filters), *_choices(filters)]


def _days(filters: Filters) -> list[ColumnElement[bool]]:
    since = (
        (Row.last_covered_day, filters.last_covered_from),
        (Row.sent_on, filters.sent_from),
        (Row.created_at, filters.created_from),
    )
    until = (
        (Row.last_covered_day, filters.last_covered_until),
        (Row.sent_on, filters.sent_until),
        (Row.created_at, filters.created_until),
    )
    return [column >= day for column, day in since if day] + [
        column < day for column, day in until if day
    ]


def _of_kind(filters: Filters) -> Select[UUID]:
    kind = f"={filters.contract_type}"
    return select(WordRow.letter_id).where(
        WordRow.account_id == Row.account_id, WordRow.word == kind
    )


def _choices(filters: Filters) -> list[ColumnElement[bool]]:
    choices: list[tuple[bool, Callable[[], ColumnElement[bool]]]] = [
        (bool(filters.number), lambda: Row.number.like(f"{filters.number}%")),
        (bool(filters.contract_type), lambda: Row.id.in_(_of_kind(filters))),
        (bool(filters.ground), lambda: Row.ground == filters.ground),
        (bool(filters.states), lambda: Row.state.in_(filters.states)),
        (bool(filters.tracking_states), lambda: Row.tracking_state.in_(filters.tracking_states)),
        (bool(filters.author_profile_id), lambda: Row.author_id == filters.author_profile_id),
    ]
    return [condition() for asked, condition in choices if asked]
