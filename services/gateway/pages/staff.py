"""The team's pages: proofs to review beside the registry, sendings without an answer, accounts."""

from fastapi import APIRouter, Response

from kit.errors import TurnedDown
from preavis.accounts.v1 import accounts_pb2
from preavis.dispatch.v1 import dispatch_pb2
from services.gateway import files
from services.gateway.forms.form import Form
from services.gateway.pages.enums import member, slug
from services.gateway.pages.visit import Staff, Visit

router = APIRouter()


@router.get("/equipe")
async def home(visit: Staff) -> Response:
    """Open the queue."""
    return visit.go("/equipe/verifications")


@router.get("/equipe/verifications")
async def queue(visit: Staff) -> Response:
    """Open the proof that has waited longest, or say that all is clear."""
    listed = await visit.house.accounts.ListReviewQueue(accounts_pb2.ListReviewQueueRequest())
    if listed.items:
        return visit.go(f"/equipe/verifications/{listed.items[0].account_id}")
    return await visit.page("equipe/file_vide.html")


@router.get("/equipe/verifications/{account_id}")
async def review(visit: Staff, account_id: str, piece: str = "") -> Response:
    """Show an account's proofs beside what the registry says."""
    return await _review_page(visit, account_id, piece, Form())


async def _review_page(visit: Visit, account_id: str, piece: str, form: Form) -> Response:
    accounts = visit.house.accounts
    listed = await accounts.ListReviewQueue(accounts_pb2.ListReviewQueueRequest())
    found = await accounts.GetReview(accounts_pb2.GetReviewRequest(account_id=account_id))
    waiting = [p for p in found.proofs if p.state == accounts_pb2.PROOF_STATE_IN_REVIEW]
    named = next((proof for proof in found.proofs if proof.id == piece), None)
    proof = named or next(iter(waiting), None) or next(iter(found.proofs), None)
    if proof and not form.values:
        form = Form.of({"valid_until": proof.valid_until})
    registration = found.account.registration
    return await visit.page(
        "equipe/verification.html",
        form=form,
        queue=listed.items,
        total=listed.total,
        review=found,
        account=found.account,
        proof=proof,
        is_waiting=bool(proof and proof.state == accounts_pb2.PROOF_STATE_IN_REVIEW),
        file_url=_file_url(visit, account_id, proof),
        registration=registration,
        registration_status=slug(accounts_pb2.RegistrationStatus, registration.status),
        kind_of=lambda one: slug(accounts_pb2.ProofKind, one),
        state_of=lambda one: slug(accounts_pb2.ProofState, one.state),
        account_kind=slug(accounts_pb2.AccountKind, found.account.kind),
        today_iso=visit.today.isoformat(),
    )


def _file_url(visit: Visit, account_id: str, proof: accounts_pb2.Proof | None) -> str:
    if proof is None or proof.HasField("erased_at"):
        return ""
    return files.proof_url(visit.desk.settings, visit.who, account_id=account_id, proof_id=proof.id)


@router.post("/equipe/verifications/{account_id}/{proof_id}")
async def decide(visit: Staff, account_id: str, proof_id: str) -> Response:
    """Accept or reject a proof, then open the next."""
    sent = visit.form
    accepted = sent.text("decision") == "accepter"
    try:
        if accepted:
            await _accept(visit, account_id, proof_id)
        else:
            await _reject(visit, account_id, proof_id)
    except TurnedDown as refusal:
        return await _review_page(visit, account_id, proof_id, sent.turned_down(refusal))
    return visit.go("/equipe/verifications", "proof-accepted" if accepted else "proof-rejected")


async def _accept(visit: Visit, account_id: str, proof_id: str) -> None:
    sent = visit.form
    valid_until = sent.day("valid_until", today=visit.today)
    if not sent.ticked("readable"):
        sent.mistake("readable", "not-confirmed")
    sent.check()
    await visit.house.accounts.AcceptProof(
        accounts_pb2.AcceptProofRequest(
            account_id=account_id,
            proof_id=proof_id,
            valid_until=valid_until,
            note=sent.text("note"),
            version=int(sent.digits("version") or 0),
        )
    )


async def _reject(visit: Visit, account_id: str, proof_id: str) -> None:
    sent = visit.form
    reason = member(accounts_pb2.RejectionReason, sent.text("reason"))
    if not reason:
        sent.mistake("reason", "rejection-reason-missing")
    sent.check()
    await visit.house.accounts.RejectProof(
        accounts_pb2.RejectProofRequest(
            account_id=account_id,
            proof_id=proof_id,
            reason=accounts_pb2.RejectionReason.ValueType(reason),
            note=sent.text("note"),
            version=int(sent.digits("version") or 0),
        )
    )


