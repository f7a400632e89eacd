"""One's own account: read it, change what may be changed without staff."""

from uuid import UUID

from kit.clock import Clock
from kit.errors import ChangedMeanwhile
from services.accounts.domain.access import CurrentPasswordWrong, LinkPurpose
from services.accounts.domain.account import Account, Theme
from services.accounts.domain.facts import NoticeKind
from services.accounts.domain.fields import Form, email, email_key, phone
from services.accounts.domain.throttle import Act
from services.accounts.ports import Hasher, Store
from services.accounts.usecases.discretion import count_try, send_link


async def read_account(account_id: UUID, *, store: Store) -> Account:
    """Return an account. Raises ``AccountMissing``."""
    async with store.account(account_id) as tx:
        return await tx.accounts.get(account_id)


async def update_contact(
    account_id: UUID,
    *,
    wanted: dict[str, str],
    current_password: str,
    version: int,
    store: Store,
    hasher: Hasher,
    clock: Clock,
) -> Account:
    """Change phone numbers at once, and the e-mail address once its new link is followed.

    Raises ``InvalidFields``, ``CurrentPasswordWrong`` when the e-mail changes without the
    password, ``ChangedMeanwhile``. A new address that another login has is not told apart: the
    link is sent there all the same, and then does not work.
    """
    form = Form()
    address = form.read("email", wanted["email"], email)
    number = form.read("phone", wanted["phone"], phone)
    mobile = form.read("mobile", wanted["mobile"], phone, required=False)
    form.done()
    account = await read_account(account_id, store=store)
    moves = email_key(address) not in {email_key(account.holder.email), account.email_to_confirm}
    if moves:
        await _check_password(account, current_password, store=store, hasher=hasher)
    async with store.account(account_id) as tx:
        account = await tx.accounts.get(account_id, lock=True)
        if version and version != account.version:
            raise ChangedMeanwhile("the account changed meanwhile")
        changed = account.with_contact(phone=number, mobile=mobile, email=address)
        if changed != account:
            changed = await tx.accounts.save(changed)
        if moves:
            await send_link(
                tx,
                await tx.logins.get(account.holder.profile_id),
                LinkPurpose.EMAIL_CHANGE,
                NoticeKind.EMAIL_CHANGE,
                name=account.holder.name,
                now=clock(),
                to=address,
            )
        return changed


async def set_theme(login_id: UUID, account_id: UUID | None, theme: Theme, *, store: Store) -> None:
    """Show somebody's pages otherwise."""
    async with store.everybody("theme") as tx:
        if account_id is None:
            await tx.logins.save_staff_theme(login_id, theme)
            return
        account = await tx.accounts.get(account_id, lock=True)
        if account.holder.theme is not theme:
            await tx.accounts.save(account.with_theme(theme))


async def _check_password(account: Account, password: str, *, store: Store, hasher: Hasher) -> None:
    async with store.account(account.id) as tx:
        login = await tx.logins.get(account.holder.profile_id)
    await count_try(Act.LOG_IN, subject=login.email, place="", store=store)
    if not await hasher.matches(login.password_hash, password):
        raise CurrentPasswordWrong("not the current password")
