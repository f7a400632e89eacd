"""The calculator, without an account: a question, its answer, its link, a table."""

import pytest
from playwright.async_api import expect

from tests.e2e.browser.person import Person, words

pytestmark = [pytest.mark.servers, pytest.mark.browser]

TABLE = "Référence;Contrat;Première souscription\nA-1;Auto;05/02/2020\nA-2;Fusée;\n"


async def test_anybody_asks_when_to_send_and_keeps_the_link(visitor: Person) -> None:
    await visitor.open("/")
    await visitor.follow("Calculer les dates")
    await visitor.sees("Les dates apparaîtront ici")
    await visitor.look(thoroughly=True)

    await visitor.fill("Date de première souscription", "01/02/2022")
    await visitor.fill("Prime annuelle de l'ancien contrat, en euros", "1200")
    await visitor.press("Calculer les dates")
    await visitor.sees("Envoyez la lettre")
    await visitor.look(thoroughly=True)
    link = visitor.page.url

    await visitor.open("/")
    await visitor.open(link)
    await visitor.sees("Envoyez la lettre")
    await visitor.sees("Ce qui peut mal tourner")


async def test_a_start_too_near_is_refused_with_one_that_may_be_followed(visitor: Person) -> None:
    await visitor.open("/calculateur?type=auto&motif=HAMON&first_subscription=01/02/2020")
    await visitor.fill("Début du nouveau contrat", "01/01/2020")
    await visitor.press("Calculer les dates")
    await visitor.sees("Premier début possible du nouveau contrat")
    await visitor.look()

    nearest = visitor.page.locator("#reponse .avis a.gras")
    await nearest.click()
    await visitor.sees("Envoyez la lettre")


async def test_a_table_comes_back_with_its_dates(visitor: Person) -> None:
    await visitor.open("/calculateur")
    await visitor.page.get_by_label(words("Tableau CSV")).set_input_files(
        {"name": "contrats.csv", "mimeType": "text/csv", "buffer": TABLE.encode()}
    )
    async with visitor.page.expect_download() as coming:
        await visitor.press("Calculer et télécharger")

    told = (await (await coming.value).path()).read_text("utf-8-sig").splitlines()
    assert told[1].startswith("A-1;Auto;05/02/2020;Planifié;")
    assert told[2].startswith("A-2;Fusée;;Illisible;")
    await expect(visitor.button("Calculer et télécharger")).to_be_enabled()
