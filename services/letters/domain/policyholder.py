"""Who ends the contract: one or two persons, or a company."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

import phonenumbers
from stdnum.fr import siret as siret_number

from kit.addresses import ascii_address
from kit.errors import FieldError, InvalidFields
from kit.text import tidy

LONGEST_NAME: Final = 80
LONGEST_LINE: Final = 60
_EMAIL: Final = re.compile(
    r"[^@\s<>,;:\"()\[\]\\]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z]{2,63}", re.IGNORECASE
)
_POSTCODE: Final = re.compile(r"[0-9]{5}")


class Title(StrEnum):
    """How a person is addressed."""

    MADAME = "madame"
    MONSIEUR = "monsieur"

    @property
    def short(self) -> str:
        """The title as written before a name: « Mme », « M. »."""
        return "Mme" if self is Title.MADAME else "M."


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A natural person; ``birth_name`` and ``birth_day`` only where a ground asks for them."""

    title: Title
    first_name: str
    last_name: str
    birth_name: str = ""
    birth_day: date | None = None

    @property
    def full_name(self) -> str:
        """« Mme Hélène Marchetti »."""
        return f"{self.title.short} {self.first_name} {self.last_name}"

    @property
    def short_name(self) -> str:
        """« Mme Marchetti »."""
        return f"{self.title.short} {self.last_name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A legal person; ``siret`` has fourteen digits, ``representative`` signs for it."""

    name: str
    siret: str
    representative: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A French postal address: one to three lines, then postcode and town."""

    lines: tuple[str, ...]
    postcode: str
    town: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policyholder:
    """One or two persons, or a company, at an address, with where their copies go."""

    persons: tuple[Person, ...] = ()
    company: Company | None = None
    address: Address
    emails: tuple[str, ...]
    phone: str = ""

    @property
    def is_company(self) -> bool:
        """Whether the contract is held by a company."""
        return self.company is not None

    @property
    def names(self) -> tuple[str, ...]:
        """The full name of each person, or the company's."""
        if self.company is not None:
            return (self.company.name,)
        return tuple(person.full_name for person in self.persons)

    @property
    def short_names(self) -> tuple[str, ...]:
        """The short name of each person, or the company's name."""
        if self.company is not None:
            return (self.company.name,)
        return tuple(person.short_name for person in self.persons)

    @property
    def sort_text(self) -> str:
        """What lists sort on: the last name first, or the company's name."""
        if self.company is not None:
            return self.company.name
        return " ".join(f"{person.last_name} {person.first_name}" for person in self.persons)


def is_email(text: str) -> bool:
    """Say whether this is an e-mail address that a message reaches: no other is ever kept."""
    short = len(text) <= 254  # noqa: PLR2004 - RFC 5321
    return short and _EMAIL.fullmatch(text) is not None and ascii_address(text) is not None


def phone_number(text: str) -> str | None:
    """Return a phone number of any spacing as E.164, French by default; ``None`` if it is none."""
    try:
        number = phonenumbers.parse(text, "FR")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def checked(policyholder: Policyholder, *, today: date) -> Policyholder:
    """Return the policyholder tidied. Raises ``InvalidFields`` naming every wrong field."""
    tidied = _tidied(policyholder)
    errors = [*_party_errors(tidied, today), *_address_errors(tidied.address)]
    errors += _contact_errors(tidied)
    if errors:
        raise InvalidFields(errors)
    return tidied


def _tidied(given: Policyholder) -> Policyholder:
    company = given.company and Company(
        name=tidy(given.company.name),
        siret=re.sub(r"\s", "", given.company.siret),
        representative=tidy(given.company.representative),
    )
    persons = tuple(
        Person(
            title=person.title,
            first_name=tidy(person.first_name),
            last_name=tidy(person.last_name),
            birth_name=tidy(person.birth_name),
            birth_day=person.birth_day,
        )
        for person in given.persons
    )
    address = Address(
        lines=tuple(line for line in map(tidy, given.address.lines) if line),
        postcode=re.sub(r"\s", "", given.address.postcode),
        town=tidy(given.address.town),
    )
    return Policyholder(
        persons=persons,
        company=company,
        address=address,
        emails=tuple(email.strip() for email in given.emails if email.strip()),
        phone=phone_number(given.phone) or tidy(given.phone),
    )


def _party_errors(party: Policyholder, today: date) -> list[FieldError]:
    if party.company is not None:
        if party.persons:
            return [FieldError("kind", "person-or-company")]
        return _company_errors(party.company)
    if not 1 <= len(party.persons) <= 2:  # noqa: PLR2004 - one or two policyholders
        return [FieldError("persons", "one-or-two-persons")]
    return [
        error
        for index, person in enumerate(party.persons)
        for error in _person_errors(person, f"persons.{index}", today)
    ]


def _company_errors(company: Company) -> list[FieldError]:
    errors = _name_errors(company.name, "company.name")
    if not company.siret:
        errors.append(FieldError("company.siret", "field-required"))
    elif not re.fullmatch(r"[0-9]{14}", company.siret):
        digits = len(re.sub(r"\D", "", company.siret))
        errors.append(FieldError("company.siret", "siret-length", {"digits": str(digits)}))
    elif not siret_number.is_valid(company.siret):
        errors.append(FieldError("company.siret", "siret-check-digit"))
    return errors


def _person_errors(person: Person, where: str, today: date) -> list[FieldError]:
    errors = _name_errors(person.first_name, f"{where}.first_name")
    errors += _name_errors(person.last_name, f"{where}.last_name")
    if len(person.birth_name) > LONGEST_NAME:
        errors.append(_too_long(f"{where}.birth_name", LONGEST_NAME))
    if person.birth_day and not date(1900, 1, 1) <= person.birth_day <= today:
        errors.append(FieldError(f"{where}.birth_day", "birth-day-impossible"))
    return errors


def _name_errors(name: str, where: str) -> list[FieldError]:
    if not name:
        return [FieldError(where, "field-required")]
    if len(name) > LONGEST_NAME:
        return [_too_long(where, LONGEST_NAME)]
    return []


def _address_errors(address: Address) -> list[FieldError]:
    errors = []
    if not address.lines:
        errors.append(FieldError("address_lines", "field-required"))
    if len(address.lines) > 3:  # noqa: PLR2004 - the norm has six lines, name and town included
        errors.append(FieldError("address_lines", "address-too-many-lines"))
    if any(len(line) > LONGEST_LINE for line in address.lines):
        errors.append(_too_long("address_lines", LONGEST_LINE))
    if not _POSTCODE.fullmatch(address.postcode):
        errors.append(FieldError("postcode", "postcode-five-digits"))
    errors += _name_errors(address.town, "town")
    return errors


def _contact_errors(party: Policyholder) -> list[FieldError]:
    errors = []
    if not party.emails:
        errors.append(FieldError("emails", "field-required"))
    errors += [
        FieldError(f"emails.{index}", "email-unreadable")
        for index, email in enumerate(party.emails)
        if not is_email(email)
    ]
    if len(party.emails) > max(1, len(party.persons)):
        errors.append(FieldError("emails", "too-many-emails"))
    if party.phone and phone_number(party.phone) is None:
        errors.append(FieldError("phone", "phone-unreadable"))
    return errors


def _too_long(where: str, longest: int) -> FieldError:
    return FieldError(where, "too-long", {"max": str(longest)})
