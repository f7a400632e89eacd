from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from services.letters.domain.contract import Contract
from services.letters.domain.legal.codes import Ground
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.letter import (
    MOST_CONTRACTS,
    ContractsDiffer,
    Extras,
    Letter,
    LetterFrozen,
    StaleVersion,
    TooManyContracts,
)
from services.letters.domain.outline import Missing, missing
from services.letters.domain.policyholder import Policyholder
from services.letters.domain.recipient import AddressScope
from services.letters.tests.builders import (
    HELENE,
    NOW,
    PIERRE,
    a_company,
    a_contract,
    a_draft,
    a_frozen,
    a_letter,
    a_recipient,
    persons,
)

LATER = NOW + timedelta(hours=1)
NOTHING_SHARED = frozenset[str]()


def test_a_change_makes_the_next_version() -> None:
    letter = a_draft()

    changed = letter.with_recipient(a_recipient(), at=LATER)

    assert (changed.version, changed.updated_at) == (2, LATER)
    assert changed.with_recipient(a_recipient(), at=LATER) is changed


def test_a_frozen_letter_refuses_every_change_but_the_one_already_made() -> None:
    letter = a_letter()
    frozen = letter.freeze(a_frozen(letter))

    assert frozen.with_recipient(a_recipient(), at=LATER) is frozen
    changes: list[Callable[[], Letter]] = [
        lambda: frozen.with_policyholder(persons(PIERRE), client_reference="", at=LATER),
        lambda: frozen.with_extras(Extras(free_text="Un mot."), at=LATER),
        lambda: frozen.with_contract(a_contract(reference="B"), shared=NOTHING_SHARED, at=LATER),
        lambda: frozen.without_contract(frozen.contracts[0].id, at=LATER),
    ]
    for change in changes:
        with pytest.raises(LetterFrozen):
            change()


def test_an_expected_version_is_checked_and_zero_fits_any() -> None:
    letter = a_draft(version=4)

    assert letter.at_version(4) is letter
    assert letter.at_version(0) is letter
    with pytest.raises(StaleVersion):
        letter.at_version(3)


def test_a_letter_has_one_ground() -> None:
    with pytest.raises(ContractsDiffer):
        a_letter().with_contract(
            a_contract(ContractType.AUTO, Ground.ECHEANCE, reference="B"),
            shared=NOTHING_SHARED,
            at=LATER,
        )


def test_a_letter_carries_twelve_contracts_and_no_more() -> None:
    contracts = tuple(a_contract(reference=str(index)) for index in range(MOST_CONTRACTS))
    full = a_letter(*contracts)

    with pytest.raises(TooManyContracts):
        full.with_contract(a_contract(reference="one more"), shared=NOTHING_SHARED, at=LATER)
    again = replace(contracts[3], reference="renamed")
    replaced = full.with_contract(again, shared=NOTHING_SHARED, at=LATER)
    assert [one.id for one in replaced.contracts] == [one.id for one in contracts]


@pytest.mark.parametrize(
    ("kind", "holder", "scope"),
    [
        (ContractType.SANTE_INDIVIDUELLE, persons(), AddressScope.PERSON),
        (ContractType.SANTE_COLLECTIVE_OBLIGATOIRE, a_company(), AddressScope.COMPANY_GROUP),
        (ContractType.SANTE_COLLECTIVE_FACULTATIVE, persons(), AddressScope.PERSON),
        (ContractType.MULTIRISQUE_PRO, a_company(), AddressScope.PERSON),
    ],
)
def test_a_companys_group_contract_has_its_own_address(
    kind: ContractType, holder: Policyholder, scope: AddressScope
) -> None:
    letter = a_letter(a_contract(kind, Ground.ECHEANCE), policyholder=holder)

    assert letter.address_scope is scope


def lacking(*contracts: Contract, holder: Policyholder | None = None) -> list[str]:
    letter = a_letter(*contracts, policyholder=holder)
    return [item.field or item.code for item in missing(letter)]


def test_what_is_missing_is_named_in_the_order_of_the_pages() -> None:
    assert missing(a_draft()) == (Missing(code="recipient"), Missing(code="contract"))
    assert lacking() == []
    assert lacking(a_contract(reference="", contact_name="")) == ["reference", "contact_name"]
    assert lacking(a_contract(acts_for_new_insurer="")) == ["acts_for_new_insurer"]


def test_a_health_notification_needs_each_birth_day() -> None:
    unborn = replace(HELENE, birth_day=None)

    assert lacking(holder=persons(HELENE, unborn)) == ["birth_day"]
    yearly = a_contract(ContractType.SANTE_INDIVIDUELLE, Ground.ECHEANCE)
    assert lacking(yearly, holder=persons(unborn)) == []
