"""The agent's own place: dashboard, contact details, proofs, password and looks."""

import asyncio
from typing import Final

from fastapi import APIRouter, Response

from kit.errors import TurnedDown
from preavis.accounts.v1 import accounts_pb2
from services.gateway.forms import typed
from services.gateway.forms.form import Form
from services.gateway.pages.dashboard import dashboard_of
from services.gateway.pages.enums import member, slug
from services.gateway.pages.visit import Agent, Visit

router = APIRouter()

_PROFESSIONAL: Final = {
    accounts_pb2.ACCOUNT_KIND_INTERMEDIARY: accounts_pb2.PROOF_KIND_ORIAS_ATTESTATION,
}
"""What proves the profession of each kind of account; statutes for the others."""
_OF_PASSWORD: Final = {"current-password-wrong": "current_password"}
"""A refusal said beside the field it is about."""


@router.get("/tableau-de-bord")
async def dashboard(visit: Agent) -> Response:
    """Show what to do today; on the first days, how to get ready."""
    return await visit.page("compte/tableau_de_bord.html", board=await dashboard_of(visit))


@router.get("/compte")
async def account(visit: Agent) -> Response:
    """Show the account; e-mail and phone are the person's to change."""
    found = (await visit.house.accounts.GetAccount(accounts_pb2.GetAccountRequest())).account
    values = {
        "email": found.email,
        "phone": typed.phone(found.phone),
        "mobile": typed.phone(found.mobile),
        "version": str(found.version),
    }
    return await _account_page(visit, found, Form.of(values))


@router.post("/compte")
async def save_contact(visit: Agent) -> Response:
    """Save e-mail and phone."""
    sent = visit.form
    before = (await visit.house.accounts.GetAccount(accounts_pb2.GetAccountRequest())).account
    try:
        answer = await visit.house.accounts.UpdateContact(
            accounts_pb2.UpdateContactRequest(
                email=sent.text("email"),
                phone=sent.text("phone"),
                mobile=sent.text("mobile"),
                current_password=sent.values.get("current_password", ""),
                version=int(sent.digits("version") or 0),
            )
        )
    except TurnedDown as refusal:
        return await _account_page(visit, before, sent.turned_down(refusal, about=_OF_PASSWORD))
    if answer.account.email_to_confirm:
        return visit.go("/compte", "contact-to-confirm", email=answer.account.email_to_confirm)
    return visit.go("/compte", "contact-saved")


async def _account_page(visit: Visit, found: accounts_pb2.Account, form: Form) -> Response:
    return await visit.page(
        "compte/compte.html",
        form=form,
        account=found,
        kind=slug(accounts_pb2.AccountKind, found.kind),
        registration=slug(accounts_pb2.RegistrationStatus, found.registration.status),
    )


@router.get("/compte/justificatifs")
async def proofs(visit: Agent) -> Response:
    """Show each proof asked for, where it stands, and how to hand it in."""
    return await _proofs_page(visit, Form())


@router.post("/compte/justificatifs/{kind}")
async def upload(visit: Agent, kind: str) -> Response:
    """Hand in a proof."""
    sent = visit.form
    file_field, day_field = f"file-{kind}", f"valid-until-{kind}"
    filename, data = await sent.file(file_field)
    valid_until = sent.day(day_field, today=visit.today)
    if not data:
        sent.mistake(file_field, "file-missing")
    try:
        sent.check()
        await visit.house.accounts.UploadProof(
            accounts_pb2.UploadProofRequest(
                kind=member(accounts_pb2.ProofKind, kind),
                filename=filename,
                data=data,
                valid_until=valid_until,
                idempotency_key=visit.key,
            )
        )
    except TurnedDown as refusal:
        names = {"valid_until": day_field, "data": file_field, "filename": file_field}
        if refusal.reason.startswith("upload-"):
            sent.mistake(file_field, refusal.reason, **refusal.facts)
            return await _proofs_page(visit, sent)
        return await _proofs_page(visit, sent.turned_down(refusal, names))
    return visit.go("/compte/justificatifs", "proof-uploaded")


