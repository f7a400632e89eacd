"""Forgotten and changed passwords. Whatever changes one ends every session."""

from uuid import UUID

import structlog

from kit.clock import Clock
from kit.ids import token_hash
from services.accounts.domain.access import (
    CurrentPasswordWrong,
    LinkExpired,
    LinkPurpose,
    Login,
)
from services.accounts.domain.account import AccountState
from services.accounts.domain.facts import Notice, NoticeKind, PasswordChanged
from services.accounts.domain.fields import Form
from services.accounts.domain.throttle import Act
from services.accounts.ports import Book, Hasher, Store
from services.accounts.usecases.discretion import count_try, evenly, forget_tries, send_link
from services.accounts.usecases.entering import read_address, read_password, tell_no_account

_log = structlog.get_logger()


async def request_password_reset(email: str, *, place: str, store: Store, clock: Clock) -> None:
    """E-mail a link to choose a new password, or tell by e-mail that no account is here.

    An account that was never activated gets its activation link instead: it has nothing to reset.
    Raises ``InvalidFields`` or ``Throttled``.
    """
    address = read_address(email)
    async with evenly():
        await count_try(Act.ASK_LINK, subject=address, place=place, store=store)
        async with store.everybody("password reset") as tx:
            login = await tx.logins.by_email(address)
            _log.info("password_link_asked", login_id=str(login.id) if login else "")
            if login is None:
                await tell_no_account(tx, address)
                return
            who = await tx.logins.principal(login.id)
            purpose, notice = LinkPurpose.PASSWORD, NoticeKind.PASSWORD_LINK
            if who.account_state is AccountState.PENDING:
                purpose, notice = LinkPurpose.ACTIVATION, NoticeKind.ACTIVATION
            await send_link(tx, login, purpose, notice, name=who.name, now=clock())


async def reset_password(
    token: str, password: str, *, store: Store, hasher: Hasher, clock: Clock
) -> None:
    """Consume a reset link, and end every session.

    Raises ``LinkExpired``; after ``InvalidFields`` the link still works.
    """
    async with store.everybody("password reset") as tx:
        link = await tx.logins.take_link(token_hash(token), {LinkPurpose.PASSWORD})
        if link is None:
            raise LinkExpired("the link is unknown or was used")
        login = await tx.logins.get(link.check(now=clock()).login_id)
        form = Form()
        checked = read_password(form, "password", password, about=(login.email,))
        form.done()
        await _change(tx, login, await hasher.hash(checked), clock=clock)
        await forget_tries(Act.LOG_IN, subject=login.email, tx=tx)


async def change_password(
    login_id: UUID,
    *,
    current: str,
    new: str,
    place: str,
    store: Store,
    hasher: Hasher,
    clock: Clock,
) -> None:
    """Change one's own password, and end every session.

    Raises ``CurrentPasswordWrong``, ``InvalidFields``, ``Throttled``.
    """
    async with store.everybody("change password") as tx:
        login = await tx.logins.get(login_id)
    form = Form()
    checked = read_password(form, "new_password", new, about=(login.email,))
    form.done()
    counted = await count_try(Act.LOG_IN, subject=login.email, place=place, store=store)
    if not await hasher.matches(login.password_hash, current):
        _log.warning("current_password_wrong", login_id=str(login_id))
        raise CurrentPasswordWrong("not the current password")
    hashed = await hasher.hash(checked)
    async with store.everybody("change password") as tx:
        fresh = await tx.logins.get(login_id)
        if fresh.password_version != login.password_version:
            raise CurrentPasswordWrong("changed meanwhile")
        await _change(tx, fresh, hashed, clock=clock)
        await counted.succeeded(tx)


async def _change(tx: Book, login: Login, hashed: str, *, clock: Clock) -> None:
    changed = login.with_password(hashed)
    await tx.logins.save(changed)
    await tx.logins.end_sessions(login.id)
    await tx.logins.drop_links(login.id)
    _log.info("password_changed", login_id=str(login.id))
    who = await tx.logins.principal(login.id)
    await tx.outbox.announce(
        PasswordChanged(
            account_id=login.account_id,
            login_id=login.id,
            version=changed.password_version,
            changed_at=clock(),
        )
    )
    kind = NoticeKind.PASSWORD_CHANGED
    await tx.outbox.tell(
        Notice(
            kind=kind,
            key=f"{kind}:{login.id}:{changed.password_version}",
            to=login.email,
            facts={"name": who.name, "at": clock()},
        ),
        login.account_id,
    )
