"""Credit: the card page, a declined card, a balance that moves once, the receipt."""

import pytest
from playwright.async_api import expect

from tests.e2e.browser.person import Person, said

pytestmark = [pytest.mark.servers, pytest.mark.browser]

DECLINED = "4000 0000 0000 0002"
GOOD = "4242 4242 4242 4242"


async def test_credit_is_bought_once_whatever_is_repeated(agent: Person) -> None:
    await agent.open("/credit")
    await agent.look(thoroughly=True)
    await agent.fill("Ou un autre montant", "7")
    await agent.press("Payer par carte")
    await agent.is_told(
        "L'achat de crédit va de 20,00 € à 5 000,00 €", beside="Ou un autre montant"
    )
    await agent.fill("Ou un autre montant", "")
    await agent.choose("50")
    await agent.press("Payer par carte")

    await agent.sees_heading("Payer 50,00 €")
    await agent.fill("Numéro de carte", DECLINED)
    await agent.press("Payer 50,00 €")
    await agent.sees("La banque a refusé cette carte. Rien n'a été débité.")
    await agent.fill("Numéro de carte", GOOD)
    await agent.press("Payer 50,00 €")
    await agent.sees_heading("50,00 € ajoutés à votre crédit")
    await agent.look()
    balance = agent.page.get_by_role("banner").get_by_role("link", name=said("Crédit"))
    shown = await balance.inner_text()
    await agent.page.reload()
    await expect(balance).to_have_text(said(shown.split("€")[0].split("Crédit")[1].strip()))

    await agent.open("/facturation")
    await agent.look()
    link = agent.page.get_by_role("link", name=said("Reçu PDF")).first
    receipt = await agent.page.request.get(str(await link.get_attribute("href")))
    assert (await receipt.body()).startswith(b"%PDF")


async def test_a_purchase_given_up_costs_nothing(agent: Person) -> None:
    await agent.open("/credit")
    await agent.press("Payer par carte")
    await agent.follow("Renoncer et revenir à Préavis")

    await agent.sees("Achat abandonné.")
