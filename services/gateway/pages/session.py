"""Coming in and going out, and getting a forgotten password back."""

from fastapi import APIRouter, Response

from kit.errors import Kind, TurnedDown
from preavis.accounts.v1 import accounts_pb2
from services.gateway.forms.form import Form
from services.gateway.pages.security import path_of_ours
from services.gateway.pages.visit import Anyone, Visit
from services.gateway.peers import read_principal

router = APIRouter()


@router.get("/connexion")
async def form(visit: Anyone, suite: str = "") -> Response:
    """Ask who is there."""
    if visit.principal:
        return visit.go(_home(staff=visit.principal.is_staff))
    return await visit.page("compte/connexion.html", suite=path_of_ours(visit.request, suite))


@router.post("/connexion")
async def log_in(visit: Anyone) -> Response:
    """Open a session, then go where the person was going."""
    sent = visit.form
    suite = path_of_ours(visit.request, sent.text("suite"))
    try:
        answer = await visit.house.accounts.LogIn(
            accounts_pb2.LogInRequest(
                email=sent.text("email"),
                password=sent.values.get("password", ""),
                client_address=visit.address,
            )
        )
    except TurnedDown as refusal:
        shown = Form.of({"email": sent.text("email")}).turned_down(refusal)
        return await visit.page("compte/connexion.html", form=shown, suite=suite)
    principal = read_principal(answer.principal)
    response = visit.go(suite or _home(staff=principal.is_staff))
    visit.desk.cookies.open_session(response, answer.session_token)
    return response


def _home(*, staff: bool) -> str:
    return "/equipe/verifications" if staff else "/tableau-de-bord"


@router.post("/deconnexion")
async def log_out(visit: Anyone) -> Response:
    """End the session."""
    if visit.session:
        await visit.house.accounts.LogOut(accounts_pb2.LogOutRequest(session_token=visit.session))
    response = visit.go("/connexion", "logged-out")
    visit.desk.cookies.end_session(response)
    response.headers["clear-site-data"] = '"cache", "storage"'  # on a shared computer, all of it
    return response


@router.get("/mot-de-passe")
async def forgotten(visit: Anyone) -> Response:
    """Ask for a link to choose a new password."""
    return await visit.page("compte/mot_de_passe_oublie.html")


@router.post("/mot-de-passe")
async def send_link(visit: Anyone) -> Response:
    """Send the link; the answer never tells whether the account exists."""
    email = visit.form.text("email")
    try:
        await visit.house.accounts.RequestPasswordReset(
            accounts_pb2.RequestPasswordResetRequest(email=email, client_address=visit.address)
        )
    except TurnedDown as refusal:
        shown = visit.form.turned_down(refusal)
        return await visit.page("compte/mot_de_passe_oublie.html", form=shown)
    return await visit.page("compte/lien_envoye.html", email=email, purpose="password")


@router.get("/mot-de-passe/{token}")
async def choose_form(visit: Anyone, token: str) -> Response:
    """Ask for the new password."""
    return await visit.page("compte/mot_de_passe_nouveau.html", token=token)


@router.post("/mot-de-passe/{token}")
async def choose(visit: Anyone, token: str) -> Response:
    """Change the password; every session ends."""
    try:
        await visit.house.accounts.ResetPassword(
            accounts_pb2.ResetPasswordRequest(
                token=token, password=visit.form.values.get("password", "")
            )
        )
    except TurnedDown as refusal:
        return await _not_changed(visit, token, refusal)
    response = visit.go("/connexion", "password-changed")
    visit.desk.cookies.end_session(response)
    return response


async def _not_changed(visit: Visit, token: str, refusal: TurnedDown) -> Response:
    shown = Form().turned_down(refusal)
    if refusal.kind in {Kind.REFUSED, Kind.MISSING}:  # the link is over: offer another
        return await visit.page("compte/mot_de_passe_oublie.html", form=shown)
    return await visit.page("compte/mot_de_passe_nouveau.html", form=shown, token=token)
