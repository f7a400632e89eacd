"""The mandate: print it prefilled, hand the signed scan in, or record that it is not attached."""

from fastapi import APIRouter, Response

from kit.errors import TurnedDown
from preavis.letters.v1 import letters_pb2
from preavis.signature.v1 import signature_pb2
from services.gateway import files
from services.gateway.forms.form import Form
from services.gateway.pages.letters.finding import letter_numbered
from services.gateway.pages.letters.letter import decision_of
from services.gateway.pages.letters.naming import heading_of, names_of
from services.gateway.pages.visit import Agent, Visit

router = APIRouter()


@router.get("/resiliations/{number}/mandat")
async def show(visit: Agent, number: str, choix: str = "") -> Response:
    """Show where the mandate stands, and the choices."""
    return await _page(visit, await letter_numbered(visit, number), Form.of({"choice": choix}))


async def _page(visit: Visit, letter: letters_pb2.Letter, form: Form) -> Response:
    answer = await visit.house.signature.GetMandate(
        signature_pb2.GetMandateRequest(letter_id=letter.letter_id)
    )
    return await visit.page(
        "lettres/mandat.html",
        form=form,
        letter=letter,
        names=names_of(letter.policyholder),
        heading=heading_of(letter),
        mandate=answer.mandate,
        warning=answer.warning,
        decision=decision_of(answer),
        scan_url=files.scan_url(visit.desk.settings, visit.who, letter_id=letter.letter_id),
    )


@router.get("/resiliations/{number}/mandat.pdf")
async def prefilled(visit: Agent, number: str) -> Response:
    """Give the prefilled mandate, to print and sign."""
    letter = await letter_numbered(visit, number)
    answer = await visit.house.signature.RenderMandate(
        signature_pb2.RenderMandateRequest(letter_id=letter.letter_id)
    )
    return visit.file(answer.pdf, media_type="application/pdf", filename=answer.filename)


@router.get("/resiliations/{number}/mandat/scan")
async def scan(visit: Agent, number: str) -> Response:
    """Give the stored scan back: a download, never shown on our origin."""
    letter = await letter_numbered(visit, number)
    answer = await visit.house.signature.GetScan(
        signature_pb2.GetScanRequest(letter_id=letter.letter_id)
    )
    return visit.file(
        answer.data, media_type=answer.media_type, filename=answer.scan.filename, inline=False
    )


@router.post("/resiliations/{number}/mandat/scan")
async def upload(visit: Agent, number: str) -> Response:
    """Store the hand-signed scan, to be looked at."""
    letter = await letter_numbered(visit, number)
    sent = visit.form
    filename, data = await sent.file("file")
    if not data:
        sent.mistake("file", "file-missing")
    try:
        sent.check()
        await visit.house.signature.UploadScan(
            signature_pb2.UploadScanRequest(
                letter_id=letter.letter_id,
                filename=filename,
                data=data,
                idempotency_key=visit.key,
            )
        )
    except TurnedDown as refusal:
        sent.values["choice"] = "scan"
        if refusal.reason.startswith("upload-"):
            sent.mistake("file", refusal.reason, **refusal.facts)
            return await _page(visit, letter, sent)
        return await _page(visit, letter, sent.turned_down(refusal))
    return visit.go(f"/resiliations/{number}/mandat", "scan-uploaded")


@router.post("/resiliations/{number}/mandat/valider")
async def validate(visit: Agent, number: str) -> Response:
    """Keep the scan that was looked at."""
    letter = await letter_numbered(visit, number)
    sent = visit.form
    if not sent.ticked("looked_at"):
        sent.mistake("looked_at", "scan-not-looked-at")
    try:
        sent.check()
        await visit.house.signature.ValidateScan(
            signature_pb2.ValidateScanRequest(
                letter_id=letter.letter_id,
                sha256=sent.text("sha256"),
                idempotency_key=visit.key,
            )
        )
    except TurnedDown as refusal:
        return await _page(visit, letter, sent.turned_down(refusal))
    return visit.go(f"/resiliations/{number}", "mandate-validated")


@router.post("/resiliations/{number}/mandat/sans")
async def opt_out(visit: Agent, number: str) -> Response:
    """Record the choice not to attach the mandate, and the warning that was accepted."""
    letter = await letter_numbered(visit, number)
    sent = visit.form
    if not sent.ticked("accepted"):
        sent.mistake("accepted", "warning-not-accepted")
        sent.values["choice"] = "without"
    try:
        sent.check()
        await visit.house.signature.OptOut(
            signature_pb2.OptOutRequest(
                letter_id=letter.letter_id,
                warning_version=sent.text("warning_version"),
                idempotency_key=visit.key,
            )
        )
    except TurnedDown as refusal:
        return await _page(visit, letter, sent.turned_down(refusal))
    return visit.go(f"/resiliations/{number}", "mandate-opted-out")


@router.post("/resiliations/{number}/mandat/retirer")
async def withdraw(visit: Agent, number: str) -> Response:
    """Take the decision back."""
    letter = await letter_numbered(visit, number)
    try:
        await visit.house.signature.WithdrawDecision(
            signature_pb2.WithdrawDecisionRequest(
                letter_id=letter.letter_id, idempotency_key=visit.key
            )
        )
    except TurnedDown as refusal:
        return await _page(visit, letter, visit.form.turned_down(refusal))
    return visit.go(f"/resiliations/{number}/mandat", "mandate-withdrawn")
