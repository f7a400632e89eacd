"""Several contracts in one letter: one ground, one rule, one day of effect for them all."""

from dataclasses import replace

import pytest

from services.letters.domain.legal import compatibility, engine
from services.letters.domain.legal.codes import (
    Ground,
    PolicyholderKind,
    Refusal,
    SalesChannel,
    WarningCode,
)
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.legal.evaluation import ContractFacts, Timing
from tests.support.time import day

TODAY = Timing(first_send_day=day("Mon 2026-11-23"))
CAR, HOME, BYSTANDER = ContractType.AUTO, ContractType.HABITATION_LOCATAIRE, ContractType.GAV
PHONE, LIFE = ContractType.MOBILE, ContractType.ASSURANCE_VIE


def sold(contract_type: ContractType, channel: SalesChannel) -> ContractFacts:
    return ContractFacts(
        contract_type=contract_type,
        ground=Ground.RENONCIATION,
        policyholder=PolicyholderKind.PERSON,
        channel=channel,
        concluded=day("Fri 2026-11-20"),
    )


@pytest.mark.parametrize(
    ("types", "channel", "refusal"),
    [
        ([BYSTANDER, HOME], SalesChannel.DISTANCE, None),
        ([CAR, HOME], SalesChannel.DOORSTEP, None),
        ([HOME, CAR], SalesChannel.DISTANCE, Refusal.EXCLUDED_L211_1),  # whichever comes first
        ([BYSTANDER, PHONE], SalesChannel.DISTANCE, Refusal.GROUNDS_DIFFER),
        ([LIFE, BYSTANDER], SalesChannel.DOORSTEP, Refusal.GROUNDS_DIFFER),
    ],
)
def test_contracts_are_undone_together_under_one_regime_or_not(
    types: list[ContractType], channel: SalesChannel, refusal: Refusal | None
) -> None:
    answer = engine.evaluate([sold(one, channel) for one in types], TODAY)

    assert answer.refusal is refusal


@pytest.mark.parametrize(
    "fact",
    [
        "anniversary",
        "wanted_new_start",
        "event_day",
        "renewal_notice_sent",
        "concluded",
        "discovered",
        "first_request_sent",
        "complaint_sent",
    ],
)
def test_contracts_of_one_letter_share_each_day_that_its_dates_come_from(fact: str) -> None:
    one, other = (
        replace(sold(CAR, SalesChannel.DOORSTEP), **{fact: day(text)})  # type: ignore[arg-type]  # days only
        for text in ("Thu 2026-11-19", "Fri 2026-11-20")
    )

    assert compatibility.check_facts([one, one]) is None
    assert compatibility.check_facts([one, other]) is Refusal.EFFECT_DATES_DIFFER


def test_contracts_whose_renewal_notice_came_in_time_for_one_alone_need_two_letters() -> None:
    in_time = ContractFacts(
        contract_type=CAR,
        ground=Ground.CHATEL,
        policyholder=PolicyholderKind.PERSON,
        anniversary=day("Fri 2027-01-01"),
        renewal_notice_sent=day("Fri 2026-10-16"),
    )
    late = replace(in_time, contract_type=HOME, printed_deadline=day("Fri 2026-10-30"))

    soon_after = Timing(first_send_day=day("Mon 2026-10-26"))

    assert engine.evaluate([in_time, late], soon_after).refusal is Refusal.EFFECT_DATES_DIFFER
    assert engine.evaluate([late, late], soon_after).refusal is None


@pytest.mark.parametrize("business_first", [True, False])
def test_one_business_contract_leaves_the_letter_no_other_way_out(*, business_first: bool) -> None:
    private = ContractFacts(
        contract_type=CAR,
        ground=Ground.CHATEL,
        policyholder=PolicyholderKind.PERSON,
        anniversary=day("Fri 2027-01-01"),
        first_subscription=day("Fri 2021-01-01"),
    )
    pair = [private, replace(private, professional_use=True)]

    answer = engine.evaluate(pair[::-1] if business_first else pair, TODAY)

    assert answer.refusal is Refusal.NATURAL_PERSON_ONLY
    assert (answer.fallback, answer.nearest_send_day) == (None, None)


@pytest.mark.parametrize("option_first", [True, False])
def test_one_option_of_a_mandatory_contract_is_told_wherever_it_stands(
    *, option_first: bool
) -> None:
    plain = ContractFacts(
        contract_type=ContractType.SANTE_COLLECTIVE_FACULTATIVE,
        ground=Ground.RIA,
        policyholder=PolicyholderKind.PERSON,
        first_subscription=day("Fri 2021-01-01"),
        wanted_new_start=day("Mon 2027-02-01"),
    )
    pair = [plain, replace(plain, option_of_mandatory=True)]

    answer = engine.evaluate(pair[::-1] if option_first else pair, TODAY)

    assert answer.ok
    assert WarningCode.OPTION_OF_MANDATORY in answer.warnings
