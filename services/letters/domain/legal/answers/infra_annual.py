"""HAMON and RIA: the answer, from a wished start or from a sending day."""

from dataclasses import replace
from datetime import date

from services.letters.domain.legal import infra_annual
from services.letters.domain.legal.answers import steps
from services.letters.domain.legal.answers.case import Case
from services.letters.domain.legal.articles import Article
from services.letters.domain.legal.codes import Refusal, WarningCode
from services.letters.domain.legal.evaluation import Evaluation, SendWindow, Step, StepKind
from services.letters.domain.legal.infra_annual import Fit, IdealSending, Plan


def answer(case: Case) -> Evaluation:
    """Return the sending day for the wished start, or the start the earliest sending reaches."""
    since = case.need(case.facts.first_subscription, "first_subscription")
    opening = infra_annual.opens_on(since)
    wanted = _wanted_start(case)
    if wanted is None:
        first = max(case.timing.send_day or case.timing.first_send_day, opening)
        wanted = infra_annual.forward_effect(first).new_start
    plan = infra_annual.plan_sending(
        wanted,
        case.facts.ground,
        first_send_day=case.timing.first_send_day,
        first_subscription=since,
        send_day=case.timing.send_day,
        deferral_agreed=case.facts.deferral_agreed,
    )
    ideal = infra_annual.ideal_sending(wanted, case.facts.ground)
    if plan.refusal:
        return _refused(case, plan.refusal, plan, ideal)
    return _planned(case, plan, ideal)


def _wanted_start(case: Case) -> date | None:
    return case.timing.new_start or case.facts.wanted_new_start


def _refused(case: Case, refusal: Refusal, plan: Plan, ideal: IdealSending) -> Evaluation:
    since = case.need(case.facts.first_subscription, "first_subscription")
    refused = case.refused(
        refusal,
        {
            "wanted_new_start": ideal.wanted_last_covered_day + steps.ONE_DAY,
            "first_subscription": since,
            "opens": infra_annual.opens_on(since),
            "latest_tolerant": ideal.latest_tolerant,
            "earliest_tolerant": ideal.earliest_tolerant,
            "earliest_send": plan.send_day,
            "earliest_new_start": plan.new_start,
        },
        send_day=plan.send_day,
        new_start=plan.new_start,
    )
    return replace(refused, window=_window(case, ideal), steps=_conditions(case))


def _planned(case: Case, plan: Plan, ideal: IdealSending) -> Evaluation:
    exact = plan.fit is Fit.EXACT
    return replace(
        case.frame,
        warnings=(*_warnings(case, plan), *case.standing_warnings()),
        window=_window(case, ideal),
        send_day=plan.send_day,
        presumed_receipt=plan.send_day + steps.ONE_DAY,
        last_covered_day=plan.new_start - steps.ONE_DAY,
        new_start=plan.new_start,
        exact=exact,
        gap_days=plan.gap_days,
        exact_start_before=None if exact else _reachable(case, ideal.exact_start_before),
        exact_start_after=None if exact else _exact_after(case, ideal),
        steps=_steps(case, plan, ideal),
    )


def _first_day(case: Case) -> date:
    since = case.need(case.facts.first_subscription, "first_subscription")
    return max(case.timing.first_send_day, infra_annual.opens_on(since))


def _reachable(case: Case, new_start: date) -> date | None:
    """Return a start if a sending that is still possible reaches it to the day."""
    last = infra_annual.latest_sending(new_start - steps.ONE_DAY)
    return new_start if last >= _first_day(case) else None


def _exact_after(case: Case, ideal: IdealSending) -> date:
    after = _reachable(case, ideal.exact_start_after)
    return after or infra_annual.forward_effect(_first_day(case)).new_start


def _window(case: Case, ideal: IdealSending) -> SendWindow:
    """Return the days that reach the wished start, none before the contract is a year old."""
    since = case.need(case.facts.first_subscription, "first_subscription")
    agreed = case.facts.deferral_agreed
    earliest = ideal.earliest_deferred if agreed else ideal.earliest_tolerant
    return SendWindow(
        earliest=max(earliest, infra_annual.opens_on(since)),
        latest_safe=ideal.send_day,
        latest=ideal.latest_tolerant,
    )


