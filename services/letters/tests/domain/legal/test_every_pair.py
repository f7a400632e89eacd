"""Every pair of the catalogue answers, in French, and every refusal's advice can be taken."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.letters.domain.legal import engine, ground_rows, grounds, never_agreed
from services.letters.domain.legal.codes import (
    CodeFamily,
    Ground,
    MailKind,
    PolicyholderKind,
    SalesChannel,
    SenderMode,
)
from services.letters.domain.legal.contract_types import CONTRACT_TYPES, ContractType
from services.letters.domain.legal.evaluation import ContractFacts, Evaluation, StepKind, Timing
from services.letters.tests.domain.legal.legal_words import catalogue
from services.letters.tests.domain.legal.test_engine import ECHEANCE, HAMON, RIA, TODAY, evaluate
from tests.support.time import day

FOUR_DATES = (StepKind.SEND, StepKind.RECEIPT, StepKind.END, StepKind.START)


LEFT_OPEN = {
    Ground.RETRAIT_AGREMENT,  # ends and starts at noon of one day
    Ground.RENONCIATION,  # undoes the contract
    *never_agreed.LETTERS,  # say that there is none
    Ground.EMPRUNTEUR_SUBSTITUTION,  # ends nothing yet
    Ground.MODIFICATION_GROUPE,  # by contract, at receipt
    Ground.TRANSFERT_PORTEFEUILLE,
}


def _every_case() -> Iterator[ContractFacts]:
    for contract_type in ContractType:
        for ground in Ground:
            for family in CodeFamily:
                for policyholder in PolicyholderKind:
                    yield ContractFacts(
                        contract_type=contract_type,
                        ground=ground,
                        policyholder=policyholder,
                        code_family=family,
                        anniversary=day("Mon 2027-02-01"),
                        first_subscription=day("Tue 2022-02-01"),
                        wanted_new_start=day("Mon 2027-02-01"),
                        wanted_last_covered_day=day("Sun 2027-01-31"),
                        event_day=day("Fri 2026-11-20"),
                        channel=SalesChannel.DOORSTEP,
                        concluded=day("Fri 2026-11-20"),
                        discovered=day("Tue 2026-09-01"),
                        first_request_sent=day("Sat 2026-09-05"),
                        complaint_sent=day("Sun 2026-09-20"),
                    )


def test_every_pair_of_the_catalogue_answers_in_french_and_holds_together() -> None:
    words = catalogue()
    for facts in _every_case():
        found = evaluate(facts)
        offered = grounds.offered(facts.contract_type, facts.policyholder, TODAY, facts.code_family)

        assert found.ok == (facts.ground in offered), facts
        assert found.catalogue_version == grounds.CATALOGUE_VERSION
        assert (found.refusal is None) == found.ok
        assert bool(words.refusal(found)) != found.ok
        for step in found.steps:
            assert words.step(step).sentence
        for code in found.warnings:
            assert words.warning(code, found, facts.ground)
        if found.ok:
            _holds_together(found, facts)


def _holds_together(found: Evaluation, facts: ContractFacts) -> None:
    assert found.send_day
    assert found.send_day >= TODAY
    assert found.presumed_receipt == found.send_day + timedelta(days=1)
    days = {step.kind: step.day for step in found.steps if step.kind in FOUR_DATES}
    told = (found.send_day, found.presumed_receipt, found.last_covered_day, found.new_start)
    expected = dict(zip(FOUR_DATES, told, strict=True))
    assert {kind: day for kind, day in expected.items() if day or kind in days} == days
    if facts.ground not in LEFT_OPEN:
        assert found.last_covered_day
        assert found.new_start == found.last_covered_day + timedelta(days=1)
    if facts.ground is Ground.RENONCIATION:
        assert found.legal_basis
        return
    clause_decides = not grounds.legal_basis(
        grounds.rule_on(facts.ground, TODAY) or ground_rows.GROUNDS[0],
        CONTRACT_TYPES[facts.contract_type],
        facts.code_family,
    )
    assert clause_decides == (not found.legal_basis)
    assert SenderMode.AGENCY in found.allowed_senders
    assert MailKind.LRE_ACKNOWLEDGED in found.allowed_mail


@settings(max_examples=300)
@given(
    facts=st.sampled_from([RIA, HAMON, ECHEANCE]),
    today=st.dates(date(2026, 1, 1), date(2030, 12, 31)),
    target=st.dates(date(2026, 1, 1), date(2031, 12, 31)),
    wish=st.none() | st.dates(date(2026, 1, 1), date(2031, 12, 31)),
)
def test_the_nearest_days_of_a_refusal_are_accepted_when_taken(
    facts: ContractFacts, today: date, target: date, wish: date | None
) -> None:
    yearly = facts.ground is Ground.ECHEANCE
    asked = (
        replace(facts, anniversary=target) if yearly else replace(facts, wanted_new_start=target)
    )

    found = engine.evaluate([asked], Timing(first_send_day=today, send_day=wish))

    if not found.ok and found.nearest_send_day and found.nearest_new_start:
        taken = (
            replace(asked, anniversary=found.nearest_new_start)
            if yearly
            else replace(asked, wanted_new_start=found.nearest_new_start)
        )
        again = engine.evaluate(
            [taken], Timing(first_send_day=today, send_day=found.nearest_send_day)
        )
        assert again.ok
