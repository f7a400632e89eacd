"""The policyholder's form: from what was typed to the message, and back."""

from datetime import date
from typing import Final

from preavis.letters.v1 import letters_pb2
from services.gateway.forms import typed
from services.gateway.forms.form import Form
from services.gateway.pages.enums import member, slug

_LINES: Final = 3
_PERSONS: Final = 2
_OF_PERSON: Final = ("first_name", "last_name", "birth_name", "birth_day")
_EVERYONE: Final = ("address_lines.0", "postcode", "town")
_FIRST_PERSON: Final = ("persons.0.first_name", "persons.0.last_name")
_COMPANY: Final = ("company.name", "company.siret")
"""What no letter does without: said at once with the rest, not one round after it."""
NAMES: Final = {
    "address_lines": "address_lines.0",
    "emails": "emails.0",
    "persons": "persons.0.last_name",
}
"""Inputs on which a mistake about a whole list is shown."""


def read(form: Form, *, today: date) -> letters_pb2.Policyholder:
    """Return the policyholder typed; unreadable days are noted on the form."""
    is_company = form.text("kind") == "company"
    for name in (*_EVERYONE, *(_COMPANY if is_company else _FIRST_PERSON)):
        if not form.text(name):
            form.mistake(name, "field-required")
    return letters_pb2.Policyholder(
        kind=letters_pb2.POLICYHOLDER_KIND_COMPANY
        if is_company
        else letters_pb2.POLICYHOLDER_KIND_PERSON,
        persons=[] if is_company else _persons(form, today),
        company=_company(form) if is_company else None,
        address_lines=_filled(form, "address_lines", _LINES),
        postcode=form.digits("postcode"),
        town=form.text("town"),
        emails=_filled(form, "emails", _PERSONS),
        phone=form.text("phone"),
        client_reference=form.text("client_reference"),
    )


def _filled(form: Form, name: str, count: int) -> list[str]:
    values = (form.text(f"{name}.{index}") for index in range(count))
    return [value for value in values if value]


def _company(form: Form) -> letters_pb2.Company:
    return letters_pb2.Company(
        name=form.text("company.name"),
        siret=form.digits("company.siret"),
        representative=form.text("company.representative"),
    )


def _persons(form: Form, today: date) -> list[letters_pb2.Person]:
    first, second = (f"persons.{index}" for index in range(_PERSONS))
    has_second = any(form.text(f"{second}.{field}") for field in _OF_PERSON)
    return [_person(form, where, today) for where in (first, second)[: 1 + has_second]]


def _person(form: Form, where: str, today: date) -> letters_pb2.Person:
    title = form.text(f"{where}.title")
    if not title:
        form.mistake(f"{where}.title", "title-missing")
    return letters_pb2.Person(
        title=letters_pb2.Title.ValueType(member(letters_pb2.Title, title)),
        first_name=form.text(f"{where}.first_name"),
        last_name=form.text(f"{where}.last_name"),
        birth_name=form.text(f"{where}.birth_name"),
        birth_day=form.day(f"{where}.birth_day", today=today),
    )


def form_of(policyholder: letters_pb2.Policyholder) -> Form:
    """Prefill the form with a policyholder."""
    is_company = policyholder.kind == letters_pb2.POLICYHOLDER_KIND_COMPANY
    values = {
        "kind": "company" if is_company else "person",
        "company.name": policyholder.company.name,
        "company.siret": typed.grouped(policyholder.company.siret, 3, 3, 3, 5),
        "company.representative": policyholder.company.representative,
        "postcode": policyholder.postcode,
        "town": policyholder.town,
        "phone": typed.phone(policyholder.phone),
        "client_reference": policyholder.client_reference,
    }
    for index, line in enumerate(policyholder.address_lines):
        values[f"address_lines.{index}"] = line
    for index, email in enumerate(policyholder.emails):
        values[f"emails.{index}"] = email
    for index, person in enumerate(policyholder.persons):
        where = f"persons.{index}"
        values[f"{where}.title"] = slug(letters_pb2.Title, person.title)
        values |= {f"{where}.{field}": str(getattr(person, field)) for field in _OF_PERSON}
    return Form.of(values)
