"""How many letters a list holds, up to a ceiling: beyond it, counting costs more than it tells."""

from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, distinct, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.letters.domain.listing import COUNT_CEILING, Count
from services.letters.domain.tracking import View
from services.letters.store.rows import LetterRowTable

WORDS_READ: Final = 2 * (COUNT_CEILING + 1)
"""One letter may be found by several words; when so many are read, the count is a floor."""


async def count_views(session: AsyncSession, account_id: UUID) -> dict[View | None, Count]:
    """Count the letters of each view, and all of them: each letter is in one view."""
    row = LetterRowTable
    own = select(row).where(row.account_id == account_id)
    asked = [_number(own.where(row.view == view.value)) for view in View]
    numbers = (await session.execute(select(*asked))).one()
    counts = dict(zip((None, *View), (sum(numbers), *numbers), strict=True))
    return {view: _up_to_ceiling(number) for view, number in counts.items()}


async def count_letters(session: AsyncSession, letters: Select[LetterRowTable]) -> Count:
    """Count letters."""
    return _up_to_ceiling((await session.execute(select(_number(letters)))).scalar_one())


async def count_found(session: AsyncSession, found: Select[UUID]) -> Count:
    """Count the letters that a word finds, some of them twice, without reading the letters."""
    some = found.limit(WORDS_READ).subquery()
    counted = select(func.count(), func.count(distinct(some.c.letter_id))).select_from(some)
    read, number = (await session.execute(counted)).one()
    return Count(min(number, COUNT_CEILING), at_least=read == WORDS_READ or number > COUNT_CEILING)


def _number(letters: Select[LetterRowTable]) -> ColumnElement[int]:
    some = letters.with_only_columns(literal(1)).limit(COUNT_CEILING + 1).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def _up_to_ceiling(number: int) -> Count:
    return Count(min(number, COUNT_CEILING), at_least=number > COUNT_CEILING)
