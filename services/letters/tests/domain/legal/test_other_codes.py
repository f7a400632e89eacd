"""What the code of the mutualité and that of the social security say otherwise."""

from dataclasses import replace
from itertools import product

import pytest

from services.letters.domain.legal import eligibility, engine, grounds
from services.letters.domain.legal.codes import (
    CodeFamily,
    Ground,
    PolicyholderKind,
    Refusal,
    SalesChannel,
)
from services.letters.domain.legal.contract_types import CONTRACT_TYPES, ContractType, YearlyExit
from services.letters.domain.legal.evaluation import ContractFacts, Evaluation, Timing
from tests.support.time import day

A, M, S = CodeFamily.ASSURANCES, CodeFamily.MUTUALITE, CodeFamily.SECURITE_SOCIALE
TODAY = day("Mon 2026-11-23")
OPTIONAL = ContractType.SANTE_COLLECTIVE_FACULTATIVE
INFORMED = ContractFacts(
    contract_type=OPTIONAL,
    ground=Ground.MODIFICATION_GROUPE,
    policyholder=PolicyholderKind.PERSON,
    code_family=M,
    event_day=day("Fri 2026-11-20"),
)
SOLD = ContractFacts(
    contract_type=ContractType.SANTE_INDIVIDUELLE,
    ground=Ground.RENONCIATION,
    policyholder=PolicyholderKind.PERSON,
    concluded=day("Fri 2026-11-20"),
)


def evaluate(facts: ContractFacts) -> Evaluation:
    return engine.evaluate([facts], Timing(first_send_day=TODAY))


def test_a_member_of_a_mutuelle_leaves_a_changed_group_within_a_month() -> None:
    found = evaluate(INFORMED)

    assert [article.key for article in found.legal_basis] == ["mutualite/L221-6"]
    assert found.window.latest == day("Sun 2026-12-20")
    late = evaluate(replace(INFORMED, event_day=day("Thu 2026-10-22")))
    assert late.refusal is Refusal.WINDOW_CLOSED


def test_no_month_binds_the_member_of_an_insurers_group() -> None:
    found = evaluate(replace(INFORMED, code_family=A, event_day=day("Thu 2026-10-22")))

    assert found.ok
    assert found.window.latest is None


def test_an_institutions_member_has_no_such_article() -> None:
    assert evaluate(replace(INFORMED, code_family=S)).refusal is Refusal.CONTRACT_OUT_OF_SCOPE


@pytest.mark.parametrize(
    ("contract_type", "refusal"),
    [
        (ContractType.SANTE_INDIVIDUELLE, None),
        (OPTIONAL, Refusal.CONTRACT_OUT_OF_SCOPE),
    ],
)
def test_a_change_of_situation_ends_individual_memberships_of_a_mutuelle_alone(
    contract_type: ContractType, refusal: Refusal | None
) -> None:
    assert eligibility.check(Ground.CHANGEMENT_SITUATION, contract_type, family=M) is refusal
    assert eligibility.check(Ground.CHANGEMENT_SITUATION, contract_type, family=A) is None


@pytest.mark.parametrize(
    ("ground", "mandatory", "optional"),
    [
        (Ground.RIA, "securite_sociale/L932-12-1", "securite_sociale/L932-21-2"),
        (Ground.ECHEANCE, "securite_sociale/L932-12", "securite_sociale/L932-21-1"),
    ],
)
def test_an_institutions_optional_group_follows_the_articles_of_individual_contracts(
    ground: Ground, mandatory: str, optional: str
) -> None:
    row = grounds.rule_on(ground, TODAY)
    assert row is not None

    def first(of: ContractType) -> str:
        return grounds.legal_basis(row, CONTRACT_TYPES[of], S)[0].key

    assert first(ContractType.SANTE_COLLECTIVE_OBLIGATOIRE) == mandatory
    assert first(OPTIONAL) == optional


@pytest.mark.parametrize(
    ("family", "channel", "article"),
    [
        (A, SalesChannel.DOORSTEP, "assurances/L112-9"),
        (M, SalesChannel.DOORSTEP, "mutualite/L221-18-1"),
        (M, SalesChannel.DISTANCE, "mutualite/L221-18"),
        (S, SalesChannel.DOORSTEP, "securite_sociale/L932-15-2"),
        (S, SalesChannel.DISTANCE, "securite_sociale/L932-15-1"),
    ],
)
def test_a_health_contract_is_undone_by_the_article_of_its_own_code(
    family: CodeFamily, channel: SalesChannel, article: str
) -> None:
    found = evaluate(replace(SOLD, code_family=family, channel=channel))

    assert [one.key for one in found.legal_basis] == [article]
    assert found.window.latest_safe == day("Fri 2026-12-04")
    assert found.warnings == ()


@pytest.mark.parametrize("family", CodeFamily)
def test_a_ground_that_rests_on_articles_is_open_only_in_the_codes_that_have_one(
    family: CodeFamily,
) -> None:
    types = [rule for rule in CONTRACT_TYPES.values() if rule.type is not ContractType.AUTRE]
    for ground, rule, holder in product(Ground, types, PolicyholderKind):
        row = grounds.rule_on(ground, TODAY)
        assert row is not None
        by_clause = ground is Ground.ECHEANCE and rule.yearly_exit is not YearlyExit.LAW
        refusal = eligibility.check(ground, rule.type, policyholder=holder, family=family)
        if row.basis and refusal is None and not by_clause:
            assert grounds.legal_basis(row, rule, family), (ground, rule.type)


def test_life_cover_of_a_mutuelle_is_undone_by_its_own_article() -> None:
    life = replace(SOLD, contract_type=ContractType.ASSURANCE_VIE, channel=SalesChannel.SHOP)

    assert [one.key for one in evaluate(replace(life, code_family=M)).legal_basis] == [
        "mutualite/L223-8"
    ]
