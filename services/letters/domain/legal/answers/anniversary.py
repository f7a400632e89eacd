"""ECHEANCE: the answer."""

from dataclasses import replace

from kit.days import add_years
from services.letters.domain.legal import anniversary
from services.letters.domain.legal.answers import steps
from services.letters.domain.legal.answers.case import Case
from services.letters.domain.legal.codes import Refusal, WarningCode
from services.letters.domain.legal.evaluation import (
    Evaluation,
    Facts,
    SendWindow,
    Step,
    StepKind,
)


def answer(case: Case) -> Evaluation:
    """Return the dates of a termination at the anniversary; as soon as possible when unwished."""
    day = case.need(case.facts.anniversary, "anniversary")
    limits = anniversary.window(day, case.facts.notice_months)
    send_day = case.timing.send_day or case.timing.first_send_day
    verdict = anniversary.check(send_day, limits)
    if isinstance(verdict, Refusal):
        return _too_late(case, limits)
    return replace(
        case.frame,
        warnings=_warnings(case, verdict),
        window=SendWindow(
            earliest=case.timing.first_send_day,
            latest_safe=limits.last_safe,
            latest=limits.last_by_text,
        ),
        send_day=send_day,
        presumed_receipt=send_day + steps.ONE_DAY,
        last_covered_day=limits.last_covered_day,
        new_start=limits.new_start,
        steps=_steps(case, limits, disputable=verdict is not None),
    )


def _too_late(case: Case, limits: anniversary.AnniversaryWindow) -> Evaluation:
    """Refuse, and offer the next anniversary or the any-time ground, whichever is known."""
    months = case.facts.notice_months
    first = case.timing.first_send_day
    following = anniversary.next_reachable(limits.new_start, months, first_send_day=first)
    refused = case.refused(
        Refusal.NOTICE_TOO_LATE,
        {
            "anniversary": limits.new_start,
            "last_safe": limits.last_safe,
            "notice_months": months,
            "next_anniversary": following,
        },
        send_day=first,
        new_start=following,
    )
    return replace(
        refused,
        window=SendWindow(latest_safe=limits.last_safe, latest=limits.last_by_text),
        steps=(_limit(case, limits), *refused.steps),
    )


def _warnings(case: Case, verdict: WarningCode | None) -> tuple[WarningCode, ...]:
    since, day = case.facts.first_subscription, case.facts.anniversary
    told = {
        WarningCode.LAST_DAY_DISPUTABLE: verdict is WarningCode.LAST_DAY_DISPUTABLE,
        WarningCode.FIRST_YEAR: bool(since and day and day < add_years(since, 1)),
        WarningCode.COMPULSORY_COVER: case.compulsory,
    }
    return (*(code for code, holds in told.items() if holds), *case.standing_warnings())


def _limit_facts(case: Case, limits: anniversary.AnniversaryWindow) -> Facts:
    return {
        "notice_months": case.facts.notice_months,
        "anniversary": limits.new_start,
        "last_by_text": limits.last_by_text,
    }


def _limit(case: Case, limits: anniversary.AnniversaryWindow) -> Step:
    return Step(
        kind=StepKind.LIMIT,
        sentence="limit_notice" if case.basis else "limit_notice_clause",
        day=limits.last_safe,
        facts=_limit_facts(case, limits),
        articles=case.basis,
    )


def _steps(
    case: Case, limits: anniversary.AnniversaryWindow, *, disputable: bool
) -> tuple[Step, ...]:
    send_day = case.timing.send_day or case.timing.first_send_day
    facts = _limit_facts(case, limits)
    end = Step(
        kind=StepKind.END,
        sentence="end_anniversary",
        day=limits.last_covered_day,
        facts=facts,
        articles=case.basis,
    )
    sentence = "send_disputable" if disputable else "send_in_time"
    return (
        _limit(case, limits),
        steps.send(send_day, sentence, {"last_safe": limits.last_safe}),
        steps.receipt(send_day),
        end,
        steps.start(limits.new_start),
        *case.advice(),
    )
