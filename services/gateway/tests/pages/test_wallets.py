"""The staff's pages about money, on stubs: what is asked of billing."""

from kit.errors import FieldError, InvalidFields
from preavis.billing.v1 import billing_pb2
from services.gateway.tests.pages import rig, sample

PAGE = f"/equipe/credits/{sample.ACCOUNT_ID}"


def staff() -> rig.Browser:
    browser = rig.browser()
    browser.log_in(rig.STAFF)
    return browser


async def test_frozen_wallets_lead_to_their_account() -> None:
    shown = await staff().open("/equipe/credits")

    assert shown.status_code == 200
    assert f'href="{PAGE}"' in shown.text
    assert "Paiement contesté" in shown.text


async def test_staff_see_the_debt_and_what_was_done() -> None:
    shown = await staff().open(PAGE)

    assert "60,00" in shown.text
    assert "a enregistré un virement" in shown.text


async def test_a_wallet_is_let_go_with_the_version_that_was_seen() -> None:
    browser = staff()

    answer = await browser.send(
        f"{PAGE}/degel", {"note": "Dette réglée par virement.", "version": "7"}, page=PAGE
    )

    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    (request,) = browser.stubs.billing.requests("UnfreezeWallet")
    assert request == billing_pb2.UnfreezeWalletRequest(
        account_id=sample.ACCOUNT_ID, note="Dette réglée par virement.", version=7
    )


async def test_a_reason_that_is_missing_is_asked_for_beside_its_field() -> None:
    browser = staff()
    browser.stubs.billing.answers["UnfreezeWallet"] = InvalidFields(
        [FieldError("note", "staff-note-length")]
    )

    answer = await browser.send(f"{PAGE}/degel", {"note": "", "version": "7"}, page=PAGE)

    assert answer.status_code == 422
    assert "Dites en une phrase pourquoi" in answer.text


async def test_a_transfer_is_recorded_in_cents_for_the_account_as_buyer() -> None:
    browser = staff()

    await browser.send(
        f"{PAGE}/virements",
        {"reference": "VIR 2026 11", "amount": "1 284,40 €", "received_on": "20/11/2026"},
        page=PAGE,
    )

    (request,) = browser.stubs.billing.requests("RecordTransfer")
    assert (request.reference, request.amount_cents) == ("VIR 2026 11", 128_440)
    assert request.received_on == "2026-11-20"
    assert request.buyer_name == sample.account().trade_name
    assert request.buyer_email == sample.account().email


async def test_an_unreadable_sum_records_nothing() -> None:
    browser = staff()

    answer = await browser.send(
        f"{PAGE}/virements",
        {"reference": "VIR-1", "amount": "beaucoup", "received_on": "20/11/2026"},
        page=PAGE,
    )

    assert answer.status_code == 422
    assert "Écrivez un montant en euros" in answer.text
    assert browser.stubs.billing.requests("RecordTransfer") == []
