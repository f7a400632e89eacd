"""Who ends the contract: what is tidied, and what is refused with its field."""

from dataclasses import replace

import pytest

from kit.errors import InvalidFields
from services.letters.domain.policyholder import (
    Address,
    Company,
    Person,
    Policyholder,
    Title,
    checked,
    is_email,
    phone_number,
)
from services.letters.tests.builders import HELENE, PIERRE, a_company, persons
from tests.support.time import day

TODAY = day("Mon 2026-11-23")


def errors(policyholder: Policyholder) -> dict[str, str]:
    with pytest.raises(InvalidFields) as refused:
        checked(policyholder, today=TODAY)
    return {error.field: error.reason for error in refused.value.errors}


def test_one_or_two_persons_or_a_company_are_accepted_as_they_are() -> None:
    for policyholder in (persons(HELENE), persons(HELENE, PIERRE), a_company()):
        assert checked(policyholder, today=TODAY) == policyholder


def test_what_is_typed_loosely_is_tidied() -> None:
    typed = replace(
        persons(replace(HELENE, last_name="  Marchetti\u200b ", first_name="Hélène  Marie")),
        address=Address(lines=("8  rue du Vieux-Temple", " "), postcode="38 000", town="Grenoble "),
        phone="06 12 34 56 78",
        emails=(" h.marchetti@mail.example ", ""),
    )

    read = checked(typed, today=TODAY)

    assert read.persons[0].last_name == "Marchetti"
    assert read.persons[0].first_name == "Hélène Marie"
    assert read.address == Address(
        lines=("8 rue du Vieux-Temple",), postcode="38000", town="Grenoble"
    )
    assert read.phone == "+33612345678"
    assert read.emails == ("h.marchetti@mail.example",)


def test_every_wrong_field_is_named_at_once() -> None:
    wrong = Policyholder(
        persons=(Person(title=Title.MADAME, first_name="", last_name="x" * 81),),
        address=Address(lines=(), postcode="3800", town=""),
        emails=("personne",),
        phone="12",
    )

    assert errors(wrong) == {
        "persons.0.first_name": "field-required",
        "persons.0.last_name": "too-long",
        "address_lines": "field-required",
        "postcode": "postcode-five-digits",
        "town": "field-required",
        "emails.0": "email-unreadable",
        "phone": "phone-unreadable",
    }


@pytest.mark.parametrize(
    ("siret", "reason"),
    [
        ("", "field-required"),
        ("7328293200007", "siret-length"),
        ("73282932000075", "siret-check-digit"),
    ],
)
def test_a_siret_has_fourteen_digits_and_a_right_key(siret: str, reason: str) -> None:
    company = Company(name="Ateliers Aubertin", siret=siret)

    assert errors(replace(a_company(), company=company)) == {"company.siret": reason}


def test_a_siret_may_be_typed_with_spaces() -> None:
    company = Company(name="Ateliers Aubertin", siret="732 829 320 00074")

    read = checked(replace(a_company(), company=company), today=TODAY)

    assert read.company is not None
    assert read.company.siret == "73282932000074"


@pytest.mark.parametrize("people", [(), (HELENE, PIERRE, HELENE)])
def test_a_contract_has_one_or_two_persons(people: tuple[Person, ...]) -> None:
    assert errors(replace(persons(HELENE), persons=people))["persons"] == "one-or-two-persons"


def test_a_policyholder_is_persons_or_a_company_not_both() -> None:
    both = replace(a_company(), persons=(HELENE,))

    assert errors(both)["kind"] == "person-or-company"


@pytest.mark.parametrize("birth_day", ["1899-12-31", "2026-11-24"])
def test_nobody_was_born_before_1900_nor_tomorrow(birth_day: str) -> None:
    unborn = replace(HELENE, birth_day=day(birth_day))

    assert errors(persons(unborn)) == {"persons.0.birth_day": "birth-day-impossible"}


def test_each_person_may_have_an_email_and_no_more() -> None:
    many = replace(persons(HELENE), emails=("a@mail.example", "b@mail.example"))

    assert errors(many) == {"emails": "too-many-emails"}


@pytest.mark.parametrize(
    "address",
    ["a..b@mail.example", ".a@mail.example", "gnp\u202e@mail.example", "a\u200bb@mail.example",
     "hélène@mail.example", "a@-mail.example", "a@mail.example\n", "a@mail", "a\0b@mail.example"],
)  # fmt: skip
def test_an_address_that_no_message_reaches_is_refused(address: str) -> None:
    assert not is_email(address)


@pytest.mark.parametrize("address", ["=1+1@mail.example", "a|b'c@mail.example", "A.B@Mail.Example"])
def test_an_odd_address_that_is_right_is_taken(address: str) -> None:
    assert is_email(address)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("04 65 71 12 34", "+33465711234"),
        ("04.65.71.12.34", "+33465711234"),
        ("+33 4 65 71 12 34", "+33465711234"),
        ("0041 22 767 61 11", "+41227676111"),
        ("12345", None),
        ("téléphone", None),
    ],
)
def test_a_phone_number_is_read_in_any_spacing(typed: str, number: str | None) -> None:
    assert phone_number(typed) == number
