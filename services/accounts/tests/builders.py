"""Accounts, proofs and the like, saying only what matters."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from services.accounts.domain.access import Login, LoginKind
from services.accounts.domain.account import Account, AccountKind, AccountState, Address, Holder
from services.accounts.domain.proof import Proof, ProofKind, ProofState, RejectionReason
from services.accounts.domain.registration import Entry, Registration, RegistryAnswer
from services.accounts.domain.registration import RegistrationStatus as Status
from tests.support.time import paris

NOW = paris("Mon 2026-11-23 10:00")
GOOD_PASSWORD = "Tramway-vert-38!"
SIRET = "73282932000074"

TYPED = {
    "email": "helene@beraud.example",
    "first_name": "Hélène",
    "last_name": "Béraud",
    "trade_name": "Agence Béraud Assurances",
    "address.street": "12 place du Marché-aux-Herbes",
    "address.complement": "",
    "address.postcode": "38000",
    "address.town": "Grenoble",
    "phone": "04 65 71 12 34",
    "mobile": "",
    "orias_number": "07 045 812",
    "siret": "",
}
BROKER = RegistryAnswer(
    found=True,
    denomination="BÉRAUD ASSURANCES",
    siren="732829320",
    entries=(Entry(category="COA", in_force=True, registered_on=date(2007, 4, 2)),),
)
REMOVED = RegistryAnswer(
    found=True,
    denomination="BÉRAUD ASSURANCES",
    siren="732829320",
    entries=(Entry(category="COA", in_force=False, deleted_on=date(2027, 3, 1)),),
)
NOBODY = RegistryAnswer(found=False)


def an_account(**changes: Any) -> Account:
    """An active broker's account, known to the registry."""
    email = changes.pop("email", f"{uuid4().hex[:8]}@beraud.example")
    account = Account(
        id=uuid4(),
        kind=AccountKind.INTERMEDIARY,
        state=AccountState.ACTIVE,
        trade_name="Agence Béraud Assurances",
        address=Address(street="12 place du Marché", postcode="38000", town="Grenoble"),
        orias_number="07045812",
        holder=Holder(
            profile_id=uuid4(),
            first_name="Hélène",
            last_name="Béraud",
            email=email,
            phone="+33465711234",
        ),
        registration=Registration(
            status=Status.REGISTERED, checked_at=NOW, entries=tuple(BROKER.entries)
        ),
        created_at=NOW,
        activated_at=NOW,
    )
    changed = replace(account, **changes)
    if changed.state is AccountState.PENDING:
        return replace(changed, activated_at=None)
    if changed.state is AccountState.CLOSED and changed.closed_at is None:
        return replace(changed, closed_at=NOW)
    return changed


def a_login(account: Account, password_hash: str = "hash") -> Login:  # noqa: S107 - no secret
    return Login(
        id=account.holder.profile_id,
        kind=LoginKind.AGENT,
        account_id=account.id,
        email=account.holder.email,
        password_hash=password_hash,
    )


def a_proof(
    account_id: UUID,
    kind: ProofKind = ProofKind.ORIAS_ATTESTATION,
    state: ProofState = ProofState.IN_REVIEW,
    valid_until: date | None = date(2027, 2, 28),
    uploaded_at: datetime = NOW,
) -> Proof:
    reviewed = state in {ProofState.ACCEPTED, ProofState.REJECTED}
    return Proof(
        id=uuid4(),
        account_id=account_id,
        kind=kind,
        state=state,
        filename="attestation.pdf",
        media_type="application/pdf",
        page_count=1,
        sha256="a" * 64,
        valid_until=valid_until,
        uploaded_at=uploaded_at,
        reviewed_at=NOW if reviewed else None,
        reviewed_by="Inès" if reviewed else "",
        rejection_reason=RejectionReason.UNREADABLE if state is ProofState.REJECTED else None,
        replaced_at=NOW if state is ProofState.REPLACED else None,
    )


def both_proofs(account_id: UUID, valid_until: date = date(2027, 2, 28)) -> list[Proof]:
    """The accepted proofs of an intermediary; the identity document has no end."""
    return [
        a_proof(account_id, state=ProofState.ACCEPTED, valid_until=valid_until),
        a_proof(
            account_id,
            ProofKind.IDENTITY_DOCUMENT,
            state=ProofState.ACCEPTED,
            valid_until=None,
        ),
    ]
