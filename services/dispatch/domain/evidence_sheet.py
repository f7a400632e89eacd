"""What our evidence sheet says of one sending: parties, events, hashes, the sheet before it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.dispatch.domain.evidence import GENESIS, Evidence, EvidenceEvent, EvidenceProof
from services.dispatch.domain.letter import Agency, FrozenLetter
from services.dispatch.domain.proofs import Proof, ProofKind
from services.dispatch.domain.sending import Sending
from services.dispatch.domain.timeline import Happened

ETSI_NAMES: Final[Mapping[str, str]] = {
    "accepted": "RelayAcceptance",
    "deposited": "SubmissionAcceptance",
    "signed": "ConsignmentAcceptance",
    "collected": "ConsignmentAcceptance",
    "refused": "ConsignmentRejection",
    "unclaimed": "AcceptanceRejectionExpiry",
    "bounced": "NotificationForAcceptanceFailure",
}  # our facts under the names of ETSI EN 319 522-1; the others are ours alone and stay out


@dataclass(frozen=True, slots=True, kw_only=True)
class Previous:
    """The account's evidence before this one: number 0 and zeros for the first."""

    number: int
    sha256: str
    """Of the evidence itself, not of its sealed sheet: sheets are sealed in any order."""


def evidence_of(
    sending: Sending,
    letter: FrozenLetter,
    *,
    facts: Sequence[Happened],
    proofs: Sequence[Proof],
    previous: Previous,
) -> Evidence:
    """Gather the evidence of a sending that has ended. The events are chained in their order."""
    events: list[EvidenceEvent] = []
    for fact in sorted(facts, key=lambda one: one.at):
        if fact.code in ETSI_NAMES and fact.applied:
            head = events[-1].hash if events else GENESIS
            events.append(
                EvidenceEvent.after(head, at=fact.at, code=ETSI_NAMES[fact.code], facts=fact.facts)
            )
    return Evidence(
        letter=_letter(sending, letter, previous),
        parties={
            "sender": _sender(sending.agency),
            "recipient": {"name": letter.recipient_name, "address": letter.recipient_address},
        },
        events=events,
        proofs=[
            EvidenceProof(
                kind=proof.kind.value,
                sha256=proof.sha256,
                operator_reference=proof.operator_reference,
                fetched_at=proof.stored_at,
            )
            for proof in proofs
            if proof.kind is not ProofKind.EVIDENCE
        ],
    )


def _letter(sending: Sending, letter: FrozenLetter, previous: Previous) -> dict[str, str]:
    attempt = sending.attempt
    return {
        "number": letter.number,
        "subject": letter.subject,
        "sha256": letter.sha256,
        "mandate_sha256": sending.mandate.sha256 if sending.mandate else "",
        "mail_kind": sending.order.mail_kind.value,
        "send_day": _iso(sending.order.send_day),
        "last_covered_day": _iso(sending.order.last_covered_day),
        "new_start": _iso(sending.order.new_start),
        "operator": attempt.operator if attempt else "",
        "operator_reference": attempt.reference if attempt else "",
        "our_reference": str(attempt.id) if attempt else "",
        "sheet_number": str(previous.number + 1),
        "previous_evidence_sha256": previous.sha256,
    }


def _sender(agency: Agency) -> dict[str, str]:
    return {
        "name": agency.trade_name,
        "representative": f"{agency.representative_first_name} {agency.representative_last_name}",
        "email": agency.email,
        "orias": agency.orias,
        "siret": agency.siret,
    }


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
