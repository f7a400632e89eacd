"""The statement of credit, and the papers downloaded from it."""

import re

from kit.errors import Kind, TurnedDown
from preavis.billing.v1 import billing_pb2
from services.gateway.tests.pages import rig, sample, sample_letter

NUMBER = "AV-2026-000003"
REVERSAL = billing_pb2.StatementEntry(
    kind=billing_pb2.ENTRY_KIND_REVERSAL,
    available_change_cents=540,
    available_after_cents=13_380,
    cause=sample_letter.NUMBER,
    product=billing_pb2.PRODUCT_LRE_ACKNOWLEDGED,
    occurred_at=sample.at("2026-11-30T08:12"),
    on_day="2026-11-30",
    credit_note_number=NUMBER,
)


class NoCreditNote(TurnedDown):
    kind = Kind.MISSING
    reason = "credit-note-missing"


def logged_in() -> rig.Browser:
    browser = rig.browser()
    browser.log_in()
    browser.stubs.billing.answers["ListEntries"] = billing_pb2.ListEntriesResponse(
        entries=[REVERSAL, *sample.entries()]
    )
    return browser


async def test_a_debit_that_came_back_leads_to_its_credit_note() -> None:
    shown = (await logged_in().open("/facturation")).text

    assert "Lettre non distribuée, crédit rendu" in shown
    assert re.findall(r'href="(/facturation/avoirs/[^"]+)"', shown) == [
        f"/facturation/avoirs/{NUMBER}"
    ]


async def test_a_credit_note_is_given_as_billing_made_it() -> None:
    browser = logged_in()
    browser.stubs.billing.answers["GetCreditNote"] = billing_pb2.GetCreditNoteResponse(
        pdf=b"%PDF-1.7 avoir", number=NUMBER
    )

    answer = await browser.open(f"/facturation/avoirs/{NUMBER}")

    (request,) = browser.stubs.billing.requests("GetCreditNote")
    assert request.number == NUMBER
    assert answer.content == b"%PDF-1.7 avoir"
    assert f"{NUMBER}.pdf" in answer.headers["content-disposition"]


async def test_a_number_that_is_not_this_accounts_is_not_found() -> None:
    browser = logged_in()
    browser.stubs.billing.answers["GetCreditNote"] = NoCreditNote()

    answer = await browser.open("/facturation/avoirs/AV-2026-999999")

    assert answer.status_code == 404
    assert "Avoir introuvable" in answer.text
