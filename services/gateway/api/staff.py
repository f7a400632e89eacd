"""The staff's side: reviews of proofs, accounts, sendings of unknown outcome."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from kit.errors import Kind, TurnedDown
from kit.ids import new_id
from preavis.accounts.v1 import accounts_pb2
from preavis.dispatch.v1 import dispatch_pb2
from services.gateway.api.access import Someone, TheHouse
from services.gateway.api.files import FILE, file_answer
from services.gateway.api.named import AccountId, Cursor, ProofId, SendingId
from services.gateway.api.refusals import refused
from services.gateway.api.shapes.accounts import (
    Acceptance,
    Accounts,
    Lifted,
    Lifting,
    Proof,
    Registration,
    Rejection,
    Review,
    ReviewQueue,
)
from services.gateway.api.shapes.sendings import (
    FoundAbsent,
    FoundAccepted,
    Sending,
    UnknownSendings,
)
from services.gateway.peers import Principal


class StaffOnly(TurnedDown):
    """These routes are the staff's."""

    kind = Kind.DENIED
    reason = "staff-only"


def staff(who: Someone) -> Principal:
    """Let only staff in. Raises ``StaffOnly``; each service checks the role again."""
    if not who.is_staff:
        raise StaffOnly("not a member of the staff")
    return who


router = APIRouter(prefix="/staff", tags=["Staff"], dependencies=[Depends(staff)])


@router.get("/reviews", summary="Accounts to review")
async def list_review_queue(house: TheHouse, cursor: Cursor = "") -> ReviewQueue:
    """Return the accounts with proofs to review, the one waiting longest first."""
    request = accounts_pb2.ListReviewQueueRequest(cursor=cursor)
    return ReviewQueue.of(await house.accounts.ListReviewQueue(request, timeout=5))


@router.get("/reviews/{account_id}", summary="One account to review")
async def read_review(house: TheHouse, account_id: AccountId) -> Review:
    """Return the account, its proofs, the registry's answer and the history."""
    request = accounts_pb2.GetReviewRequest(account_id=account_id)
    return Review.of(await house.accounts.GetReview(request, timeout=5))


@router.get(
    "/reviews/{account_id}/proofs/{proof_id}/file",
    summary="View a proof",
    responses=FILE,
    response_class=Response,
)
async def read_proof_of_account(
    house: TheHouse, account_id: AccountId, proof_id: ProofId
) -> Response:
    """Return the stored file; each reading is recorded."""
    request = accounts_pb2.GetProofFileRequest(account_id=account_id, proof_id=proof_id)
    answer = await house.accounts.GetProofFile(request, timeout=20)
    return file_answer(
        answer.data, filename=answer.proof.filename, media_type=answer.proof.media_type
    )


@router.post(
    "/reviews/{account_id}/proofs/{proof_id}/acceptance",
    summary="Accept a proof",
    responses=refused("proof-reviewed"),
)
async def accept_proof(
    house: TheHouse, account_id: AccountId, proof_id: ProofId, acceptance: Acceptance
) -> Proof:
    """Accept it; the account is told by e-mail."""
    request = acceptance.fill(
        accounts_pb2.AcceptProofRequest, account_id=account_id, proof_id=proof_id
    )
    return Proof.of((await house.accounts.AcceptProof(request, timeout=10)).proof)


@router.post(
    "/reviews/{account_id}/proofs/{proof_id}/rejection",
    summary="Reject a proof",
    responses=refused("proof-reviewed"),
)
async def reject_proof(
    house: TheHouse, account_id: AccountId, proof_id: ProofId, rejection: Rejection
) -> Proof:
    """Reject it for a reason; the account is told by e-mail."""
    request = rejection.fill(
        accounts_pb2.RejectProofRequest, account_id=account_id, proof_id=proof_id
    )
    return Proof.of((await house.accounts.RejectProof(request, timeout=10)).proof)


@router.post("/accounts/{account_id}/registration-check", summary="Ask the registry now")
async def check_registration(house: TheHouse, account_id: AccountId) -> Registration:
    """Ask ORIAS about this account."""
    request = accounts_pb2.CheckRegistrationRequest(account_id=account_id)
    answer = await house.accounts.CheckRegistration(request, timeout=25)
    return Registration.of(answer.registration)


@router.delete(
    "/accounts/{account_id}/sessions", status_code=204, summary="Log an account out everywhere"
)
async def end_sessions_of_account(house: TheHouse, account_id: AccountId) -> None:
    """End every session of an account; who asked is recorded."""
    request = accounts_pb2.EndSessionsRequest(account_id=account_id)
    await house.accounts.EndSessions(request, timeout=5)


@router.post("/accounts/{account_id}/throttles/lifting", summary="Let an account try again")
async def lift_throttles(house: TheHouse, account_id: AccountId, lifting: Lifting) -> Lifted:
    """Let an account that tried too often try again at once, for a reason kept for good."""
    request = lifting.fill(accounts_pb2.LiftThrottlesRequest, account_id=account_id)
    return Lifted.of(await house.accounts.LiftThrottles(request, timeout=5))


@router.get("/accounts", summary="Find accounts")
async def search_accounts(
    house: TheHouse, q: Annotated[str, Query(max_length=200)] = "", cursor: Cursor = ""
) -> Accounts:
    """Return accounts by name, e-mail, ORIAS number, SIRET or town."""
    request = accounts_pb2.SearchAccountsRequest(query=q, cursor=cursor)
    return Accounts.of(await house.accounts.SearchAccounts(request, timeout=5))


@router.get("/unknown-sendings", summary="Sendings of unknown outcome")
async def list_unknown(house: TheHouse) -> UnknownSendings:
    """Return the sendings whose operator did not answer, oldest first."""
    request = dispatch_pb2.ListUnknownRequest()
    return UnknownSendings.of(await house.dispatch.ListUnknown(request, timeout=10))


@router.post("/unknown-sendings/{sending_id}/accepted", summary="The operator has it")
async def confirm_accepted(house: TheHouse, sending_id: SendingId, found: FoundAccepted) -> Sending:
    """Record the operator's number, with the evidence seen."""
    request = found.fill(
        dispatch_pb2.ConfirmAcceptedRequest,
        sending_id=sending_id,
        idempotency_key=str(new_id()),
    )
    return Sending.of((await house.dispatch.ConfirmAccepted(request, timeout=20)).sending)


@router.post("/unknown-sendings/{sending_id}/absent", summary="The operator does not have it")
async def confirm_absent(house: TheHouse, sending_id: SendingId, found: FoundAbsent) -> Sending:
    """Record that it was not found, with the evidence seen."""
    request = found.fill(
        dispatch_pb2.ConfirmAbsentRequest, sending_id=sending_id, idempotency_key=str(new_id())
    )
    return Sending.of((await house.dispatch.ConfirmAbsent(request, timeout=20)).sending)
