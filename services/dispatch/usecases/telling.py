"""The e-mails of a sending: who is told of what, in whose name, with which proof."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from pathlib import Path
from typing import Final

import structlog

from kit.days import paris_date
from kit.mail import Attachment, BadMail, Mail
from kit.templating import environment
from services.dispatch.domain import cutoffs
from services.dispatch.domain.letter import FrozenLetter
from services.dispatch.domain.proofs import ProofKind, filename
from services.dispatch.domain.sending import Sending
from services.dispatch.domain.timeline import Happened
from services.dispatch.domain.tracking import last_day_to_answer
from services.dispatch.ports import Desk, Work

TEMPLATES: Final = environment(Path(__file__).parent.parent / "templates" / "mails")
_log = structlog.get_logger()


class Audience(Enum):
    """Who reads an e-mail."""

    POLICYHOLDER = auto()
    AGENT = auto()
    FORMER_AGENT = auto()


@dataclass(frozen=True, slots=True)
class Notice:
    """One e-mail: its template, its reader, and the document joined to it."""

    template: str
    audience: Audience
    attached: ProofKind | None = None


A, P = Audience, ProofKind
NOTICES: Final[Mapping[str, Sequence[Notice]]] = {
    "scheduled": (Notice("scheduled", A.AGENT),),
    "rescheduled": (Notice("scheduled", A.AGENT),),
    "accepted": (Notice("copy", A.POLICYHOLDER, P.LETTER),),
    "proof-deposit": (
        Notice("deposited", A.POLICYHOLDER, P.DEPOSIT),
        Notice("agent-deposited", A.AGENT, P.DEPOSIT),
    ),
    "proof-receipt": (
        Notice("received", A.POLICYHOLDER, P.RECEIPT),
        Notice("agent-received", A.AGENT, P.RECEIPT),
        Notice("former-agent", A.FORMER_AGENT),
    ),
    "proof-refusal": (Notice("agent-refused", A.AGENT, P.REFUSAL),),
    "proof-unclaimed": (Notice("agent-unclaimed", A.AGENT, P.UNCLAIMED),),
    "bounced": (Notice("agent-bounced", A.AGENT),),
    "credit-returned": (Notice("agent-credited", A.AGENT),),
    "blocked": (Notice("agent-blocked", A.AGENT),),
    "failed": (Notice("agent-failed", A.AGENT),),
    "turned-down-later": (Notice("agent-turned-down", A.AGENT),),
}


async def tell(
    work: Work, sending: Sending, fact: Happened, *, desk: Desk, document: bytes = b""
) -> None:
    """Queue the e-mails that a fact calls for, once each.

    ``document`` is the proof just stored; the letter itself is read from the vault. An address
    that cannot travel is noted, and stops nothing else.
    """
    for notice in NOTICES.get(fact.code, ()):
        if notice.template == "scheduled" and sending.order.leaves_now:
            continue  # the page says it, and the letter leaves within the minute
        for to in _readers(sending, notice.audience):
            await _queue(work, sending, fact, notice, to, document=document, desk=desk)


async def _queue(
    work: Work,
    sending: Sending,
    fact: Happened,
    notice: Notice,
    to: str,
    *,
    document: bytes,
    desk: Desk,
) -> None:
    if notice.attached is ProofKind.LETTER and sending.letter is not None:
        document = await desk.vault.get(sending.id, sending.letter.sha256)
    try:
        mail = write(sending, fact, notice, to, document=document, public_url=desk.public_url)
    except BadMail:
        _log.warning("mail_not_sendable", sending=str(sending.id), notice=notice.template)
        return
    day = sending.order.send_day.isoformat()
    await work.mail(mail, key=f"{notice.template}:{sending.hold_key}:{day}:{to}")


def write(
    sending: Sending,
    fact: Happened,
    notice: Notice,
    to: str,
    *,
    document: bytes,
    public_url: str,
) -> Mail:
    """Write one e-mail. Raises ``BadMail`` when its address or its names cannot travel."""
    said = _facts(sending, fact, notice) | {
        "url": f"{public_url}/resiliations/{sending.letter_id}/suivi",
        "statement_url": f"{public_url}/facturation",
    }
    subject, _, text = TEMPLATES.get_template(f"{notice.template}.txt").render(said).partition("\n")
    html = TEMPLATES.get_template(f"{notice.template}.html").render(said | {"subject": subject})
    ours = notice.audience is Audience.AGENT
    agency = sending.agency
    number = sending.letter.number if sending.letter else ""
    files = (
        (
            Attachment(
                name=filename(number, notice.attached),
                media_type="application/pdf",
                data=document,
            ),
        )
        if notice.attached is not None and document
        else ()
    )
    return Mail(
        to=to,
        subject=subject,
        text=text.lstrip("\n"),
        html=html,
        **({} if ours else {"from_name": f"{agency.trade_name} via Préavis"}),
        reply_to="" if ours else agency.email,
        attachments=files,
    )


def _readers(sending: Sending, audience: Audience) -> Sequence[str]:
    letter = sending.letter
    if audience is Audience.AGENT:
        return (sending.agency.alert_email,)
    if letter is None:
        return ()
    if audience is Audience.FORMER_AGENT:
        return (letter.former_agent_email,) if letter.former_agent_email else ()
    return letter.policyholder_emails


def _facts(sending: Sending, fact: Happened, notice: Notice) -> dict[str, object]:
    """Say what a template may name; the agency's own reference only to the agency."""
    letter, order = sending.letter, sending.order
    deposited = sending.deposited_at
    return {
        "agency": sending.agency,
        "number": letter.number if letter else "",
        "who": _names(letter),
        "recipient": letter.recipient_name if letter else "",
        "own_reference": (letter.client_reference if letter else "")
        if notice.audience is Audience.AGENT
        else "",
        "kind": order.mail_kind.value,
        "gross_cents": order.gross_cents,
        "send_day": paris_date(deposited) if deposited else order.send_day,
        "presumed_receipt": _presumed(sending),
        "last_covered_day": order.last_covered_day,
        "new_start": order.new_start,
        "deposited_at": deposited,
        "closes_on": closes_on(sending),
        "ended_at": sending.ended_at,
        "ended_day": paris_date(sending.ended_at) if sending.ended_at else None,
        "reason": fact.facts.get("reason", sending.reason),
        "reason_facts": dict(sending.reason_facts),
        "cutoff": cutoffs.cutoff(order.send_day),
        "credit_note": fact.facts.get("credit_note", ""),
        "happened_at": fact.at,
    }


def _names(letter: FrozenLetter | None) -> str:
    return " et ".join(letter.policyholder_names) if letter else ""


def _presumed(sending: Sending) -> date | None:
    if sending.deposited_at:
        return cutoffs.legal_day(sending.deposited_at).presumed_receipt
    return sending.letter.presumed_receipt if sending.letter else None


def closes_on(sending: Sending) -> date | None:
    """Return the last day the recipient may answer; None before the deposit."""
    return last_day_to_answer(sending.deposited_at) if sending.deposited_at else None
