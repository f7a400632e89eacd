"""From the validation of a sending to its proofs, credit and staff, by REST on fakes."""

from typing import Any

import pytest

from preavis.accounts.v1 import accounts_pb2
from preavis.billing.v1 import billing_pb2
from preavis.dispatch.v1 import dispatch_pb2
from preavis.letters.v1 import letters_pb2
from services.gateway.tests.api.house import STAFF, Edge

KEY = {"Idempotency-Key": "key-1"}
PDF = b"%PDF-1.7 signed"
SENDING = dispatch_pb2.Sending(
    sending_id="s1", letter_id="l1", version=4, state=dispatch_pb2.SENDING_STATE_SCHEDULED
)


async def test_a_sending_is_validated_with_the_dates_and_price_that_were_shown(
    api: Edge,
) -> None:
    api.dispatch.answers["Finalise"] = lambda _: dispatch_pb2.FinaliseResponse(sending=SENDING)
    body = {
        "mail_kind": "acknowledged",
        "timing": {"new_start": "2027-03-01"},
        "confirmed_send_day": "2027-01-30",
        "confirmed_last_covered_day": "2027-02-28",
        "confirmed_new_start": "2027-03-01",
        "expected_gross_cents": 540,
    }

    answer = await api.ask("POST", "/v1/letters/l1/sending", json=body, headers=KEY)

    request = api.called("Finalise").request
    assert (answer.status_code, answer.headers["etag"]) == (201, '"4"')
    assert answer.json()["state"] == "scheduled"
    assert request.timing.new_start == "2027-03-01"
    assert request.confirmed_last_covered_day == "2027-02-28"
    assert (request.idempotency_key, request.expected_gross_cents) == ("key-1", 540)


async def test_a_plan_tells_its_guards_and_a_validation_confirms_them(api: Edge) -> None:
    recent = letters_pb2.RecentLetter(
        letter_id="l2",
        number="26-00041",
        send_day="2027-01-12",
        state=letters_pb2.TRACKING_STATE_IN_TRANSIT,
        contract_references=["VA 88"],
    )
    gap = letters_pb2.CoverBetween(kind=letters_pb2.CoverBetween.KIND_GAP, days=10)
    api.dispatch.answers["PlanSending"] = lambda _: dispatch_pb2.PlanSendingResponse(
        plan=dispatch_pb2.Plan(recent_letters=[recent], cover=gap)
    )
    api.dispatch.answers["Finalise"] = lambda _: dispatch_pb2.FinaliseResponse(sending=SENDING)
    timing = {"mail_kind": "simple", "timing": {"now": True}}
    shown = {"confirmed_send_day": "2027-01-30", "expected_gross_cents": 360}

    compared = {"known_new_start": "2027-02-11", "yearly_premium_cents": 36_500}
    plan = await api.ask("POST", "/v1/letters/l1/plan", json=timing | compared)
    sent = timing | shown | {"same_contract_confirmed": True}
    answer = await api.ask("POST", "/v1/letters/l1/sending", json=sent, headers=KEY)
    guessed = sent | {"same_contract_confirmed": "true"}
    refused = await api.ask("POST", "/v1/letters/l1/sending", json=guessed, headers=KEY)

    assert plan.json()["recent_letters"] == [
        {
            "letter_id": "l2",
            "number": "26-00041",
            "send_day": "2027-01-12",
            "state": "in_transit",
            "contract_references": ["VA 88"],
        }
    ]
    assert (plan.json()["cover"]["kind"], plan.json()["cover"]["days"]) == ("gap", 10)
    asked = api.called("PlanSending").request
    assert (asked.known_new_start, asked.yearly_premium_cents) == ("2027-02-11", 36_500)
    assert (answer.status_code, refused.status_code) == (201, 422)
    assert api.called("Finalise").request.same_contract_confirmed


@pytest.mark.parametrize("timing", [{}, {"now": True, "send_day": "2027-01-30"}])
async def test_a_timing_is_one_thing(api: Edge, timing: dict[str, Any]) -> None:
    answer = await api.ask(
        "POST", "/v1/letters/l1/plan", json={"mail_kind": "simple", "timing": timing}
    )

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "timing"


async def test_a_sending_is_moved_and_cancelled_by_its_letter(api: Edge) -> None:
    api.dispatch.answers["GetSending"] = lambda _: dispatch_pb2.GetSendingResponse(sending=SENDING)
    api.dispatch.answers["Reschedule"] = lambda _: dispatch_pb2.RescheduleResponse(sending=SENDING)
    api.dispatch.answers["Cancel"] = lambda _: dispatch_pb2.CancelResponse(sending=SENDING)

    moved = await api.ask(
        "PATCH",
        "/v1/letters/l1/sending",
        json={"send_day": "2027-02-01"},
        headers={"If-Match": '"4"'},
    )
    cancelled = await api.ask("DELETE", "/v1/letters/l1/sending", headers={"If-Match": '"4"'})

    assert (moved.status_code, cancelled.status_code) == (200, 200)
    assert api.called("Reschedule").request.timing.send_day == "2027-02-01"
    assert api.called("Cancel").request.sending_id == "s1"
    assert api.called("Cancel").request.version == 4


