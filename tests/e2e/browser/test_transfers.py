"""A bank transfer: recorded by the team, spent by the agency, found on its statement."""

import asyncio
import csv
import io
from collections.abc import Awaitable, Callable
from uuid import uuid4

import httpx
import pytest

from local.demo.rest import Rest
from local.house import House
from tests.e2e.agency import PASSWORD, Agency
from tests.e2e.browser.conftest import logged_in
from tests.e2e.browser.person import Person
from tests.e2e.outside import Outside

pytestmark = [pytest.mark.servers, pytest.mark.browser]


async def test_a_transfer_becomes_credit_and_a_line_of_the_statement(
    house: House, outside: Outside, staff: Person, window: Callable[[], Awaitable[Person]]
) -> None:
    async with httpx.AsyncClient(base_url=house.plan.public_url, timeout=60) as client:
        agency = await Agency.open(Rest(client), outside)
    reference = f"VIR {uuid4().hex[:10]}"
    day = f"{(await outside.now()):%d/%m/%Y}"

    await staff.open(f"/equipe/comptes?q={agency.email}")
    await staff.follow("Crédit de")
    await staff.fill_all(
        {"Référence de la banque": reference, "Montant reçu": "beaucoup", "Reçu le": day}
    )
    await staff.press("Ajouter au crédit")
    await staff.is_told("Écrivez un montant en euros", beside="Montant reçu")
    await staff.look()
    await staff.fill("Montant reçu", "150,00")
    await staff.press("Ajouter au crédit")
    await staff.sees("Virement enregistré.")
    await staff.sees("a enregistré un virement")
    await staff.look()

    holder = await window()
    await logged_in(holder, agency.email, PASSWORD)
    await holder.open("/facturation")
    await holder.sees("par virement")
    await holder.page.get_by_text("Exporter pour un tableur").click()
    await holder.look()
    async with holder.page.expect_download() as coming:
        await holder.press("Télécharger (CSV)")
    path = await (await coming.value).path()
    data = await asyncio.to_thread(path.read_bytes)
    header, line = csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";")
    assert dict(zip(header, line, strict=True))["Montant TTC"] == "150,00"
    receipt = await outside.mail_to(agency.email, subject="Crédit ajouté")
    assert "Virement reçu" in receipt["text"]


async def test_staff_lift_the_wait_of_an_account_that_tried_too_often(
    house: House, outside: Outside, staff: Person, visitor: Person
) -> None:
    async with httpx.AsyncClient(base_url=house.plan.public_url, timeout=60) as client:
        agency = await Agency.open(Rest(client), outside)
    for _ in range(9):
        await visitor.open("/connexion")
        await visitor.fill_all({"Adresse électronique": agency.email, "Mot de passe": "faux"})
        await visitor.press("Se connecter")
    await visitor.sees("Trop d")

    await staff.open(f"/equipe/comptes?q={agency.email}")
    await staff.page.get_by_role("rowheader").get_by_role("link").first.click()
    await (
        staff.page.get_by_text("Lever l’attente après trop d’essais")
        .or_(staff.page.get_by_text("Lever l'attente après trop d'essais"))
        .click()
    )
    await staff.fill("Pourquoi", "Titulaire rappelé au numéro du compte.")
    await staff.press("Lever l'attente")
    await staff.sees("L'attente est levée.")
    await staff.look()

    await logged_in(visitor, agency.email, PASSWORD)
