"""An account: an agency or a body, and its one profile, the holder."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Self
from uuid import UUID

from kit.errors import Kind, TurnedDown
from services.accounts.domain import fields
from services.accounts.domain.fields import Form, email_key
from services.accounts.domain.registration import Registration, RegistrationStatus


class AccountMissing(TurnedDown):
    """No such account."""

    kind = Kind.MISSING
    reason = "account-missing"


class ImpossibleAccountMove(TurnedDown):
    """The account is not in a state from which this is possible."""

    kind = Kind.REFUSED
    reason = "account-state"


class AccountKind(StrEnum):
    """What kind of professional holds the account. Stored: never renamed."""

    INTERMEDIARY = "intermediary"
    INSURER = "insurer"
    OTHER = "other"


class AccountState(StrEnum):
    """The life of an account. Stored: never renamed."""

    PENDING = "pending"  # the e-mail address is not proven yet
    ACTIVE = "active"
    CLOSED = "closed"


class Theme(StrEnum):
    """How the pages look. Stored: never renamed."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


NEXT: Final[Mapping[AccountState, frozenset[AccountState]]] = {
    AccountState.PENDING: frozenset({AccountState.ACTIVE, AccountState.CLOSED}),
    AccountState.ACTIVE: frozenset({AccountState.CLOSED}),
}  # absent on the left = final


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A French postal address."""

    street: str
    complement: str = ""
    postcode: str
    town: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """The profile of the legal representative: the only one, for now."""

    profile_id: UUID
    first_name: str
    last_name: str
    email: str
    phone: str  # E.164
    mobile: str = ""  # E.164, or nothing
    theme: Theme = Theme.SYSTEM

    @property
    def name(self) -> str:
        """First and last name, as shown."""
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account and what the registry says of it."""

    id: UUID
    kind: AccountKind
    state: AccountState = AccountState.PENDING
    trade_name: str
    address: Address
    orias_number: str = ""
    siret: str = ""
    holder: Holder
    email_to_confirm: str = ""
    registration: Registration = field(default_factory=Registration)
    created_at: datetime
    activated_at: datetime | None = None
    closed_at: datetime | None = None
    standing_told: str = ""  # the last standing that the other services were told
    version: int = 0  # bumped by the store at each save; a stale write is turned down

    @property
    def siren(self) -> str:
        """Nine digits, or nothing when no SIRET was given."""
        return self.siret[:9]

    def activate(self, *, at: datetime) -> Self:
        """Open it, its e-mail address proven. Raises ``ImpossibleAccountMove`` unless pending."""
        return replace(self._to(AccountState.ACTIVE), activated_at=at)

    def close(self, *, at: datetime) -> Self:
        """Close it for good. Raises ``ImpossibleAccountMove`` when it is closed."""
        return replace(self._to(AccountState.CLOSED), closed_at=at)

    def with_contact(self, *, phone: str, mobile: str, email: str) -> Self:
        """Take new numbers at once; a new e-mail waits to be confirmed."""
        waiting = "" if email_key(email) == email_key(self.holder.email) else email
        return replace(
            self,
            holder=replace(self.holder, phone=phone, mobile=mobile),
            email_to_confirm=waiting,
        )

    def with_email(self, email: str) -> Self:
        """Take an e-mail address whose link was followed."""
        return replace(self, holder=replace(self.holder, email=email), email_to_confirm="")

    def with_theme(self, theme: Theme) -> Self:
        """Show the pages otherwise."""
        return replace(self, holder=replace(self.holder, theme=theme))

    def _to(self, state: AccountState) -> Self:
        if state not in NEXT.get(self.state, frozenset()):
            raise ImpossibleAccountMove(f"account {self.id}: {self.state} -> {state}")
        return replace(self, state=state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What a stranger typed to get an account, every field read (``read_application``)."""

    kind: AccountKind
    trade_name: str
    address: Address
    orias_number: str
    siret: str
    first_name: str
    last_name: str
    email: str
    phone: str
    mobile: str

    def to_account(self, account_id: UUID, profile_id: UUID, *, at: datetime) -> Account:
        """Return the pending account that it asks for."""
        needs_registry = self.kind is AccountKind.INTERMEDIARY
        status = RegistrationStatus.PENDING if needs_registry else RegistrationStatus.NOT_NEEDED
        return Account(
            id=account_id,
            kind=self.kind,
            trade_name=self.trade_name,
            address=self.address,
            orias_number=self.orias_number,
            siret=self.siret,
            holder=Holder(
                profile_id=profile_id,
                first_name=self.first_name,
                last_name=self.last_name,
                email=self.email,
                phone=self.phone,
                mobile=self.mobile,
            ),
            registration=Registration(status=status),
            created_at=at,
        )


_OPTIONAL: Final = frozenset({"address.complement", "mobile", "siret"})


def read_application(kind: AccountKind, typed: Mapping[str, str], form: Form) -> Application:
    """Read what was typed, by field name; what is wrong is left in ``form``.

    An intermediary must give its ORIAS number; nobody else may have one.
    """
    intermediary = kind is AccountKind.INTERMEDIARY
    values = {
        name: form.read(
            name,
            typed[name],
            reader,
            required=intermediary if name == "orias_number" else name not in _OPTIONAL,
        )
        for name, reader in fields.READERS.items()
    }
    return Application(
        kind=kind,
        trade_name=values["trade_name"],
        address=Address(
            street=values["address.street"],
            complement=values["address.complement"],
            postcode=values["address.postcode"],
            town=values["address.town"],
        ),
        orias_number=values["orias_number"] if intermediary else "",
        siret=values["siret"],
        first_name=values["first_name"],
        last_name=values["last_name"],
        email=values["email"],
        phone=values["phone"],
        mobile=values["mobile"],
    )
