"""Sending: mandate, last check, departure, the recipient's portal, tracking, proofs, changes."""

import re
from datetime import date, timedelta

import pytest
from playwright.async_api import expect

from kit.days import add_months
from kit.french import long_day
from local.house import House
from tests.e2e.agency import Agency
from tests.e2e.browser.conftest import Window
from tests.e2e.browser.person import Person, said
from tests.e2e.browser.writing import (
    Case,
    confirm,
    credit,
    hamon,
    join_mandate,
    keep_mandate,
    typed,
    write,
)
from tests.e2e.outside import Outside
from tests.e2e.proofs import verdict_on

pytestmark = [pytest.mark.servers, pytest.mark.browser]

ACKNOWLEDGED = 540
WINDOW = timedelta(days=15)  # to accept, counted from the day after the notice


def sold(body: str) -> Case:
    """A car that was sold: the policyholder's own ground, which may leave at once."""
    answers = {"Motif de la résiliation": "Le véhicule a été vendu le mois dernier."}
    return Case(body, "Auto", "Motif personnalisé", answers, ("J'ai vérifié",))


async def open_portal(recipient: Person, outside: Outside, address: str) -> None:
    """Follow the notice's link, ask for the code, read it in the mailbox, give it."""
    notice = await outside.mail_to(address, subject="recommandé")
    assert "Béraud" not in notice["text"] + notice["subject"]
    await recipient.open(next(link for link in notice["links"] if "/portail/" in link))
    await recipient.press("Recevoir un code par courriel")
    mail = await outside.mail_to(address, subject="code")
    found = re.search(r"\b\d{6}\b", mail["text"])
    assert found
    await recipient.fill("Code à six chiffres", found[0])
    await recipient.press("M'identifier")
    await recipient.sees("2. Acceptez ou refusez")


async def tracked(person: Person, number: str, state: str) -> None:
    """Open the tracking page until it shows a state."""
    await person.open(f"/resiliations/{number}/suivi")
    await expect(person.page.get_by_role("main")).to_contain_text(said(state), timeout=40_000)


async def downloads(person: Person, *names: str) -> list[bytes]:
    """Download by their links, on the page in hand, PDFs of these names."""
    found = []
    for name in names:
        link = person.page.get_by_role("link", name=said(name)).first
        answer = await person.page.request.get(str(await link.get_attribute("href")))
        found.append(await answer.body())
        assert found[-1].startswith(b"%PDF"), name
    return found


async def send_now(person: Person, outside: Outside, case: Case) -> str:
    """Write a letter and send it today; return its number once it is deposited."""
    number = await write(person, case)
    await keep_mandate(person, number)
    await person.follow("Finaliser l'envoi")
    await confirm(person, "Envoyer maintenant")
    await outside.advance(await outside.now() + timedelta(hours=1))  # its deposit is looked for
    await tracked(person, number, "Déposée")
    return number


async def test_a_letter_sent_now_is_refused_by_its_recipient(
    agent: Person, window: Window, outside: Outside, today: date
) -> None:
    del today  # early enough to leave today
    number = await send_now(agent, outside, sold("Assurances Val-Fougère"))

    recipient = await window()
    await open_portal(recipient, outside, "resiliation@val-fougere.example")
    await recipient.tick("Je confirme que je refuse")
    await recipient.press("Refuser le pli")
    await recipient.sees_heading("Vous avez refusé ce pli")
    await tracked(agent, number, "Fiche de preuve scellée")
    await agent.sees("Refusée")
    await downloads(agent, "Preuve de refus")
    await agent.look()


async def test_a_letter_that_nobody_collects_lapses_after_fifteen_days(
    agent: Person, agency: Agency, outside: Outside, house: House, today: date
) -> None:
    number = await send_now(agent, outside, sold("Assurances Haut-Verveine"))
    await outside.live_until((today + WINDOW).isoformat(), hour=23)
    await tracked(agent, number, "Déposée")  # the last day is whole
    await outside.live_until((today + WINDOW + timedelta(days=1)).isoformat())

    await tracked(agent, number, "Fiche de preuve scellée")
    await agent.sees("Non relevée après quinze jours")
    await agent.look(thoroughly=True)
    proof, sheet = await downloads(agent, "Preuve de non-réclamation", "Fiche de preuve scellée")
    mail = await outside.mail_to(agency.email, subject="Non relevée")
    assert "Mme Hélène Marchetti" in mail["text"]
    assert len(mail["attachments"]) == 1
    assert verdict_on(sheet, house) == 0
    assert proof != sheet
    await agent.open("/tableau-de-bord")
    tasks = agent.page.get_by_role("region", name=said("À faire"))
    await expect(tasks).to_contain_text(said("Non relevée depuis le"))


