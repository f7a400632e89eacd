"""Letters of one account: read, written, announced, in one transaction."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Final, cast
from uuid import UUID

from sqlalchemy import Table, TextClause, bindparam, insert, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import Database, run
from kit.errors import ChangedMeanwhile
from kit.events import announce
from preavis.letters.v1 import events_pb2
from services.letters.domain.letter import Frozen, Letter, LetterUnknown, State
from services.letters.domain.listing import ListQuery, Page
from services.letters.domain.outline import Outline
from services.letters.domain.recent import reference_keys
from services.letters.domain.tracking import Tracking
from services.letters.store import statements
from services.letters.store.listing import read_page
from services.letters.store.rows import (
    LetterRowTable,
    content_of,
    frozen_document,
    letter_columns,
    letter_of,
    letter_words,
    tracking_columns,
    tracking_document,
    tracking_of,
)

_NEXT_NUMBER: Final = text(
    "INSERT INTO letter_number (account_id, year, last_number) VALUES (:account_id, :year, 1)"
    " ON CONFLICT (account_id, year) DO UPDATE SET last_number = letter_number.last_number + 1"
    " RETURNING last_number"
)
_AUTHOR: Final = text(
    "INSERT INTO letter_author (account_id, author_id, author_name)"
    " VALUES (:account_id, :id, :name)"
    " ON CONFLICT (account_id, author_id) DO UPDATE SET author_name = excluded.author_name"
    " WHERE letter_author.author_name <> excluded.author_name"
)
_MOST_ALIKE: Final = 50
_FIVE_DIGITS: Final = 100_000

# Built once: SQLAlchemy spends more on building a statement, and on knowing it again, than on
# sending it.
_MINE: Final = LetterRowTable.account_id == bindparam("asked_account")
_THIS: Final = LetterRowTable.id == bindparam("asked")
_TABLE: Final = cast("Table", LetterRowTable.__table__)
_REPLACE: Final = (
    update(_TABLE)
    .where(_THIS, _MINE, LetterRowTable.version == bindparam("asked_version"))
    .returning(LetterRowTable.id)
)


class LetterStore:
    """``Store`` on Postgres."""

    def __init__(self, db: Database) -> None:
        self._db = db

    @asynccontextmanager
    async def account(self, account_id: UUID) -> AsyncIterator["LetterTransaction"]:
        """Open a transaction on one account's letters."""
        async with self._db.account(account_id) as session:
            yield LetterTransaction(session, account_id)


