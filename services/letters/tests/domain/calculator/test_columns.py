"""Rows of agents' tables, read as questions: French or codes, each wrong column named."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import InvalidFields
from kit.money import Money
from services.letters.domain.calculator.columns import Names, bare, question
from services.letters.domain.calculator.plan import Question
from services.letters.domain.legal.codes import CodeFamily, Ground, PolicyholderKind
from services.letters.domain.legal.contract_types import ContractType
from services.letters.partners.typesetter import TEMPLATES, catalogue

TODAY = date(2026, 11, 22)
NAMES = Names.of(catalogue(), (TEMPLATES / "legal/columns.toml").read_text("utf-8"))


def read(**cells: str) -> Question:
    return question(cells, NAMES, first_send_day=TODAY)


def wrong(**cells: str) -> dict[str, str]:
    with pytest.raises(InvalidFields) as refused:
        read(**cells)
    return {error.field: error.reason for error in refused.value.errors}


def test_a_row_in_french_says_what_a_row_in_codes_says() -> None:
    french = {
        "Contrat": "Complémentaire santé individuelle",
        "Motif": "Résiliation infra-annuelle santé (RIA)",
        "Organisme": "Mutuelle",
        "Date de première souscription": "01/02/2022",
        "Début du nouveau contrat": "1/1/2027",
        "Prime annuelle": "1 284,40 €",
        "Nom du client": "Hélène Marchetti",
    }

    assert question(french, NAMES, first_send_day=TODAY) == read(
        contract_type="sante_individuelle",
        ground="RIA",
        code_family="MUTUALITE",
        first_subscription="2022-02-01",
        new_start="2027-01-01",
        yearly_premium="1284.40",
    )


def test_a_column_may_bear_the_name_that_a_grounds_form_gives_it() -> None:
    row = {"Contrat": "Auto", "Motif": "Vente du véhicule", "Date de la vente": "20/11/2026"}

    found = question(row, NAMES, first_send_day=TODAY)

    assert found.facts.event_day == date(2026, 11, 20)


def test_a_row_is_read_whole() -> None:
    found = read(
        contract_type="rc_pro",
        ground="ECHEANCE",
        policyholder_kind="Société",
        anniversary="2027-03-01",
        notice_months="3",
        send_day="2026-11-30",
        yearly_premium="100",
    )

    assert found.facts.contract_type is ContractType.RC_PRO
    assert found.facts.policyholder is PolicyholderKind.COMPANY
    assert found.facts.code_family is CodeFamily.ASSURANCES
    assert found.send_day == date(2026, 11, 30)
    assert found.facts.anniversary == found.paid_from == date(2027, 3, 1)
    assert found.yearly_premium == Money(100_00)


def test_a_row_without_a_ground_takes_the_best_one_offered() -> None:
    assert read(contract_type="sante_individuelle").facts.ground is Ground.RIA
    assert read(contract_type="auto").facts.ground is Ground.HAMON
    assert read(contract_type="chasse").facts.ground is Ground.ECHEANCE
    assert read(contract_type="auto", qui="société").facts.ground is Ground.ECHEANCE


def test_every_wrong_column_is_named_at_once() -> None:
    assert wrong(
        contract_type="auto",
        ground="HAMON",
        first_subscription="31/02/2020",
        new_start="bientôt",
        yearly_premium="-12",
        policyholder_kind="chat",
    ) == {
        "first_subscription": "day-unreadable",
        "new_start": "day-unreadable",
        "yearly_premium": "sum-unreadable",
        "policyholder_kind": "value-unknown",
    }


def test_a_row_says_which_contract_it_is_about() -> None:
    assert wrong(first_subscription="2020-01-01") == {"contract_type": "field-required"}
    assert wrong(contract_type="fusée") == {"contract_type": "value-unknown"}
    assert wrong(contract_type="auto", ground="ennui") == {"ground": "value-unknown"}


def test_names_are_compared_without_case_accents_nor_signs() -> None:
    assert bare("  Début du\u00a0nouveau contrat : ") == "debut_du_nouveau_contrat"


@given(
    st.dictionaries(st.sampled_from(sorted(NAMES.columns)), st.text("0129/-. ,€oxné", max_size=12))
)
def test_whatever_a_row_holds_it_is_read_or_refused(cells: dict[str, str]) -> None:
    try:
        read = question({"contract_type": "auto"} | cells, NAMES, first_send_day=TODAY)
    except InvalidFields as refusal:
        wrong = {error.field for error in refusal.errors}
    else:
        wrong = set()
        assert read.facts.contract_type in ContractType
    assert wrong <= set(NAMES.columns.values())
