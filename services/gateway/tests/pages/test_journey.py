"""The pages of the journey, on stubs: what is asked of whom, and what is shown."""

import re

import pytest

from kit.errors import FieldError, InvalidFields, Kind, TurnedDown
from preavis.accounts.v1 import accounts_pb2
from preavis.billing.v1 import billing_pb2
from preavis.letters.v1 import letters_pb2
from preavis.signature.v1 import signature_pb2
from services.gateway.tests.pages import rig, sample, sample_letter

LETTER = f"/resiliations/{sample_letter.NUMBER}"
THIS_ONE = "contrat=01900000-0000-7000-8000-0000000000c1"
CONTRACT = f"{LETTER}/contrat?type=sante_individuelle&motif=RIA"
SIGN_UP = {
    "kind": "intermediary",
    "email": "neuf@agence.example",
    "password": "une phrase assez longue",
    "trade_name": "Agence Neuve",
    "orias_number": "07 045 812",
    "street": "1 rue Neuve",
    "postcode": "38000",
    "town": "Grenoble",
    "phone": "04 65 71 12 34",
    "first_name": "Ada",
    "last_name": "Neuf",
    "conditions": "oui",
}


class NoCredit(TurnedDown):
    reason = "credit-insufficient"


class Away(TurnedDown):
    kind = Kind.LATER
    reason = "peer-unavailable"


def logged_in() -> rig.Browser:
    browser = rig.browser()
    browser.log_in()
    return browser


async def test_signing_up_asks_for_an_account_and_says_where_to_look() -> None:
    browser = rig.browser()

    answer = await browser.send("/inscription", SIGN_UP)

    (request,) = browser.stubs.accounts.requests("SignUp")
    assert request.kind == accounts_pb2.ACCOUNT_KIND_INTERMEDIARY
    assert request.orias_number == "07045812"
    assert request.idempotency_key == "key-of-the-form"
    assert answer.status_code == 200
    assert "neuf@agence.example" in answer.text


async def test_each_mistake_is_said_above_and_beside_its_field_and_nothing_is_retyped() -> None:
    browser = rig.browser()
    browser.stubs.accounts.answers["SignUp"] = InvalidFields(
        [
            FieldError("orias_number", "field-required"),
            FieldError("address.postcode", "postcode-five-digits"),
        ]
    )

    answer = await browser.send("/inscription", SIGN_UP)

    assert answer.status_code == 422
    assert "<title>Erreur\u00a0: " in answer.text
    assert "2 réponses à corriger" in answer.text
    assert answer.text.count('href="#c-postcode"') == 1
    assert 'value="Agence Neuve"' in answer.text
    assert SIGN_UP["password"] not in answer.text
    assert re.search(r'id="c-postcode"[^>]*aria-invalid="true"', answer.text)


async def test_a_refused_login_keeps_the_address_and_not_the_password() -> None:
    browser = rig.browser()
    browser.stubs.accounts.answers["LogIn"] = rig.SessionOver()

    answer = await browser.send("/connexion", {"email": "a@b.example", "password": "secret-12"})

    assert answer.status_code == 403
    assert 'value="a@b.example"' in answer.text
    assert "secret-12" not in answer.text


async def test_a_new_letter_leads_to_the_old_insurer() -> None:
    browser = logged_in()

    answer = await browser.send(
        "/resiliations/nouvelle",
        {
            "kind": "person",
            "persons.0.title": "madame",
            "persons.0.first_name": "Hélène",
            "persons.0.last_name": "Marchetti",
            "persons.0.birth_day": "140384",
            "address_lines.0": "8 rue du Vieux-Temple",
            "postcode": "38 000",
            "town": "Grenoble",
            "emails.0": "h@mail.example",
        },
    )

    (request,) = browser.stubs.letters.requests("CreateLetter")
    (person,) = request.policyholder.persons
    assert (person.title, person.birth_day) == (letters_pb2.TITLE_MADAME, "1984-03-14")
    assert request.policyholder.postcode == "38000"
    assert answer.headers["location"] == f"{LETTER}/assureur"


