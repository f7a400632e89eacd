"""Sending: mandate, last check, departure, the recipient's portal, tracking, proofs, changes."""

import re
from datetime import date, timedelta

import pytest
from playwright.async_api import expect

from kit.french import long_day
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

pytestmark = [pytest.mark.servers, pytest.mark.browser]

ACKNOWLEDGED = 540


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


async def test_a_letter_is_moved_cancelled_sent_again_received_and_proven(
    agent: Person, window: Window, outside: Outside, today: date
) -> None:
    case = hamon(today, days=40, body="Assurances Clos-Hêtre")
    number = await write(agent, case)
    await join_mandate(agent, number)
    await agent.follow("Finaliser l'envoi")
    await agent.look(thoroughly=True)
    await agent.press("Programmer l'envoi")
    await agent.is_told("Cochez cette case après avoir vérifié.")
    before = await credit(agent)
    await confirm(agent, "Programmer l'envoi")
    assert await credit(agent) == before - ACKNOWLEDGED
    await agent.sees("Envoi programmé pour le")
    await agent.look(thoroughly=True)

    await agent.follow("Déplacer l'envoi")
    later = today + timedelta(days=45)
    await agent.fill("Nouvelle prise d'effet du nouveau contrat", typed(later))
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

    await agent.follow("Programmer de nouveau")
    await confirm(agent, "Programmer l'envoi")
    assert await credit(agent) == before - ACKNOWLEDGED
    address = "resiliation@clos-hetre.example"
    await outside.live_until((today + timedelta(days=20)).isoformat())
    await tracked(agent, number, "Déposée")
    await agent.look()

    recipient = await window()
    await open_portal(recipient, outside, address)
    await recipient.tick("Je confirme que j'accepte")
    await recipient.press("Accepter et lire le pli")
    await recipient.sees_heading("Vous avez accepté ce pli")
    await tracked(agent, number, "Fiche de preuve scellée")
    await agent.sees("Signée")
    await agent.look(thoroughly=True)
    link = agent.page.get_by_role("link", name=said("Preuve de réception")).first
    proof = await agent.page.request.get(str(await link.get_attribute("href")))
    assert (await proof.body()).startswith(b"%PDF")
    await agent.open(f"/resiliations/{number}/annuler")
    await agent.press("Annuler l'envoi")
    await agent.is_told("L'état de l'envoi ne permet plus cette action.")


async def test_a_letter_sent_now_is_refused_by_its_recipient(
    agent: Person, window: Window, outside: Outside
) -> None:
    answers = {"Motif de la résiliation": "Le véhicule a été vendu le mois dernier."}
    body = "Assurances Val-Fougère"
    case = Case(body, "Auto", "Motif personnalisé", answers, ("J'ai vérifié",))
    number = await write(agent, case)
    await keep_mandate(agent, number)
    await agent.follow("Finaliser l'envoi")
    await confirm(agent, "Envoyer maintenant")
    await outside.advance(await outside.now() + timedelta(hours=1))  # its deposit is looked for
    await tracked(agent, number, "Déposée")

    recipient = await window()
    await open_portal(recipient, outside, "resiliation@val-fougere.example")
    await recipient.tick("Je confirme que je refuse")
    await recipient.press("Refuser le pli")
    await recipient.sees_heading("Vous avez refusé ce pli")
    await tracked(agent, number, "Refusée")
    await agent.look()


async def test_without_credit_the_page_says_how_much_is_missing(poor: Person, today: date) -> None:
    number = await write(poor, hamon(today))
    await poor.open(f"/resiliations/{number}/finaliser")

    await poor.sees("Il manque 5,40 € pour cet envoi.")
    await poor.look()
    await poor.follow("Acheter du crédit, puis revenir ici")
    await poor.sees_heading("Acheter du crédit")
