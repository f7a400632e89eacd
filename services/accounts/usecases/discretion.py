"""What strangers learn from us: nothing, at an even pace, and not too often."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from kit.clock import system_clock
from kit.ids import new_token, token_hash
from services.accounts.domain import throttle
from services.accounts.domain.access import LINK_LIVES, Link, LinkPurpose, Login
from services.accounts.domain.facts import Notice, NoticeKind
from services.accounts.domain.fields import email_key
from services.accounts.domain.throttle import Act, Limit
from services.accounts.ports import Book, Store

EVEN_S = 0.35  # above what any of these answers takes


@asynccontextmanager
async def evenly() -> AsyncIterator[None]:
    """Take ``EVEN_S``, well or badly ended: the time says nothing of what was found."""
    ends = time.monotonic() + EVEN_S
    try:
        yield
    finally:
        await asyncio.sleep(max(0.0, ends - time.monotonic()))


async def count_try(act: Act, *, subject: str, place: str, store: Store) -> None:
    """Count one more try, in a transaction of its own. Raises ``Throttled``.

    ``subject`` is an e-mail address or a login's id, ``place`` a network address, or nothing.
    Both are kept as hashes only.
    """
    async with store.everybody("throttle") as tx:
        for limit, who in _counted(act, subject, place):
            earlier = await tx.logins.tries(act, who)
            throttle.check(limit, earlier, now=system_clock())
            await tx.logins.add_try(act, who, system_clock())


async def forget_tries(act: Act, *, subject: str, tx: Book) -> None:
    """Forget what was tried about a subject: it succeeded."""
    await tx.logins.forget_tries(act, _who("subject", email_key(subject)))


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


def _counted(act: Act, subject: str, place: str) -> list[tuple[Limit, str]]:
    counted = [(throttle.BY_SUBJECT[act], _who("subject", email_key(subject)))]
    if place and act in throttle.BY_PLACE:
        counted.append((throttle.BY_PLACE[act], _who("place", place)))
    return counted


def _who(kind: str, value: str | UUID) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()
