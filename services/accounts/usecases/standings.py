"""The right to send in one's own name: read it, and tell when it changes."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from kit.days import paris_date
from services.accounts.domain.account import Account, AccountState
from services.accounts.domain.alerts import alerts
from services.accounts.domain.facts import StandingChanged
from services.accounts.domain.standing import Standing, standing
from services.accounts.ports import Book, Store


async def read_standing(account_id: UUID, day: date, *, store: Store) -> tuple[Account, Standing]:
    """Return an account and where it stands on a Paris day."""
    async with store.account(account_id) as tx:
        account = await tx.accounts.get(account_id)
        return account, standing(account, await tx.proofs.of(account_id), day)


async def review_standing(tx: Book, account_id: UUID, *, now: datetime) -> None:
    """Look again on a day on which something ends by itself."""
    await tell_standing(tx, await tx.accounts.get(account_id, lock=True), now=now)


async def tell_standing(tx: Book, account: Account, *, now: datetime) -> Account:
    """Tell services and holder what changed of a standing, and plan the next look."""
    today = paris_date(now)
    found = standing(account, await tx.proofs.of(account.id), today)
    if found.told != account.standing_told:
        account = await tx.accounts.save(replace(account, standing_told=found.told))
        await tx.outbox.announce(
            StandingChanged(
                account_id=account.id,
                version=account.version,
                may_send=found.may_send,
                blockers=tuple(sorted(remark.code for remark in found.blockers)),
                last_day=found.last_day,
            )
        )
    if account.state is AccountState.ACTIVE:
        for notice in alerts(account, found):
            await tx.outbox.tell(notice, account.id)
    if found.changes_on is not None:
        await tx.outbox.plan_standing(account.id, found.changes_on)
    return account