async def test_a_birth_day_that_does_not_exist_stops_before_letters_is_asked() -> None:
    browser = logged_in()

    answer = await browser.send(
        "/resiliations/nouvelle",
        {"kind": "person", "persons.0.title": "madame", "persons.0.birth_day": "30/02/1984"},
    )

    assert answer.status_code == 422
    assert "février 1984 s’arrête au 29" in answer.text
    assert not browser.stubs.letters.requests("CreateLetter")


async def test_the_search_underlines_what_matched_and_marks_paper_only() -> None:
    answer = await logged_in().open(f"{LETTER}/assureur?assureur=garan")

    assert 'La <b class="trouve">Garan</b>cière' in answer.text
    assert "Papier seulement" in answer.text
    assert "2 organismes trouvés" in answer.text


async def test_the_contract_page_shows_fields_of_the_pair_and_dates_with_their_articles() -> None:
    answer = await logged_in().open(
        f"{LETTER}/contrat?contrat=01900000-0000-7000-8000-0000000000c1"
    )

    assert 'name="fields.first_subscription"' in answer.text
    assert 'value="01/02/2022"' in answer.text
    assert "La loi Hamon ne vise pas la santé" in answer.text
    assert "Article R.\u00a0221-6 du code de la mutualité" in answer.text


async def test_the_contract_page_names_the_papers_of_the_ground() -> None:
    browser = logged_in()
    form = browser.stubs.letters.answers["DescribeForm"]
    form.documents.add(code="mandate", label="Mandat de résiliation")
    form.documents.add(code="deed", label="Acte de vente ou de donation")

    answer = await browser.open(CONTRACT)

    assert "Mandat de résiliation\u202f; Acte de vente ou de donation." in answer.text


@pytest.mark.parametrize(("chosen", "folded"), [("G1", 6), ("G8", 5)])
async def test_many_grounds_are_folded_but_for_the_first_and_the_agents_own(
    chosen: str, folded: int
) -> None:
    browser = logged_in()
    listed = letters_pb2.ListGroundsResponse()
    for code in (*(f"G{rank}" for rank in range(1, 12)), "CUSTOM"):
        listed.grounds.add(code=code, label=code, open=True)
    listed.grounds.add(code="CHATEL", label="CHATEL")
    browser.stubs.letters.answers["ListGrounds"] = listed

    answer = await browser.open(f"{LETTER}/contrat?{THIS_ONE}&type=auto&motif={chosen}")

    before, rest = answer.text.split('<details class="plus-types">')
    within, after = rest.split("</details>", 1)
    assert all(f'value="{code}"' in before for code in ("G1", "G5", chosen, "CUSTOM"))
    assert f"Voir les {folded} autres motifs" in within
    assert within.count('name="ground"') == folded
    assert 'value="CHATEL"' in after


async def test_a_contract_the_law_refuses_is_kept_and_the_nearest_day_is_said() -> None:
    browser = logged_in()
    browser.stubs.letters.answers["EvaluateTermination"] = letters_pb2.EvaluateTerminationResponse(
        evaluation=sample_letter.refused_evaluation()
    )

    answer = await browser.send(
        f"{LETTER}/contrat",
        {
            "contract_type": "sante_individuelle",
            "contract_id": "01900000-0000-7000-8000-0000000000c1",
            "ground": "RIA",
            "reference": "VA-88-204417",
            "fields.first_subscription": "010222",
            "fields.wanted_new_start": "010127",
            "persons.0.birth_name": "Vasseur",
            "persons.0.birth_day": "14/03/1984",
        },
        page=CONTRACT,
    )

    (kept,) = browser.stubs.letters.requests("SetContract")
    assert kept.fields["wanted_new_start"] == "2027-01-01"
    assert answer.status_code == 422
    assert answer.text.count("Trop tard pour le 1") == 3  # above, at the field, among the dates
    assert "vendredi 8\u00a0janvier\u00a02027" in answer.text


