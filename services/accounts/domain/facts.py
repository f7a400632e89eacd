"""What accounts tells: facts to the other services, notices to people, entries to the audit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountActivated:
    """An e-mail address is proven: the account may be used."""

    account_id: UUID
    version: int
    activated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingChanged:
    """The right to send in one's own name changed, or its reasons, or its end."""

    account_id: UUID
    version: int
    may_send: bool
    blockers: tuple[str, ...]
    last_day: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged:
    """A password changed: sessions opened before are over."""

    account_id: UUID | None
    login_id: UUID
    version: int
    changed_at: datetime


Fact = AccountActivated | StandingChanged | PasswordChanged


class NoticeKind(StrEnum):
    """The e-mails of accounts; each names its templates."""

    ACTIVATION = "activation"
    ALREADY_ACTIVE = "already-active"
    NO_ACCOUNT = "no-account"
    PASSWORD_LINK = "password-link"  # noqa: S105 - the name of an e-mail
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - the name of an e-mail
    EMAIL_CHANGE = "email-change"
    EMAIL_CHANGED = "email-changed"
    PROOF_ACCEPTED = "proof-accepted"
    PROOF_REJECTED = "proof-rejected"
    PROOF_EXPIRES = "proof-expires"
    PROOF_EXPIRED = "proof-expired"
    REGISTRATION_LAPSED = "registration-lapsed"
    REGISTRATION_BLOCKS = "registration-blocks"
    REGISTRATION_UNKNOWN = "registration-unknown"
    CREDIT_LOW = "credit-low"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One e-mail to one person; ``key`` makes it one, however often it is queued."""

    kind: NoticeKind
    key: str
    to: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One thing done on an account by staff; never changed."""

    at: datetime
    actor_id: UUID | None
    actor: str
    action: str
    facts: Mapping[str, str] = field(default_factory=dict)
