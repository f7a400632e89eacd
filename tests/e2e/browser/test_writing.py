"""Writing: each ground for a person or a company, dates explained, mistakes and refusals."""

from datetime import date, timedelta

import pytest
from playwright.async_api import expect

from tests.e2e.browser.person import Person, said, words
from tests.e2e.browser.writing import (
    COMPANY,
    PERSON,
    Case,
    answer_ground,
    choose_body,
    hamon,
    name_policyholder,
    typed,
    write,
)

pytestmark = [pytest.mark.servers, pytest.mark.browser]


async def test_type_ahead_finds_bodies_and_says_when_none_is_there(agent: Person) -> None:
    await agent.open("/resiliations/nouvelle")
    await agent.look(thoroughly=True)
    await agent.press("Continuer vers l'ancien assureur")
    await agent.is_told("Remplissez ce champ.", beside="Nom")
    await agent.is_told("Choisissez Madame ou Monsieur.")
    await agent.look()
    await agent.choose("Madame")
    await agent.fill_all({**PERSON, "Code postal": "380", "Date de naissance": "30/2/84"})
    await agent.press("Continuer vers l'ancien assureur")
    await agent.is_told("février 1984 s'arrête au 29", beside="Date de naissance")
    await agent.fill("Date de naissance", "29/2/84")
    await agent.press("Continuer vers l'ancien assureur")
    await agent.is_told("Un code postal a cinq chiffres", beside="Code postal")
    await agent.fill("Code postal", "38000")
    await agent.press("Continuer vers l'ancien assureur")

    search = agent.page.get_by_role("searchbox", name=words("Ancien assureur"))
    await search.press_sequentially("bel-sau")
    await expect(agent.page.get_by_role("radio", name="Mutuelle Bel-Saule")).to_be_visible()
    await agent.sees("1 organisme trouvé")
    await agent.look(thoroughly=True)
    await search.fill("zzzz inconnue")
    await agent.sees("Aucun organisme trouvé")
    await agent.press("Continuer vers le motif")
    await agent.is_told("Cet organisme n'est pas dans l'annuaire.")
    told = agent.page.get_by_role("searchbox", name=words("Ancien assureur"))
    await expect(told).to_have_accessible_description(said("Cet organisme n'est pas dans"))
    await agent.is_told("Choisissez le type du contrat à résilier.")
    await agent.look()


async def test_a_date_before_the_law_allows_is_refused_with_the_nearest_one(
    agent: Person, today: date
) -> None:
    case = hamon(today, days=40, age_days=100)
    await agent.open("/resiliations/nouvelle")
    await name_policyholder(agent, case)
    await choose_body(agent, case)
    await agent.look()
    await answer_ground(agent, case)
    await agent.press("Calculer les dates")

    await agent.is_told(
        "Ce contrat a moins d'un an", beside="Prise d'effet chez le nouvel assureur"
    )
    await agent.sees("Premier début possible du nouveau contrat")
    await agent.look(thoroughly=True)
    await agent.press("Voir la lettre")
    await agent.sees("Le contrat est enregistré. Corrigez-le ici")


async def test_a_hamon_letter_explains_its_dates_by_their_articles(
    agent: Person, today: date
) -> None:
    number = await write(agent, hamon(today))

    await agent.sees_heading("Mme Hélène Marchetti quitte Assurances Haut-Verveine")
    dates = agent.page.get_by_role("region", name=said("Les dates, et pourquoi"))
    await expect(dates).to_contain_text(said("Envoi de la lettre"))
    await expect(dates).to_contain_text(said("Réception présumée"))
    await expect(dates).to_contain_text(said("Art. L. 113-15-2 du code des assurances"))
    await agent.sees("Décider du mandat")
    sheet = agent.page.get_by_role("article", name="Texte de la lettre")
    await expect(sheet).to_contain_text("Marchetti")
    await agent.look(thoroughly=True)
    for paper in ("lettre", "mandat"):
        answer = await agent.page.request.get(f"/resiliations/{number}/{paper}.pdf")
        assert (await answer.body()).startswith(b"%PDF"), paper

    await agent.follow("Modifier les compléments")
    await agent.look()
    await agent.open(f"/resiliations/{number}/mandat")
    await agent.look(thoroughly=True)


async def test_a_company_terminates_at_its_anniversary(agent: Person, today: date) -> None:
    anniversary = today + timedelta(days=150)
    answers = {"Échéance du contrat": typed(anniversary)}
    case = Case(
        "Assurances Haut-Verveine", "Auto", "Échéance annuelle", answers, policyholder=COMPANY
    )
    await agent.open("/resiliations/nouvelle")
    await agent.choose("Une société")
    await agent.fill_all({**COMPANY, "SIRET": "000 458 125 00012"})
    await agent.press("Continuer vers l'ancien assureur")
    await agent.is_told("Un des quatorze chiffres du SIRET est faux", beside="SIRET")
    await agent.fill("SIRET", COMPANY["SIRET"])
    await agent.press("Continuer vers l'ancien assureur")
    await choose_body(agent, case)
    await answer_ground(agent, case)
    await agent.press("Voir la lettre")

    await agent.sees_heading("Ateliers Aubertin quitte Assurances Haut-Verveine")
    await agent.sees("Fin de l'ancien contrat")


async def test_a_letter_in_ones_own_words_has_no_computed_date(agent: Person) -> None:
    words_of_ours = {"Motif de la résiliation": "Le véhicule a été détruit le mois dernier."}
    case = Case(
        "Assurances Haut-Verveine", "Auto", "Motif personnalisé", words_of_ours, ("J'ai vérifié",)
    )
    await agent.open("/resiliations/nouvelle")
    await name_policyholder(agent, case)
    await choose_body(agent, case)
    await answer_ground(agent, case)
    await agent.press("Voir la lettre")

    await agent.sees("Réception présumée")
    sheet = agent.page.get_by_role("article", name="Texte de la lettre")
    await expect(sheet).to_contain_text("Le véhicule a été détruit le mois dernier.")


async def test_ria_names_the_new_body_and_asks_the_policyholders_birth(
    agent: Person, today: date
) -> None:
    answers = {
        "Date de première souscription": typed(today - timedelta(days=900)),
        "Prise d'effet chez le nouvel assureur": typed(today + timedelta(days=75)),
        "Nouvel assureur": "Solenne Mutuelle",
        "SIREN du nouvel organisme": "000 458 125",
        "Mention légale du nouvel organisme": "mutuelle du livre II du code de la mutualité",
        "Contact chez le nouvel organisme": "Service adhésions",
        "Téléphone du contact": "04 65 71 98 76",
        "Courriel du contact": "adhesions@solenne.example",
    }
    case = Case(
        "Mutuelle Bel-Saule",
        "Complémentaire santé individuelle",
        "Résiliation infra-annuelle santé",
        answers,
        ("L'agence notifie aussi",),
    )
    await write(agent, case)

    dates = agent.page.get_by_role("region", name=said("Les dates, et pourquoi"))
    await expect(dates).to_contain_text(said("Art. L. 221-10-2 du code de la mutualité"))
    await expect(dates).to_contain_text("Début du nouveau contrat")
