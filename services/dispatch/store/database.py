"""The store: transactions on one account, and the few questions asked across accounts."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from kit import due
from kit.clock import Clock
from kit.db import Database
from services.dispatch.domain.sending import Sending, State
from services.dispatch.ports import Found, SendingMissing, Work
from services.dispatch.store.rows import attempt_of, sending_of
from services.dispatch.store.statements import WITH_ATTEMPT
from services.dispatch.store.tables import ATTEMPT, SENDING
from services.dispatch.store.work import PgWork


class PgStore:
    """Sendings, attempts, proofs and what is planned, in Postgres."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    @asynccontextmanager
    async def account(self, account_id: UUID) -> AsyncIterator[Work]:
        """Open a transaction on one account."""
        async with self._db.account(account_id) as session:
            yield PgWork(session, account_id, self._clock)

    async def by_token(self, token_hash: str) -> Found | None:
        """Find the attempt that an operator's call is about, by the hash of its secret."""
        async with self._db.across_accounts("operator webhook") as session:
            found = await session.execute(select(ATTEMPT).where(ATTEMPT.c.token_hash == token_hash))
            row = found.first()
        if row is None:
            return None
        return Found(
            account_id=row.account_id,
            sending_id=row.sending_id,
            attempt=attempt_of(row._mapping),  # noqa: SLF001 - SQLAlchemy's public name
        )

    async def unknown(self) -> Sequence[Sending]:
        """Return, across accounts, the sendings of unknown outcome, oldest first."""
        async with self._db.across_accounts("staff: unknown sendings") as session:
            rows = await session.execute(
                WITH_ATTEMPT.where(SENDING.c.state == State.UNKNOWN.value).order_by(
                    ATTEMPT.c.handed_at
                )
            )
            return [sending_of(row._mapping) for row in rows]  # noqa: SLF001 - public name

    async def account_of(self, sending_id: UUID) -> UUID:
        """Return the account of a sending. Raises ``SendingMissing``."""
        async with self._db.across_accounts("staff: one sending") as session:
            found = await session.scalar(
                select(SENDING.c.account_id).where(SENDING.c.id == sending_id)
            )
        if found is None:
            raise SendingMissing
        return UUID(str(found))

    async def plan_for_all(self, kind: str, key: str, due_at: datetime) -> None:
        """Plan due work that belongs to no account."""
        async with self._db.worker() as session:
            await due.schedule(session, kind=kind, key=key, due_at=due_at, account_id=None)
