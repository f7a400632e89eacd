"""The staff's pages, on stubs: what is asked of whom."""

from kit.errors import TurnedDown
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
            f"evidence_note-{sample_letter.SENDING_ID}": "Rien à 14 h dans son espace.",
        },
        page="/equipe/envois-inconnus",
    )

    (request,) = browser.stubs.dispatch.requests("ConfirmAbsent")
    assert request.our_reference == "notre-reference"
    assert request.evidence_note == "Rien à 14 h dans son espace."


class OfAnother(TurnedDown):
    reason = "operator-reference-of-another"


async def test_staff_read_their_mistakes_at_the_fields_of_the_sending_in_hand() -> None:
    browser = rig.browser()
    browser.log_in(rig.STAFF)
    browser.stubs.dispatch.answers["ConfirmAccepted"] = OfAnother()
    door = f"/equipe/envois-inconnus/{sample_letter.SENDING_ID}"
    note, reference = (
        f"{name}-{sample_letter.SENDING_ID}" for name in ("evidence_note", "operator_reference")
    )
    page = {"page": "/equipe/envois-inconnus"}

    silent = await browser.send(door, {"decision": "absent"}, **page)
    wrong = await browser.send(
        door,
        {"decision": "pris-en-charge", note: "Vu à 14 h dans son espace.", reference: "4512"},
        **page,
    )

    assert silent.status_code == wrong.status_code == 422
    assert f'id="c-{note.replace("_", "-")}-erreur"' in silent.text
    assert f'id="c-{reference.replace("_", "-")}-erreur"' in wrong.text
    assert "Vu à 14\u00a0h" in wrong.text or "Vu à 14 h" in wrong.text  # nothing is retyped
    assert "ne porte pas notre référence" in wrong.text
