"""Ways in, in SQL."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, or_, select, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import run
from kit.errors import ChangedMeanwhile
from services.accounts.domain.access import (
    SESSION_IDLE,
    SESSION_LONGEST,
    Link,
    LinkPurpose,
    Login,
    LoginKind,
    Principal,
    Session,
    SessionOver,
    StaffMember,
)
from services.accounts.domain.account import AccountState, Theme
from services.accounts.domain.fields import email_key
from services.accounts.domain.throttle import LONGEST_WINDOW, Act
from services.accounts.store.rows import link_of, login_of, login_row, session_of
from services.accounts.store.tables import (
    ACCOUNT,
    ATTEMPT,
    LINK,
    LOGIN,
    PROFILE,
    SESSION,
    STAFF,
)

_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_WHO = (
    select(
        LOGIN.c.id,
        LOGIN.c.kind,
        LOGIN.c.account_id,
        LOGIN.c.email,
        ACCOUNT.c.state,
        func.coalesce(ACCOUNT.c.trade_name, "").label("trade_name"),
        func.coalesce(PROFILE.c.first_name, STAFF.c.first_name).label("first_name"),
        func.coalesce(PROFILE.c.last_name, STAFF.c.last_name).label("last_name"),
        func.coalesce(PROFILE.c.theme, STAFF.c.theme).label("theme"),
    )
    .outerjoin(PROFILE, PROFILE.c.id == LOGIN.c.id)
    .outerjoin(ACCOUNT, ACCOUNT.c.account_id == LOGIN.c.account_id)
    .outerjoin(STAFF, STAFF.c.id == LOGIN.c.id)
)
# each request of a person who is logged in asks these: they are built once
_WHO_IS = _WHO.where(LOGIN.c.id == bindparam("asked"))
_SESSION = select(SESSION).where(SESSION.c.token_hash == bindparam("asked"))


class SqlLogins:
    """``ports.Logins`` within one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def by_email(self, email: str) -> Login | None:
        """Find the login of an address; case is ignored."""
        query = select(LOGIN).where(LOGIN.c.email_key == email_key(email))
        row = (await self._session.execute(query)).mappings().one_or_none()
        return login_of(row) if row else None

    async def get(self, login_id: UUID) -> Login:
        """Return a login, its row locked. Raises ``SessionOver`` when it is gone."""
        query = select(LOGIN).where(LOGIN.c.id == login_id).with_for_update()
        row = (await self._session.execute(query)).mappings().one_or_none()
        if row is None:
            raise SessionOver("the login is gone")
        return login_of(row)

    async def add(self, login: Login) -> None:
        """Store a new login. Raises ``ChangedMeanwhile`` when its address was just taken."""
        added = await self._session.execute(
            postgresql.insert(LOGIN)
            .values(login_row(login))
            .on_conflict_do_nothing(index_elements=["email_key"])
            .returning(LOGIN.c.id)
        )
        if added.one_or_none() is None:
            raise ChangedMeanwhile("the address was just taken")

    async def save(self, login: Login) -> None:
        """Store a changed address or password. Raises ``ChangedMeanwhile`` as ``add``."""
        other = await self.by_email(login.email)
        if other is not None and other.id != login.id:
            raise ChangedMeanwhile("the address is another's")
        values = login_row(login)
        await self._session.execute(update(LOGIN).where(LOGIN.c.id == login.id).values(values))

    async def add_staff(self, member: StaffMember) -> None:
        """Store one of our own people."""
        await self._session.execute(
            insert(STAFF).values(
                id=member.id,
                first_name=member.first_name,
                last_name=member.last_name,
                theme=member.theme.value,
            )
        )

    async def save_staff_theme(self, login_id: UUID, theme: str) -> None:
        """Keep how the pages look for a staff member."""
        await self._session.execute(update(STAFF).where(STAFF.c.id == login_id).values(theme=theme))

    async def principal(self, login_id: UUID) -> Principal:
        """Return who a login is. Raises ``SessionOver`` when it is gone."""
        rows = await run(self._session, _WHO_IS, {"asked": login_id})
        if not rows:
            raise SessionOver("the login is gone")
        row = rows[0]
        return Principal(
            login_id=row["id"],
            kind=LoginKind(row["kind"]),
            account_id=row["account_id"],
            account_state=AccountState(row["state"]) if row["state"] else None,
            name=f"{row['first_name']} {row['last_name']}",
            email=row["email"],
            trade_name=row["trade_name"],
            theme=Theme(row["theme"]),
        )

    async def add_link(self, link: Link) -> None:
        """Store a link; it replaces the login's other links of that purpose."""
        await self._session.execute(
            delete(LINK).where(LINK.c.login_id == link.login_id, LINK.c.purpose == link.purpose)
        )
        await self._session.execute(
            insert(LINK).values(
                token_hash=link.token_hash,
                purpose=link.purpose.value,
                login_id=link.login_id,
                email=link.email,
                expires_at=link.expires_at,
            )
        )

    async def take_link(self, token_hash: str, purposes: Collection[LinkPurpose]) -> Link | None:
        """Use up a link: nobody else gets it."""
        taken = await self._session.execute(
            delete(LINK)
            .where(LINK.c.token_hash == token_hash, LINK.c.purpose.in_(list(purposes)))
            .returning(LINK)
        )
        row = taken.mappings().one_or_none()
        return link_of(row) if row else None

    async def drop_links(self, login_id: UUID) -> None:
        """Void every link of a login."""
        await self._session.execute(delete(LINK).where(LINK.c.login_id == login_id))

    async def add_session(self, session: Session) -> None:
        """Store an open session."""
        await self._session.execute(
            insert(SESSION).values(
                token_hash=session.token_hash,
                login_id=session.login_id,
                opened_at=session.opened_at,
                seen_at=session.seen_at,
            )
        )

    async def session(self, token_hash: str) -> Session | None:
        """Find a session."""
        rows = await run(self._session, _SESSION, {"asked": token_hash})
        return session_of(rows[0]) if rows else None

    async def save_session(self, session: Session) -> None:
        """Store when it was last used."""
        await self._session.execute(
            update(SESSION)
            .where(SESSION.c.token_hash == session.token_hash)
            .values(seen_at=session.seen_at)
        )

    async def end_session(self, token_hash: str) -> None:
        """Forget a session; forgetting what is not there changes nothing."""
        await self._session.execute(delete(SESSION).where(SESSION.c.token_hash == token_hash))

    async def end_sessions(self, login_id: UUID) -> None:
        """Forget every session of a login."""
        await self._session.execute(delete(SESSION).where(SESSION.c.login_id == login_id))

    async def tries(self, act: Act, who: str) -> list[datetime]:
        """Return recent tries, and let nobody else count them until the transaction ends."""
        await self._session.execute(_ALONE, {"name": f"{act}:{who}"})
        query = select(ATTEMPT.c.at).where(ATTEMPT.c.act == act, ATTEMPT.c.who == who)
        return list(await self._session.scalars(query))

    async def add_try(self, act: Act, who: str, at: datetime) -> None:
        """Count one more."""
        await self._session.execute(insert(ATTEMPT).values(act=act.value, who=who, at=at))

    async def forget_tries(self, act: Act, who: str, *, only: datetime | None = None) -> None:
        """Start counting anew, or forget the try of one instant."""
        mine = [ATTEMPT.c.act == act, ATTEMPT.c.who == who]
        if only is not None:
            mine.append(ATTEMPT.c.at == only)
        await self._session.execute(delete(ATTEMPT).where(*mine))

    async def sweep(self, *, technical: datetime, business: datetime) -> None:
        """Erase what is over: sessions, links, tries."""
        over = or_(
            SESSION.c.seen_at < technical - SESSION_IDLE,
            SESSION.c.opened_at < technical - SESSION_LONGEST,
        )
        await self._session.execute(delete(SESSION).where(over))
        await self._session.execute(delete(LINK).where(LINK.c.expires_at < business))
        await self._session.execute(
            delete(ATTEMPT).where(ATTEMPT.c.at < technical - LONGEST_WINDOW)
        )