async def _proofs_page(visit: Visit, form: Form) -> Response:
    accounts = visit.house.accounts
    listed, account, standing = await asyncio.gather(
        accounts.ListProofs(accounts_pb2.ListProofsRequest()),
        accounts.GetAccount(accounts_pb2.GetAccountRequest()),
        accounts.GetStanding(accounts_pb2.GetStandingRequest(on_day=visit.today.isoformat())),
    )
    professional = _PROFESSIONAL.get(account.account.kind, accounts_pb2.PROOF_KIND_STATUTES)
    asked = []
    for kind in (professional, accounts_pb2.PROOF_KIND_IDENTITY_DOCUMENT):
        handed_in = [proof for proof in listed.proofs if proof.kind == kind]
        asked.append((slug(accounts_pb2.ProofKind, kind), handed_in))
    registration = account.account.registration
    return await visit.page(
        "compte/justificatifs.html",
        form=form,
        asked=asked,
        account=account.account,
        standing=standing,
        state_of=lambda proof: slug(accounts_pb2.ProofState, proof.state),
        rejection_of=lambda proof: slug(accounts_pb2.RejectionReason, proof.rejection_reason),
        registration=registration,
        registration_status=slug(accounts_pb2.RegistrationStatus, registration.status),
    )


@router.post("/compte/orias")
async def check_registration(visit: Agent) -> Response:
    """Ask the registry again."""
    await visit.house.accounts.CheckRegistration(accounts_pb2.CheckRegistrationRequest())
    return visit.go("/compte/justificatifs", "registration-checked")


@router.get("/compte/justificatifs/{proof_id}/fichier")
async def proof_file(visit: Agent, proof_id: str) -> Response:
    """Give a proof back to who handed it in: always a download, never shown on our origin."""
    answer = await visit.house.accounts.GetProofFile(
        accounts_pb2.GetProofFileRequest(proof_id=proof_id)
    )
    proof = answer.proof
    return visit.file(
        answer.data, media_type=proof.media_type, filename=proof.filename, inline=False
    )


@router.get("/compte/securite")
async def security(visit: Agent) -> Response:
    """Show how to change the password, and how the pages look."""
    return await visit.page(
        "compte/securite.html", form=Form.of({"theme": visit.who.theme or "system"})
    )


@router.post("/compte/mot-de-passe")
async def change_password(visit: Agent) -> Response:
    """Change one's password; every session ends."""
    sent = visit.form
    try:
        await visit.house.accounts.ChangePassword(
            accounts_pb2.ChangePasswordRequest(
                current_password=sent.values.get("current_password", ""),
                new_password=sent.values.get("new_password", ""),
                client_address=visit.address,
            )
        )
    except TurnedDown as refusal:
        shown = Form.of({"theme": visit.who.theme or "system"})
        shown.turned_down(refusal, about=_OF_PASSWORD)
        return await visit.page("compte/securite.html", form=shown)
    response = visit.go("/connexion", "password-changed")
    visit.desk.cookies.end_session(response)
    return response


@router.post("/compte/sessions")
async def end_sessions(visit: Agent) -> Response:
    """End every session, wherever it was opened, this one included."""
    await visit.house.accounts.EndSessions(accounts_pb2.EndSessionsRequest())
    response = visit.go("/connexion", "sessions-ended")
    visit.desk.cookies.end_session(response)
    return response


@router.post("/compte/affichage")
async def save_theme(visit: Agent) -> Response:
    """Choose how the pages look."""
    theme = member(accounts_pb2.Theme, visit.form.text("theme"))
    await visit.house.accounts.SetTheme(
        accounts_pb2.SetThemeRequest(theme=theme or accounts_pb2.THEME_SYSTEM)
    )
    return visit.go("/compte/securite", "theme-saved")
