"""A capture given back, once, with its credit note: whatever is repeated, and in which order."""

from datetime import date, datetime
from uuid import UUID

from kit.clock import Clock
from kit.days import paris_date
from kit.failpoints import failpoint
from services.billing.domain.credit_note import CreditNote
from services.billing.domain.hold import Hold, HoldMissing
from services.billing.domain.numbering import Series, paper_number
from services.billing.domain.top_up import Buyer
from services.billing.ports import Books, Store


async def reverse_hold(
    account_id: UUID,
    key: str,
    *,
    cause: str,
    on_day: date,
    buyer: Buyer,
    store: Store,
    clock: Clock,
) -> tuple[Hold, CreditNote]:
    """Give back what was captured under a key; repeated, answer with what stands.

    Asked before the capture, it is remembered, and carried out by the capture itself: the credit
    note has no number until then. Raises ``HoldMissing`` and ``HoldReleased``.
    """
    now = clock()
    async with store.account(account_id) as books:
        hold = await books.hold(key)
        if hold is None:
            raise HoldMissing(key)
        hold.check_reversible()
        wanted = CreditNote.asked(hold, cause=cause, on_day=on_day, buyer=buyer, at=now)
        standing = await books.begin_credit_note(wanted)
        done = await carry_out(books, hold, standing, at=now)
    failpoint("billing.reverse.committed")
    return done


async def carry_out(
    books: Books, hold: Hold, note: CreditNote, *, at: datetime
) -> tuple[Hold, CreditNote]:
    """Issue a credit note and move its money; before the capture, or once done, change nothing."""
    given_back, entry = hold.reverse(cause=note.cause, on_day=note.on_day, at=at)
    if entry is None:
        return hold, note
    saved = await books.save_hold(given_back)
    await books.post(entry)
    year = paris_date(at).year
    rank = await books.next_rank(Series.CREDIT_NOTE, year)  # all accounts share it: locked last
    number = paper_number(Series.CREDIT_NOTE, year, rank)
    return saved, await books.issue_credit_note(saved, note.issued(number, at))
