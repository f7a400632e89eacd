"""Opening an account: the form, the link that proves the address, another link."""

from typing import Final

from fastapi import APIRouter, Response

from kit.errors import Kind, TurnedDown
from preavis.accounts.v1 import accounts_pb2
from services.gateway.forms.form import Form
from services.gateway.pages.enums import member
from services.gateway.pages.visit import Anyone, Visit

router = APIRouter()

_NAMES: Final = {
    "address.street": "street",
    "address.complement": "complement",
    "address.postcode": "postcode",
    "address.town": "town",
}
"""Inputs whose name is shorter than the field's."""
_REQUIRED: Final = (
    "email", "password", "trade_name", "street", "postcode", "town", "phone",
    "first_name", "last_name",
)  # fmt: skip


@router.get("/inscription")
async def form(visit: Anyone) -> Response:
    """Ask for an account."""
    if visit.principal:
        return visit.go("/tableau-de-bord")
    return await visit.page("compte/inscription.html", form=Form.of({"kind": "intermediary"}))


@router.post("/inscription")
async def sign_up(visit: Anyone) -> Response:
    """Create the account; an e-mail carries the link that activates it."""
    sent = visit.form
    for name in _REQUIRED:  # said at once, with the box: accounts sees only what may be kept
        if not sent.text(name):
            sent.mistake(name, "field-required")
    if not sent.ticked("conditions"):
        sent.mistake("conditions", "conditions-not-accepted")
    try:
        sent.check()
        answer = await visit.house.accounts.SignUp(_request(visit))
    except TurnedDown as refusal:
        return await visit.page("compte/inscription.html", form=sent.turned_down(refusal, _NAMES))
    return await visit.page("compte/lien_envoye.html", email=answer.email, purpose="activation")


def _request(visit: Visit) -> accounts_pb2.SignUpRequest:
    sent = visit.form
    return accounts_pb2.SignUpRequest(
        kind=member(accounts_pb2.AccountKind, sent.text("kind")),
        email=sent.text("email"),
        password=sent.values.get("password", ""),
        first_name=sent.text("first_name"),
        last_name=sent.text("last_name"),
        trade_name=sent.text("trade_name"),
        address=accounts_pb2.PostalAddress(
            street=sent.text("street"),
            complement=sent.text("complement"),
            postcode=sent.text("postcode"),
            town=sent.text("town"),
        ),
        phone=sent.text("phone"),
        mobile=sent.text("mobile"),
        orias_number=sent.digits("orias_number"),
        siret=sent.digits("siret"),
        client_address=visit.address,
        idempotency_key=visit.key,
    )


@router.get("/activation")
async def resend_form(visit: Anyone) -> Response:
    """Ask for another activation link."""
    return await visit.page("compte/renvoyer.html")


@router.post("/activation")
async def resend(visit: Anyone) -> Response:
    """Send the link again; the answer never tells whether the account exists."""
    email = visit.form.text("email")
    try:
        await visit.house.accounts.ResendActivation(
            accounts_pb2.ResendActivationRequest(email=email, client_address=visit.address)
        )
    except TurnedDown as refusal:
        return await visit.page("compte/renvoyer.html", form=visit.form.turned_down(refusal))
    return await visit.page("compte/lien_envoye.html", email=email, purpose="activation")


@router.get("/activation/{token}")
async def activation(visit: Anyone, token: str) -> Response:
    """Show the button that activates: mail scanners follow links, people press buttons."""
    return await visit.page("compte/activation.html", token=token)


@router.post("/activation/{token}")
async def activate(visit: Anyone, token: str) -> Response:
    """Prove the address."""
    try:
        answer = await visit.house.accounts.Activate(accounts_pb2.ActivateRequest(token=token))
    except TurnedDown as refusal:
        if refusal.kind is Kind.LATER:
            raise
        return await visit.page("compte/renvoyer.html", form=visit.form.turned_down(refusal))
    if answer.email_changed:
        return visit.go("/connexion", "email-confirmed", email=answer.email)
    return visit.go("/connexion", "account-activated")
