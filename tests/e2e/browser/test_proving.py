"""Proofs handed in, refused, handed in again, accepted; each file that cannot be read."""

import pytest
from playwright.async_api import FilePayload

from tests.e2e.agency import Agency
from tests.e2e.browser.papers import NOT_A_PDF, encrypted, hostile, huge, paper
from tests.e2e.browser.person import Person, words
from tests.e2e.outside import Outside

pytestmark = [pytest.mark.servers, pytest.mark.browser]

FILE = "Fichier"
BAD_FILES = [
    ("lettre.txt", NOT_A_PDF, "Déposez un PDF, un PNG ou un JPEG."),
    ("protege.pdf", encrypted(), "Ce PDF est protégé par un mot de passe."),
    ("actif.pdf", hostile(), "Ce PDF exécute quelque chose"),
    ("lourd.pdf", huge(), "Fichier de 11 Mo : la limite est de 10 Mo."),
]


async def hand_in(person: Person, section: str, button: str, name: str, data: bytes) -> None:
    """Hand in a file in one of the two sections of the page."""
    part = person.page.get_by_role("region", name=words(section))
    file: FilePayload = {"name": name, "mimeType": "application/pdf", "buffer": data}
    await part.get_by_label("ichier").set_input_files(file)
    if section == "Attestation ORIAS":
        await part.get_by_label("Valable").fill("28/02/2027")
    await person.press(button)


async def test_proofs_are_refused_then_accepted_by_the_team(
    poor: Person, poor_agency: Agency, staff: Person, outside: Outside
) -> None:
    person, agency = poor, poor_agency
    await person.open("/tableau-de-bord")
    await person.follow("Déposer : Faire vérifier votre qualité")
    await person.look()
    for name, data, sentence in BAD_FILES:
        await hand_in(person, "Attestation ORIAS", "Déposer l'attestation", name, data)
        await person.is_told(sentence)
    await hand_in(
        person, "Attestation ORIAS", "Déposer l'attestation", "a.pdf", paper("Attestation")
    )
    await person.sees("Document déposé.")
    await hand_in(person, "Pièce d'identité", "Déposer la pièce d'identité", "i.pdf", paper("CNI"))
    await person.sees("Document déposé.")
    await person.look()

    await staff.open(f"/equipe/comptes?q={agency.email}")
    await staff.look()
    await staff.follow("Agence Béraud Assurances")
    await staff.look(thoroughly=True)
    await staff.page.get_by_text("Refuser avec un motif").click()
    await staff.press("Refuser la pièce")
    await staff.is_told("Choisissez le motif du refus.", beside="Motif")
    await staff.field("Motif").select_option(index=1)
    await staff.press("Refuser la pièce")
    await staff.sees("Pièce refusée.")
    await outside.mail_to(agency.email, subject="redéposer")
    await person.open("/compte/justificatifs")
    await person.sees("Refusée")
    await person.look()
