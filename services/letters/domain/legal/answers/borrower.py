"""Borrower insurance: the request to the lender, then the letter to the current insurer."""

from dataclasses import replace
from datetime import date, timedelta

from services.letters.domain.legal import borrower
from services.letters.domain.legal.answers import steps
from services.letters.domain.legal.answers.case import Case
from services.letters.domain.legal.borrower import LoanPlan
from services.letters.domain.legal.codes import Refusal, WarningCode
from services.letters.domain.legal.evaluation import (
    Evaluation,
    SendWindow,
    Step,
    StepKind,
)


def substitution(case: Case) -> Evaluation:
    """Return the lender's deadlines for a wanted start, at least twenty-five days ahead."""
    send_day = case.timing.send_day or case.timing.first_send_day
    wanted = _wanted(case)
    plan = borrower.substitution_plan(send_day, wanted_new_start=wanted)
    latest = wanted - borrower.PLATFORM_MINIMUM
    window = SendWindow(
        earliest=case.timing.first_send_day,
        latest_safe=_safe(wanted, latest),
        latest=latest,
    )
    if plan.refusal:
        return replace(_too_close(case, wanted), window=window)
    return replace(
        case.frame,
        warnings=_loan_warnings(case, plan.warning),
        window=window,
        send_day=send_day,
        presumed_receipt=send_day + steps.ONE_DAY,
        new_start=wanted,
        steps=_request_steps(case, send_day, wanted, plan),
    )


def _wanted(case: Case) -> date:
    return case.need(case.timing.new_start or case.facts.wanted_new_start, "wanted_new_start")


def _safe(wanted: date, latest: date) -> date:
    """Return the last sending day whose worst answer comes before the wanted start."""
    day = latest
    while borrower.substitution_plan(day).worst_case_answer >= wanted:
        day -= timedelta(days=1)
    return day


def _too_close(case: Case, wanted: date) -> Evaluation:
    first = case.timing.first_send_day
    nearest = first + borrower.PLATFORM_MINIMUM
    return case.refused(
        Refusal.LOAN_MIN_25_DAYS,
        {"wanted_new_start": wanted, "earliest_send": first, "earliest_new_start": nearest},
        send_day=first,
        new_start=max(nearest, wanted),
    )


def _loan_warnings(case: Case, own: WarningCode | None) -> tuple[WarningCode, ...]:
    return (*((own,) if own else ()), *case.standing_warnings())


def _request_steps(case: Case, send_day: date, wanted: date, plan: LoanPlan) -> tuple[Step, ...]:
    facts = {
        "latest_receipt": plan.latest_receipt,
        "worst_case": plan.worst_case_answer,
        "recommended": plan.recommended_new_start,
    }
    limit = Step(
        kind=StepKind.LIMIT,
        sentence="limit_loan",
        day=wanted - borrower.PLATFORM_MINIMUM,
        facts=facts,
    )
    answered = Step(
        kind=StepKind.CONDITION,
        sentence="lender_answers",
        day=plan.worst_case_answer,
        facts=facts,
        articles=case.basis,
    )
    end = Step(kind=StepKind.END, sentence="end_loan_request", articles=case.basis)
    return (
        limit,
        steps.send(send_day, "send_event"),
        steps.receipt(send_day),
        answered,
        end,
        steps.start(wanted, "start_loan"),
    )


def termination(case: Case) -> Evaluation:
    """Return when the old cover stops: ten days after the decision, or at the new start."""
    wanted = _wanted(case)
    send_day = case.timing.send_day or case.timing.first_send_day
    receipt = send_day + steps.ONE_DAY
    found = borrower.old_contract_end(receipt, wanted, accepted=case.facts.lender_accepted)
    if found.refusal or found.ends_at is None:
        return case.refused(Refusal.LENDER_REFUSED)
    end = found.ends_at.date() - steps.ONE_DAY
    doubled = (found.ends_at.date() - wanted).days
    safe = wanted - borrower.INSURER_DELAY - steps.ONE_DAY
    ends = Step(
        kind=StepKind.END,
        sentence="end_loan_doubled" if doubled else "end_loan",
        day=end,
        facts={"receipt": receipt, "wanted_new_start": wanted, "doubled_days": doubled},
        articles=case.basis,
    )
    return replace(
        case.frame,
        warnings=_loan_warnings(case, WarningCode.PAID_TWICE if doubled else None),
        window=SendWindow(earliest=case.timing.first_send_day, latest_safe=safe),
        send_day=send_day,
        presumed_receipt=receipt,
        last_covered_day=end,
        new_start=wanted,
        doubled_days=doubled,
        gap_days=-doubled,
        steps=(
            steps.send(send_day, "send_event"),
            steps.receipt(send_day),
            ends,
            steps.start(wanted, "start_loan"),
        ),
    )