async def test_the_letter_shows_what_remains_and_finalising_only_when_all_is_done() -> None:
    browser = logged_in()

    waiting = await browser.open(LETTER)
    browser.stubs.dispatch.answers["Preflight"] = sample_letter.preflight(ready=True)
    ready = await browser.open(LETTER)

    assert "1 sur 5" in waiting.text
    assert f'href="{LETTER}/finaliser"' not in waiting.text
    assert f'href="{LETTER}/finaliser"' in ready.text
    assert "<mark>29 novembre 2026</mark>" in ready.text


async def test_the_letter_page_stands_when_billing_and_signature_are_away() -> None:
    browser = logged_in()
    browser.stubs.billing.answers["GetWallet"] = Away()
    browser.stubs.signature.answers["GetMandate"] = Away()
    browser.stubs.letters.answers["PreviewLetter"] = Away()

    answer = await browser.open(LETTER)

    assert answer.status_code == 200
    assert "indisponible" in answer.text


async def test_not_attaching_the_mandate_records_the_warning_that_was_read() -> None:
    browser = logged_in()

    unread = await browser.send(f"{LETTER}/mandat/sans", {}, page=f"{LETTER}/mandat")
    assert unread.status_code == 422
    assert not browser.stubs.signature.requests("OptOut")

    await browser.send(
        f"{LETTER}/mandat/sans",
        {"accepted": "oui", "warning_version": "2026-11"},
        page=f"{LETTER}/mandat",
    )
    (request,) = browser.stubs.signature.requests("OptOut")
    assert request.warning_version == "2026-11"


async def test_a_scan_is_uploaded_then_validated_once_looked_at() -> None:
    browser = logged_in()
    scan = {"file": ("mandat.pdf", b"%PDF-1.7", "application/pdf")}

    await browser.send(f"{LETTER}/mandat/scan", {}, page=f"{LETTER}/mandat", files=scan)
    (uploaded,) = browser.stubs.signature.requests("UploadScan")
    assert (uploaded.filename, uploaded.data) == ("mandat.pdf", b"%PDF-1.7")

    browser.stubs.signature.answers["GetMandate"] = sample_letter.mandate(
        signature_pb2.MANDATE_DECISION_SCAN_TO_VALIDATE
    )
    blind = await browser.send(
        f"{LETTER}/mandat/valider", {"sha256": "ab" * 32}, page=f"{LETTER}/mandat"
    )
    assert blind.status_code == 422
    assert not browser.stubs.signature.requests("ValidateScan")


CONFIRMED = {
    "new_start": "01/01/2027",
    "shown_start": "2027-01-01",
    "mail_kind": "acknowledged",
    "confirmed_send_day": "2026-11-29",
    "confirmed_last_covered_day": "2026-12-31",
    "confirmed_new_start": "2027-01-01",
    "expected_gross_cents_acknowledged": "540",
    "expected_gross_cents_simple": "360",
    "confirm_dates": "oui",
    "confirm_frozen": "oui",
}


async def test_finalising_sends_what_was_confirmed_and_tells_the_day_and_the_sum() -> None:
    browser = logged_in()

    answer = await browser.send(f"{LETTER}/finaliser", CONFIRMED)
    followed = await browser.open(answer.headers["location"])

    (request,) = browser.stubs.dispatch.requests("Finalise")
    assert request.timing.new_start == "2027-01-01"
    assert request.mail_kind == letters_pb2.MAIL_KIND_ACKNOWLEDGED
    assert request.expected_gross_cents == 540
    assert request.confirmed_last_covered_day == "2026-12-31"
    assert "Envoi programmé pour le dimanche 29" in followed.text
    assert "5,40\u00a0€ débités" in followed.text


