"""The documents kept with a sending, and how long."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from kit.days import paris_date
from kit.errors import Kind, TurnedDown
from services.dispatch.domain.retention import Kept, purge_day


class ProofKind(StrEnum):
    """What a stored document proves."""

    DEPOSIT = "deposit"
    RECEIPT = "receipt"
    REFUSAL = "refusal"
    UNCLAIMED = "unclaimed"
    BOUNCE = "bounce"
    EVIDENCE = "evidence"
    LETTER = "letter"
    MANDATE = "mandate"


FILE_WORD: Final[Mapping[ProofKind, str]] = {
    ProofKind.DEPOSIT: "depot",
    ProofKind.RECEIPT: "reception",
    ProofKind.REFUSAL: "refus",
    ProofKind.UNCLAIMED: "non-reclamation",
    ProofKind.BOUNCE: "non-distribution",
    ProofKind.EVIDENCE: "preuve",
    ProofKind.LETTER: "lettre",
    ProofKind.MANDATE: "mandat",
}  # the names of files people download: French, ASCII


class NoSuchProof(TurnedDown):
    """This proof is not there (yet)."""

    kind = Kind.MISSING
    reason = "sending-proof-missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One stored document: its bytes are in the vault under ``sha256``, untouched."""

    kind: ProofKind
    attempt: int
    filename: str
    sha256: str
    byte_count: int
    stamped_at: datetime | None
    stored_at: datetime
    operator_reference: str = ""

    @property
    def kept_until(self) -> date:
        """Paris day on which it is erased."""
        return purge_day(Kept.PROOF, paris_date(self.stored_at))


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedProof:
    """A proof that exists at the operator's and is not stored yet."""

    sending_id: UUID
    kind: ProofKind
    attempt: int


def filename(letter_number: str, kind: ProofKind) -> str:
    """Return the name under which a person saves it: "26-04833-depot.pdf"."""
    return f"{letter_number}-{FILE_WORD[kind]}.pdf"
