import pytest

from services.letters.domain.catalogue import contract_types, offered_grounds
from services.letters.domain.legal.codes import CodeFamily, Ground, PolicyholderKind, Refusal
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.planning import addable_types
from services.letters.tests.builders import a_company, a_contract, a_draft, a_frozen, a_letter
from tests.support.time import day

PERSON, COMPANY = PolicyholderKind.PERSON, PolicyholderKind.COMPANY


@pytest.mark.parametrize(
    ("kind", "held_by", "found"),
    [
        (ContractType.SANTE_INDIVIDUELLE, PERSON, [Ground.RIA, Ground.ECHEANCE, Ground.CHATEL]),
        (ContractType.AUTO, PERSON, [Ground.HAMON, Ground.ECHEANCE, Ground.CHATEL]),
        (ContractType.FLOTTE, COMPANY, [Ground.ECHEANCE, Ground.VENTE_VEHICULE]),
        (ContractType.ASSURANCE_VIE, PERSON, [Ground.RENONCIATION, Ground.ANNULATION]),
    ],
)
def test_open_grounds_come_first(
    kind: ContractType, held_by: PolicyholderKind, found: list[Ground]
) -> None:
    offered = offered_grounds(kind, held_by, CodeFamily.ASSURANCES, on=day("Mon 2026-11-23"))

    assert [one.ground for one in offered if one.refusal is None][: len(found)] == found
    assert next(one.ground for one in reversed(offered) if one.refusal is None) is Ground.CUSTOM
    assert [one.refusal is None for one in offered] == sorted(
        (one.refusal is None for one in offered), reverse=True
    )


def test_a_closed_ground_says_why() -> None:
    offered = offered_grounds(
        ContractType.ASSURANCE_VIE, PERSON, CodeFamily.ASSURANCES, on=day("Mon 2026-11-23")
    )

    reasons = {one.ground: one.refusal for one in offered}
    assert reasons[Ground.ECHEANCE] is Refusal.LIFE_EXCLUDED
    assert Ground.C2S not in reasons  # closed, and nobody looks for it there


def test_a_ground_is_not_shown_before_its_law() -> None:
    offered = offered_grounds(
        ContractType.SANTE_INDIVIDUELLE,
        PERSON,
        CodeFamily.MUTUALITE,
        on=day("Mon 2020-11-30"),  # RIA opens on 1 December 2020
    )

    assert Ground.RIA not in [one.ground for one in offered]


def test_a_company_is_not_offered_private_types_alone() -> None:
    companies = {rule.type for rule in contract_types(COMPANY)}
    everyone = {rule.type for rule in contract_types(None)}

    assert ContractType.FLOTTE in companies
    assert ContractType.FLOTTE not in {rule.type for rule in contract_types(PERSON)}
    assert everyone == set(ContractType)


def test_only_types_that_the_ground_serves_may_join() -> None:
    assert addable_types(a_letter()) == (
        ContractType.SANTE_INDIVIDUELLE,
        ContractType.SANTE_COLLECTIVE_FACULTATIVE,
    )
    hamon = addable_types(a_letter(a_contract(ContractType.AUTO, Ground.HAMON)))
    assert ContractType.MOTO in hamon
    assert ContractType.SANTE_INDIVIDUELLE not in hamon
    assert ContractType.FLOTTE in addable_types(a_draft(policyholder=a_company()))


def test_nothing_joins_a_frozen_letter() -> None:
    letter = a_letter()

    assert addable_types(letter.freeze(a_frozen(letter))) == ()
