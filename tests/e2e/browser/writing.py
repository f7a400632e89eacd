"""Writing and sending a letter, step by step, as the pages ask for it."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final
from uuid import uuid4

from tests.e2e.browser.papers import paper
from tests.e2e.browser.person import Person, said, words

PERSON: Final = {
    "Prénom": "Hélène",
    "Nom": "Marchetti",
    "Nom de naissance": "Vasseur",
    "Date de naissance": "14/3/84",
    "Numéro et voie": "8 rue du Vieux-Temple",
    "Code postal": "38 000",
    "Ville": "Grenoble",
    "Courriel du souscripteur": "helene.marchetti@client.example",
}
COMPANY: Final = {
    "Raison sociale": "Ateliers Aubertin",
    "SIRET": "000 458 125 00010",
    "Représentée par": "Paul Aubertin, gérant",
    "Numéro et voie": "4 rue des Forges",
    "Code postal": "38000",
    "Ville": "Grenoble",
    "Courriel du souscripteur": "contact@aubertin.example",
}


def typed(day: date) -> str:
    """Return a day as people type it, ``1/2/2027``."""
    return f"{day.day}/{day.month}/{day.year}"


@dataclass(frozen=True, slots=True)
class Case:
    """One termination: to whom, of what, why, and the answers that the ground asks for."""

    body: str
    contract_type: str
    ground: str
    answers: dict[str, str]
    ticks: tuple[str, ...] = ()
    policyholder: dict[str, str] = field(default_factory=lambda: PERSON)

    @property
    def is_for_company(self) -> bool:
        """Whether a company terminates."""
        return "Raison sociale" in self.policyholder


def hamon(today: date, *, days: int = 60, age_days: int = 800, **changes: str) -> Case:
    """Car insurance, terminated after its first year."""
    answers = {
        "Date de première souscription": typed(today - timedelta(days=age_days)),
        "Prise d'effet chez le nouvel assureur": typed(today + timedelta(days=days)),
        "Nouvel assureur": "Solenne Assurances",
    }
    body = changes.get("body", "Assurances Haut-Verveine")
    policyholder = {**PERSON, "Nom": changes.get("name", PERSON["Nom"])}
    ticks = ("L'agence notifie aussi",)
    return Case(body, "Auto", "Loi Hamon", answers, ticks, policyholder=policyholder)


async def name_policyholder(person: Person, case: Case) -> None:
    """Step 1: who terminates."""
    if case.is_for_company:
        await person.choose("Une société")
    else:
        await person.choose("Madame")
    await person.fill_all(case.policyholder)
    await person.press("Continuer vers l'ancien assureur")


async def choose_body(person: Person, case: Case, *, scripts: bool = True) -> None:
    """Step 2: to whom, found by its name; without scripts, by the button."""
    search = person.page.get_by_role("searchbox", name=words("Ancien assureur"))
    await search.fill(case.body)
    if not scripts:
        await person.press("Chercher")
    await person.choose(case.body)
    await person.choose(case.contract_type)
    await person.press("Continuer vers le motif")


async def answer_ground(person: Person, case: Case, *, scripts: bool = True) -> None:
    """Step 3: why, and what that ground asks."""
    await person.choose(case.ground)
    if not scripts:
        await person.press("Afficher les champs de ce motif")
    await person.sees("Le contrat")
    reference = f"VA-{uuid4().hex[:12]}"  # one contract of its own for each letter
    await person.fill_all({"Numéro du contrat": reference, **case.answers})
    for tick in case.ticks:
        await person.tick(tick)


async def write(person: Person, case: Case, *, scripts: bool = True) -> str:
    """Write a letter from the list of letters on; return its number."""
    await person.open("/resiliations/nouvelle")
    await name_policyholder(person, case)
    await choose_body(person, case, scripts=scripts)
    await answer_ground(person, case, scripts=scripts)
    await person.press("Voir la lettre")
    await person.sees("Les dates, et pourquoi")
    await person.page.wait_for_url(lambda url: url.rsplit("/", 1)[1][:2].isdigit())
    return person.page.url.rsplit("/", 1)[1]


async def keep_mandate(person: Person, number: str) -> None:
    """Choose not to join the mandate, warned."""
    await person.open(f"/resiliations/{number}/mandat")
    await person.tick("J'ai lu cet avertissement")
    await person.press("Ne pas joindre le mandat")
    await person.sees("le mandat ne sera pas joint")


async def join_mandate(person: Person, number: str) -> None:
    """Hand in the signed mandate, look at it, validate it."""
    await person.open(f"/resiliations/{number}/mandat")
    await person.attach("Mandat signé, scanné ou photographié", "mandat.pdf", paper("Mandat"))
    await person.press("Déposer le mandat signé")
    await person.sees("Regardez-le, puis validez-le.")
    await person.tick("Le mandat est lisible")
    await person.press("Valider ce mandat")
    await person.sees("Mandat validé.")


async def confirm(person: Person, button: str) -> None:
    """Tick what is confirmed once more, and validate."""
    await person.tick("La lettre part le")
    await person.tick("Après validation, le contenu")
    await person.press(button)
    await person.page.wait_for_url("**/suivi")


async def credit(person: Person) -> int:
    """Return the cents of credit shown at the top right."""
    chip = person.page.get_by_role("banner").get_by_role("link", name=said("Crédit"))
    digits = re.sub(r"\D", "", (await chip.inner_text()).split("€")[0])
    return int(digits)
