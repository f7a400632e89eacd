"""The mandate's hash moves with what the policyholder agreed to, and with nothing else."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from services.letters.domain.content_hash import content_hash
from services.letters.domain.legal.codes import Ground
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.letter import Extras, Letter
from services.letters.domain.policyholder import Address
from services.letters.tests.builders import (
    HELENE,
    PIERRE,
    a_contract,
    a_letter,
    a_recipient,
    persons,
)
from tests.support.time import day


def moved(letter: Letter) -> Letter:
    address = Address(lines=("1 rue Neuve",), postcode="69001", town="Lyon")
    return replace(letter, policyholder=replace(letter.policyholder, address=address))


AGREED_TO: dict[str, Callable[[Letter], Letter]] = {
    "another person": lambda letter: replace(letter, policyholder=persons(PIERRE)),
    "one more person": lambda letter: replace(letter, policyholder=persons(HELENE, PIERRE)),
    "another address": moved,
    "another body": lambda letter: replace(letter, recipient=a_recipient(body_id="OTHER")),
    "another reference": lambda letter: replace(letter, contracts=(a_contract(reference="X"),)),
    "another new insurer": lambda letter: replace(
        letter, contracts=(a_contract(new_insurer_name="Autre Mutuelle"),)
    ),
    "another ground": lambda letter: replace(
        letter, contracts=(a_contract(ContractType.SANTE_INDIVIDUELLE, Ground.ECHEANCE),)
    ),
    "a deferral": lambda letter: replace(letter, contracts=(a_contract(deferral_agreed="true"),)),
}
ANYTHING_ELSE: dict[str, Callable[[Letter], Letter]] = {
    "an e-mail": lambda letter: replace(
        letter, policyholder=replace(letter.policyholder, emails=("autre@mail.example",))
    ),
    "a paragraph": lambda letter: replace(letter, extras=Extras(free_text="Merci.")),
    "the agency's own reference": lambda letter: replace(
        letter, extras=Extras(client_reference="MARCH-2211")
    ),
    "a corrected contact": lambda letter: replace(
        letter, contracts=(a_contract(contact_phone="+33465712021"),)
    ),
    "another start, not deferred": lambda letter: replace(
        letter, contracts=(a_contract(wanted_new_start="2027-01-02"),)
    ),
    "a later version": lambda letter: replace(letter, version=7),
}


@pytest.mark.parametrize("change", AGREED_TO)
def test_what_was_agreed_to_voids_the_mandate_when_it_changes(change: str) -> None:
    assert content_hash(AGREED_TO[change](a_letter())) != content_hash(a_letter())


@pytest.mark.parametrize("change", ANYTHING_ELSE)
def test_anything_else_leaves_the_mandate_as_it_is(change: str) -> None:
    assert content_hash(ANYTHING_ELSE[change](a_letter())) == content_hash(a_letter())


def test_a_deferred_start_is_part_of_the_will() -> None:
    deferred = a_letter(a_contract(deferral_agreed="true"))

    later = content_hash(deferred, wanted_new_start=day("Mon 2027-01-25"))

    assert later != content_hash(deferred)
    assert content_hash(deferred, wanted_new_start=day("Fri 2027-01-01")) == content_hash(deferred)


def test_the_order_of_the_contracts_says_nothing() -> None:
    one, two = a_contract(reference="A"), a_contract(reference="B")

    assert content_hash(a_letter(one, two)) == content_hash(a_letter(two, one))
