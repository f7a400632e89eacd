"""The one door of the legal engine: facts and wishes in, a whole explained answer out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from services.letters.domain.legal import compatibility, eligibility, events, grounds
from services.letters.domain.legal import never_agreed as never_agreed_letters
from services.letters.domain.legal.answers import (
    anniversary,
    borrower,
    by_law,
    by_post,
    custom,
    event,
    infra_annual,
    never_agreed,
    renewal_notice,
    withdrawal,
)
from services.letters.domain.legal.answers.case import Case, case_of
from services.letters.domain.legal.codes import Ground, Refusal
from services.letters.domain.legal.evaluation import ContractFacts, Evaluation, Timing

_ANSWERS: Final[Mapping[Ground, Callable[[Case], Evaluation]]] = {
    Ground.ECHEANCE: anniversary.answer,
    Ground.CHATEL: renewal_notice.answer,
    Ground.HAMON: infra_annual.answer,
    Ground.RIA: infra_annual.answer,
    **dict.fromkeys(events.RULES, event.answer),
    Ground.VENTE_VEHICULE: by_law.sale,
    Ground.RETRAIT_AGREMENT: by_law.licence,
    Ground.EMPRUNTEUR_SUBSTITUTION: borrower.substitution,
    Ground.EMPRUNTEUR_RESILIATION: borrower.termination,
    Ground.RENONCIATION: withdrawal.answer,
    **dict.fromkeys(never_agreed_letters.LETTERS, never_agreed.answer),
    Ground.CUSTOM: custom.answer,
}


def evaluate(contracts: Sequence[ContractFacts], timing: Timing) -> Evaluation:
    """Return what the law makes of a letter: dates, window, senders, reasons, or the refusal.

    ``contracts`` are those of one letter, of one policyholder to one recipient; at least one.
    Raises ``InvalidFields`` when a day the ground cannot do without is unknown.
    """
    if timing.by_paper:
        return by_post.answer(contracts, timing, _evaluate)
    return _evaluate(contracts, timing)


def _evaluate(contracts: Sequence[ContractFacts], timing: Timing) -> Evaluation:
    case = case_of(contracts, timing)
    if mixed := compatibility.check_facts(contracts):  # no date lifts it: letters of their own
        return replace(
            case.refused(mixed),
            nearest_send_day=None,
            nearest_new_start=None,
            fallback=None,
            steps=(),
        )
    if refusal := _standing_refusal(contracts, timing):
        return case.refused(refusal)
    if timing.send_day and timing.send_day < timing.first_send_day:
        return _day_over(contracts, timing, timing.send_day)
    return _ANSWERS[case.facts.ground](case)


def _day_over(contracts: Sequence[ContractFacts], timing: Timing, over: date) -> Evaluation:
    """Refuse a sending day that is over, and give the day the engine would choose instead."""
    best = _evaluate(contracts, replace(timing, send_day=None))
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
        distinct_from_mandatory=not one.tied_to_mandatory,
        family=one.code_family,
    )
    if refusal:
        return refusal
    in_force = grounds.rule_on(one.ground, timing.send_day or timing.first_send_day)
    return None if in_force else Refusal.GROUND_NOT_IN_FORCE
