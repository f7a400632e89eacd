"""One page of an account's letters, by indexes, whatever their number.

What a view holds stands in each order in an index. Where filters leave letters out, those that fit
are counted first, up to a ceiling. Below it they are gathered and sorted: the order, followed from
its beginning, might lead through the whole account before it meets them. Beyond it they are many:
the order is followed, and soon meets enough of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, Select, literal, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.letters.domain.letter import Author
from services.letters.domain.listing import COUNT_CEILING, After, Count, Filters, ListQuery, Page
from services.letters.store.conditions import of_columns, order_of, sought, typed_place
from services.letters.store.counting import count_found, count_letters, count_views
from services.letters.store.rows import LetterRowTable, list_row_of

FOLLOWED: Final = COUNT_CEILING
"""How far an order is followed before the letters that fit are gathered after all."""
_Letters = type[LetterRowTable]
_Found = Sequence[Row[LetterRowTable, Any]]
# a plan that serves any value would seek the rare one as it seeks the common one
_PLAN_FOR_VALUES: Final = text("SET LOCAL plan_cache_mode = force_custom_plan")
_AUTHORS: Final = text(
    "SELECT author_id, author_name FROM letter_author WHERE account_id = :account_id"
    " ORDER BY author_name"
)


async def read_page(session: AsyncSession, account_id: UUID, query: ListQuery) -> Page:
    """Return one page. Raises ``CursorUnreadable``."""
    asked = _Asked(account_id, query)
    await session.execute(_PLAN_FOR_VALUES)
    views = await count_views(session, account_id)
    if query.filters == Filters():
        matching = views[query.view]
        found = await _rows(session, asked.page(asked.of_view(), LetterRowTable))
    else:
        matching = await _count(session, asked)
        found = await _fitting(session, asked, matching)
    rows = found[: query.page_size]
    more = len(found) > len(rows)
    last = After(_as_text(rows[-1][1]), rows[-1][0].sequence) if more else None
    return Page(
        rows=tuple(list_row_of(row[0]) for row in rows),
        next_cursor=query.cursor_after(last) if last else "",
        matching=matching,
        views=views,
        authors=await _authors(session, account_id),
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """A list that an agent asked for, as statements."""

    account_id: UUID
    query: ListQuery

    def of_view(self) -> Select[LetterRowTable]:
        """Return the letters of the view, in no order."""
        row, view = LetterRowTable, self.query.view
        own = select(row).where(row.account_id == self.account_id)
        return own if view is None else own.where(row.view == view.value)

    def fitting(self) -> Select[LetterRowTable]:
        """Return the letters that the filters let through, in no order."""
        found = [
            LetterRowTable.id.in_(word.letters(self.account_id))
            for word in sought(self.query.filters)
        ]
        return self.of_view().where(*of_columns(self.query.filters, LetterRowTable), *found)

    def gathered(self, most: int | None) -> Select[LetterRowTable, Any]:
        """Return the page from all letters that fit, sorted; there are ``most``, if it is known.

        The bounds keep Postgres from following the order instead, not knowing how far it leads.
        """
        fit = aliased(LetterRowTable, self.fitting().limit(most).offset(0).subquery())
        return self.page(select(fit), fit)

    def followed(self) -> Select[LetterRowTable, Any]:
        """Return what fits, a page at most, among the next letters of the order."""
        ahead = self._ordered(self.of_view(), LetterRowTable).limit(FOLLOWED)
        near = aliased(LetterRowTable, ahead.subquery())
        found = [word.is_of(near.id, self.account_id) for word in sought(self.query.filters)]
        fit = select(near).where(*of_columns(self.query.filters, near), *found)
        return self.page(fit, near)

    def page(self, letters: Select[LetterRowTable], row: _Letters) -> Select[LetterRowTable, Any]:
        """Return the letters after the cursor, a page and one more, with their place."""
        placed = self._ordered(letters, row).limit(self.query.page_size + 1)
        return placed.add_columns(order_of(self.query.sort, row))

    def _ordered(self, letters: Select[LetterRowTable], row: _Letters) -> Select[LetterRowTable]:
        order, down = order_of(self.query.sort, row), self.query.descending
        after = self.query.after
        if after is not None:
            value = literal(typed_place(after, self.query.sort), order.type)
            place, mark = tuple_(order, row.sequence), tuple_(value, literal(after.sequence))
            letters = letters.where(place < mark if down else place > mark)
        if down:
            return letters.order_by(order.desc(), row.sequence.desc())
        return letters.order_by(order, row.sequence)


async def _count(session: AsyncSession, asked: _Asked) -> Count:
    filters, words = asked.query.filters, sought(asked.query.filters)
    if len(words) == 1 and asked.query.view is None and not of_columns(filters, LetterRowTable):
        return await count_found(session, words[0].letters(asked.account_id))
    return await count_letters(session, asked.fitting())


async def _fitting(session: AsyncSession, asked: _Asked, matching: Count) -> _Found:
    """Return what fits of the page, and the first of the next one."""
    if not matching.at_least:
        return await _rows(session, asked.gathered(COUNT_CEILING))
    found = await _rows(session, asked.followed())
    if len(found) > asked.query.page_size:
        return found
    return await _rows(session, asked.gathered(None))


async def _rows(session: AsyncSession, page: Select[LetterRowTable, Any]) -> _Found:
    found: _Found = (await session.execute(page)).all()
    return found


async def _authors(session: AsyncSession, account_id: UUID) -> tuple[Author, ...]:
    rows = await session.execute(_AUTHORS, {"account_id": account_id})
    return tuple(Author(profile_id=row.author_id, name=row.author_name) for row in rows)


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
