"""What people type, read as its real format demands; every wrong field is named at once."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from stdnum.fr import siren as stdnum_siren
from stdnum.fr import siret as stdnum_siret

from kit.errors import FieldError, InvalidFields
from kit.text import without_unseen

LINE: Final = 38  # characters of a line of a French postal address (NF Z10-011)
POSTCODE_AND_SPACE: Final = 6
ORIAS_DIGITS: Final = 8
SIRET_DIGITS: Final = 14
# French numbers are typed without their code; those of the overseas departments too.
_REGIONS: Final = ("FR", "GP", "MQ", "GF", "RE", "YT")
_FICTION: Final = "63998"  # mobiles that the regulator keeps for films and demonstrations
_POSTCODE: Final = re.compile(r"(?:0[1-9]|[1-8]\d|9[0-5]|97[1-8]|98[04678])\d{2,3}", re.ASCII)
_NAME: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|[ .'’-])*")
_TOWN: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|[ .'’/-])*(?: CEDEX(?: \d{1,2})?)?", re.IGNORECASE)

Read = Callable[[str], str]


class Unfit(Exception):
    """A text that is not what its field holds."""

    def __init__(self, reason: str, **facts: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.facts = facts


class Form:
    """Reads a form field by field, remembers what is wrong, and says it all at the end."""

    def __init__(self) -> None:
        self._errors: list[FieldError] = []

    def read(self, field: str, text: str, reader: Read, *, required: bool = True) -> str:
        """Return the field in its one stored form; an empty optional one is ``""``."""
        tidy = tidied(text)
        if not tidy:
            if required:
                self.wrong(field, "field-required")
            return ""
        try:
            return reader(tidy)
        except Unfit as unfit:
            self.wrong(field, unfit.reason, **unfit.facts)
            return ""

    def wrong(self, field: str, reason: str, **facts: str) -> None:
        """Add an error found otherwise."""
        self._errors.append(FieldError(field, reason, facts))

    def done(self) -> None:
        """Raise ``InvalidFields`` if anything was wrong."""
        if self._errors:
            raise InvalidFields(self._errors)


def tidied(text: str) -> str:
    """Return the text composed (NFC), without blanks that pass for letters, single-spaced."""
    return " ".join(unicodedata.normalize("NFC", without_unseen(text)).split())


def email(text: str) -> str:
    """Read an e-mail address that a message reaches; its domain comes back in lower case."""
    try:
        found = validate_email(
            text, check_deliverability=False, globally_deliverable=False, allow_smtputf8=False
        )
    except EmailNotValidError:
        raise Unfit("email-invalid") from None
    return found.normalized


def email_key(address: str) -> str:
    """Return what makes two addresses the same login: case is ignored."""
    return tidied(address).casefold()


def phone(text: str) -> str:
    """Read a telephone number, French or not, as E.164: ``+33465711234``."""
    for region in _REGIONS:
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            continue
        fiction = str(number.national_number).startswith(_FICTION)
        if phonenumbers.is_valid_number(number) or (fiction and len(text) >= len(_FICTION) * 2):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    raise Unfit("phone-invalid")


def postcode(text: str) -> str:
    """Read a French postcode: five digits that begin with a department or a territory."""
    bare = text.replace(" ", "")
    if not (len(bare) == 5 and _POSTCODE.fullmatch(bare)):  # noqa: PLR2004 - five digits
        raise Unfit("postcode-invalid")
    return bare


def town(text: str) -> str:
    """Read a town, CEDEX included, short enough to stand after its postcode on one line."""
    if not _TOWN.fullmatch(text):
        raise Unfit("town-invalid")
    return _short(text, LINE - POSTCODE_AND_SPACE)


def address_line(text: str) -> str:
    """Read a line of a postal address: 38 characters at most."""
    return _short(_printable(text), LINE)


def person_name(text: str) -> str:
    """Read a first or last name: letters, with spaces, hyphens, apostrophes."""
    if not _NAME.fullmatch(text):
        raise Unfit("name-invalid")
    return _short(text, 60)


def trade_name(text: str) -> str:
    """Read the name that signs the letters."""
    return _short(_printable(text), 60)


def orias_number(text: str) -> str:
    """Read an ORIAS number: eight digits, the spaces apart. It has no check digit."""
    return _digits(text, ORIAS_DIGITS, "orias-invalid")


def siret(text: str) -> str:
    """Read a SIRET: fourteen digits whose keys, SIREN and whole, are right."""
    bare = _digits(text, SIRET_DIGITS, "siret-invalid")
    if not (stdnum_siret.is_valid(bare) and stdnum_siren.is_valid(bare[:9])):
        raise Unfit("siret-key-wrong")
    return bare


def _digits(text: str, count: int, reason: str) -> str:
    bare = re.sub(r"[\s.]", "", text)
    if not (bare.isascii() and bare.isdigit() and len(bare) == count):
        typed = sum(character.isdigit() for character in bare)
        raise Unfit(reason, digits=str(typed), expected=str(count))
    return bare


def _printable(text: str) -> str:
    if not text.isprintable() or not any(c.isalnum() for c in text):
        raise Unfit("text-invalid")
    return text


def _short(text: str, limit: int) -> str:
    if len(text) > limit:
        raise Unfit("text-too-long", limit=str(limit))
    return text


READERS: Final[Mapping[str, Read]] = {
    "email": email,
    "first_name": person_name,
    "last_name": person_name,
    "trade_name": trade_name,
    "address.street": address_line,
    "address.complement": address_line,
    "address.postcode": postcode,
    "address.town": town,
    "phone": phone,
    "mobile": phone,
    "orias_number": orias_number,
    "siret": siret,
}
