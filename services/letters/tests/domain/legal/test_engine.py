"""The engine's whole answers, ground by ground, then every pair of the catalogue."""

from dataclasses import replace

import pytest

from kit.errors import InvalidFields
from services.letters.domain.legal import engine
from services.letters.domain.legal.codes import (
    CodeFamily,
    Ground,
    MailKind,
    PolicyholderKind,
    Refusal,
    Requester,
    SenderMode,
    WarningCode,
)
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.legal.evaluation import ContractFacts, Evaluation, StepKind, Timing
from services.letters.tests.domain.legal.legal_words import catalogue
from tests.support.time import day

TODAY = day("Mon 2026-11-23")
RIA = ContractFacts(
    contract_type=ContractType.SANTE_INDIVIDUELLE,
    ground=Ground.RIA,
    policyholder=PolicyholderKind.PERSON,
    code_family=CodeFamily.MUTUALITE,
    first_subscription=day("Tue 2022-02-01"),
    wanted_new_start=day("Fri 2027-01-01"),
)
HAMON = replace(
    RIA,
    contract_type=ContractType.AUTO,
    ground=Ground.HAMON,
    code_family=CodeFamily.ASSURANCES,
)
ECHEANCE = replace(
    HAMON, ground=Ground.ECHEANCE, anniversary=day("Mon 2027-02-01"), wanted_new_start=None
)
CUSTOM = replace(HAMON, ground=Ground.CUSTOM, wanted_new_start=None)


def evaluate(
    facts: ContractFacts, *, send_day: str | None = None, new_start: str | None = None
) -> Evaluation:
    return engine.evaluate(
        [facts],
        Timing(
            first_send_day=TODAY,
            send_day=day(send_day) if send_day else None,
            new_start=day(new_start) if new_start else None,
        ),
    )


def told(evaluation: Evaluation, kind: StepKind) -> str:
    (step,) = (step for step in evaluation.steps if step.kind is kind)
    return catalogue().step(step).sentence


def test_ria_for_1_january_is_the_worked_example_of_the_guide() -> None:
    found = evaluate(RIA)

    assert found.ok
    assert (found.send_day, found.presumed_receipt) == (
        day("Sun 2026-11-29"),
        day("Mon 2026-11-30"),
    )
    assert (found.last_covered_day, found.new_start) == (
        day("Thu 2026-12-31"),
        day("Fri 2027-01-01"),
    )
    assert (found.exact, found.gap_days) == (False, 1)
    assert (found.exact_start_before, found.exact_start_after) == (
        day("Thu 2026-12-31"),
        day("Sat 2027-01-02"),
    )
    assert found.warnings == (
        WarningCode.RELIES_ON_TOLERANCE,
        WarningCode.COVER_GAP_RISK,
        WarningCode.WAITING_PERIOD,
    )
    assert [article.key for article in found.legal_basis] == [
        "mutualite/L221-10-2",
        "mutualite/R221-5",
        "mutualite/R221-6",
    ]
    assert "soit un jour d’écart" in told(found, StepKind.END)


def test_ria_leaves_in_the_agencys_name_only() -> None:
    found = evaluate(RIA)

    assert found.allowed_senders == (SenderMode.AGENCY,)
    assert found.allowed_mail == (MailKind.LRE_SIMPLE, MailKind.LRE_ACKNOWLEDGED)
    assert {"ria_phrase", "ria_dates_phrase", "continuity_of_cover"} <= set(found.mentions)


def test_without_a_wished_start_the_earliest_one_is_proposed() -> None:
    found = evaluate(replace(RIA, wanted_new_start=None))

    assert found.send_day == TODAY
    assert found.new_start == day("Fri 2026-12-25")
    assert found.exact
    assert "Premier jour possible" in told(found, StepKind.SEND)


def test_the_wish_of_the_moment_wins_over_the_one_of_the_form() -> None:
    assert evaluate(RIA, new_start="Sat 2027-01-02").send_day == day("Mon 2026-11-30")


def test_a_cover_gap_on_a_compulsory_insurance_says_so() -> None:
    assert WarningCode.COMPULSORY_COVER in evaluate(HAMON).warnings
    assert WarningCode.COMPULSORY_COVER not in evaluate(HAMON, new_start="Sat 2027-01-02").warnings


def test_a_hamon_letter_asks_for_the_claims_record_of_a_vehicle_only() -> None:
    home = replace(HAMON, contract_type=ContractType.HABITATION_LOCATAIRE)

    assert "claims_record" in evaluate(HAMON).mentions
    assert "claims_record" not in evaluate(home).mentions


