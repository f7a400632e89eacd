"""Coming in: the home page, sign-up, activation from the mailbox, login, a forgotten password."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from local.demo.partners import until
from tests.e2e.agency import PASSWORD, newcomer
from tests.e2e.browser.person import Person
from tests.e2e.outside import Outside

pytestmark = [pytest.mark.servers, pytest.mark.browser]

NEW_PASSWORD = "une-autre-phrase-bien-longue"


async def typed(outside: Outside) -> dict[str, str]:
    """Return what a newcomer types on the sign-up page, by the label of each field."""
    given: dict[str, Any] = await newcomer(outside, f"agence-{uuid4().hex[:8]}@essai.example")
    return {
        "Adresse électronique": given["email"],
        "Mot de passe": PASSWORD,
        "Nom commercial": given["trade_name"],
        "Numéro ORIAS": given["orias_number"],
        "SIRET": given["siret"],
        "Numéro et voie": given["address"]["street"],
        "Code postal": given["address"]["postcode"],
        "Ville": given["address"]["town"],
        "Téléphone": given["phone"],
        "Prénom": given["first_name"],
        "Nom": given["last_name"],
    }


async def read_mail(
    person: Person, outside: Outside, email: str, link: str, *, known: int = 0
) -> None:
    """Open the mailbox as its owner does, read the newest message, follow its link.

    ``known`` messages were there before this one was asked for.
    """

    async def has_come() -> bool:
        return len(await outside.mails_to(email)) > known

    await until(has_come, what=f"a message to {email}")
    await outside.link(email, f"/{link}/")
    await person.open(f"{outside.http.base_url}/courriels?to={email}")
    await person.page.get_by_role("cell").get_by_role("link").first.click()
    await person.page.get_by_role("definition").get_by_role("link").last.click()


async def log_in(person: Person, email: str, password: str) -> None:
    """Fill the login page, and send it."""
    await person.fill_all({"Adresse électronique": email, "Mot de passe": password})
    await person.press("Se connecter")


async def test_a_stranger_signs_up_activates_logs_in_and_gets_a_forgotten_password_back(
    visitor: Person, outside: Outside
) -> None:
    await visitor.open("/")
    await visitor.sees_heading("L'ancien contrat s'arrête le bon jour.")
    await visitor.look(thoroughly=True)
    await visitor.follow("Ouvrir un compte")
    await visitor.look(thoroughly=True)
    answers = await typed(outside)
    email = answers["Adresse électronique"]
    await visitor.fill_all(answers)
    await visitor.tick("J'ai lu")
    await visitor.press("Créer mon compte")
    await visitor.sees_heading("Regardez vos courriels")
    await visitor.look()

    await read_mail(visitor, outside, email, "activation")
    await visitor.sees_heading("Confirmer votre adresse")
    await visitor.look()
    used = visitor.page.url
    await visitor.press("Confirmer et activer")
    await visitor.sees("Compte activé.")
    await visitor.look(thoroughly=True)

    await log_in(visitor, email, "pas-celui-là")
    await visitor.is_told("Adresse ou mot de passe inconnus.")
    await visitor.press("Se connecter")
    await log_in(visitor, email, PASSWORD)
    await visitor.sees("Pour commencer")
    await visitor.look(thoroughly=True)
    await visitor.open(used)
    await visitor.press("Confirmer et activer")
    await visitor.is_told("Il a expiré ou a déjà servi.")
    await visitor.look()


async def test_a_forgotten_password_is_changed_by_a_link_that_serves_once(
    visitor: Person, outside: Outside
) -> None:
    answers = await typed(outside)
    email = answers["Adresse électronique"]
    await visitor.open("/inscription")
    await visitor.fill_all(answers)
    await visitor.tick("J'ai lu")
    await visitor.press("Créer mon compte")
    await read_mail(visitor, outside, email, "activation")
    await visitor.press("Confirmer et activer")

    await visitor.follow("Mot de passe oublié")
    await visitor.look()
    await visitor.fill("Adresse électronique", email)
    await visitor.press("Recevoir un lien")
    await visitor.sees("Il est valable une heure.")
    await read_mail(visitor, outside, email, "mot-de-passe")
    link = visitor.page.url
    await visitor.look()
    await visitor.fill("Nouveau mot de passe", "court")
    await visitor.press("Changer le mot de passe")
    await visitor.is_told("il en faut au moins 12", beside="Nouveau mot de passe")
    await visitor.fill("Nouveau mot de passe", NEW_PASSWORD)
    await visitor.press("Changer le mot de passe")
    await visitor.sees("Mot de passe changé.")

    await log_in(visitor, email, PASSWORD)
    await visitor.is_told("Adresse ou mot de passe inconnus.")
    await log_in(visitor, email, NEW_PASSWORD)
    await visitor.sees("Pour commencer")
    await visitor.open(link)
    await visitor.fill("Nouveau mot de passe", PASSWORD)
    await visitor.press("Changer le mot de passe")
    await visitor.is_told("Il a expiré ou a déjà servi.")


async def test_a_link_too_old_says_so_and_another_one_comes(
    visitor: Person, outside: Outside, first_morning: date
) -> None:
    del first_morning  # no later test lives before this one's two days
    answers = await typed(outside)
    email = answers["Adresse électronique"]
    await visitor.open("/inscription")
    await visitor.fill_all(answers)
    await visitor.tick("J'ai lu")
    await visitor.press("Créer mon compte")
    await read_mail(visitor, outside, email, "activation")
    await outside.advance(await outside.now() + timedelta(hours=49))
    await visitor.press("Confirmer et activer")
    await visitor.is_told("Ce lien ne vaut plus. Il a expiré ou a déjà servi.")
    await visitor.sees("Demandez-en un autre ci-dessous.")
    await visitor.look()
    known = len(await outside.mails_to(email))
    await visitor.fill("Adresse électronique", email)
    await visitor.press("Envoyer le lien")
    await visitor.sees("Il est valable 48 heures.")
    await read_mail(visitor, outside, email, "activation", known=known)
    await visitor.press("Confirmer et activer")
    await visitor.sees("Compte activé.")

    await ask_for_password(visitor, email)
    await read_mail(visitor, outside, email, "mot-de-passe")
    await outside.advance(await outside.now() + timedelta(minutes=61))
    await visitor.fill("Nouveau mot de passe", NEW_PASSWORD)
    await visitor.press("Changer le mot de passe")
    await visitor.is_told("Ce lien ne vaut plus. Il a expiré ou a déjà servi.")
    await visitor.sees_heading("Mot de passe oublié")
    await visitor.look()
    known = len(await outside.mails_to(email))
    await ask_for_password(visitor, email)
    await read_mail(visitor, outside, email, "mot-de-passe", known=known)
    await visitor.fill("Nouveau mot de passe", NEW_PASSWORD)
    await visitor.press("Changer le mot de passe")
    await visitor.sees("Mot de passe changé.")


async def ask_for_password(person: Person, email: str) -> None:
    """Ask for a link to choose another password."""
    await person.open("/mot-de-passe")
    await person.fill("Adresse électronique", email)
    await person.press("Recevoir un lien")
    await person.sees("Il est valable une heure.")


async def test_an_empty_sign_up_is_told_all_that_is_missing_at_once(visitor: Person) -> None:
    await visitor.open("/inscription")
    await visitor.press("Créer mon compte")

    await visitor.is_told("10 réponses à corriger")
    await visitor.is_told("Remplissez ce champ.", beside="Nom commercial")
    await visitor.is_told("Cochez la case pour accepter les conditions d'utilisation.")
    await visitor.look(thoroughly=True)


WRONG = {
    "Numéro ORIAS": ("0704", "Un numéro ORIAS a 8 chiffres, vous en avez saisi 4."),
    "SIRET": ("000 458 125 0001", "Un SIRET a 14 chiffres, vous en avez saisi 13."),
    "Téléphone": ("01 02 03", "Ce numéro de téléphone n'existe pas. Vérifiez ses chiffres."),
    "Code postal": ("9900", "Un code postal a cinq chiffres"),
    "Adresse électronique": ("camille..b@essai.example", "n'a pas la forme nom@domaine.fr"),
    "Mot de passe": ("motdepasselong", "Mêlez minuscules, majuscules, chiffres ou signes"),
}


async def test_wrong_answers_are_explained_beside_their_fields(
    visitor: Person, outside: Outside
) -> None:
    await visitor.open("/inscription")
    await visitor.fill_all(await typed(outside))
    await visitor.fill_all({label: value for label, (value, _) in WRONG.items()})
    await visitor.tick("J'ai lu")
    await visitor.press("Créer mon compte")

    for label, (_, sentence) in WRONG.items():
        await visitor.is_told(sentence, beside=label)
    await visitor.fill_all({"SIRET": "000 458 125 00012", "Mot de passe": PASSWORD})
    await visitor.press("Créer mon compte")
    await visitor.is_told("Un des quatorze chiffres du SIRET est faux", beside="SIRET")


async def test_public_pages_are_accessible(visitor: Person) -> None:
    for page in ("aide", "conditions", "confidentialite", "mentions-legales", "accessibilite"):
        await visitor.open(f"/{page}")
        await visitor.look()
    for page in ("contact", "activation", "nulle-part"):
        await visitor.open(f"/{page}")
        await visitor.look()
