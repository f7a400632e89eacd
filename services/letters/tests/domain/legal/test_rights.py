"""Who may use a ground, in whose name it leaves, and which contracts share a letter."""

import pytest

from services.letters.domain.legal import compatibility, eligibility, grounds, senders
from services.letters.domain.legal.codes import (
    CodeFamily,
    Ground,
    MailKind,
    PolicyholderKind,
    Refusal,
    Requester,
    SenderMode,
    WithdrawalRegime,
)
from services.letters.domain.legal.contract_types import CONTRACT_TYPES, ContractType
from tests.support.time import day

PERSON, COMPANY = PolicyholderKind.PERSON, PolicyholderKind.COMPANY
HEALTH = ContractType.SANTE_INDIVIDUELLE
MANDATORY = ContractType.SANTE_COLLECTIVE_OBLIGATOIRE
NEVER_AGREED = ["ANNULATION", "RECLAMATION", "MEDIATION", "MISE_EN_DEMEURE"]
HAMON_TYPES = {
    "auto", "moto", "scooter", "camping_car", "habitation_locataire", "habitation_proprietaire",
    "copropriete_lot", "pno", "mobile", "affinitaire", "extension_garantie", "voyage_annuel",
}  # fmt: skip


def test_every_contract_type_has_its_row() -> None:
    assert set(CONTRACT_TYPES) == set(ContractType)


@pytest.mark.parametrize("contract_type", ContractType)
def test_hamon_is_open_to_persons_for_the_types_of_r_113_11(contract_type: ContractType) -> None:
    expected = None if contract_type in HAMON_TYPES else Refusal.CONTRACT_OUT_OF_SCOPE

    assert eligibility.check(Ground.HAMON, contract_type) is expected
    assert (
        eligibility.check(Ground.HAMON, contract_type, policyholder=COMPANY)
        is Refusal.NATURAL_PERSON_ONLY
    )
    assert (
        eligibility.check(Ground.HAMON, contract_type, professional_use=True)
        is Refusal.NATURAL_PERSON_ONLY
    )


@pytest.mark.parametrize(
    ("contract_type", "refusal"),
    [
        (ContractType.AUTO, None),
        (ContractType.RC_PRO, None),
        (ContractType.ASSURANCE_VIE, Refusal.LIFE_EXCLUDED),
        (ContractType.CAPITALISATION, Refusal.LIFE_EXCLUDED),
        (ContractType.PER, Refusal.LIFE_EXCLUDED),
        (ContractType.VOYAGE_TEMPORAIRE, Refusal.CONTRACT_OUT_OF_SCOPE),
        (ContractType.OBSEQUES, None),  # by its clause, with a warning
    ],
)
def test_the_yearly_exit_is_closed_to_life_and_fixed_terms(
    contract_type: ContractType, refusal: Refusal | None
) -> None:
    assert eligibility.check(Ground.ECHEANCE, contract_type) is refusal


@pytest.mark.parametrize(
    ("contract_type", "requester", "refusal"),
    [
        (ContractType.SANTE_INDIVIDUELLE, Requester.POLICYHOLDER, None),
        (ContractType.SANTE_INDIVIDUELLE, Requester.DEPENDANT, Refusal.NO_CAPACITY),
        (MANDATORY, Requester.EMPLOYER, None),
        (MANDATORY, Requester.EMPLOYEE, Refusal.MANDATORY_MEMBERSHIP),
        (ContractType.SANTE_COLLECTIVE_FACULTATIVE, Requester.EMPLOYEE, None),
        (ContractType.PREVOYANCE, Requester.POLICYHOLDER, Refusal.CONTRACT_OUT_OF_SCOPE),
        (ContractType.AUTO, Requester.POLICYHOLDER, Refusal.CONTRACT_OUT_OF_SCOPE),
    ],
)  # fmt: skip
def test_ria_is_for_those_who_hold_a_health_contract(
    contract_type: ContractType, requester: Requester, refusal: Refusal | None
) -> None:
    assert eligibility.check(Ground.RIA, contract_type, requester=requester) is refusal


def test_ria_is_closed_when_the_contract_covers_something_else() -> None:
    refusal = eligibility.check(Ground.RIA, ContractType.SANTE_INDIVIDUELLE, other_guarantees=True)

    assert refusal is Refusal.CONTRACT_OUT_OF_SCOPE


@pytest.mark.parametrize("contract_type", ContractType)
def test_the_platform_never_notifies_for_a_new_insurer(contract_type: ContractType) -> None:
    rule = CONTRACT_TYPES[contract_type]
    for ground in (Ground.HAMON, Ground.RIA):
        option = senders.option_for(SenderMode.PLATFORM, ground, contract_type)
        banned = ground is Ground.RIA or rule.new_insurer_notifies

        assert option.refusal is (Refusal.PLATFORM_NOT_INSURER if banned else None)
        assert option.mail == (() if banned else (MailKind.LRE_ACKNOWLEDGED,))