def _warnings(case: Case, plan: Plan) -> tuple[WarningCode, ...]:
    # A body that keeps to the law's day stops the cover before the end we wrote, or after it.
    uncovered = plan.gap_days > 0 and plan.fit is Fit.TOLERANCE
    told = {
        WarningCode.RELIES_ON_TOLERANCE: plan.fit is Fit.TOLERANCE,
        WarningCode.RELIES_ON_DEFERRAL: plan.fit is Fit.DEFERRED,
        WarningCode.COVER_GAP_RISK: uncovered,
        WarningCode.COMPULSORY_COVER: uncovered and case.compulsory,
        WarningCode.DOUBLE_COVER: plan.gap_days < 0,
        WarningCode.OPTION_OF_MANDATORY: case.facts.option_of_mandatory,
    }
    return tuple(code for code, holds in told.items() if holds)


def _conditions(case: Case) -> tuple[Step, ...]:
    """Return what must hold before any date: one year, and who notifies."""
    since = case.need(case.facts.first_subscription, "first_subscription")
    opens = infra_annual.opens_on(since)
    open_now = opens <= case.timing.first_send_day
    year = Step(
        kind=StepKind.CONDITION,
        sentence="one_year" if open_now else "one_year_ahead",
        day=opens,
        facts={"first_subscription": since, "opens": opens},
        articles=case.basis[:1],
    )
    if not case.notified_by_insurer:
        return (year,)
    presumption = _presumption(case)
    return year, Step(
        kind=StepKind.CONDITION, sentence="new_insurer_notifies", articles=presumption
    )


def _presumption(case: Case) -> tuple[Article, ...]:
    return steps.PRESUMPTION[case.rules[0].governed_by(case.facts.code_family)]


def _steps(case: Case, plan: Plan, ideal: IdealSending) -> tuple[Step, ...]:
    limit = Step(
        kind=StepKind.LIMIT,
        sentence=f"limit_tolerance_{case.facts.ground.lower()}",
        day=ideal.latest_tolerant,
        facts={"tolerance_days": infra_annual.TOLERANCE_DAYS[case.facts.ground]},
    )
    return (
        *_conditions(case),
        limit,
        steps.send(plan.send_day, _send_sentence(case, plan, ideal)),
        steps.receipt(plan.send_day, _presumption(case) if case.notified_by_insurer else ()),
        _end(case, plan),
        steps.start(plan.new_start, "start_next_day" if plan.gap_days <= 0 else "start_gap"),
        *case.advice(),
    )


def _send_sentence(case: Case, plan: Plan, ideal: IdealSending) -> str:
    if _wanted_start(case) and plan.send_day == ideal.send_day:
        return "send_ideal" if plan.gap_days >= 0 else "send_after_ideal"
    return "send_chosen" if case.timing.send_day else "send_soonest"


def _end(case: Case, plan: Plan) -> Step:
    ground = case.facts.ground
    receipt = plan.send_day + steps.ONE_DAY
    computed = infra_annual.forward_effect(plan.send_day).last_covered_day
    sentence = {
        Fit.EXACT: "end_month_clipped" if _clipped(receipt, computed) else "end_month",
        Fit.TOLERANCE: f"end_tolerance_{ground.lower()}",
        Fit.DEFERRED: "end_deferred",
    }[plan.fit]
    return Step(
        kind=StepKind.END,
        sentence=sentence,
        day=plan.new_start - steps.ONE_DAY,
        facts={
            "receipt": receipt,
            "computed": computed,
            "gap_days": abs(plan.gap_days),
            "tolerance_days": infra_annual.TOLERANCE_DAYS[ground],
        },
        articles=case.basis[:1],
    )


def _clipped(receipt: date, computed: date) -> bool:
    return receipt.day != computed.day
