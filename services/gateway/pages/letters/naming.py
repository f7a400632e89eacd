"""How a letter and its policyholder are named to people."""

from typing import Final

from preavis.letters.v1 import letters_pb2

_CONTESTED: Final = frozenset({"ANNULATION", "RECLAMATION", "MEDIATION", "MISE_EN_DEMEURE"})
"""The grounds of the letters about a contract never agreed to."""


def is_frozen(letter: letters_pb2.Letter) -> bool:
    """Whether a sending locked the content."""
    return letter.state == letters_pb2.LETTER_STATE_FROZEN


def is_validated(letter: letters_pb2.Letter) -> bool:
    """Whether a sending carries it now: its dates are settled, and followed elsewhere."""
    return is_frozen(letter) and not letter.tracking.may_be_finalised


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
    if letter.ground in _CONTESTED:
        several = len(letter.policyholder.persons) > 1
        return f"{names} {'contestent' if several else 'conteste'} un contrat"
    if not letter.HasField("recipient"):
        return f"Résiliation pour {names}"
    verb = "quittent" if len(letter.policyholder.persons) > 1 else "quitte"
    return f"{names} {verb} {letter.recipient.name}"