def test_the_agency_may_send_simple_mail_but_for_loans_and_strict_withdrawals() -> None:
    both = (MailKind.LRE_SIMPLE, MailKind.LRE_ACKNOWLEDGED)

    def mail(
        ground: Ground, contract_type: ContractType, regime: WithdrawalRegime | None = None
    ) -> tuple[MailKind, ...]:
        return senders.option_for(SenderMode.AGENCY, ground, contract_type, regime).mail

    assert mail(Ground.ECHEANCE, ContractType.AUTO) == both
    assert mail(Ground.CUSTOM, ContractType.GAV) == both
    assert mail(Ground.ECHEANCE, ContractType.EMPRUNTEUR) == (MailKind.LRE_ACKNOWLEDGED,)
    assert mail(Ground.RENONCIATION, ContractType.ASSURANCE_VIE, WithdrawalRegime.LIFE_30) == (
        MailKind.LRE_ACKNOWLEDGED,
    )
    assert MailKind.LRE_SIMPLE not in mail(Ground.EMPRUNTEUR_SUBSTITUTION, ContractType.EMPRUNTEUR)


@pytest.mark.parametrize(
    ("contract_type", "family", "basis"),
    [
        (ContractType.AUTO, CodeFamily.ASSURANCES, "assurances/L113-12"),
        (ContractType.AUTO, CodeFamily.MUTUALITE, "assurances/L113-12"),  # no mutuelle code there
        (HEALTH, CodeFamily.ASSURANCES, "assurances/L113-12"),
        (HEALTH, CodeFamily.MUTUALITE, "mutualite/L221-10"),
        (HEALTH, CodeFamily.SECURITE_SOCIALE, "securite_sociale/L932-21-1"),
        (MANDATORY, CodeFamily.SECURITE_SOCIALE, "securite_sociale/L932-12"),
        (MANDATORY, CodeFamily.ASSURANCES, "assurances/L145-8"),
    ],
)  # fmt: skip
def test_the_recipients_legal_form_chooses_the_article(
    contract_type: ContractType, family: CodeFamily, basis: str
) -> None:
    row = grounds.rule_on(Ground.ECHEANCE, day("Mon 2026-11-23"))

    assert row is not None
    found = grounds.legal_basis(row, CONTRACT_TYPES[contract_type], family)
    assert [article.key for article in found] == [basis]


def test_ria_exists_since_1_december_2020() -> None:
    assert grounds.rule_on(Ground.RIA, day("Mon 2020-11-30")) is None
    assert grounds.rule_on(Ground.RIA, day("Tue 2020-12-01")) is not None


def test_a_person_is_offered_what_the_type_opens() -> None:
    today = day("Mon 2026-11-23")

    def offered(contract_type: ContractType, who: PolicyholderKind) -> list[str]:
        return [str(ground) for ground in grounds.offered(contract_type, who, today)]

    assert offered(ContractType.AUTO, PERSON) == [
        "HAMON", "ECHEANCE", "CHATEL", "CHANGEMENT_SITUATION", "VENTE_VEHICULE", "PERTE_TOTALE",
        "DIMINUTION_RISQUE", "APRES_SINISTRE", "AUGMENTATION_TARIF", "RETRAIT_AGREMENT",
        "TRANSFERT_PORTEFEUILLE", "RENONCIATION", *NEVER_AGREED, "CUSTOM",
    ]  # fmt: skip
    assert offered(ContractType.AUTO, COMPANY) == [
        "ECHEANCE", "VENTE_VEHICULE", "PERTE_TOTALE", "DIMINUTION_RISQUE", "APRES_SINISTRE",
        "AUGMENTATION_TARIF", "RETRAIT_AGREMENT", "TRANSFERT_PORTEFEUILLE",
        "ANNULATION", "RECLAMATION", "MISE_EN_DEMEURE", "CUSTOM",
    ]  # fmt: skip
    assert offered(ContractType.SANTE_INDIVIDUELLE, PERSON) == [
        "RIA", "ECHEANCE", "CHATEL", "CHANGEMENT_SITUATION", "APRES_SINISTRE",
        "AUGMENTATION_TARIF", "ADHESION_OBLIGATOIRE", "C2S", "RETRAIT_AGREMENT",
        "TRANSFERT_PORTEFEUILLE", "RENONCIATION", *NEVER_AGREED, "CUSTOM",
    ]  # fmt: skip
    assert offered(ContractType.EMPRUNTEUR, PERSON)[:2] == [
        "EMPRUNTEUR_SUBSTITUTION", "EMPRUNTEUR_RESILIATION",
    ]  # fmt: skip
    assert offered(ContractType.ASSURANCE_VIE, PERSON) == ["RENONCIATION", *NEVER_AGREED, "CUSTOM"]
    assert offered(ContractType.VOYAGE_TEMPORAIRE, PERSON) == [
        "RENONCIATION",
        *NEVER_AGREED,
        "CUSTOM",
    ]
    assert "RIA" in offered(MANDATORY, COMPANY)
    assert offered(MANDATORY, PERSON) == ["CUSTOM"]


@pytest.mark.parametrize(
    ("shared", "refusal"),
    [
        ({"same_policyholder": False}, Refusal.SUBSCRIBERS_DIFFER),
        ({"same_recipient": False}, Refusal.RECIPIENTS_DIFFER),
        ({"same_effect": False}, Refusal.EFFECT_DATES_DIFFER),
        ({}, None),
    ],
)
def test_one_letter_has_one_policyholder_recipient_and_effect(
    shared: dict[str, bool], refusal: Refusal | None
) -> None:
    assert compatibility.check([Ground.HAMON, Ground.HAMON], **shared) is refusal


def test_hamon_and_ria_never_share_a_letter() -> None:
    assert compatibility.check([Ground.HAMON, Ground.RIA]) is Refusal.GROUNDS_DIFFER
