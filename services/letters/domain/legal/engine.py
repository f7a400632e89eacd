"""The one door of the legal engine: facts and wishes in, a whole explained answer out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from services.letters.domain.legal import compatibility, eligibility, grounds
from services.letters.domain.legal.answers import anniversary, custom, infra_annual
from services.letters.domain.legal.answers.case import Case, case_of
from services.letters.domain.legal.codes import Ground, Refusal
from services.letters.domain.legal.contract_types import CONTRACT_TYPES
from services.letters.domain.legal.evaluation import ContractFacts, Evaluation, Timing

_ANSWERS: Final[Mapping[Ground, Callable[[Case], Evaluation]]] = {
    Ground.ECHEANCE: anniversary.answer,
    Ground.HAMON: infra_annual.answer,
    Ground.RIA: infra_annual.answer,
    Ground.CUSTOM: custom.answer,
}


def evaluate(contracts: Sequence[ContractFacts], timing: Timing) -> Evaluation:
    """Return what the law makes of a letter: dates, window, senders, reasons, or the refusal.

    ``contracts`` are those of one letter, of one policyholder to one recipient; at least one.
    Raises ``InvalidFields`` when a day the ground cannot do without is unknown.
    """
    case = case_of(contracts, timing)
    refusal = compatibility.check_facts(contracts) or _standing_refusal(contracts, timing)
    if refusal:
        return case.refused(refusal)
    if timing.send_day and timing.send_day < timing.first_send_day:
        return _day_over(contracts, timing, timing.send_day)
    return _ANSWERS[case.facts.ground](case)


def _day_over(contracts: Sequence[ContractFacts], timing: Timing, over: date) -> Evaluation:
    """Refuse a sending day that is over, and give the day the engine would choose instead."""
    best = evaluate(contracts, replace(timing, send_day=None))
    return case_of(contracts, timing).refused(
        Refusal.SEND_DAY_OVER,
        {"send_day": over, "first_send_day": timing.first_send_day},
        send_day=best.send_day or best.nearest_send_day,
        new_start=best.new_start or best.nearest_new_start,
    )


def _standing_refusal(contracts: Sequence[ContractFacts], timing: Timing) -> Refusal | None:
    """Return the first refusal no date can lift."""
    for one in contracts:
        if refusal := _refusal_of(one, timing):
            return refusal
    return None


def _refusal_of(one: ContractFacts, timing: Timing) -> Refusal | None:
    refusal = eligibility.check(
        one.ground,
        one.contract_type,
        policyholder=one.policyholder,
        requester=one.requester,
        professional_use=one.professional_use,
        other_guarantees=one.other_guarantees,
    )
    if refusal:
        return refusal
    if not grounds.is_offered(one.ground, CONTRACT_TYPES[one.contract_type]):
        return Refusal.GROUND_NOT_OFFERED
    in_force = grounds.rule_on(one.ground, timing.send_day or timing.first_send_day)
    return None if in_force else Refusal.GROUND_NOT_IN_FORCE
