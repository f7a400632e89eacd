"""What the holder of an account is told of the other services' facts."""

from uuid import UUID

from kit.money import Money
from services.accounts.domain.account import AccountState
from services.accounts.domain.facts import Notice, NoticeKind
from services.accounts.ports import Book


async def tell_low_credit(
    tx: Book, account_id: UUID, *, available: Money, low_below: Money, version: int
) -> None:
    """Tell the holder that the credit fell low, once for each ``version`` of the wallet.

    Raises ``AccountMissing``. A closed account is told nothing.
    """
    account = await tx.accounts.get(account_id)
    if account.state is AccountState.CLOSED:
        return
    notice = Notice(
        kind=NoticeKind.CREDIT_LOW,
        key=f"{NoticeKind.CREDIT_LOW}:{account_id}:{version}",
        to=account.holder.email,
        facts={
            "name": account.holder.name,
            "available_cents": available.cents,
            "low_below_cents": low_below.cents,
        },
    )
    await tx.outbox.tell(notice, account_id)