def test_receipt_is_presumed_by_law_when_the_new_insurer_notifies_else_estimated() -> None:
    owner = replace(HAMON, contract_type=ContractType.HABITATION_PROPRIETAIRE)

    assert "La loi la fixe" in told(evaluate(HAMON), StepKind.RECEIPT)
    assert "Estimée" in told(evaluate(owner), StepKind.RECEIPT)
    assert "Estimée" in told(evaluate(ECHEANCE), StepKind.RECEIPT)


def test_a_contract_under_one_year_is_refused_with_the_day_it_opens() -> None:
    young = replace(HAMON, first_subscription=day("Fri 2026-05-01"))

    found = evaluate(young)

    assert found.refusal is Refusal.ONE_YEAR_NOT_ELAPSED
    assert found.nearest_send_day == day("Sat 2027-05-01")
    assert found.nearest_new_start == day("Thu 2027-06-03")
    assert "1er\u00a0mai\u00a02027" in catalogue().refusal(found)
    assert found.alternatives == (Ground.ECHEANCE, Ground.CHATEL)
    assert "s’ouvre le 1er\u00a0mai\u00a02027" in catalogue().step(found.steps[0]).sentence


def test_a_sending_day_that_is_over_is_refused_with_the_one_to_take() -> None:
    found = evaluate(RIA, send_day="Sun 2026-11-22")

    assert found.refusal is Refusal.SEND_DAY_OVER
    assert found.nearest_send_day == day("Sun 2026-11-29")
    assert found.nearest_new_start == day("Fri 2027-01-01")


def test_a_start_too_close_is_refused_with_the_first_one_possible() -> None:
    found = evaluate(RIA, new_start="Thu 2026-12-10")

    assert found.refusal is Refusal.TOO_LATE
    assert found.nearest_new_start == day("Fri 2026-12-25")
    assert "25\u00a0décembre\u00a02026" in catalogue().refusal(found)


def test_deferring_needs_the_policyholders_agreement() -> None:
    wish = {"send_day": "Thu 2026-12-10", "new_start": "Mon 2027-01-25"}

    assert evaluate(RIA, **wish).refusal is Refusal.DEFERRAL_NOT_AGREED
    agreed = evaluate(replace(RIA, deferral_agreed=True), **wish)
    assert agreed.ok
    assert agreed.gap_days == 13
    assert WarningCode.RELIES_ON_DEFERRAL in agreed.warnings


def test_an_anniversary_in_time_gives_its_four_dates_and_the_last_days() -> None:
    found = evaluate(ECHEANCE)

    assert (found.send_day, found.last_covered_day, found.new_start) == (
        TODAY,
        day("Sun 2027-01-31"),
        day("Mon 2027-02-01"),
    )
    assert found.window.latest_safe == day("Mon 2026-11-30")
    assert found.window.latest == day("Tue 2026-12-01")
    assert found.warnings == (WarningCode.COMPULSORY_COVER,)


def test_the_last_day_of_the_notice_is_allowed_and_disputable() -> None:
    found = evaluate(ECHEANCE, send_day="Tue 2026-12-01")

    assert found.ok
    assert WarningCode.LAST_DAY_DISPUTABLE in found.warnings


def test_a_missed_anniversary_offers_the_next_one_and_the_any_time_ground() -> None:
    found = evaluate(replace(ECHEANCE, anniversary=day("Fri 2027-01-01")))

    assert found.refusal is Refusal.NOTICE_TOO_LATE
    assert "deux mois avant l’échéance" in told(found, StepKind.LIMIT)
    assert found.nearest_new_start == day("Sat 2028-01-01")
    assert found.alternatives == (Ground.HAMON, Ground.CHATEL)
    assert found.fallback is not None
    assert (found.fallback.send_day, found.fallback.new_start) == (TODAY, day("Fri 2026-12-25"))


def test_a_company_that_missed_its_anniversary_has_no_any_time_ground() -> None:
    found = evaluate(
        replace(
            ECHEANCE,
            anniversary=day("Fri 2027-01-01"),
            policyholder=PolicyholderKind.COMPANY,
        )
    )

    assert (found.fallback, found.alternatives) == (None, ())


def test_an_anniversary_within_the_first_year_is_worth_a_look() -> None:
    found = evaluate(replace(ECHEANCE, first_subscription=day("Fri 2026-05-01")))

    assert WarningCode.FIRST_YEAR in found.warnings


def test_a_contract_whose_clause_decides_has_no_article_and_says_so() -> None:
    found = evaluate(replace(ECHEANCE, contract_type=ContractType.OBSEQUES))

    assert found.legal_basis == ()
    assert WarningCode.UNVERIFIED_BASIS in found.warnings


