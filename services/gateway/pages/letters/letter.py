"""Step 4, the letter: what remains to be done, its dates and why, the sheet as it will leave."""

import asyncio

from fastapi import APIRouter, Response
from markupsafe import Markup

from kit.errors import TurnedDown
from preavis.billing.v1 import billing_pb2
from preavis.dispatch.v1 import dispatch_pb2
from preavis.letters.v1 import letters_pb2
from preavis.signature.v1 import signature_pb2
from services.gateway.forms.form import Form
from services.gateway.pages.enums import slug
from services.gateway.pages.frame import quietly
from services.gateway.pages.letters.finding import letter_numbered
from services.gateway.pages.letters.naming import heading_of, is_frozen, is_validated, names_of
from services.gateway.pages.rows import facts_of, letter_href, state_of
from services.gateway.pages.visit import Agent, Visit

router = APIRouter()

_ATTACHED = {
    signature_pb2.MANDATE_DECISION_SCAN_TO_VALIDATE,
    signature_pb2.MANDATE_DECISION_SCANNED,
}


@router.get("/resiliations/{number}")
async def show(visit: Agent, number: str) -> Response:
    """Show the letter and what remains to be done."""
    letter = await letter_numbered(visit, number)
    if letter.missing and not letter.HasField("recipient"):
        return visit.go(f"/resiliations/{number}/assureur")
    return await letter_page(visit, letter, Form.of(_extras_of(letter)))


def _extras_of(letter: letters_pb2.Letter) -> dict[str, str]:
    return {
        "free_text": letter.extras.free_text,
        "former_agent_email": letter.extras.former_agent_email,
        "client_reference": letter.extras.client_reference,
    }


async def letter_page(visit: Visit, letter: letters_pb2.Letter, form: Form) -> Response:
    """Render the letter, with everything that several services know of it."""
    mandate = await quietly(
        visit.house.signature.GetMandate(
            signature_pb2.GetMandateRequest(letter_id=letter.letter_id)
        )
    )
    validated = is_validated(letter)
    preflight, evaluation, sheet, wallet = await asyncio.gather(
        visit.house.dispatch.Preflight(dispatch_pb2.PreflightRequest(letter_id=letter.letter_id)),
        _nothing() if validated else planned(visit, letter),
        _sheet(visit, letter, mention_of(mandate)),
        quietly(visit.house.billing.GetWallet(billing_pb2.GetWalletRequest())),
    )
    left = [action for action in preflight.actions if not action.done]
    done = [action for action in preflight.actions if action.done]
    return await visit.page(
        "lettres/lettre.html",
        form=form,
        letter=letter,
        heading=heading_of(letter),
        names=names_of(letter.policyholder),
        state=state_of(letter.state, letter.tracking),
        state_facts=facts_of(letter.tracking),
        tracking_href=letter_href(letter.number, letter.tracking),
        frozen=is_frozen(letter),
        validated=validated,
        left=left,
        done=done,
        ready=not left,
        evaluation=evaluation,
        sheet=sheet,
        mandate=mandate.mandate if mandate else None,
        decision=decision_of(mandate),
        wallet=wallet,
        prices=preflight.prices,
    )


async def _nothing() -> None:
    """Stand for the dates of a letter already validated: they are its own, not computed again."""


async def planned(visit: Visit, letter: letters_pb2.Letter) -> letters_pb2.Evaluation | None:
    """Return the dates of the letter, for the start its fields want; none without a contract."""
    if not letter.contracts:
        return None
    asked = letters_pb2.PlanLetterRequest(letter_id=letter.letter_id)
    if letter.wanted_new_start:
        asked.new_start = letter.wanted_new_start
    answer = await quietly(visit.house.letters.PlanLetter(asked))
    return answer.evaluation if answer else None


def mention_of(
    mandate: signature_pb2.GetMandateResponse | None,
) -> letters_pb2.MandateMention.ValueType:
    """Return what the letter says of the mandate, as decided so far."""
    if mandate is not None and mandate.mandate.decision in _ATTACHED:
        return letters_pb2.MANDATE_MENTION_ATTACHED
    return letters_pb2.MANDATE_MENTION_HELD


def decision_of(mandate: signature_pb2.GetMandateResponse | None) -> str:
    """Return the decision in a word: ``none``, ``scan-to-validate``, ``scanned``, ``opted-out``."""
    if mandate is None:
        return "none"
    return slug(signature_pb2.MandateDecision, mandate.mandate.decision)


async def _sheet(
    visit: Visit, letter: letters_pb2.Letter, mention: letters_pb2.MandateMention.ValueType
) -> Markup | None:
    """Return the sheet's own HTML: letters typesets the PDF from the same, so it is trusted."""
    answer = await quietly(
        visit.house.letters.PreviewLetter(
            letters_pb2.PreviewLetterRequest(
                letter_id=letter.letter_id,
                new_start=letter.wanted_new_start,
                mandate_mention=mention,
            )
        )
    )
    return Markup(answer.html) if answer else None  # noqa: S704 - made and escaped by letters


@router.get("/resiliations/{number}/lettre.pdf")
async def pdf(visit: Agent, number: str) -> Response:
    """Give the letter as it would leave, or as it left."""
    letter = await letter_numbered(visit, number)
    mandate = await quietly(
        visit.house.signature.GetMandate(
            signature_pb2.GetMandateRequest(letter_id=letter.letter_id)
        )
    )
    answer = await visit.house.letters.RenderLetter(
        letters_pb2.RenderLetterRequest(
            letter_id=letter.letter_id,
            new_start=letter.wanted_new_start,
            mandate_mention=mention_of(mandate),
        )
    )
    return visit.file(
        answer.pdf, media_type="application/pdf", filename=f"Lettre-{letter.number}.pdf"
    )


@router.get("/resiliations/{number}/complements")
async def extras(visit: Agent, number: str) -> Response:
    """Show the letter's own words, who else is told, and the agency's reference."""
    letter = await letter_numbered(visit, number)
    return await _extras_page(visit, letter, Form.of(_extras_of(letter)))


@router.post("/resiliations/{number}/complements")
async def save_extras(visit: Agent, number: str) -> Response:
    """Keep them."""
    letter = await letter_numbered(visit, number)
    sent = visit.form
    try:
        await visit.house.letters.UpdateExtras(
            letters_pb2.UpdateExtrasRequest(
                idempotency_key=visit.key,
                letter_id=letter.letter_id,
                version=int(sent.digits("version") or 0),
                extras=letters_pb2.Extras(
                    free_text=sent.text("free_text").replace("\r\n", "\n"),
                    former_agent_email=sent.text("former_agent_email"),
                    client_reference=sent.text("client_reference"),
                ),
            )
        )
    except TurnedDown as refusal:
        return await _extras_page(visit, letter, sent.turned_down(refusal))
    return visit.go(f"/resiliations/{number}", "extras-saved")


async def _extras_page(visit: Visit, letter: letters_pb2.Letter, form: Form) -> Response:
    return await visit.page(
        "lettres/complements.html", form=form, letter=letter, names=names_of(letter.policyholder)
    )
