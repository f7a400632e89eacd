"""Rows to values and back, side by side."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import RowMapping

from services.accounts.domain.access import Link, LinkPurpose, Login, LoginKind, Session
from services.accounts.domain.account import (
    Account,
    AccountKind,
    AccountState,
    Address,
    Holder,
    Theme,
)
from services.accounts.domain.facts import AuditEntry
from services.accounts.domain.fields import email_key
from services.accounts.domain.proof import Proof, ProofKind, ProofState, RejectionReason
from services.accounts.domain.registration import Entry, Registration, RegistrationStatus

Row = RowMapping | Mapping[str, Any]


def account_row(account: Account) -> dict[str, Any]:
    """Return an account's own row; its holder's is ``profile_row``."""
    registration = account.registration
    return {
        "account_id": account.id,
        "kind": account.kind.value,
        "state": account.state.value,
        "trade_name": account.trade_name,
        **asdict(account.address),
        "orias_number": account.orias_number,
        "siret": account.siret,
        "email_to_confirm": account.email_to_confirm,
        "registration_status": registration.status.value,
        "registration_checked_at": registration.checked_at,
        "registration_denomination": registration.denomination,
        "registration_siren": registration.siren,
        "registration_entries": [_entry_row(entry) for entry in registration.entries],
        "registration_blocks_from": registration.blocks_from,
        "standing_told": account.standing_told,
        "created_at": account.created_at,
        "activated_at": account.activated_at,
        "closed_at": account.closed_at,
        "version": account.version,
    }


def profile_row(account: Account) -> dict[str, Any]:
    """Return the row of an account's holder."""
    values = asdict(account.holder)
    return {
        "id": values.pop("profile_id"),
        "account_id": account.id,
        **values,
        "theme": account.holder.theme.value,
    }


def account_of(row: Row) -> Account:
    """Read an account joined with its holder (columns ``profile_id`` and the profile's own)."""
    return Account(
        id=row["account_id"],
        kind=AccountKind(row["kind"]),
        state=AccountState(row["state"]),
        trade_name=row["trade_name"],
        address=Address(**{k: row[k] for k in ("street", "complement", "postcode", "town")}),
        orias_number=row["orias_number"],
        siret=row["siret"],
        holder=Holder(
            profile_id=row["profile_id"],
            theme=Theme(row["theme"]),
            **{k: row[k] for k in ("first_name", "last_name", "email", "phone", "mobile")},
        ),
        email_to_confirm=row["email_to_confirm"],
        registration=Registration(
            status=RegistrationStatus(row["registration_status"]),
            checked_at=row["registration_checked_at"],
            denomination=row["registration_denomination"],
            siren=row["registration_siren"],
            entries=tuple(_entry_of(entry) for entry in row["registration_entries"]),
            blocks_from=row["registration_blocks_from"],
        ),
        created_at=row["created_at"],
        activated_at=row["activated_at"],
        closed_at=row["closed_at"],
        standing_told=row["standing_told"],
        version=row["version"],
    )


def _entry_row(entry: Entry) -> dict[str, Any]:
    return {
        "category": entry.category,
        "in_force": entry.in_force,
        "registered_on": entry.registered_on.isoformat() if entry.registered_on else "",
        "deleted_on": entry.deleted_on.isoformat() if entry.deleted_on else "",
    }


def _entry_of(kept: dict[str, Any]) -> Entry:
    return Entry(
        category=kept["category"],
        in_force=kept["in_force"],
        registered_on=_day(kept["registered_on"]),
        deleted_on=_day(kept["deleted_on"]),
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def login_row(login: Login) -> dict[str, Any]:
    """Return a login's row."""
    return {**asdict(login), "kind": login.kind.value, "email_key": email_key(login.email)}


def login_of(row: Row) -> Login:
    """Read a login."""
    values = {key: value for key, value in row.items() if key != "email_key"}
    return Login(**{**values, "kind": LoginKind(row["kind"])})


def link_of(row: Row) -> Link:
    """Read a link."""
    return Link(**{**row, "purpose": LinkPurpose(row["purpose"])})


def session_of(row: Row) -> Session:
    """Read a session."""
    return Session(**row)


def proof_row(proof: Proof) -> dict[str, Any]:
    """Return a proof's row."""
    reason = proof.rejection_reason
    return {
        **asdict(proof),
        "kind": proof.kind.value,
        "state": proof.state.value,
        "rejection_reason": reason.value if reason else None,
    }


def proof_of(row: Row) -> Proof:
    """Read a proof."""
    reason = row["rejection_reason"]
    return Proof(
        **{
            **row,
            "kind": ProofKind(row["kind"]),
            "state": ProofState(row["state"]),
            "rejection_reason": RejectionReason(reason) if reason else None,
        }
    )


def audit_of(row: Row) -> AuditEntry:
    """Read an entry of the audit."""
    return AuditEntry(**{k: row[k] for k in ("at", "actor_id", "actor", "action", "facts")})
