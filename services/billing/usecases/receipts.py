"""Receipts: made once, kept byte for byte, sent once."""

from dataclasses import replace
from uuid import UUID

from kit.days import paris_date
from kit.failpoints import failpoint
from services.billing.domain.receipt import receipt_of
from services.billing.domain.top_up import TopUp, TopUpNotPaid
from services.billing.ports import Files, Stationery, Store


async def make_receipt(
    account_id: UUID, number: UUID, *, store: Store, stationery: Stationery, files: Files
) -> TopUp:
    """Make a purchase's receipt and queue its e-mail; once it is made, changes nothing.

    Raises ``TopUpNotPaid``.
    """
    async with store.account(account_id) as books:
        top_up = await books.top_up(number)
    if top_up.receipt_sha256:
        return top_up
    if top_up.paid_at is None:
        raise TopUpNotPaid(str(number))
    receipt = receipt_of(top_up, paris_date(top_up.paid_at))
    pdf = await stationery.receipt(receipt)
    sha256 = await files.put(pdf)
    failpoint("billing.receipt.kept")
    async with store.account(account_id) as books:
        standing = await books.top_up(number)
        if standing.receipt_sha256:  # somebody else was faster: theirs stands
            return standing
        made = await books.save_top_up(replace(standing, receipt_sha256=sha256))
        if made.buyer.email:
            mail = stationery.receipt_mail(receipt, to=made.buyer.email, pdf=pdf)
            await books.queue_mail(mail, key=f"receipt:{number}")
    return made


async def read_receipt(
    account_id: UUID, number: UUID, *, store: Store, stationery: Stationery, files: Files
) -> tuple[TopUp, bytes]:
    """Return a purchase and its receipt, making it if nobody has yet."""
    top_up = await make_receipt(account_id, number, store=store, stationery=stationery, files=files)
    return top_up, await files.get(top_up.receipt_sha256)