@router.post("/equipe/orias/{account_id}")
async def check_registration(visit: Staff, account_id: str) -> Response:
    """Ask the registry about an account now."""
    await visit.house.accounts.CheckRegistration(
        accounts_pb2.CheckRegistrationRequest(account_id=account_id)
    )
    return visit.go(f"/equipe/verifications/{account_id}", "registration-checked")


@router.post("/equipe/comptes/{account_id}/sessions")
async def end_sessions(visit: Staff, account_id: str) -> Response:
    """End every session of an account: its holder logs in again."""
    await visit.house.accounts.EndSessions(accounts_pb2.EndSessionsRequest(account_id=account_id))
    return visit.go(f"/equipe/verifications/{account_id}", "account-sessions-ended")


@router.post("/equipe/comptes/{account_id}/essais")
async def lift_throttles(visit: Staff, account_id: str) -> Response:
    """Let an account that tried too often try again at once, for a reason that is kept."""
    sent = visit.form
    try:
        lifted = await visit.house.accounts.LiftThrottles(
            accounts_pb2.LiftThrottlesRequest(account_id=account_id, note=sent.text("lift_note"))
        )
    except TurnedDown as refusal:
        return await _review_page(
            visit, account_id, "", sent.turned_down(refusal, {"note": "lift_note"})
        )
    back = f"/equipe/verifications/{account_id}"
    return visit.go(back, "throttles-lifted" if lifted.had_to_wait else "nothing-to-lift")


@router.get("/equipe/envois-inconnus")
async def unknown(visit: Staff) -> Response:
    """List sendings that an operator did not answer for."""
    return await _unknown_page(visit, Form())


async def _unknown_page(visit: Visit, form: Form) -> Response:
    listed = await visit.house.dispatch.ListUnknown(dispatch_pb2.ListUnknownRequest())
    return await visit.page("equipe/envois_inconnus.html", form=form, sendings=listed.sendings)


@router.post("/equipe/envois-inconnus/{sending_id}")
async def settle(visit: Staff, sending_id: str) -> Response:
    """Record what was found at the operator's: it has the letter, or it has not."""
    sent = visit.form
    names = {name: f"{name}-{sending_id}" for name in ("operator_reference", "evidence_note")}
    note = sent.text(names["evidence_note"])
    if not note:
        sent.mistake(names["evidence_note"], "field-required")
    try:
        sent.check()
        if sent.text("decision") == "pris-en-charge":
            reference = sent.text(names["operator_reference"])
            number = await _confirm_accepted(visit, sending_id, reference, note)
        else:
            number = await _confirm_absent(visit, sending_id, note)
    except TurnedDown as refusal:
        about = {"operator-reference-of-another": names["operator_reference"]}
        return await _unknown_page(visit, sent.turned_down(refusal, names, about=about))
    return visit.go("/equipe/envois-inconnus", "unknown-settled", number=number)


async def _confirm_accepted(visit: Visit, sending_id: str, reference: str, note: str) -> str:
    answer = await visit.house.dispatch.ConfirmAccepted(
        dispatch_pb2.ConfirmAcceptedRequest(
            sending_id=sending_id,
            operator_reference=reference,
            evidence_note=note,
            idempotency_key=visit.key,
        )
    )
    return answer.sending.letter_number


async def _confirm_absent(visit: Visit, sending_id: str, note: str) -> str:
    answer = await visit.house.dispatch.ConfirmAbsent(
        dispatch_pb2.ConfirmAbsentRequest(
            sending_id=sending_id,
            our_reference=visit.form.text("our_reference"),
            evidence_note=note,
            idempotency_key=visit.key,
        )
    )
    return answer.sending.letter_number


@router.get("/equipe/comptes")
async def accounts(visit: Staff, q: str = "", apres: str = "") -> Response:
    """Find accounts."""
    found = await visit.house.accounts.SearchAccounts(
        accounts_pb2.SearchAccountsRequest(query=q, cursor=apres)
    )
    return await visit.page(
        "equipe/comptes.html",
        form=Form.of({"q": q}),
        accounts=found.accounts,
        next_cursor=found.next_cursor,
        kind_of=lambda account: slug(accounts_pb2.AccountKind, account.kind),
        state_of=lambda account: slug(accounts_pb2.AccountState, account.state),
        registration_of=lambda account: slug(
            accounts_pb2.RegistrationStatus, account.registration.status
        ),
    )
