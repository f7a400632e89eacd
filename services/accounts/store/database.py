"""Transactions on accounts, and what leaves with them."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date, datetime
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy.ext.asyncio import AsyncSession

from kit import due
from kit.days import paris_instant
from kit.db import Database
from kit.events import announce
from kit.mail import Mail, queue
from preavis.accounts.v1 import events_pb2
from services.accounts.domain.facts import (
    AccountActivated,
    Fact,
    Notice,
    PasswordChanged,
    StandingChanged,
)
from services.accounts.ports import CHECK_REGISTRATION, ERASE_PROOF, REVIEW_STANDING, Book
from services.accounts.store.accounts import SqlAccounts
from services.accounts.store.logins import SqlLogins
from services.accounts.store.proofs import SqlProofs

Compose = Callable[[Notice], Mail]


class SqlOutbox:
    """``ports.Outbox`` within one transaction."""

    def __init__(self, session: AsyncSession, compose: Compose) -> None:
        self._session = session
        self._compose = compose

    async def announce(self, fact: Fact) -> None:
        """Tell the other services."""
        match fact:
            case AccountActivated():
                await self._activated(fact)
            case StandingChanged():
                await self._standing(fact)
            case PasswordChanged():
                await self._password(fact)

    async def tell(self, notice: Notice, account_id: UUID | None) -> None:
        """Tell a person, by e-mail."""
        await queue(self._session, self._compose(notice), key=notice.key, account_id=account_id)

    async def plan_check(self, account_id: UUID, at: datetime) -> None:
        """Have the registry asked at a business instant; replaces what was planned."""
        await due.schedule(
            self._session,
            kind=CHECK_REGISTRATION,
            key=f"{CHECK_REGISTRATION}:{account_id}",
            due_at=at,
            account_id=account_id,
        )

    async def plan_erasure(self, account_id: UUID, proof_id: UUID, day: date) -> None:
        """Have a proof's file looked at on a Paris day; replaces what was planned."""
        await due.schedule(
            self._session,
            kind=ERASE_PROOF,
            key=f"{ERASE_PROOF}:{proof_id}",
            due_at=paris_instant(day),
            account_id=account_id,
            local_date=day,
            payload={"proof_id": str(proof_id)},
        )

    async def plan_standing(self, account_id: UUID, day: date) -> None:
        """Have the standing looked at on a Paris day; replaces what was planned."""
        await due.schedule(
            self._session,
            kind=REVIEW_STANDING,
            key=f"{REVIEW_STANDING}:{account_id}",
            due_at=paris_instant(day),
            account_id=account_id,
            local_date=day,
        )

    async def _activated(self, fact: AccountActivated) -> None:
        message = events_pb2.AccountActivated(
            account_id=str(fact.account_id),
            aggregate_id=str(fact.account_id),
            aggregate_version=fact.version,
            activated_at=_stamp(fact.activated_at),
        )
        await announce(
            self._session,
            message,
            aggregate_id=fact.account_id,
            aggregate_version=fact.version,
            account_id=fact.account_id,
        )

    async def _standing(self, fact: StandingChanged) -> None:
        message = events_pb2.StandingChanged(
            account_id=str(fact.account_id),
            aggregate_id=str(fact.account_id),
            aggregate_version=fact.version,
            may_send_as_agency=fact.may_send,
            blockers=fact.blockers,
            valid_until=fact.last_day.isoformat() if fact.last_day else "",
        )
        await announce(
            self._session,
            message,
            aggregate_id=fact.account_id,
            aggregate_version=fact.version,
            account_id=fact.account_id,
        )

    async def _password(self, fact: PasswordChanged) -> None:
        message = events_pb2.PasswordChanged(
            account_id=str(fact.account_id) if fact.account_id else "",
            aggregate_id=str(fact.login_id),
            aggregate_version=fact.version,
            changed_at=_stamp(fact.changed_at),
        )
        await announce(
            self._session,
            message,
            aggregate_id=fact.login_id,
            aggregate_version=fact.version,
            account_id=fact.account_id,
        )


class SqlBook:
    """``ports.Book`` on an open session."""

    def __init__(self, session: AsyncSession, compose: Compose) -> None:
        self.accounts = SqlAccounts(session)
        self.logins = SqlLogins(session)
        self.proofs = SqlProofs(session)
        self.outbox = SqlOutbox(session, compose)


class SqlStore:
    """``ports.Store`` on Postgres; ``compose`` writes the e-mails that notices become."""

    def __init__(self, db: Database, compose: Compose) -> None:
        self._db = db
        self._compose = compose

    @asynccontextmanager
    async def account(self, account_id: UUID) -> AsyncIterator[Book]:
        """Open a transaction on one account."""
        async with self._db.account(account_id) as session:
            yield SqlBook(session, self._compose)

    @asynccontextmanager
    async def everybody(self, why: str) -> AsyncIterator[Book]:
        """Open a transaction across accounts: before a login, or for staff."""
        async with self._db.across_accounts(why) as session:
            yield SqlBook(session, self._compose)

    def book(self, session: AsyncSession) -> Book:
        """Return the book of a transaction that the due worker opened."""
        return SqlBook(session, self._compose)


def _stamp(instant: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(instant)
    return stamp