class LetterTransaction:
    """``Transaction`` on an open session that sees one account."""

    def __init__(self, session: AsyncSession, account_id: UUID) -> None:
        self._session = session
        self._account_id = account_id

    async def next_number(self, year: int) -> str:
        """Take the account's next number of that year: « 26-00042 »."""
        place = {"account_id": self._account_id, "year": year}
        last = (await self._session.execute(_NEXT_NUMBER, place)).scalar_one()
        return f"{year % 100:02d}-{last:05d}"

    async def add(self, letter: Letter, outline: Outline) -> None:
        """Store a new letter."""
        await self._session.execute(
            insert(LetterRowTable).values(
                id=letter.id,
                account_id=letter.account_id,
                number=letter.number,
                sequence=sequence_of(letter.number),
                author_id=letter.author.profile_id,
                author_name=letter.author.name,
                created_at=letter.created_at,
                **letter_columns(letter, outline),
            )
        )
        await self._index_words(letter, outline)
        author = {"id": letter.author.profile_id, "name": letter.author.name}
        await self._session.execute(_AUTHOR, {"account_id": letter.account_id, **author})

    async def get(self, letter_id: UUID, *, lock: bool = False) -> Letter:
        """Return a letter; ``lock`` keeps others from changing it. Raises ``LetterUnknown``."""
        if lock:  # alone: what is joined to a row that is waited for comes as it was before
            await run(self._session, statements.LOCK, self._this(letter_id))
        letter = await self._one(statements.LETTER, letter_id)
        if letter is None:
            raise LetterUnknown
        return letter

    async def find(self, letter_id: UUID) -> Letter | None:
        """Return a letter if there is one."""
        return await self._one(statements.LETTER, letter_id)

    async def numbered(self, number: str) -> Letter:
        """Return a letter by its number. Raises ``LetterUnknown``."""
        letter = await self._one(statements.NUMBERED, number)
        if letter is None:
            raise LetterUnknown
        return letter

    async def save(self, letter: Letter, outline: Outline) -> None:
        """Replace a letter read with ``lock``. Raises ``ChangedMeanwhile``."""
        await self._replace(letter, letter_columns(letter, outline), newer=True)
        await self._index_words(letter, outline)

    async def tracking(self, letter_id: UUID) -> Tracking:
        """Return the sending's last news, which nobody else changes meanwhile.

        Raises ``LetterUnknown``.
        """
        rows = await run(self._session, statements.LOCK, self._this(letter_id))
        if not rows:
            raise LetterUnknown
        return tracking_of(rows[0])

    async def save_tracking(self, letter_id: UUID, news: Tracking) -> None:
        """Keep the sending's news; the letter's version stays."""
        columns = tracking_columns(news) | {"tracking": tracking_document(news)}
        await run(self._session, statements.TRACK, self._this(letter_id) | columns)

    async def save_given_up(self, letter: Letter) -> None:
        """Remember a thaw of what was not frozen; the letter's version stays."""
        await self._replace(letter, {"content": content_of(letter)}, newer=False)

    async def keep_version(self, letter: Letter, frozen: Frozen) -> None:
        """Record for good the version that was frozen."""
        row = {
            "account_id": letter.account_id,
            "letter_id": letter.id,
            "version": letter.version,
            "sending_id": frozen.sending_id,
            "generation": frozen.generation,
            "sha256": frozen.sha256,
            "content": frozen_document(frozen),
            "frozen_at": frozen.frozen_at,
        }
        await run(self._session, statements.KEEP_VERSION, row)

    async def tell_changed(self, letter: Letter, outline: Outline, content_hash: str) -> None:
        """Announce the letter as it now stands."""
        fact = events_pb2.LetterChanged(
            account_id=str(letter.account_id),
            aggregate_id=str(letter.id),
            aggregate_version=letter.version,
            letter_id=str(letter.id),
            content_hash=content_hash,
            state=outline.state.value,
            number=letter.number,
        )
        await self._announce(fact, letter)

    async def tell_frozen(self, letter: Letter, frozen: Frozen) -> None:
        """Announce that a version was locked for a sending."""
        fact = events_pb2.LetterFrozen(
            account_id=str(letter.account_id),
            aggregate_id=str(letter.id),
            aggregate_version=letter.version,
            letter_id=str(letter.id),
            sending_id=str(frozen.sending_id),
            generation=frozen.generation,
            content_hash=frozen.content_hash,
            sha256=frozen.sha256,
            send_day=frozen.send_day.isoformat(),
            last_covered_day=str(frozen.last_covered_day or ""),
            new_start=str(frozen.new_start or ""),
        )
        await self._announce(fact, letter)

    async def page(self, query: ListQuery) -> Page:
        """Return one page of the account's list. Raises ``CursorUnreadable``."""
        return await read_page(self._session, self._account_id, query)

    async def alike(
        self, letter: Letter, *, sent_from: date, alone: bool = False
    ) -> Sequence[Letter]:
        """Return the other locked letters to its recipient that have one of its references.

        Latest change first; what left before ``sent_from`` may be left out. ``alone``: those who
        ask so about the same recipient wait until this transaction is over.
        """
        keys = reference_keys(letter)
        if letter.recipient is None or not keys:
            return []
        if alone:
            name = f"{self._account_id}:{letter.recipient.id}"
            await run(self._session, statements.ALONE, {"name": name})
        asked = {
            "keys": sorted(keys),
            "recipient_id": letter.recipient.id,
            "state": State.FROZEN.value,
            "sent_from": sent_from,
            "most": _MOST_ALIKE,
        }
        found = await run(self._session, statements.ALIKE, self._this(letter.id) | asked)
        return [letter_of(row) for row in found]

    async def _announce(
        self, fact: events_pb2.LetterChanged | events_pb2.LetterFrozen, letter: Letter
    ) -> None:
        await announce(
            self._session,
            fact,
            aggregate_id=letter.id,
            aggregate_version=letter.version,
            account_id=letter.account_id,
        )

    async def _index_words(self, letter: Letter, outline: Outline) -> None:
        place = {
            "account_id": letter.account_id,
            "letter_id": letter.id,
            "words": letter_words(letter, outline),
        }
        await run(self._session, statements.INDEX_WORDS, place)

    def _this(self, which: UUID | str) -> dict[str, object]:
        return {"account_id": self._account_id, "asked": which}

    async def _one(self, statement: TextClause, which: UUID | str) -> Letter | None:
        rows = await run(self._session, statement, self._this(which))
        return letter_of(rows[0]) if rows else None

    async def _replace(self, letter: Letter, columns: dict[str, object], *, newer: bool) -> None:
        read = letter.version - 1 if newer else letter.version
        done = await self._session.execute(
            _REPLACE,
            {"asked": letter.id, "asked_account": self._account_id, "asked_version": read}
            | columns,
        )
        if done.first() is None:
            raise ChangedMeanwhile


def sequence_of(number: str) -> int:
    """Return the place of a number in its account: years in order, then numbers."""
    year, last = number.split("-")
    return int(year) * _FIVE_DIGITS**2 + int(last)
