"""One account's papers within one transaction: their numbers, and its credit notes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit import due
from kit.db import run
from kit.errors import ChangedMeanwhile
from services.billing.domain.credit_note import CreditNote
from services.billing.domain.hold import Hold
from services.billing.domain.ledger import EntryKind
from services.billing.domain.numbering import Series
from services.billing.ports import DueKind
from services.billing.store.facts import tell_reversal
from services.billing.store.rows import CreditNoteRow, EntryRow, credit_note_values

_NEXT_RANK: Final = text(
    "INSERT INTO paper_series (series, year, last_rank) VALUES (:series, :year, 1)"
    " ON CONFLICT (series, year) DO UPDATE SET last_rank = paper_series.last_rank + 1"
    " RETURNING last_rank"
)
_NOTES: Final = cast("Table", CreditNoteRow.__table__)
_OF_HOLD: Final = select(_NOTES).where(  # each captured hold asks it: built once
    _NOTES.c.account_id == bindparam("asked_account"), _NOTES.c.key == bindparam("asked")
)


class SqlPapers:
    """The part of an account's books that is about papers; ``SqlPurchases`` adds buying."""

    def __init__(self, session: AsyncSession, account_id: UUID) -> None:
        self._session = session
        self._account_id = account_id

    async def next_rank(self, series: Series, year: int) -> int:
        """Take the next number; the row stays locked, so numbers commit in order, without gap."""
        taken = await self._session.execute(_NEXT_RANK, {"series": series.value, "year": year})
        return int(taken.scalar_one())

    async def begin_credit_note(self, note: CreditNote) -> CreditNote:
        """Store a credit note that was asked for, or return the one that stands for its hold."""
        await self._session.execute(
            insert(CreditNoteRow)
            .values(version=note.version, **credit_note_values(note))
            .on_conflict_do_nothing()
        )
        return await self.credit_note_of(note.key) or note

    async def credit_note_of(self, key: str) -> CreditNote | None:
        """Return the credit note of a hold, asked for or issued."""
        rows = await run(self._session, _OF_HOLD, {"asked": key, "asked_account": self._account_id})
        return CreditNoteRow(**rows[0]).read() if rows else None

    async def credit_note(self, number: str) -> CreditNote | None:
        """Return an issued credit note, locked until the end."""
        row = await self._session.scalar(
            select(CreditNoteRow)
            .where(CreditNoteRow.account_id == self._account_id)
            .where(CreditNoteRow.number == number, CreditNoteRow.number != "")
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        return None if row is None else row.read()

    async def issue_credit_note(self, hold: Hold, note: CreditNote) -> CreditNote:
        """Store the number and the debit that it corrects; tell, and plan the paper."""
        debit = await self._session.scalar(
            select(EntryRow.id).where(EntryRow.key == f"{EntryKind.CAPTURE}:{note.key}")
        )
        issued = await self.save_credit_note(replace(note, corrects=debit))
        await tell_reversal(self._session, hold, issued)
        if issued.issued_at is not None:
            await due.schedule(
                self._session,
                kind=DueKind.CREDIT_NOTE,
                key=f"{DueKind.CREDIT_NOTE}:{issued.number}",
                due_at=issued.issued_at,
                account_id=self._account_id,
                payload={"number": issued.number},
            )
        return issued

    async def save_credit_note(self, note: CreditNote) -> CreditNote:
        """Store a changed credit note and return it."""
        changed = await self._session.execute(
            update(CreditNoteRow)
            .where(CreditNoteRow.hold_id == note.hold_id, CreditNoteRow.version == note.version)
            .values(version=note.version + 1, **credit_note_values(note))
            .returning(CreditNoteRow)
            .execution_options(populate_existing=True)
        )
        row = changed.scalar_one_or_none()
        if row is None:
            raise ChangedMeanwhile(note.key)
        return row.read()

    async def credit_note_numbers(self, keys: Sequence[str]) -> dict[str, str]:
        """Return the numbers of the credit notes of holds, by their keys."""
        if not keys:
            return {}
        rows = await self._session.execute(
            select(CreditNoteRow.key, CreditNoteRow.number).where(
                CreditNoteRow.account_id == self._account_id, CreditNoteRow.key.in_(keys)
            )
        )
        return {row.key: row.number for row in rows}
