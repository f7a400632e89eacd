"""The staff's pages, on stubs: what is asked of whom."""

from preavis.accounts.v1 import accounts_pb2
from preavis.dispatch.v1 import dispatch_pb2
from services.gateway.tests.pages import rig, sample, sample_letter


async def test_staff_reject_a_proof_only_with_a_reason() -> None:
    browser = rig.browser()
    browser.log_in(rig.STAFF)
    page = f"/equipe/verifications/{sample.ACCOUNT_ID}"
    door = f"{page}/{sample.proof().id}"

    silent = await browser.send(door, {"decision": "refuser"}, page=page)
    await browser.send(door, {"decision": "refuser", "reason": "unreadable"}, page=page)

    assert silent.status_code == 422
    (request,) = browser.stubs.accounts.requests("RejectProof")
    assert request.reason == accounts_pb2.REJECTION_REASON_UNREADABLE


async def test_staff_settle_an_unknown_sending_with_what_they_saw() -> None:
    browser = rig.browser()
    browser.log_in(rig.STAFF)
    browser.stubs.dispatch.answers["ConfirmAbsent"] = dispatch_pb2.ConfirmAbsentResponse(
        sending=sample_letter.sending()
    )
    door = f"/equipe/envois-inconnus/{sample_letter.SENDING_ID}"

    await browser.send(
        door,
        {
            "decision": "absent",
            "our_reference": "notre-reference",
            "evidence_note": "Rien à 14 h dans son espace.",
        },
        page="/equipe/envois-inconnus",
    )

    (request,) = browser.stubs.dispatch.requests("ConfirmAbsent")
    assert request.our_reference == "notre-reference"
    assert request.evidence_note == "Rien à 14 h dans son espace."
