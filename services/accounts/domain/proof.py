"""Proofs that people hand in, and their review by staff."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, Self
from uuid import UUID

from kit.errors import Kind, TurnedDown
from services.accounts.domain.account import AccountKind
from services.accounts.domain.fields import Unfit

LONGEST_VALIDITY: Final = timedelta(days=2 * 366)  # of an attestation: it is renewed yearly
LONGEST_IDENTITY: Final = timedelta(days=16 * 366)


class ProofMissing(TurnedDown):
    """No such proof."""

    kind = Kind.MISSING
    reason = "proof-missing"


class ProofNotExpected(TurnedDown):
    """This kind of account does not prove itself by this kind of document."""

    kind = Kind.REFUSED
    reason = "proof-not-expected"


class ProofReviewed(TurnedDown):
    """The proof was reviewed, or replaced, meanwhile. Fact: ``state``."""

    kind = Kind.REFUSED
    reason = "proof-reviewed"


class ProofKind(StrEnum):
    """What a proof shows. Stored: never renamed."""

    ORIAS_ATTESTATION = "orias_attestation"
    IDENTITY_DOCUMENT = "identity_document"
    STATUTES = "statutes"


class ProofState(StrEnum):
    """The life of a proof. Stored: never renamed; ``EXPIRED`` is read from the day."""

    IN_REVIEW = "in_review"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    REPLACED = "replaced"
    EXPIRED = "expired"


class RejectionReason(StrEnum):
    """Why staff reject a proof. Stored: never renamed."""

    UNREADABLE = "unreadable"
    WRONG_DOCUMENT = "wrong_document"
    EXPIRED = "expired"
    OTHER_NAME = "other_name"
    INCOMPLETE = "incomplete"
    REGISTRY_DISAGREES = "registry_disagrees"


NEXT: Final[Mapping[ProofState, frozenset[ProofState]]] = {
    ProofState.IN_REVIEW: frozenset(
        {ProofState.ACCEPTED, ProofState.REJECTED, ProofState.REPLACED}
    ),
    ProofState.ACCEPTED: frozenset({ProofState.EXPIRED}),
}  # absent on the left = final

REQUIRED: Final[Mapping[AccountKind, tuple[ProofKind, ...]]] = {
    AccountKind.INTERMEDIARY: (ProofKind.ORIAS_ATTESTATION, ProofKind.IDENTITY_DOCUMENT),
    AccountKind.INSURER: (ProofKind.STATUTES, ProofKind.IDENTITY_DOCUMENT),
    AccountKind.OTHER: (ProofKind.STATUTES, ProofKind.IDENTITY_DOCUMENT),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One document handed in."""

    id: UUID
    account_id: UUID
    kind: ProofKind
    state: ProofState = ProofState.IN_REVIEW
    filename: str
    media_type: str
    page_count: int
    sha256: str
    valid_until: date | None  # last day of validity; none for documents without an end
    uploaded_at: datetime
    reviewed_at: datetime | None = None
    reviewed_by: str = ""
    rejection_reason: RejectionReason | None = None
    note: str = ""
    replaced_at: datetime | None = None
    erased_at: datetime | None = None  # its file and its name; what was decided stays
    version: int = 0  # bumped by the store at each save; a stale write is turned down

    def accept(self, *, by: str, at: datetime, valid_until: date | None, note: str) -> Self:
        """Accept it, with the day read on the document. Raises ``ProofReviewed``, ``Unfit``."""
        last_day = valid_until or self.valid_until
        if self.kind is ProofKind.ORIAS_ATTESTATION and last_day is None:
            raise Unfit("field-required")
        return replace(
            self._to(ProofState.ACCEPTED),
            reviewed_at=at,
            reviewed_by=by,
            valid_until=last_day,
            note=note,
        )

    def reject(self, *, by: str, at: datetime, reason: RejectionReason, note: str) -> Self:
        """Reject it. Raises ``ProofReviewed``."""
        return replace(
            self._to(ProofState.REJECTED),
            reviewed_at=at,
            reviewed_by=by,
            rejection_reason=reason,
            note=note,
        )

    def replaced(self, *, at: datetime) -> Self:
        """Give way to a newer one. Raises ``ProofReviewed``."""
        return replace(self._to(ProofState.REPLACED), replaced_at=at)

    def erased(self, *, at: datetime) -> Self:
        """Forget its file and what it was called; erased already, it stays as it is."""
        return self if self.erased_at else replace(self, erased_at=at, filename="")

    def state_on(self, day: date) -> ProofState:
        """Return its state on a Paris day: valid until 28 February, it is expired on 1 March."""
        over = self.valid_until is not None and self.valid_until < day
        if self.state is ProofState.ACCEPTED and over:
            return ProofState.EXPIRED
        return self.state

    def _to(self, state: ProofState) -> Self:
        if state not in NEXT.get(self.state, frozenset()):
            raise ProofReviewed(f"proof {self.id}: {self.state} -> {state}", state=self.state.value)
        return replace(self, state=state)


def check_expected(account_kind: AccountKind, kind: ProofKind) -> None:
    """Raise ``ProofNotExpected`` unless this kind of account hands in this kind of proof."""
    if kind not in REQUIRED[account_kind]:
        raise ProofNotExpected(f"{account_kind} proves nothing by {kind}")


def read_last_day(kind: ProofKind, text: str, *, today: date) -> date | None:
    """Read the ISO day until which a document is valid. Raises ``Unfit``.

    Required of an attestation. It may be today, not yesterday, and not absurdly far.
    """
    if not text:
        if kind is ProofKind.ORIAS_ATTESTATION:
            raise Unfit("field-required")
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Unfit("day-invalid") from None
    longest = LONGEST_VALIDITY if kind is ProofKind.ORIAS_ATTESTATION else LONGEST_IDENTITY
    if day < today:
        raise Unfit("proof-expired", end_day=day.isoformat())
    if day > today + longest:
        raise Unfit("validity-too-long", end_day=day.isoformat())
    return day