async def test_a_letter_is_moved_cancelled_and_scheduled_again(
    agent: Person, outside: Outside, today: date
) -> None:
    number = await write(agent, hamon(today, days=36, body="Assurances Clos-Hêtre"))
    await join_mandate(agent, number)
    await agent.follow("Finaliser l'envoi")
    await agent.look(thoroughly=True)
    await refused_at_its_date(agent, "Prise d'effet chez Solenne Assurances", "Recalculer", today)
    await agent.fill("Prise d'effet chez Solenne Assurances", typed(today + timedelta(days=36)))
    await agent.press("Recalculer")
    await agent.press("Programmer l'envoi")
    await agent.is_told("Cochez cette case après avoir vérifié.")
    before = await credit(agent)
    await confirm(agent, "Programmer l'envoi")
    assert await credit(agent) == before - ACKNOWLEDGED
    await agent.sees("Envoi programmé pour le")
    await agent.look(thoroughly=True)

    await agent.follow("Déplacer l'envoi")
    field = "Nouvelle prise d'effet du nouveau contrat"
    await refused_at_its_date(agent, field, "Voir les dates", today)
    later = today + timedelta(days=38)
    await agent.fill(field, typed(later))
    await agent.press("Voir les dates")
    await agent.sees(long_day(later))
    await agent.look()
    await agent.press("Déplacer l'envoi")
    await agent.sees("Envoi déplacé au")

    await agent.follow("Annuler l'envoi")
    await agent.look()
    await agent.press("Annuler l'envoi")
    await agent.sees("reviennent sur votre crédit")
    assert await credit(agent) == before
    await agent.look()
    await agent.open(f"/resiliations/{number}/annuler")
    await agent.sees_heading("Cet envoi est annulé")

    await agent.follow("Programmer de nouveau")
    await confirm(agent, "Programmer l'envoi")
    assert await credit(agent) == before - ACKNOWLEDGED


async def refused_at_its_date(person: Person, field: str, button: str, today: date) -> None:
    """Ask for a new contract in three days: the law needs a month, the page says from when."""
    await person.fill(field, typed(today + timedelta(days=3)))
    await person.press(button)
    await person.is_told("Trop tard pour le", beside=field)
    await person.is_told("Première date possible :", beside=field)
    await person.sees("Premier début possible du nouveau contrat")
    await person.look()


async def test_a_letter_is_received_and_proven(
    agent: Person, window: Window, outside: Outside, house: House, today: date
) -> None:
    new_start = today + timedelta(days=37)
    number = await write(agent, hamon(today, days=37, body="Val-Ormeau Assurances"))
    await join_mandate(agent, number)
    await agent.follow("Finaliser l'envoi")
    await confirm(agent, "Programmer l'envoi")
    send_day = add_months(new_start, -1) - timedelta(days=2)
    await outside.live_until(send_day.isoformat())
    await tracked(agent, number, "Déposée")
    await agent.look()

    recipient = await window()
    await open_portal(recipient, outside, "resiliation@val-ormeau.example")
    await recipient.tick("Je confirme que j'accepte")
    await recipient.press("Accepter et lire le pli")
    await recipient.sees_heading("Vous avez accepté ce pli")
    await tracked(agent, number, "Fiche de preuve scellée")
    await agent.sees("Signée")
    await agent.look(thoroughly=True)
    papers = ("Lettre envoyée", "Mandat joint", "Preuve de dépôt", "Preuve de réception")
    *_, sheet = await downloads(agent, *papers, "Fiche de preuve scellée")
    assert verdict_on(sheet, house) == 0

    await agent.open(f"/resiliations/{number}/annuler")
    await agent.sees_heading("Cet envoi ne se change plus")
    await agent.sees("La lettre est partie le")
    await agent.look()
    await agent.open(f"/resiliations/{number}")
    await agent.sees("Les dates de l'envoi")
    await agent.look()
    await agent.open("/facturation")  # the statement names the letter, and leads to it
    await agent.page.get_by_text("Exporter pour un tableur").click()
    async with agent.page.expect_download() as saved:
        await agent.press("Télécharger (CSV)")
    assert number in (await (await saved.value).path()).read_text("utf-8-sig")
    await agent.follow(number)
    await agent.sees_heading("Mme Hélène Marchetti quitte Val-Ormeau Assurances")


async def test_without_credit_the_page_says_how_much_is_missing(poor: Person, today: date) -> None:
    number = await write(poor, hamon(today))
    await poor.open(f"/resiliations/{number}/finaliser")

    await poor.sees("Il manque 5,40 € pour cet envoi.")
    await poor.look()
    await poor.follow("Acheter du crédit, puis revenir ici")
    await poor.sees_heading("Acheter du crédit")