def test_life_insurance_has_no_anniversary_nor_alternative() -> None:
    found = evaluate(replace(ECHEANCE, contract_type=ContractType.ASSURANCE_VIE))

    assert found.refusal is Refusal.LIFE_EXCLUDED
    assert found.alternatives == ()


def test_a_home_loan_asks_for_the_lender_first_and_for_acknowledgment() -> None:
    found = evaluate(replace(ECHEANCE, contract_type=ContractType.EMPRUNTEUR))

    assert WarningCode.LENDER_FIRST in found.warnings
    assert found.allowed_mail == (MailKind.LRE_ACKNOWLEDGED,)


def test_an_own_ground_repeats_the_wish_and_computes_nothing() -> None:
    free = evaluate(CUSTOM)
    dated = evaluate(replace(CUSTOM, wanted_last_covered_day=day("Sun 2026-11-29")))

    assert (free.send_day, free.last_covered_day, free.new_start) == (TODAY, None, None)
    assert dated.new_start == day("Mon 2026-11-30")
    assert WarningCode.OWN_DATE in free.warnings
    assert free.legal_basis == ()


def test_a_day_the_ground_needs_is_asked_for_by_its_field() -> None:
    with pytest.raises(InvalidFields) as missing:
        evaluate(replace(ECHEANCE, anniversary=None))

    assert [error.field for error in missing.value.errors] == ["anniversary"]


@pytest.mark.parametrize("far", ["1899-12-31", "2200-01-01", "9999-12-31"])
def test_a_wish_beyond_any_contract_is_a_wrong_field(far: str) -> None:
    with pytest.raises(InvalidFields) as wrong:
        evaluate(RIA, send_day=far, new_start=far)

    assert [(error.field, error.reason) for error in wrong.value.errors] == [
        ("send_day", "day-out-of-range"),
        ("new_start", "day-out-of-range"),
    ]


def test_ria_serves_the_member_of_an_optional_group_and_the_employer_of_a_mandatory_one() -> None:
    member = replace(
        RIA,
        contract_type=ContractType.SANTE_COLLECTIVE_FACULTATIVE,
        requester=Requester.MEMBER,
    )
    employer = replace(
        RIA,
        contract_type=ContractType.SANTE_COLLECTIVE_OBLIGATOIRE,
        policyholder=PolicyholderKind.COMPANY,
        requester=Requester.EMPLOYER,
        code_family=CodeFamily.SECURITE_SOCIALE,
    )

    assert evaluate(member).ok
    assert evaluate(replace(member, tied_to_mandatory=True)).refusal is (
        Refusal.CONTRACT_OUT_OF_SCOPE
    )
    assert [article.key for article in evaluate(employer).legal_basis] == [
        "securite_sociale/L932-12-1",
        "securite_sociale/R932-1-6-2",
    ]
    assert evaluate(
        replace(employer, policyholder=PolicyholderKind.PERSON, requester=Requester.EMPLOYEE)
    ).refusal is (Refusal.MANDATORY_MEMBERSHIP)


def test_a_ground_did_not_exist_before_its_law() -> None:
    found = engine.evaluate([RIA], Timing(first_send_day=day("Mon 2020-11-30")))

    assert found.refusal is Refusal.GROUND_NOT_IN_FORCE


def test_several_contracts_leave_when_the_youngest_may() -> None:
    moto = replace(HAMON, contract_type=ContractType.MOTO, first_subscription=day("Fri 2025-12-12"))

    found = engine.evaluate([HAMON, moto], Timing(first_send_day=TODAY))

    assert found.refusal is Refusal.ONE_YEAR_NOT_ELAPSED
    assert found.nearest_send_day == day("Sat 2026-12-12")


def test_several_contracts_share_one_effect_date() -> None:
    other = replace(ECHEANCE, anniversary=day("Mon 2027-03-01"))

    found = engine.evaluate([ECHEANCE, other], Timing(first_send_day=TODAY))

    assert found.refusal is Refusal.EFFECT_DATES_DIFFER


def test_what_one_contract_forbids_the_letter_forbids() -> None:
    mobile = replace(HAMON, contract_type=ContractType.MOBILE)

    alone = engine.evaluate([mobile], Timing(first_send_day=TODAY))
    together = engine.evaluate([mobile, HAMON], Timing(first_send_day=TODAY))

    assert SenderMode.PLATFORM in alone.allowed_senders
    assert together.allowed_senders == (SenderMode.AGENCY,)
