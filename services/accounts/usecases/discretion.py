"""What strangers learn from us: nothing, at an even pace, and not too often."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import structlog

from kit.clock import system_clock
from kit.ids import new_token, token_hash
from services.accounts.domain import throttle
from services.accounts.domain.access import LINK_LIVES, Link, LinkPurpose, Login
from services.accounts.domain.facts import Notice, NoticeKind
from services.accounts.domain.fields import email_key
from services.accounts.domain.throttle import Act
from services.accounts.ports import Book, Store

_log = structlog.get_logger()
EVEN_S = 0.35  # above what any of these answers takes


@asynccontextmanager
async def evenly() -> AsyncIterator[None]:
    """Take ``EVEN_S``, well or badly ended: the time says nothing of what was found."""
    ends = time.monotonic() + EVEN_S
    try:
        yield
    finally:
        await asyncio.sleep(max(0.0, ends - time.monotonic()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One try, counted."""

    act: Act
    subject: str  # hashes only
    place: str
    at: datetime

    async def succeeded(self, tx: Book) -> None:
        """Forget every try about its subject, and this one of its place: an office shares one."""
        await tx.logins.forget_tries(self.act, self.subject)
        await tx.logins.forget_tries(self.act, self.place, only=self.at)


async def count_try(act: Act, *, subject: str, place: str, store: Store) -> Try:
    """Count one more try, in a transaction of its own. Raises ``Throttled``.

    ``subject`` is an e-mail address or an account's id, ``place`` a network address, or nothing.
    It is counted before it is known to fail, so that many at once are not one.
    """
    counted = Try(
        act=act,
        subject=_hashed("subject", email_key(subject)),
        place=_hashed("place", place) if place else "",
        at=system_clock(),
    )
    limits = [(throttle.BY_SUBJECT[act], counted.subject)]
    if counted.place and act in throttle.BY_PLACE:
        limits.append((throttle.BY_PLACE[act], counted.place))
    async with store.everybody("throttle") as tx:
        for limit, who in limits:
            earlier = await tx.logins.tries(act, who)
            try:
                throttle.check(limit, earlier, now=counted.at)
            except throttle.Throttled:
                _log.warning("tries_throttled", act=act.value)
                raise
            await tx.logins.add_try(act, who, counted.at)
    return counted


async def send_link(
    tx: Book,
    login: Login,
    purpose: LinkPurpose,
    notice: NoticeKind,
    *,
    name: str,
    now: datetime,
    to: str = "",
) -> None:
    """Replace the login's link of that purpose, and e-mail the new one."""
    token, address = new_token(), to or login.email
    link = Link(
        token_hash=token_hash(token),
        purpose=purpose,
        login_id=login.id,
        email=address,
        expires_at=now + LINK_LIVES[purpose],
    )
    await tx.logins.add_link(link)
    facts = {"name": name, "token": token, "expires_at": link.expires_at}
    await tx.outbox.tell(
        Notice(kind=notice, key=f"{notice}:{link.token_hash}", to=address, facts=facts),
        login.account_id,
    )


async def forget_tries(act: Act, *, subject: str, tx: Book) -> None:
    """Forget what was tried about a subject: it was proven otherwise."""
    await tx.logins.forget_tries(act, _hashed("subject", email_key(subject)))


async def lift(act: Act, *, subject: str, tx: Book) -> bool:
    """Forget what was tried about a subject, on the word of staff; say whether anything was."""
    who = _hashed("subject", email_key(subject))
    counted = await tx.logins.tries(act, who)
    await tx.logins.forget_tries(act, who)
    return bool(counted)


def _hashed(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()
