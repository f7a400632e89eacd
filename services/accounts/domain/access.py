"""Logins, links and sessions: who may come in, by which proof, for how long."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self
from uuid import UUID

from kit.errors import Kind, TurnedDown
from services.accounts.domain.account import AccountState, Theme

SESSION_IDLE: Final = timedelta(minutes=30)
SESSION_LONGEST: Final = timedelta(hours=12)
SEEN_EVERY: Final = timedelta(minutes=1)  # a use is written down at most once a minute


class CredentialsUnknown(TurnedDown):
    """No login has this address and this password; which of the two is not said."""

    kind = Kind.DENIED
    reason = "credentials-unknown"


class CurrentPasswordWrong(TurnedDown):
    """The person is logged in, but this is not their password."""

    kind = Kind.DENIED
    reason = "current-password-wrong"


class AccountNotActivated(TurnedDown):
    """The password is right, and the e-mail address not proven yet."""

    kind = Kind.REFUSED
    reason = "account-not-activated"


class AccountClosed(TurnedDown):
    """The password is right, and the account closed."""

    kind = Kind.REFUSED
    reason = "account-closed"


class LinkExpired(TurnedDown):
    """The link is unknown, used, replaced by a newer one, or too old."""

    kind = Kind.REFUSED
    reason = "link-expired"


class SessionOver(TurnedDown):
    """The session is unknown, ended, or was left alone too long."""

    kind = Kind.DENIED
    reason = "session-over"


class LoginKind(StrEnum):
    """Who logs in. Stored: never renamed."""

    AGENT = "agent"
    STAFF = "staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """What opens a session: an address and the hash of a password."""

    id: UUID  # of the profile, or of the staff member
    kind: LoginKind
    account_id: UUID | None  # none for staff
    email: str
    password_hash: str
    password_version: int = 1  # grows with each change

    def with_password(self, password_hash: str) -> Self:
        """Take a new password."""
        return replace(
            self, password_hash=password_hash, password_version=self.password_version + 1
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMember:
    """One of our own people."""

    id: UUID
    first_name: str
    last_name: str
    theme: Theme = Theme.SYSTEM


class LinkPurpose(StrEnum):
    """What an e-mailed link is for. Stored: never renamed."""

    ACTIVATION = "activation"
    EMAIL_CHANGE = "email_change"
    PASSWORD = "password"  # noqa: S105 - a purpose


LINK_LIVES: Final = {
    LinkPurpose.ACTIVATION: timedelta(hours=48),
    LinkPurpose.EMAIL_CHANGE: timedelta(hours=24),
    LinkPurpose.PASSWORD: timedelta(minutes=60),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An e-mailed link, known here by the hash of its token. It works once."""

    token_hash: str
    purpose: LinkPurpose
    login_id: UUID
    email: str  # the address it was sent to
    expires_at: datetime

    def check(self, *, now: datetime) -> Self:
        """Return it, if it still works at a business instant. Raises ``LinkExpired``."""
        if now >= self.expires_at:
            raise LinkExpired("the link is too old")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """An open door, known here by the hash of its token. All instants are technical time."""

    token_hash: str
    login_id: UUID
    opened_at: datetime
    seen_at: datetime

    @property
    def expires_at(self) -> datetime:
        """Its end, whatever happens."""
        return self.opened_at + SESSION_LONGEST

    @property
    def idle_at(self) -> datetime:
        """Its end, unless it is used again."""
        return min(self.seen_at + SESSION_IDLE, self.expires_at)

    def use(self, *, now: datetime) -> Self:
        """Return it, used at ``now``. Raises ``SessionOver``."""
        if now >= self.idle_at:
            raise SessionOver("the session is over")
        return replace(self, seen_at=now) if now - self.seen_at >= SEEN_EVERY else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who a session belongs to, as every page needs to know."""

    login_id: UUID
    kind: LoginKind
    account_id: UUID | None
    account_state: AccountState | None
    name: str
    email: str
    trade_name: str
    theme: Theme

    @property
    def roles(self) -> tuple[str, ...]:
        """What the person may do: the holder owns the account."""
        return ("staff",) if self.kind is LoginKind.STAFF else ("owner",)
