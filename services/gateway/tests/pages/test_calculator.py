"""The public calculator: a link holds the question, the page its answer, and we keep neither."""

import csv
import io
from html import unescape

import pytest

from preavis.letters.v1 import letters_pb2 as pb
from services.gateway.tests.pages import rig

HEALTH = (
    "/calculateur?type=sante_individuelle&organisme=mutualite&motif=RIA"
    "&first_subscription=01/02/2022&reprise=01/01/2027&prime=1200&calculer=1"
)


def plain(text: str) -> str:
    return unescape(text).replace("\u00a0", " ").replace("\u202f", " ")


async def test_the_page_opens_on_its_questions_and_an_example() -> None:
    browser = rig.browser()

    shown = await browser.open("/calculateur")

    assert shown.status_code == 200
    assert 'name="first_subscription"' in shown.text
    assert 'name="reprise"' in shown.text
    assert 'name="new_insurer_name"' not in shown.text
    assert 'name="acts_for_new_insurer"' not in shown.text
    assert 'name="birth_day"' not in shown.text
    assert "un exemple" in shown.text
    assert 'value="HAMON"' not in shown.text  # closed to this contract
    assert not browser.stubs.letters.requests("PlanTermination")


async def test_a_link_holds_the_question_and_shows_its_answer() -> None:
    browser = rig.browser()

    shown = await browser.open(HEALTH)

    asked = browser.stubs.letters.requests("PlanTermination")[0]
    assert (asked.facts.ground, asked.new_start) == ("RIA", "2027-01-01")
    assert asked.facts.code_family == pb.CODE_FAMILY_MUTUALITE
    assert dict(asked.facts.fields) == {"first_subscription": "2022-02-01"}
    assert asked.yearly_premium_cents == 1200_00
    said = plain(shown.text)
    assert "dimanche 29 novembre 2026, avant 20 h" in said
    assert "Entre les deux contrats" in said
    assert "101,92 €" in said
    assert "Imprimer" in said


async def test_a_refusal_links_to_the_nearest_date_and_to_another_ground() -> None:
    browser = rig.browser()
    refusal = pb.Refusal(
        reason="too-late",
        sentence="Trop tard.",
        nearest_possible_day="2027-01-02",
        nearest_is_new_start=True,
        alternative_grounds=["ECHEANCE"],
    )
    browser.stubs.letters.answers["PlanTermination"] = pb.PlanTerminationResponse(
        plan=pb.TerminationPlan(evaluation=pb.Evaluation(refusal=refusal))
    )

    shown = unescape((await browser.open(HEALTH)).text)

    assert "reprise=02%2F01%2F2027" in shown
    assert "motif=ECHEANCE" in shown
    assert "Premier début possible" in shown


async def test_a_missing_or_unreadable_answer_is_said_beside_its_field() -> None:
    browser = rig.browser()

    shown = await browser.open(
        "/calculateur?type=sante_individuelle&motif=RIA&reprise=31/02/2027&prime=douze&calculer=1"
    )

    assert shown.status_code == 422
    for name in ("first-subscription", "reprise", "prime"):
        assert f'id="c-{name}-erreur"' in shown.text
    assert not browser.stubs.letters.requests("PlanTermination")


async def test_choosing_another_contract_asks_its_questions_without_complaint() -> None:
    browser = rig.browser()

    shown = await browser.open("/calculateur?type=sante_individuelle&motif=RIA&reprise=")

    assert shown.status_code == 200
    assert "champ--erreur" not in shown.text


async def test_what_is_offered_no_more_takes_the_first_choice() -> None:
    browser = rig.browser()

    shown = await browser.open("/calculateur?type=fusee&motif=ENNUI")

    assert shown.status_code == 200
    assert '<option value="auto" selected>' in shown.text
    assert '<option value="ECHEANCE" selected>' in shown.text


