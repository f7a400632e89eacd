"""The papers of credit notes: made once, kept byte for byte."""

from dataclasses import replace
from uuid import UUID

from kit.failpoints import failpoint
from services.billing.domain.credit_note import CreditNote, CreditNoteMissing, paper_of
from services.billing.domain.hold import HoldMissing
from services.billing.ports import Files, Stationery, Store


async def make_credit_note(
    account_id: UUID, number: str, *, store: Store, stationery: Stationery, files: Files
) -> CreditNote:
    """Make the paper of a credit note; once it is made, change nothing.

    Raises ``CreditNoteMissing``.
    """
    async with store.account(account_id) as books:
        note = await books.credit_note(number)
        if note is None:
            raise CreditNoteMissing(number)
        hold = await books.hold(note.key)
    if note.sha256:
        return note
    if hold is None:
        raise HoldMissing(note.key)
    pdf = await stationery.credit_note(paper_of(note, hold))
    sha256 = await files.put(pdf)
    failpoint("billing.credit_note.kept")
    async with store.account(account_id) as books:
        standing = await books.credit_note(number)
        if standing is None or standing.sha256:  # somebody else was faster: theirs stands
            return standing or note
        return await books.save_credit_note(replace(standing, sha256=sha256))


async def read_credit_note(
    account_id: UUID, number: str, *, store: Store, stationery: Stationery, files: Files
) -> tuple[CreditNote, bytes]:
    """Return a credit note and its paper, made if nobody has yet. Raises ``CreditNoteMissing``."""
    note = await make_credit_note(
        account_id, number, store=store, stationery=stationery, files=files
    )
    return note, await files.get(note.sha256)
