"""The recipients' directory: one small shared table, searched by the beginnings of words."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import cast, select
from sqlalchemy.dialects.postgresql import TSQUERY, insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import Database
from services.letters.domain.recipient import Recipient, RecipientUnknown, rank
from services.letters.domain.words import words
from services.letters.store.rows import RecipientRow, recipient_columns, recipient_of

MOST_CANDIDATES: Final = 1000
SHORTEST_QUERY: Final = 2


class PostgresDirectory:
    """``Directory`` on Postgres. It belongs to no account."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def search(self, query: str, *, limit: int) -> tuple[list[Recipient], int]:
        """Return the best answers to a type-ahead, and how many there are in all."""
        if len("".join(words(query))) < SHORTEST_QUERY:
            return [], 0
        matching = RecipientRow.search.bool_op("@@")(cast(_prefixes(query), TSQUERY))
        asked = select(RecipientRow).where(matching).limit(MOST_CANDIDATES)
        async with self._db.across_accounts("directory search") as session:
            rows = (await session.scalars(asked)).all()
        found = sorted(map(recipient_of, rows), key=lambda one: rank(query, one))
        return found[:limit], len(found)

    async def get(self, recipient_id: UUID) -> Recipient:
        """Return one body. Raises ``RecipientUnknown``."""
        async with self._db.across_accounts("directory entry") as session:
            row = await session.get(RecipientRow, recipient_id)
        if row is None:
            raise RecipientUnknown
        return recipient_of(row)

    async def named(self, body_ids: Sequence[str]) -> dict[str, Recipient]:
        """Return the bodies known by these keys."""
        asked = select(RecipientRow).where(RecipientRow.body_id.in_(body_ids))
        async with self._db.across_accounts("directory import") as session:
            rows = (await session.scalars(asked)).all()
        return {row.body_id: recipient_of(row) for row in rows}

    async def put(self, recipients: Sequence[Recipient]) -> None:
        """Create or replace bodies, all or nothing."""
        async with self._db.across_accounts("directory import") as session:
            for recipient in recipients:
                await _put(session, recipient)


def _prefixes(query: str) -> str:
    """Return a text search query: every word typed begins a word of the text."""
    return " & ".join(f"'{word}':*" for word in words(query))


async def _put(session: AsyncSession, recipient: Recipient) -> None:
    columns = recipient_columns(recipient)
    changes = {name: value for name, value in columns.items() if name not in ("id", "body_id")}
    await session.execute(
        insert(RecipientRow)
        .values(**columns)
        .on_conflict_do_update(index_elements=["body_id"], set_=changes)
    )
