"""Coming in, staying in, going out; technical time throughout."""

from datetime import datetime
from uuid import UUID

import structlog

from kit.clock import Clock, system_clock
from kit.ids import new_id, new_token, token_hash
from services.accounts.domain.access import (
    AccountClosed,
    AccountNotActivated,
    CredentialsUnknown,
    Login,
    LoginKind,
    Principal,
    Session,
    SessionOver,
    StaffMember,
)
from services.accounts.domain.account import AccountState
from services.accounts.domain.facts import AuditEntry
from services.accounts.domain.fields import Form, email, person_name
from services.accounts.domain.throttle import Act
from services.accounts.ports import Book, Hasher, Store
from services.accounts.usecases.discretion import count_try
from services.accounts.usecases.entering import read_password
from services.accounts.usecases.proving import Actor

_log = structlog.get_logger()


async def log_in(
    address: str,
    password: str,
    *,
    place: str,
    store: Store,
    hasher: Hasher,
    now: Clock = system_clock,
) -> tuple[str, Session, Principal]:
    """Open a session; return its token, itself, and whose it is.

    Raises ``CredentialsUnknown``, as fast for an unknown address as for a wrong password, and
    ``Throttled``; ``AccountNotActivated`` or ``AccountClosed`` once the password was right.
    """
    counted = await count_try(Act.LOG_IN, subject=address, place=place, store=store)
    async with store.everybody("log in") as tx:
        login = await tx.logins.by_email(address)
    matches = await hasher.matches(login.password_hash if login else None, password)
    if login is None or not matches:
        _log.warning("log_in_failed", login_id=str(login.id) if login else "")
        raise CredentialsUnknown("unknown address or wrong password")
    fresh_hash = await hasher.hash(password) if hasher.is_outdated(login.password_hash) else ""
    async with store.everybody("log in") as tx:
        opened = await _open(tx, login, fresh_hash, now())
        await counted.succeeded(tx)
    _log.info("logged_in", login_id=str(login.id))
    return opened


async def authenticate(
    token: str, *, store: Store, now: Clock = system_clock
) -> tuple[Session, Principal]:
    """Return a session that was just used, and whose it is. Raises ``SessionOver``."""
    async with store.everybody("authenticate") as tx:
        found = await tx.logins.session(token_hash(token))
        if found is None:
            raise SessionOver("no such session")
        used = found.use(now=now())
        if used is not found:
            await tx.logins.save_session(used)
        who = await tx.logins.principal(used.login_id)
        if who.account_state is AccountState.CLOSED:
            raise SessionOver("the account is closed")
        return used, who


async def log_out(token: str, *, store: Store) -> None:
    """End a session; ending one that is over changes nothing."""
    async with store.everybody("log out") as tx:
        await tx.logins.end_session(token_hash(token))


async def end_sessions(login_id: UUID, *, store: Store) -> None:
    """End every session of a login, wherever it was opened."""
    async with store.everybody("end sessions") as tx:
        await tx.logins.end_sessions(login_id)
    _log.info("sessions_ended", login_id=str(login_id))


async def end_sessions_of(account_id: UUID, *, by: Actor, store: Store, clock: Clock) -> None:
    """End every session of an account on behalf of staff, who are named in its audit.

    Raises ``AccountMissing``.
    """
    async with store.account(account_id) as tx:
        account = await tx.accounts.get(account_id)
        entry = AuditEntry(
            at=clock(), actor_id=by.id, actor=by.name, action="sessions-ended", facts={}
        )
        await tx.proofs.note(account_id, entry)
    await end_sessions(account.holder.profile_id, store=store)


async def create_staff(
    *, address: str, first_name: str, last_name: str, password: str, store: Store, hasher: Hasher
) -> UUID:
    """Make a staff member who logs in like anybody; the same address again sets the password.

    Raises ``InvalidFields``, also when the address is an agent's.
    """
    form = Form()
    read = form.read("email", address, email)
    first = form.read("first_name", first_name, person_name)
    last = form.read("last_name", last_name, person_name)
    checked = read_password(form, "password", password, about=(read, last))
    form.done()
    hashed = await hasher.hash(checked)
    async with store.everybody("create staff") as tx:
        known = await tx.logins.by_email(read)
        if known is None:
            return await _hire(tx, read, first, last, hashed)
        if known.kind is not LoginKind.STAFF:
            form.wrong("email", "email-taken")
            form.done()
        await tx.logins.save(known.with_password(hashed))
        await tx.logins.end_sessions(known.id)
        return known.id


async def sweep(tx: Book, *, technical: datetime, business: datetime) -> None:
    """Erase sessions, links and tries that are over."""
    await tx.logins.sweep(technical=technical, business=business)


async def _open(
    tx: Book, login: Login, fresh_hash: str, now: datetime
) -> tuple[str, Session, Principal]:
    current = await tx.logins.get(login.id)
    if current.password_version != login.password_version:
        raise CredentialsUnknown("the password changed meanwhile")
    who = await tx.logins.principal(login.id)
    if who.account_state is AccountState.PENDING:
        raise AccountNotActivated("the address is not proven yet")
    if who.account_state is AccountState.CLOSED:
        raise AccountClosed("the account is closed")
    if fresh_hash:
        await tx.logins.save(current.with_password(fresh_hash))
    token = new_token()
    session = Session(token_hash=token_hash(token), login_id=login.id, opened_at=now, seen_at=now)
    await tx.logins.add_session(session)
    return token, session, who


async def _hire(tx: Book, address: str, first: str, last: str, hashed: str) -> UUID:
    member = StaffMember(id=new_id(), first_name=first, last_name=last)
    login = Login(
        id=member.id, kind=LoginKind.STAFF, account_id=None, email=address, password_hash=hashed
    )
    await tx.logins.add_staff(member)
    await tx.logins.add(login)
    return member.id
