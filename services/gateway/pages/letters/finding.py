"""The letter a page is about, by the number people know."""

from typing import TYPE_CHECKING

from preavis.letters.v1 import letters_pb2

if TYPE_CHECKING:  # a visit knows its templates, and they know these words
    from services.gateway.pages.visit import Visit


async def letter_numbered(visit: "Visit", number: str) -> letters_pb2.Letter:
    """Return the letter of this number. Raises ``TurnedDown`` when the account has none."""
    answer = await visit.house.letters.GetLetter(letters_pb2.GetLetterRequest(number=number))
    return answer.letter


def is_frozen(letter: letters_pb2.Letter) -> bool:
    """Whether a sending locked the content."""
    return letter.state == letters_pb2.LETTER_STATE_FROZEN


def names_of(policyholder: letters_pb2.Policyholder) -> str:
    """Return « Mme Odile Tessier et M. Marc Tessier », or the company's name."""
    if policyholder.kind == letters_pb2.POLICYHOLDER_KIND_COMPANY:
        return policyholder.company.name
    return " et ".join(name_of(person) for person in policyholder.persons)


def name_of(person: letters_pb2.Person) -> str:
    """Return « Mme Hélène Marchetti »."""
    title = {letters_pb2.TITLE_MADAME: "Mme ", letters_pb2.TITLE_MONSIEUR: "M. "}
    return f"{title.get(person.title, '')}{person.first_name} {person.last_name}"


def heading_of(letter: letters_pb2.Letter) -> str:
    """Return « Mme Hélène Marchetti quitte Mutuelle Val d’Ambre »."""
    names = names_of(letter.policyholder)
    if not letter.HasField("recipient"):
        return f"Résiliation pour {names}"
    verb = "quittent" if len(letter.policyholder.persons) > 1 else "quitte"
    return f"{names} {verb} {letter.recipient.name}"
