"""Following a sending: its life so far, what is expected, and its proofs."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Response

from kit.days import paris_date
from kit.errors import Kind, TurnedDown
from preavis.dispatch.v1 import dispatch_pb2
from preavis.letters.v1 import letters_pb2
from preavis.signature.v1 import signature_pb2
from services.gateway.pages.enums import member, slug
from services.gateway.pages.frame import quietly
from services.gateway.pages.letters.finding import letter_numbered
from services.gateway.pages.letters.letter import decision_of, planned
from services.gateway.pages.letters.naming import heading_of, names_of
from services.gateway.pages.rows import facts_of, state_of
from services.gateway.pages.typesetting import as_instant, short_day
from services.gateway.pages.visit import Agent, Visit
from services.gateway.wording.catalogue import Line

router = APIRouter()

_PDF: Final = "application/pdf"
_STORED: Final = "proof-"  # each stored proof is shown under what it proves
_PROOF_AFTER: Final = {
    "deposited": ("deposit",),
    "signed": ("receipt",),
    "collected": ("receipt",),
    "refused": ("refusal",),
    "unclaimed": ("unclaimed",),
    "bounced": ("bounce",),
}
"""Under which event each of the operator's proofs is shown."""
_TAKEN: Final = ("accepted", "confirmed-accepted", "deposited")
_OUTCOMES: Final = {
    "reschedule-asked": ("rescheduled", "reschedule-refused"),
    "due": ("handed-over", *_TAKEN),
    "handed-over": ("outcome-unknown", *_TAKEN),
}
"""What was asked, or under way, is shown until one of these tells what became of it."""
_SAID_BY: Final = {"scheduled": "validated"}
"""What the event just before it has told already, when both name the same day."""
_NEVER_LEFT: Final = frozenset({
    "cancelled", "cancelled-mandate-unsigned", "signature-overdue", "failed", "undeliverable",
})  # fmt: skip
"""States of a letter that ends no contract: the dates it asked for will not come."""
_AWAITED: Final = {
    "preparing": ("deposit",),
    "in-transit": ("deposit",),
    "deposited": ("deposit", "receipt"),
    "signed": ("receipt", "evidence"),
    "collected": ("receipt", "evidence"),
    "refused": ("refusal", "evidence"),
    "unclaimed": ("unclaimed", "evidence"),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One event, in words, with the proofs it produced."""

    event: dispatch_pb2.SendingEvent
    line: Line
    proofs: Sequence[dispatch_pb2.Proof]


@router.get("/resiliations/{number}/suivi")
async def show(visit: Agent, number: str) -> Response:
    """Show the sending of a letter; before any, its letter."""
    letter = await letter_numbered(visit, number)
    try:
        answer, evaluation, mandate = await asyncio.gather(
            visit.house.dispatch.GetSending(
                dispatch_pb2.GetSendingRequest(letter_id=letter.letter_id)
            ),
            planned(visit, letter),
            quietly(
                visit.house.signature.GetMandate(
                    signature_pb2.GetMandateRequest(letter_id=letter.letter_id)
                )
            ),
        )
    except TurnedDown as refusal:
        if refusal.kind is not Kind.MISSING:
            raise
        return visit.go(f"/resiliations/{number}")
    has_mandate = decision_of(mandate) == "scanned"
    return await _page(visit, letter, answer.sending, evaluation, has_mandate=has_mandate)


async def _page(
    visit: Visit,
    letter: letters_pb2.Letter,
    sending: dispatch_pb2.Sending,
    evaluation: letters_pb2.Evaluation | None,
    *,
    has_mandate: bool,
) -> Response:
    tracking = slug(dispatch_pb2.Tracking, sending.tracking)
    state = {"not-possible": "failed", "not-sent": state_of(letter.state, letter.tracking)}.get(
        tracking, tracking
    )
    facts = facts_of(letter.tracking) | {
        "short_send": str(short_day(sending.send_day)),
        "short_closes": str(short_day(sending.closes_on)),
    }
    if sending.HasField("ended_at"):  # the list's copy of it may still be on its way
        facts["short_day"] = str(short_day(paris_date(as_instant(sending.ended_at))))
    stored = {slug(dispatch_pb2.ProofKind, proof.kind) for proof in sending.proofs}
    return await visit.page(
        "envoi/suivi.html",
        letter=letter,
        sending=sending,
        heading=heading_of(letter),
        names=names_of(letter.policyholder),
        state=state,
        state_facts=facts,
        has_mandate=has_mandate,
        ends_nothing=state in _NEVER_LEFT,
        moments=_moments(visit, sending),
        proof_kind=lambda proof: slug(dispatch_pb2.ProofKind, proof.kind),
        awaited=[kind for kind in _AWAITED.get(tracking, ()) if kind not in stored],
        mail_kind=slug(letters_pb2.MailKind, sending.mail_kind),
        end_article=_article(evaluation),
        reason=visit.desk.reasons.words(sending.reason, sending.reason_facts)
        if sending.reason
        else None,
    )


def _article(evaluation: letters_pb2.Evaluation | None) -> str:
    return evaluation.legal_basis[0].citation if evaluation and evaluation.legal_basis else ""


def _moments(visit: Visit, sending: dispatch_pb2.Sending) -> list[Moment]:
    moments, placed = [], set()
    for event in _shown(sending.events):
        kinds = _PROOF_AFTER.get(event.code, ())
        proofs = [
            proof
            for proof in sending.proofs
            if slug(dispatch_pb2.ProofKind, proof.kind) in kinds and proof.sha256 not in placed
        ]
        placed |= {proof.sha256 for proof in proofs}
        moments.append(Moment(event, visit.desk.wording.event(event.code, event.facts), proofs))
    return moments


def _shown(events: Sequence[dispatch_pb2.SendingEvent]) -> list[dispatch_pb2.SendingEvent]:
    """Leave out news without effect, stored proofs, and a question once it is answered."""
    found = [event for event in events if event.applied and not event.code.startswith(_STORED)]
    later: set[str] = set()
    shown = []
    for event in reversed(found):
        if later.isdisjoint(_OUTCOMES.get(event.code, ())):
            shown.append(event)
        later.add(event.code)
    shown.reverse()
    return [event for at, event in enumerate(shown) if not _is_said(event, shown[:at])]


def _is_said(event: dispatch_pb2.SendingEvent, before: Sequence[dispatch_pb2.SendingEvent]) -> bool:
    last = before[-1] if before else None
    same_day = last is not None and last.facts.get("send_day") == event.facts.get("send_day")
    return last is not None and same_day and _SAID_BY.get(event.code) == last.code


@router.get("/resiliations/{number}/preuves/{kind}")
async def proof(visit: Agent, number: str, kind: str) -> Response:
    """Give a proof, byte for byte as it was stored."""
    letter = await letter_numbered(visit, number)
    sending = (
        await visit.house.dispatch.GetSending(
            dispatch_pb2.GetSendingRequest(letter_id=letter.letter_id)
        )
    ).sending
    answer = await visit.house.dispatch.GetProof(
        dispatch_pb2.GetProofRequest(
            sending_id=sending.sending_id,
            kind=dispatch_pb2.ProofKind.ValueType(member(dispatch_pb2.ProofKind, kind)),
        )
    )
    return visit.file(answer.data, media_type=_PDF, filename=answer.proof.filename, inline=False)
