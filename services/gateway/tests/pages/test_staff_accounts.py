"""What staff do about an account, and what they no longer see, on stubs."""

import pytest

from kit.errors import FieldError, InvalidFields
from preavis.accounts.v1 import accounts_pb2
from services.gateway.tests.pages import rig, sample

PAGE = f"/equipe/verifications/{sample.ACCOUNT_ID}"
DOOR = f"/equipe/comptes/{sample.ACCOUNT_ID}/essais"


def staff() -> rig.Browser:
    browser = rig.browser()
    browser.log_in(rig.STAFF)
    return browser


async def test_a_wait_is_lifted_for_a_reason() -> None:
    browser = staff()

    answer = await browser.send(DOOR, {"lift_note": "Rappelée au numéro du compte."}, page=PAGE)

    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    (request,) = browser.stubs.accounts.requests("LiftThrottles")
    assert request.note == "Rappelée au numéro du compte."


async def test_a_reason_too_short_is_asked_again_beside_its_field() -> None:
    browser = staff()
    browser.stubs.accounts.answers["LiftThrottles"] = InvalidFields(
        [FieldError("note", "staff-note-length")]
    )

    answer = await browser.send(DOOR, {"lift_note": "ok"}, page=PAGE)

    assert answer.status_code == 422
    assert "Dites en une phrase pourquoi" in answer.text


async def test_an_erased_file_is_said_to_be_and_not_asked_for() -> None:
    erased = sample.proof(accounts_pb2.PROOF_STATE_REJECTED)
    erased.filename = ""
    erased.erased_at.CopyFrom(sample.at("2026-11-22T00:00"))
    browser = staff()
    browser.stubs.accounts.answers["GetReview"] = accounts_pb2.GetReviewResponse(
        account=sample.account(), proofs=[erased]
    )
    browser.stubs.accounts.answers["ListProofs"] = accounts_pb2.ListProofsResponse(proofs=[erased])

    theirs = await browser.open(PAGE)
    browser.log_in()
    mine = await browser.open("/compte/justificatifs")

    assert "Fichier effacé" in theirs.text
    assert "<iframe" not in theirs.text
    assert "Fichier effacé le" in mine.text
    assert "/fichier" not in mine.text


@pytest.mark.parametrize(
    ("media_type", "shown"),
    [("application/pdf", "<iframe class="), ("image/png", "<img class="), ("image/jpeg", "<img")],
)
async def test_a_picture_is_shown_itself_and_a_pdf_in_a_frame(media_type: str, shown: str) -> None:
    proof = sample.proof()
    proof.media_type = media_type
    browser = staff()
    browser.stubs.accounts.answers["GetReview"] = accounts_pb2.GetReviewResponse(
        account=sample.account(), proofs=[proof]
    )

    page = (await browser.open(PAGE)).text

    assert shown in page
    assert ("<img" in page) is (media_type != "application/pdf")
