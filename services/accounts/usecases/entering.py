"""Getting an account: ask, prove the address, be in."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import structlog

from kit.clock import Clock
from kit.errors import ChangedMeanwhile
from kit.ids import derived_id, new_id, token_hash
from services.accounts.domain import fields
from services.accounts.domain import password as passwords
from services.accounts.domain.access import (
    Link,
    LinkExpired,
    LinkPurpose,
    Login,
    LoginKind,
)
from services.accounts.domain.account import (
    Account,
    AccountKind,
    AccountState,
    Application,
    read_application,
)
from services.accounts.domain.facts import AccountActivated, Notice, NoticeKind
from services.accounts.domain.fields import Form, Unfit, email_key
from services.accounts.domain.registration import RegistrationStatus
from services.accounts.domain.throttle import Act
from services.accounts.ports import Book, Hasher, Store
from services.accounts.usecases.discretion import count_try, evenly, send_link
from services.accounts.usecases.standings import tell_standing

_log = structlog.get_logger()


async def sign_up(
    kind: AccountKind,
    typed: Mapping[str, str],
    *,
    password: str,
    key: str,
    place: str,
    store: Store,
    hasher: Hasher,
    clock: Clock,
) -> str:
    """Ask for an account; return the address that an e-mail was sent to.

    Raises ``InvalidFields`` or ``Throttled``. Whether the address has an account shows neither in
    the answer nor in its time: the e-mail tells.
    """
    form = Form()
    application = read_application(kind, typed, form)
    about = (application.email, application.trade_name, application.last_name)
    checked = read_password(form, "password", password, about=about)
    form.done()
    async with evenly():
        await count_try(Act.SIGN_UP, subject=application.email, place=place, store=store)
        hashed = await hasher.hash(checked)
        async with store.everybody("sign-up") as tx:
            await _enter(tx, application, hashed, key=key, now=clock())
    return application.email


async def resend_activation(email: str, *, place: str, store: Store, clock: Clock) -> None:
    """Send the activation link again, or tell by e-mail why there is none.

    Raises ``InvalidFields`` or ``Throttled``.
    """
    address = read_address(email)
    async with evenly():
        await count_try(Act.ASK_LINK, subject=address, place=place, store=store)
        async with store.everybody("resend activation") as tx:
            login = await tx.logins.by_email(address)
            if login is None:
                await tell_no_account(tx, address)
                return
            account = await _pending(tx, login)
            if account is None:
                await _tell_already_active(tx, login, key=str(new_id()))
            else:
                await _send_activation(tx, login, account, clock())


async def activate(token: str, *, store: Store, clock: Clock) -> tuple[str, bool]:
    """Consume a link that proves an address; return it, and whether an old one gave way.

    Raises ``LinkExpired``.
    """
    purposes = {LinkPurpose.ACTIVATION, LinkPurpose.EMAIL_CHANGE}
    async with store.everybody("activation") as tx:
        link = await tx.logins.take_link(token_hash(token), purposes)
        if link is None:
            raise LinkExpired("the link is unknown or was used")
        login = await tx.logins.get(link.check(now=clock()).login_id)
        if login.account_id is None:
            raise LinkExpired("staff prove their address otherwise")
        account = await tx.accounts.get(login.account_id, lock=True)
        if link.purpose is LinkPurpose.ACTIVATION:
            await _open(tx, account, now=clock())
        else:
            await _change_email(tx, login, account, link)
    _log.info("address_proven", login_id=str(login.id), purpose=link.purpose.value)
    return link.email, link.purpose is LinkPurpose.EMAIL_CHANGE


def read_address(typed: str) -> str:
    """Read the address of a stranger, known or not. Raises ``InvalidFields``."""
    form = Form()
    address = form.read("email", typed, fields.email)
    form.done()
    return address


def read_password(form: Form, field: str, text: str, *, about: tuple[str, ...]) -> str:
    """Read a new password; what is wrong is left in ``form``."""
    try:
        return passwords.check(text, about=about)
    except Unfit as unfit:
        form.wrong(field, "field-required" if not text else unfit.reason, **unfit.facts)
        return ""


async def tell_no_account(tx: Book, email: str) -> None:
    """Tell an address that no account bears it; only its owner reads that."""
    key = f"{NoticeKind.NO_ACCOUNT}:{new_id()}"
    await tx.outbox.tell(Notice(kind=NoticeKind.NO_ACCOUNT, key=key, to=email), None)


async def _enter(
    tx: Book, application: Application, hashed: str, *, key: str, now: datetime
) -> None:
    account_id = derived_id("SignUp", email_key(application.email), key)
    login = await tx.logins.by_email(application.email)
    if login is None:
        await _create(tx, application, hashed, account_id=account_id, now=now)
        return
    account = await _pending(tx, login)
    if account is None:
        await _tell_already_active(tx, login, key=key)
    elif account.id != account_id:  # the same key again: the e-mail left the first time
        await _begin_anew(tx, login, account, application, hashed, now=now)


async def _create(
    tx: Book, application: Application, hashed: str, *, account_id: UUID, now: datetime
) -> None:
    account = application.to_account(account_id, new_id(), at=now)
    login = Login(
        id=account.holder.profile_id,
        kind=LoginKind.AGENT,
        account_id=account.id,
        email=account.holder.email,
        password_hash=hashed,
    )
    await tx.accounts.add(account)
    await tx.logins.add(login)
    await _send_activation(tx, login, account, now)


async def _begin_anew(
    tx: Book,
    login: Login,
    account: Account,
    application: Application,
    hashed: str,
    *,
    now: datetime,
) -> None:
    """Replace an application that nobody proved: the last one asked for is the one activated."""
    wanted = application.to_account(account.id, login.id, at=now)
    await tx.accounts.save(replace(wanted, version=account.version))
    changed = replace(login.with_password(hashed), email=application.email)
    await tx.logins.save(changed)
    await _send_activation(tx, changed, wanted, now)


async def _open(tx: Book, account: Account, *, now: datetime) -> None:
    account = await tx.accounts.save(account.activate(at=now))
    await tx.outbox.announce(
        AccountActivated(account_id=account.id, version=account.version, activated_at=now)
    )
    if account.registration.status is not RegistrationStatus.NOT_NEEDED:
        await tx.outbox.plan_check(account.id, now)
    await tell_standing(tx, account, now=now)


async def _change_email(tx: Book, login: Login, account: Account, link: Link) -> None:
    if account.email_to_confirm != link.email:
        raise LinkExpired("another address was asked for since")
    try:
        await tx.logins.save(replace(login, email=link.email))
    except ChangedMeanwhile as taken:
        raise LinkExpired("the address now belongs to another login") from taken
    await tx.accounts.save(account.with_email(link.email))
    await tx.outbox.tell(
        Notice(
            kind=NoticeKind.EMAIL_CHANGED,
            key=f"{NoticeKind.EMAIL_CHANGED}:{link.token_hash}",
            to=login.email,
            facts={"name": account.holder.name},
        ),
        account.id,
    )


async def _pending(tx: Book, login: Login) -> Account | None:
    if login.account_id is None:
        return None
    account = await tx.accounts.get(login.account_id, lock=True)
    return account if account.state is AccountState.PENDING else None


async def _send_activation(tx: Book, login: Login, account: Account, now: datetime) -> None:
    name = account.holder.name
    await send_link(tx, login, LinkPurpose.ACTIVATION, NoticeKind.ACTIVATION, name=name, now=now)


async def _tell_already_active(tx: Book, login: Login, *, key: str) -> None:
    kind = NoticeKind.ALREADY_ACTIVE
    notice = Notice(kind=kind, key=f"{kind}:{login.id}:{key}", to=login.email)
    await tx.outbox.tell(notice, login.account_id)
