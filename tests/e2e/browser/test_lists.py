"""The list of letters: views, filters, order, search; and the account's own pages."""

from datetime import date

import pytest
from playwright.async_api import expect

from tests.e2e.browser.person import Person, said, words
from tests.e2e.browser.writing import hamon, write

pytestmark = [pytest.mark.servers, pytest.mark.browser]


async def test_letters_are_found_by_views_filters_order_and_search(
    agent: Person, today: date
) -> None:
    number = await write(agent, hamon(today, name="Quenouille"))
    await agent.open("/resiliations")
    await agent.look(thoroughly=True)
    await agent.page.get_by_label("Filtrer par souscripteur").fill("quenouil")
    await agent.press("Appliquer les filtres")
    rows = agent.page.get_by_role("table").get_by_role("rowheader")
    await expect(rows).to_have_text([number])
    await agent.sees("1 lettre")
    await agent.look()
    await agent.follow("Souscripteur", within=agent.page.get_by_role("columnheader"))
    header = agent.page.get_by_role("columnheader", name=words("Souscripteur")).first
    await expect(header).to_have_attribute("aria-sort", "ascending")  # names: from A on
    await expect(rows).to_have_text([number])
    await agent.follow("Souscripteur", within=agent.page.get_by_role("columnheader"))
    await expect(header).to_have_attribute("aria-sort", "descending")
    await agent.follow("Fin du contrat", within=agent.page.get_by_role("columnheader"))
    dates = agent.page.get_by_role("columnheader", name=words("Fin du contrat")).first
    await expect(dates).to_have_attribute("aria-sort", "descending")  # days: the latest first

    await agent.follow("Tout effacer")
    await agent.page.get_by_label("Filtrer par suivi").select_option(label="Reçues")
    await agent.page.get_by_label("Filtrer par souscripteur").fill("quenouil")
    await agent.press("Appliquer les filtres")
    await agent.sees("Aucune lettre ne répond à ces filtres")
    await agent.look()

    search = agent.page.get_by_role("searchbox", name=said("Rechercher un souscripteur"))
    await search.fill(number)
    await search.press("Enter")
    await expect(rows).to_have_text([number])
    await agent.follow("À terminer", within=agent.page.get_by_role("navigation", name="Vues"))
    await agent.sees("Quenouille")


async def test_the_accounts_pages_are_accessible(agent: Person, staff: Person) -> None:
    await agent.open("/tableau-de-bord")
    await agent.look(thoroughly=True)
    for path in ("/compte", "/compte/securite", "/compte/justificatifs"):
        await agent.open(path)
        await agent.look()
    await agent.open("/equipe/verifications")
    await agent.sees("Cette page est réservée à l'équipe de Préavis.")
    await agent.open("/resiliations/99-99999")
    await agent.sees("Cette lettre n'existe pas dans votre compte.")
    await agent.look()
    for path in ("verifications", "envois-inconnus", "comptes", "credits"):
        await staff.open(f"/equipe/{path}")
        await staff.look()
    await staff.open("/equipe/comptes")
    await staff.follow("Crédit de Agence Béraud Assurances")
    await staff.look()
