"""Accounts: sign-up, activation, sessions, contact, proofs."""

from datetime import UTC
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from preavis.accounts.v1 import accounts_pb2 as pb
from services.gateway.api.access import SomeonesHouse, TheHouse, Token, Visitor, VisitorsHouse
from services.gateway.api.files import (
    FILE,
    RAW,
    TAGGED,
    etag,
    expected_version,
    file_answer,
    raw_body,
)
from services.gateway.api.named import Kept, OnDay, ProofId, QueryDay
from services.gateway.api.once import OnceAsAgent, OnceAsVisitor
from services.gateway.api.refusals import refused
from services.gateway.api.shape import filled
from services.gateway.api.shapes.accounts import (
    Account,
    Activated,
    Activation,
    Contact,
    Forgotten,
    Login,
    MailedTo,
    NewAccount,
    NewPassword,
    Proof,
    ProofKind,
    Proofs,
    Session,
    Standing,
)
from services.gateway.peers import read_principal

router = APIRouter(tags=["Account"])
Version = Annotated[int, Depends(expected_version)]


@router.post("/accounts", status_code=202, summary="Ask for an account", response_model=MailedTo)
async def sign_up(
    address: Visitor, house: TheHouse, once: OnceAsVisitor, account: NewAccount
) -> Response:
    """Send an activation link; the answer does not tell whether the address is known."""

    async def create(key: str) -> MailedTo:
        request = account.fill(pb.SignUpRequest, client_address=address, idempotency_key=key)
        return MailedTo.of(await house.accounts.SignUp(request, timeout=15))

    return await once(create, status=202)


@router.post("/accounts/activation", summary="Follow an activation link")
async def activate(house: VisitorsHouse, activation: Activation) -> Activated:
    """Prove an e-mail address."""
    request = activation.fill(pb.ActivateRequest)
    return Activated.of(await house.accounts.Activate(request, timeout=10))


@router.post("/accounts/activation-links", status_code=204, summary="Send the link again")
async def resend_activation(address: Visitor, house: TheHouse, forgotten: Forgotten) -> None:
    """Send it again; the answer does not tell whether the address is known."""
    request = forgotten.fill(pb.ResendActivationRequest, client_address=address)
    await house.accounts.ResendActivation(request, timeout=10)


@router.post("/password-resets", status_code=204, summary="Ask for a new password")
async def request_password_reset(address: Visitor, house: TheHouse, forgotten: Forgotten) -> None:
    """Send a link; the answer does not tell whether the address is known."""
    request = forgotten.fill(pb.RequestPasswordResetRequest, client_address=address)
    await house.accounts.RequestPasswordReset(request, timeout=10)


@router.post("/passwords", status_code=204, summary="Choose a new password")
async def reset_password(house: VisitorsHouse, chosen: NewPassword) -> None:
    """Consume a reset link; every session ends."""
    await house.accounts.ResetPassword(chosen.fill(pb.ResetPasswordRequest), timeout=15)


@router.post("/sessions", status_code=201, summary="Log in")
async def log_in(address: Visitor, house: TheHouse, login: Login) -> Session:
    """Open a session. Its token is shown once, and never kept with an idempotency key."""
    request = login.fill(pb.LogInRequest, client_address=address)
    answer = await house.accounts.LogIn(request, timeout=15)
    who = read_principal(answer.principal)
    return Session(
        token=answer.session_token,
        expires_at=answer.expires_at.ToDatetime(UTC) if answer.HasField("expires_at") else None,
        display_name=who.display_name,
        kind="staff" if who.is_staff else "agent",
        roles=sorted(who.roles),
    )


@router.delete("/sessions", status_code=204, summary="Log out")
async def log_out(token: Token, house: TheHouse) -> None:
    """End the bearer's session; ending one that is over changes nothing."""
    await house.accounts.LogOut(pb.LogOutRequest(session_token=token), timeout=5)


@router.delete("/account/sessions", status_code=204, summary="Log out everywhere")
async def end_sessions(house: SomeonesHouse) -> None:
    """End every session of one's own, the bearer's included."""
    await house.accounts.EndSessions(pb.EndSessionsRequest(), timeout=5)


@router.get("/account", summary="One's own account", responses=TAGGED)
async def read_account(house: SomeonesHouse, response: Response) -> Account:
    """Return the account; its ETag is its version."""
    answer = await house.accounts.GetAccount(pb.GetAccountRequest(), timeout=5)
    etag(response, answer.account.version)
    return Account.of(answer.account)


@router.put("/account/contact", summary="Change e-mail or phone", responses=TAGGED)
async def update_contact(
    house: SomeonesHouse, version: Version, contact: Contact, response: Response
) -> Account:
    """Change what may be changed without asking. Needs If-Match."""
    request = contact.fill(pb.UpdateContactRequest, version=version)
    answer = await house.accounts.UpdateContact(request, timeout=10)
    etag(response, answer.account.version)
    return Account.of(answer.account)


@router.get("/account/standing", summary="May the account send in its own name?")
async def read_standing(house: SomeonesHouse, on_day: OnDay = None) -> Standing:
    """Return what forbids it on that day, or will soon."""
    request = filled(pb.GetStandingRequest, {"on_day": on_day})
    return Standing.of(await house.accounts.GetStanding(request, timeout=10))


@router.get("/account/proofs", summary="Proofs handed in")
async def list_proofs(house: SomeonesHouse) -> Proofs:
    """Return the account's proofs, newest first."""
    return Proofs.of(await house.accounts.ListProofs(pb.ListProofsRequest(), timeout=5))


@router.post(
    "/account/proofs",
    status_code=201,
    summary="Hand in a proof",
    openapi_extra=RAW,
    response_model=Proof,
    responses=refused("proof-not-expected"),
)
async def upload_proof(
    *,
    house: TheHouse,
    once: OnceAsAgent,
    data: Annotated[bytes, Depends(raw_body)],
    kind: ProofKind,
    filename: Kept = "justificatif",
    valid_until: Annotated[QueryDay | None, Query(description="As the document says.")] = None,
) -> Response:
    """Take a PDF, PNG or JPEG of 10 MB at most, as the body itself."""

    async def create(key: str) -> Proof:
        request = filled(
            pb.UploadProofRequest,
            {
                "kind": kind,
                "filename": filename,
                "data": data,
                "valid_until": valid_until,
                "idempotency_key": key,
            },
        )
        return Proof.of((await house.accounts.UploadProof(request, timeout=40)).proof)

    return await once(create)


@router.get(
    "/account/proofs/{proof_id}/file",
    summary="View a proof",
    responses=FILE,
    response_class=Response,
)
async def read_proof_file(house: SomeonesHouse, proof_id: ProofId) -> Response:
    """Return the stored file."""
    answer = await house.accounts.GetProofFile(
        pb.GetProofFileRequest(proof_id=proof_id), timeout=20
    )
    return file_answer(
        answer.data, filename=answer.proof.filename, media_type=answer.proof.media_type
    )