async def test_a_companys_contract_is_asked_as_one() -> None:
    browser = rig.browser()

    await browser.open(HEALTH + "&qui=societe")

    for rpc in ("ListContractTypes", "ListGrounds", "DescribeForm"):
        asked = browser.stubs.letters.requests(rpc)[-1]
        assert asked.policyholder_kind == pb.POLICYHOLDER_KIND_COMPANY
    (planned,) = browser.stubs.letters.requests("PlanTermination")
    assert planned.facts.policyholder_kind == pb.POLICYHOLDER_KIND_COMPANY


async def test_what_is_typed_in_a_link_is_text_and_nothing_else() -> None:
    browser = rig.browser()

    shown = await browser.open(
        "/calculateur?type=sante_individuelle&motif=RIA&calculer=1"
        "&first_subscription=01/02/2022&prime=%3Cscript%3E&x=%22%3E%3Cscript%3Ealert(1)"
        f"&reprise={'9' * 999}"
    )

    assert "<script>alert" not in shown.text
    assert "9" * 121 not in shown.text


async def test_several_contracts_come_back_as_their_table() -> None:
    browser = rig.browser()
    table = ("contrats.csv", b"Contrat;Souscription\nAuto;05/02/2020\nMoto;\n", "text/csv")

    answer = await browser.send(
        "/calculateur/tableau", {}, page="/calculateur", files={"tableau": table}
    )

    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert [row[0] for row in rows] == ["Contrat", "Auto", "Moto"]
    asked = browser.stubs.letters.requests("PlanTerminations")[0]
    assert dict(asked.rows[0].cells) == {"Contrat": "Auto", "Souscription": "05/02/2020"}


@pytest.mark.parametrize("data", [b"", b"a\n" + b"x\n" * 10_001], ids=["empty", "too long"])
async def test_what_is_no_table_is_said_beside_its_field(data: bytes) -> None:
    browser = rig.browser()

    answer = await browser.send(
        "/calculateur/tableau", {}, page="/calculateur", files={"tableau": ("t.csv", data)}
    )

    assert answer.status_code == 422
    assert 'id="c-tableau-erreur"' in answer.text


async def test_a_visitor_who_asks_too_often_waits() -> None:
    browser = rig.browser()
    browser.app.state.store.waits["visitor"] = 3

    assert (await browser.open(HEALTH)).status_code == 429


async def test_whole_tables_are_counted_by_themselves() -> None:
    browser = rig.browser()
    browser.app.state.store.waits["tables"] = 3

    answer = await browser.send(
        "/calculateur/tableau", {}, page="/calculateur", files={"tableau": ("t.csv", b"a\nb\n")}
    )

    assert answer.status_code == 429
    assert not browser.stubs.letters.requests("PlanTerminations")


async def test_the_home_page_leads_to_it() -> None:
    browser = rig.browser()

    assert 'href="/calculateur"' in (await browser.open("/")).text


async def test_an_agent_goes_on_to_a_letter() -> None:
    browser = rig.browser()
    browser.log_in()

    shown = await browser.open(HEALTH)

    assert 'href="/resiliations/nouvelle"' in shown.text


async def test_a_field_of_few_answers_is_a_list_that_may_stay_unanswered() -> None:
    browser = rig.browser()
    choice = pb.FormField.Choice
    browser.stubs.letters.answers["DescribeForm"] = pb.DescribeFormResponse(
        fields=[
            pb.FormField(
                name="event_kind",
                kind=pb.FIELD_KIND_TEXT,
                label="Que s’est-il passé ?",
                choices=[choice(value="MOVE", label="Un déménagement")],
            ),
            pb.FormField(name="is_home", kind=pb.FIELD_KIND_YES_NO, label="Sa résidence"),
            pb.FormField(name="is_let", kind=pb.FIELD_KIND_YES_NO, label="Loué"),
        ]
    )

    shown = await browser.open("/calculateur?motif=RIA&event_kind=MOVE&is_home=oui&calculer=1")

    assert '<option value="MOVE" selected>Un déménagement</option>' in shown.text
    assert '<option value="">Non précisé</option>' in shown.text
    asked = browser.stubs.letters.requests("PlanTermination")[0]
    assert dict(asked.facts.fields) == {"event_kind": "MOVE", "is_home": "true"}
