"""The fields that a contract type and a ground ask for, as inputs of a page."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from preavis.letters.v1 import letters_pb2
from services.gateway.forms.form import Form

_PREFIX: Final = "fields."
_PERSON_FIELDS: Final = ("birth_name", "birth_day")


def input_name(field: letters_pb2.FormField) -> str:
    """Return the name of a field's input."""
    return _PREFIX + field.name


def input_names(fields: Sequence[letters_pb2.FormField]) -> dict[str, str]:
    """Return, for each field as letters names it, the input that shows its mistakes."""
    return {field.name: input_name(field) for field in fields}


def read(form: Form, fields: Sequence[letters_pb2.FormField], *, today: date) -> dict[str, str]:
    """Return the answers; unreadable days are noted on the form."""
    values = {}
    for field in fields:
        if field.scope == letters_pb2.FIELD_SCOPE_POLICYHOLDER:
            continue
        name = input_name(field)
        match field.kind:
            case letters_pb2.FIELD_KIND_DAY:
                values[field.name] = form.day(name, today=today)
            case letters_pb2.FIELD_KIND_YES_NO:
                values[field.name] = "true" if form.ticked(name) else ""
            case letters_pb2.FIELD_KIND_SIREN | letters_pb2.FIELD_KIND_WHOLE_NUMBER:
                values[field.name] = form.digits(name)
            case _:
                values[field.name] = form.text(name)
    return values


def values_of(
    letter: letters_pb2.Letter,
    contract: letters_pb2.Contract | None,
    fields: Sequence[letters_pb2.FormField],
) -> dict[str, str]:
    """Return what the inputs show at first: the contract, or what the letter already knows."""
    values = {input_name(field): field.default_value for field in fields if field.default_value}
    if contract is not None:
        values |= {_PREFIX + name: value for name, value in contract.fields.items()}
    elif letter.contracts:
        shared = {f.name for f in fields if f.scope == letters_pb2.FIELD_SCOPE_LETTER}
        known = letter.contracts[0].fields.items()
        values |= {_PREFIX + name: value for name, value in known if name in shared}
    if contract is not None:
        values["reference"] = contract.reference
        values["contract_id"] = contract.contract_id
    for index, person in enumerate(letter.policyholder.persons):
        for name in _PERSON_FIELDS:
            values[f"persons.{index}.{name}"] = str(getattr(person, name))
    return values


def of_policyholder(fields: Sequence[letters_pb2.FormField]) -> list[letters_pb2.FormField]:
    """Return the fields that live on the policyholder."""
    return [field for field in fields if field.scope == letters_pb2.FIELD_SCOPE_POLICYHOLDER]


def policyholder_with(
    policyholder: letters_pb2.Policyholder,
    form: Form,
    fields: Sequence[letters_pb2.FormField],
    *,
    today: date,
) -> letters_pb2.Policyholder | None:
    """Return the policyholder with what this page learned of them; ``None`` when nothing new."""
    if not of_policyholder(fields):
        return None
    changed = letters_pb2.Policyholder()
    changed.CopyFrom(policyholder)
    for index, person in enumerate(changed.persons):
        person.birth_name = form.text(f"persons.{index}.birth_name")
        person.birth_day = form.day(f"persons.{index}.birth_day", today=today)
    return None if changed == policyholder else changed
