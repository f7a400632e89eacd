"""What each pair asks, and how the answers are read."""

import pytest

from kit.errors import InvalidFields
from services.letters.domain.legal import forms, questions
from services.letters.domain.legal.codes import CodeFamily, Ground, PolicyholderKind
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.legal.questions import Scope

RIA_ANSWERS = {
    "first_subscription": "2022-02-01",
    "wanted_new_start": "2027-01-01",
    "new_insurer_name": "Solenne Mutuelle",
    "new_insurer_siren": "732 829 320",
    "new_insurer_status": "Mutuelle soumise aux dispositions du livre II",
    "contact_name": "Inès Carpentier",
    "contact_phone": "04 65 71 20 20",
    "contact_email": "resiliations@solenne.example",
    "acts_for_new_insurer": "true",
}


def codes(contract_type: ContractType, ground: Ground) -> list[str]:
    return [field.code for field in questions.fields_for(contract_type, ground)]


def wrong(values: dict[str, str], contract_type: ContractType, ground: Ground) -> dict[str, str]:
    with pytest.raises(InvalidFields) as refused:
        forms.checked(values, contract_type, ground)
    return {error.field: error.reason for error in refused.value.errors}


def test_each_pair_asks_for_its_own_fields() -> None:
    assert codes(ContractType.AUTO, Ground.ECHEANCE) == [
        "vehicle_plate",
        "anniversary",
        "notice_months",
        "first_subscription",
    ]
    assert codes(ContractType.MOBILE, Ground.HAMON) == [
        "first_subscription",
        "wanted_new_start",
        "new_insurer_name",
        "new_contract_reference",
    ]
    assert codes(ContractType.AUTRE, Ground.CUSTOM)[0] == "type_label"
    assert codes(ContractType.HABITATION_LOCATAIRE, Ground.HAMON)[0] == "risk_address"


def test_the_delegation_is_confirmed_where_only_the_new_insurer_notifies() -> None:
    assert "acts_for_new_insurer" in codes(ContractType.AUTO, Ground.HAMON)
    assert "acts_for_new_insurer" in codes(ContractType.SANTE_INDIVIDUELLE, Ground.RIA)
    assert "acts_for_new_insurer" not in codes(ContractType.MOBILE, Ground.HAMON)


def test_ria_asks_for_every_field_of_the_guide() -> None:
    required = forms.required_fields(ContractType.SANTE_INDIVIDUELLE, Ground.RIA)

    assert set(RIA_ANSWERS) == set(required)
    assert questions.POLICYHOLDER_FIELDS[Ground.RIA] == ("birth_name", "birth_day")


def test_a_good_answer_is_tidied_and_unknown_codes_are_dropped() -> None:
    given = {**RIA_ANSWERS, "stranger": "x", "new_insurer_name": "  Solenne   Mutuelle "}

    read = forms.checked(given, ContractType.SANTE_INDIVIDUELLE, Ground.RIA)

    assert read["new_insurer_siren"] == "732829320"
    assert read["new_insurer_name"] == "Solenne Mutuelle"
    assert read["contact_phone"] == "+33465712020"
    assert "stranger" not in read


def test_every_wrong_answer_is_named_at_once() -> None:
    given = {
        **RIA_ANSWERS,
        "first_subscription": "2027-02-30",
        "new_insurer_siren": "732829321",
        "contact_phone": "12",
        "contact_email": "personne",
        "acts_for_new_insurer": "",
        "new_insurer_name": "",
    }

    assert wrong(given, ContractType.SANTE_INDIVIDUELLE, Ground.RIA) == {
        "first_subscription": "day-unreadable",
        "new_insurer_siren": "siren-unreadable",
        "contact_phone": "phone-unreadable",
        "contact_email": "email-unreadable",
        "acts_for_new_insurer": "field-required",
        "new_insurer_name": "field-required",
    }


