"""Proofs handed in, refused, handed in again, accepted; each file that cannot be read."""

from datetime import date

import pytest
from playwright.async_api import FilePayload, Locator, expect

from tests.e2e.agency import Agency, end_of_registration
from tests.e2e.browser.papers import NOT_A_PDF, encrypted, green, hostile, huge, paper, red
from tests.e2e.browser.person import Person, said, words
from tests.e2e.browser.writing import typed
from tests.e2e.outside import Outside

pytestmark = [pytest.mark.servers, pytest.mark.browser]

ATTESTATION, IDENTITY = "Attestation ORIAS", "Pièce d'identité"
BUTTONS = {ATTESTATION: "Déposer l'attestation", IDENTITY: "Déposer la pièce d'identité"}
BAD_FILES = [
    ("lettre.txt", NOT_A_PDF, "Déposez un PDF, un PNG ou un JPEG."),
    ("protege.pdf", encrypted(), "Ce PDF est protégé par un mot de passe."),
    ("actif.pdf", hostile(), "Ce PDF exécute quelque chose"),
    ("lourd.pdf", huge(), "Fichier de 11 Mo : la limite est de 10 Mo."),
]
ENORMOUS = b" " * (12 * 1024 * 1024)


def section_of(person: Person, name: str) -> Locator:
    """Return one of the two sections of the page."""
    return person.page.get_by_role("region", name=words(name))


async def choose(person: Person, section: str, name: str, data: bytes, valid_until: date) -> None:
    """Choose a file in one of the two sections of the page, and give its date."""
    part = section_of(person, section)
    file: FilePayload = {"name": name, "mimeType": "application/pdf", "buffer": data}
    await part.get_by_label("Fichier").set_input_files(file)
    if section == ATTESTATION:
        await part.get_by_label("Valable").fill(typed(valid_until))


async def open_account(staff: Person, agency: Agency) -> None:
    """Open the review queue, and in it the account of this agency."""
    account = await agency.rest.get("/account")
    await staff.open("/equipe/verifications")
    queue = staff.page.get_by_role("navigation", name="File d'attente")
    await queue.locator(f"a[href$='{account['id']}']").click()


async def open_proof(staff: Person, kind: str) -> None:
    """Show this proof of the account, and no other."""
    await staff.page.get_by_role("main").get_by_role("link", name=words(kind, whole=True)).click()
    await expect(staff.page.get_by_role("heading", name=words(kind, whole=True))).to_be_visible()


async def test_a_file_that_cannot_be_read_is_refused_at_its_field(
    poor: Person, first_morning: date
) -> None:
    end = end_of_registration(first_morning)
    await poor.open("/tableau-de-bord")
    await poor.follow("Déposer : Faire vérifier votre qualité")
    await poor.look()
    await choose(poor, ATTESTATION, "enorme.pdf", ENORMOUS, end)
    await poor.sees("Fichier de 12 Mo : la limite est de 10 Mo.")  # before it is even sent
    await poor.look()
    for name, data, sentence in BAD_FILES:
        await choose(poor, ATTESTATION, name, data, end)
        await poor.press(BUTTONS[ATTESTATION])
        await poor.is_told(sentence)
        chosen = section_of(poor, ATTESTATION).get_by_label("Fichier")
        await expect(chosen).to_have_accessible_description(said(sentence))


async def test_a_proof_is_refused_with_its_reason_then_handed_in_again_and_accepted(
    poor: Person, poor_agency: Agency, staff: Person, outside: Outside, first_morning: date
) -> None:
    end = end_of_registration(first_morning)
    await poor.open("/compte/justificatifs")
    for kind, data in ((ATTESTATION, paper(ATTESTATION)), (IDENTITY, red())):
        await choose(poor, kind, "piece.pdf", data, end)
        await poor.press(BUTTONS[kind])
        await poor.sees("Document déposé.")
    await poor.look()

    await open_account(staff, poor_agency)
    await open_proof(staff, IDENTITY)
    await staff.sees_colour(staff.page.locator("iframe.fenetre-piece"), (255, 0, 0))
    await staff.look(thoroughly=True)
    await accept(staff, forgetful=True)
    await open_account(staff, poor_agency)
    await reject(staff, "Document illisible", "La date du bas est coupée.")
    mail = await outside.mail_to(poor_agency.email, subject="redéposer")
    assert "La date du bas est coupée." in mail["text"]

    await poor.open("/compte/justificatifs")
    await poor.sees("Document illisible.")
    await poor.sees("La date du bas est coupée.")
    await poor.look()
    await choose(poor, ATTESTATION, "entiere.png", green(), end)
    await poor.press(BUTTONS[ATTESTATION])
    await poor.sees("Document déposé.")

    await open_account(staff, poor_agency)
    await staff.sees("entiere.png")
    await staff.sees_colour(staff.page.locator("img.fenetre-piece"), (0, 255, 0))
    await staff.press("Consulter le registre")
    await staff.sees("Registre ORIAS consulté.")
    await accept(staff)
    await poor.open("/compte/justificatifs")
    await poor.sees("Vous pouvez envoyer au nom de Agence Béraud Assurances")
    await staff.open(f"/equipe/comptes?q={poor_agency.email}")
    await staff.look()
    await staff.follow("Agence Béraud Assurances")
    await staff.sees("Inès Maurel a accepté une pièce")


async def accept(staff: Person, *, forgetful: bool = False) -> None:
    """Accept the proof shown; forgetful, without having looked first."""
    if forgetful:
        await staff.press("Accepter")
        await staff.is_told("Cochez cette case après avoir vérifié.")
    await staff.tick("La pièce est lisible")
    await staff.press("Accepter")
    await staff.sees("Pièce acceptée.")


async def reject(staff: Person, reason: str, message: str) -> None:
    """Reject the proof shown, having first forgotten to say why."""
    await staff.page.get_by_text("Refuser avec un motif").click()
    await staff.press("Refuser la pièce")
    await staff.is_told("Choisissez le motif du refus.", beside="Motif")
    await staff.field("Motif").select_option(label=reason)
    await staff.fill("Message au titulaire", message)
    await staff.press("Refuser la pièce")
    await staff.sees("Pièce refusée.")
    await staff.look()
