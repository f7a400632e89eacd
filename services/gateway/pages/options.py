"""Messages of the catalogue and of letters, as choices, links and words of a template."""

from collections.abc import Iterable
from typing import Final

from preavis.letters.v1 import letters_pb2
from services.gateway.pages.letters.naming import names_of

Option = tuple[str, str]


def as_options(choices: Iterable[letters_pb2.FormField.Choice]) -> list[Option]:
    """Return the choices of a field."""
    return [(choice.value, choice.label) for choice in choices]


def codes_as_options(
    found: Iterable[letters_pb2.ContractType | letters_pb2.Ground],
) -> list[Option]:
    """Return types of contracts, or grounds, as choices."""
    return [(one.code, one.label) for one in found]


def author_options(authors: Iterable[letters_pb2.Author]) -> list[Option]:
    """Return the authors of letters as choices."""
    return [(author.profile_id, author.name) for author in authors]


def mend_href(letter: letters_pb2.Letter) -> str:
    """Return the page on which the first missing thing of a letter is completed."""
    here = f"/resiliations/{letter.number}"
    if not letter.missing:
        return here
    missing = letter.missing[0]
    match missing.code:
        case "policyholder" if not letter.contracts:
            return f"{here}/souscripteur"
        case "recipient" | "recipient-closed":
            return f"{here}/assureur"
        case _:
            contract = missing.contract_id or (
                letter.contracts[0].contract_id if letter.contracts else ""
            )
            return f"{here}/contrat?contrat={contract}" if contract else f"{here}/assureur"


FILTERS: Final = {
    "as_options": as_options,
    "author_options": author_options,
    "codes_as_options": codes_as_options,
    "mend_href": mend_href,
    "policyholder_names": names_of,
}