async def test_nothing_is_finalised_before_both_boxes_are_ticked() -> None:
    browser = logged_in()

    answer = await browser.send(f"{LETTER}/finaliser", CONFIRMED | {"confirm_dates": ""})

    assert answer.status_code == 422
    assert not browser.stubs.dispatch.requests("Finalise")
    assert not re.search(r'name="confirm_frozen"[^>]*checked', answer.text)


async def test_a_neighbour_date_wins_when_it_was_picked() -> None:
    browser = logged_in()

    await browser.send(f"{LETTER}/finaliser", CONFIRMED | {"neighbour": "2026-12-31"})

    (request,) = browser.stubs.dispatch.requests("Finalise")
    assert request.timing.new_start == "2026-12-31"  # dispatch answers that the dates changed


async def test_short_credit_offers_to_buy_and_come_back_here() -> None:
    browser = logged_in()
    browser.stubs.dispatch.answers["Preflight"] = sample_letter.preflight(ready=True, available=280)
    browser.stubs.dispatch.answers["Finalise"] = NoCredit(missing_cents="260")

    shown = await browser.open(f"{LETTER}/finaliser")
    answer = await browser.send(f"{LETTER}/finaliser", CONFIRMED)

    assert "Il manque 2,60\u00a0€" in shown.text
    assert f'href="/credit?pour={sample_letter.NUMBER}"' in shown.text
    assert answer.status_code == 422


async def test_buying_leads_to_the_card_page_and_back_to_the_letter() -> None:
    browser = logged_in()

    answer = await browser.send("/credit", {"amount": "10000", "back": sample_letter.NUMBER})

    (request,) = browser.stubs.billing.requests("StartTopUp")
    assert request.amount_cents == 10_000
    assert request.return_url == (
        f"{rig.ORIGIN}/credit/retour/{{TOP_UP_ID}}?pour={sample_letter.NUMBER}"
    )
    assert answer.headers["location"] == "https://checkout.stripe.com/c/pay/1"


async def test_a_payment_in_hand_is_looked_at_again_by_itself() -> None:
    browser = logged_in()
    browser.stubs.billing.answers["GetTopUp"] = billing_pb2.GetTopUpResponse(
        top_up=sample.top_up(billing_pb2.TOP_UP_STATE_PROCESSING)
    )

    answer = await browser.open("/credit/retour/x")

    assert 'hx-trigger="every 2s"' in answer.text
    assert '<noscript><meta http-equiv="refresh"' in answer.text
    assert browser.stubs.billing.requests("GetTopUp")[0].refresh


async def test_the_list_asks_for_its_filters() -> None:
    browser = logged_in()

    answer = await browser.open(
        "/resiliations?vue=envoyees&suivi=recues&souscripteur=Vial&du=01/12/26&tri=effet"
    )

    asked = next(r for r in browser.stubs.letters.requests("ListLetters") if r.filters.policyholder)
    assert asked.view == letters_pb2.LETTER_VIEW_SENT
    assert asked.sort == letters_pb2.LETTER_SORT_EFFECT
    assert asked.descending
    assert asked.filters.last_covered_from == "2026-12-01"
    assert set(asked.filters.tracking_states) == {
        letters_pb2.TRACKING_STATE_SIGNED,
        letters_pb2.TRACKING_STATE_COLLECTED,
    }
    assert 'aria-sort="descending"' in answer.text


async def test_a_filter_that_is_no_day_is_told_at_its_field_and_filters_nothing() -> None:
    browser = logged_in()

    answer = await browser.open("/resiliations?du=30/2/26")

    assert answer.status_code == 422
    assert 'id="c-du-erreur"' in answer.text
    assert answer.text.count("février 2026 s’arrête au 28") == 2  # above, and at the field
    asked = browser.stubs.letters.requests("ListLetters")[0]
    assert asked.filters.last_covered_from == ""


async def test_a_service_that_is_away_is_a_page_that_says_so() -> None:
    browser = logged_in()
    browser.stubs.letters.answers["GetLetter"] = Away()

    answer = await browser.open(LETTER)

    assert answer.status_code == 503
    assert "ne répond pas" in answer.text