async def test_a_proof_is_downloaded_byte_for_byte(api: Edge) -> None:
    api.dispatch.answers["GetSending"] = lambda _: dispatch_pb2.GetSendingResponse(sending=SENDING)
    api.dispatch.answers["GetProof"] = lambda _: dispatch_pb2.GetProofResponse(
        data=PDF, proof=dispatch_pb2.Proof(filename="26-00001-depot.pdf")
    )

    answer = await api.ask("GET", "/v1/letters/l1/sending/proofs/deposit")

    assert answer.content == PDF
    assert "26-00001-depot.pdf" in answer.headers["content-disposition"]
    assert api.called("GetProof").request.kind == dispatch_pb2.PROOF_KIND_DEPOSIT


async def test_credit_is_bought_for_the_account_that_asks(api: Edge) -> None:
    api.accounts.answers["GetAccount"] = lambda _: accounts_pb2.GetAccountResponse(
        account=accounts_pb2.Account(
            trade_name="Agence Béraud",
            email="a@b.fr",
            address=accounts_pb2.PostalAddress(street="12 place", postcode="38000", town="G"),
        )
    )
    api.billing.answers["StartTopUp"] = lambda _: billing_pb2.StartTopUpResponse(
        top_up_id="t1", checkout_url="https://card.test/t1"
    )

    answer = await api.ask("POST", "/v1/credit/top-ups", json={"amount_cents": 10_000}, headers=KEY)

    request = api.called("StartTopUp").request
    assert answer.json() == {"top_up_id": "t1", "checkout_url": "https://card.test/t1"}
    assert list(request.buyer_lines) == ["12 place", "38000 G"]
    assert request.return_url == "http://edge.test/credit?achat={TOP_UP_ID}"


async def test_a_credit_note_is_downloaded_by_the_number_that_the_statement_names(
    api: Edge,
) -> None:
    api.billing.answers["ListEntries"] = lambda _: billing_pb2.ListEntriesResponse(
        entries=[
            billing_pb2.StatementEntry(
                kind=billing_pb2.ENTRY_KIND_REVERSAL, credit_note_number="AV-2027-000001"
            )
        ]
    )
    api.billing.answers["GetCreditNote"] = lambda _: billing_pb2.GetCreditNoteResponse(
        pdf=PDF, number="AV-2027-000001"
    )

    listed = (await api.ask("GET", "/v1/credit/entries")).json()["entries"][0]
    answer = await api.ask("GET", f"/v1/credit/credit-notes/{listed['credit_note_number']}")

    assert listed["kind"] == "reversal"
    assert answer.content == PDF
    assert api.called("GetCreditNote").request.number == "AV-2027-000001"


async def test_staff_reject_a_proof_for_a_reason(api: Edge) -> None:
    api.accounts.answers["RejectProof"] = lambda _: accounts_pb2.RejectProofResponse(
        proof=accounts_pb2.Proof(id="p1", state=accounts_pb2.PROOF_STATE_REJECTED)
    )

    answer = await api.ask(
        "POST",
        "/v1/staff/reviews/a1/proofs/p1/rejection",
        token=STAFF,
        json={"reason": "unreadable", "note": "La page 2 manque de netteté."},
    )

    request = api.called("RejectProof").request
    assert answer.json()["state"] == "rejected"
    assert request.reason == accounts_pb2.REJECTION_REASON_UNREADABLE
    assert (request.account_id, request.proof_id) == ("a1", "p1")


async def test_a_case_is_evaluated_without_an_account(api: Edge) -> None:
    api.letters.answers["EvaluateTermination"] = lambda _: letters_pb2.EvaluateTerminationResponse(
        evaluation=letters_pb2.Evaluation(ok=True, send_day="2026-10-30")
    )

    answer = await api.ask(
        "POST",
        "/v1/terminations/evaluate",
        token=None,
        json={
            "contract_type": "habitation_locataire",
            "ground": "ECHEANCE",
            "fields": {"anniversary": "2027-01-01"},
            "new_start": "2027-01-01",
        },
    )

    request = api.called("EvaluateTermination").request
    assert (answer.json()["ok"], answer.json()["send_day"]) == (True, "2026-10-30")
    assert request.facts.ground == "ECHEANCE"
    assert request.facts.policyholder_kind == letters_pb2.POLICYHOLDER_KIND_PERSON
    assert dict(request.facts.fields) == {"anniversary": "2027-01-01"}
    assert request.WhichOneof("wish") == "new_start"


async def test_the_statement_is_given_as_a_spreadsheet(api: Edge) -> None:
    api.billing.answers["ListEntries"] = lambda _: billing_pb2.ListEntriesResponse(
        entries=[
            billing_pb2.StatementEntry(
                kind=billing_pb2.ENTRY_KIND_HOLD, available_change_cents=-540, cause="26-00001"
            )
        ]
    )

    answer = await api.ask("GET", "/v1/credit/statement.csv?first=2026-01-01&last=2026-12-31")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert ";26-00001;;-5,40;" in answer.content.decode("utf-8-sig")
    assert api.called("ListEntries").request.from_day == "2026-01-01"


async def test_a_statement_of_more_than_a_year_is_refused(api: Edge) -> None:
    answer = await api.ask("GET", "/v1/credit/statement.csv?first=2024-01-01&last=2026-12-31")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["reason"] == "period-too-long"