@pytest.mark.parametrize(
    ("contract_type", "months", "reason"),
    [
        (ContractType.AUTO, "2", ""),
        (ContractType.AUTO, "1", ""),
        (ContractType.AUTO, "3", "months-out-of-range"),  # no longer than two for a consumer
        (ContractType.SANTE_INDIVIDUELLE, "3", ""),
        (ContractType.RC_PRO, "6", ""),
        (ContractType.RC_PRO, "0", "months-out-of-range"),
        (ContractType.RC_PRO, "13", "months-out-of-range"),
        (ContractType.RC_PRO, "deux", "months-out-of-range"),
        (ContractType.FLOTTE, "", "field-required"),  # the contract alone knows
    ],
)
def test_a_notice_is_two_months_but_where_the_clause_may_ask_for_more(
    contract_type: ContractType, months: str, reason: str
) -> None:
    given = {"anniversary": "2027-02-01", "notice_months": months}

    if reason:
        assert wrong(given, contract_type, Ground.ECHEANCE) == {"notice_months": reason}
    else:
        assert forms.checked(given, contract_type, Ground.ECHEANCE)["notice_months"] == months


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("2027-02-30", "day-unreadable"),
        ("31/12/2027", "day-unreadable"),
        ("1899-12-31", "day-out-of-range"),
        ("9999-12-31", "day-out-of-range"),
    ],
)
def test_a_day_exists_and_belongs_to_our_times(typed: str, reason: str) -> None:
    given = {"anniversary": typed}

    assert wrong(given, ContractType.AUTO, Ground.ECHEANCE) == {"anniversary": reason}


def test_a_day_is_kept_in_one_form() -> None:
    read = forms.checked({"anniversary": "20270201"}, ContractType.AUTO, Ground.ECHEANCE)

    assert read["anniversary"] == "2027-02-01"


def test_an_unanswered_notice_is_two_months() -> None:
    read = forms.checked({"anniversary": "2027-02-01"}, ContractType.AUTO, Ground.ECHEANCE)

    assert read["notice_months"] == "2"


def test_an_unticked_confirmation_keeps_the_letter_from_leaving() -> None:
    given = {"ground_text": "Hausse de tarif", "reviewed": "false"}

    assert wrong(given, ContractType.GAV, Ground.CUSTOM) == {"reviewed": "field-required"}
    assert forms.missing(given, ContractType.GAV, Ground.CUSTOM) == ["reviewed"]


def test_a_draft_may_lack_answers_but_not_have_wrong_ones() -> None:
    assert forms.checked({}, ContractType.GAV, Ground.CUSTOM, partial=True) == {}
    with pytest.raises(InvalidFields):
        forms.checked(
            {"anniversary": "32/13/2027"}, ContractType.GAV, Ground.ECHEANCE, partial=True
        )


def test_a_long_ground_keeps_its_lines() -> None:
    given = {"ground_text": "Une ligne.\nUne autre.", "reviewed": "true"}

    read = forms.checked(given, ContractType.GAV, Ground.CUSTOM)

    assert read["ground_text"] == "Une ligne.\nUne autre."


def test_answers_become_facts() -> None:
    read = forms.checked(RIA_ANSWERS, ContractType.SANTE_INDIVIDUELLE, Ground.RIA)

    facts = forms.facts(
        read,
        contract_type=ContractType.SANTE_INDIVIDUELLE,
        ground=Ground.RIA,
        policyholder=PolicyholderKind.PERSON,
        code_family=CodeFamily.MUTUALITE,
    )

    assert str(facts.wanted_new_start) == "2027-01-01"
    assert str(facts.first_subscription) == "2022-02-01"
    assert not facts.deferral_agreed


def test_the_new_insurer_is_the_letters_and_the_anniversary_the_contracts() -> None:
    assert questions.NEW_INSURER_NAME.scope is Scope.LETTER
    assert questions.ANNIVERSARY.scope is Scope.CONTRACT


def test_a_withdrawal_asks_a_type_only_what_decides_for_it() -> None:
    def asked(of: ContractType) -> dict[str, bool]:
        return {one.code: one.required for one in questions.fields_for(of, Ground.RENONCIATION)}

    assert "first_premium_paid" in asked(ContractType.MOBILE)
    assert "first_premium_paid" not in asked(ContractType.AUTO)
    assert asked(ContractType.VOYAGE_TEMPORAIRE)["duration_days"]
    assert not asked(ContractType.VOYAGE_ANNUEL)["duration_days"]


@pytest.mark.parametrize(
    ("contract_type", "asked"),
    [
        (ContractType.AUTO, True),
        (ContractType.PNO, True),
        (ContractType.HABITATION_LOCATAIRE, False),
    ],
)
def test_a_business_is_asked_about_where_the_type_serves_both(
    contract_type: ContractType, *, asked: bool
) -> None:
    assert ("professional_use" in codes(contract_type, Ground.HAMON)) is asked
