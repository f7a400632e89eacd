"""Accounts and their holders, in SQL."""

from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import run
from kit.errors import ChangedMeanwhile
from kit.ids import UnreadableId, parse_id
from services.accounts.domain.account import Account, AccountMissing
from services.accounts.store.rows import account_of, account_row, profile_row
from services.accounts.store.tables import ACCOUNT, PROFILE

WITH_HOLDER = select(
    ACCOUNT,
    PROFILE.c.id.label("profile_id"),
    *(PROFILE.c[k] for k in ("first_name", "last_name", "email", "phone", "mobile", "theme")),
).join_from(ACCOUNT, PROFILE, PROFILE.c.account_id == ACCOUNT.c.account_id)
_THIS = ACCOUNT.c.account_id == bindparam("asked")  # built once: most calls of others begin so
_READ = WITH_HOLDER.where(_THIS)
_LOCK = select(ACCOUNT.c.account_id).where(_THIS).with_for_update()


class SqlAccounts:
    """``ports.Accounts`` within one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, account_id: UUID, *, lock: bool = False) -> Account:
        """Return an account, its row locked on demand. Raises ``AccountMissing``."""
        asked = {"asked": account_id}
        if lock:  # alone: what is joined to a row that is waited for comes as it was before
            await run(self._session, _LOCK, asked)
        rows = await run(self._session, _READ, asked)
        if not rows:
            raise AccountMissing("no such account")
        return account_of(rows[0])

    async def add(self, account: Account) -> None:
        """Store a new account."""
        await self._session.execute(insert(ACCOUNT).values(account_row(account)))
        await self._session.execute(insert(PROFILE).values(profile_row(account)))

    async def save(self, account: Account) -> Account:
        """Store a change and return it with its new version. Raises ``ChangedMeanwhile``."""
        values = {**account_row(account), "version": account.version + 1}
        changed = await self._session.execute(
            update(ACCOUNT)
            .where(ACCOUNT.c.account_id == account.id, ACCOUNT.c.version == account.version)
            .values(values)
            .returning(ACCOUNT.c.account_id)
        )
        if changed.one_or_none() is None:
            raise ChangedMeanwhile("the account changed meanwhile")
        await self._session.execute(
            update(PROFILE).where(PROFILE.c.account_id == account.id).values(profile_row(account))
        )
        return await self.get(account.id)

    async def search(self, query: str, *, cursor: str, limit: int) -> tuple[list[Account], str]:
        """Return accounts that match, newest first, and the next cursor.

        Ids are UUIDs without order, so the cursor is the last account's creation and id.
        """
        statement = WITH_HOLDER.order_by(ACCOUNT.c.created_at.desc(), ACCOUNT.c.account_id)
        if query:
            statement = statement.where(_matches(query))
        if cursor:
            last = await self._last_of_page(cursor)
            if last is not None:
                statement = statement.where(
                    or_(
                        ACCOUNT.c.created_at < last.created_at,
                        (ACCOUNT.c.created_at == last.created_at)
                        & (ACCOUNT.c.account_id > last.id),
                    )
                )
        rows = (await self._session.execute(statement.limit(limit + 1))).mappings().all()
        found = [account_of(row) for row in rows[:limit]]
        return found, str(found[-1].id) if len(rows) > limit else ""

    async def _last_of_page(self, cursor: str) -> Account | None:
        try:
            return await self.get(parse_id(cursor))
        except (AccountMissing, UnreadableId):
            return None


def _matches(query: str) -> ColumnElement[bool]:
    bare = query.replace(" ", "")
    like = f"%{_escaped(query.lower())}%"
    name = func.lower(PROFILE.c.first_name + " " + PROFILE.c.last_name)
    texts = [
        func.lower(column).like(like, escape="\\")
        for column in (ACCOUNT.c.trade_name, PROFILE.c.email, ACCOUNT.c.town)
    ]
    numbers = [ACCOUNT.c.orias_number == bare, ACCOUNT.c.siret.startswith(bare, autoescape=True)]
    return or_(name.like(like, escape="\\"), *texts, *(numbers if bare.isdigit() else ()))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
