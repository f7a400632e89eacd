"""The letters about a contract never agreed to: from when, until when, and what follows."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from services.letters.domain.legal import never_agreed
from services.letters.domain.legal.answers import steps
from services.letters.domain.legal.answers.case import Case
from services.letters.domain.legal.articles import Article
from services.letters.domain.legal.codes import Ground, Refusal, WarningCode
from services.letters.domain.legal.evaluation import (
    Evaluation,
    Facts,
    SendWindow,
    Step,
    StepKind,
)
from services.letters.domain.legal.never_agreed import Window

_ADVICE: Final[Mapping[Ground, tuple[str, tuple[Article, ...]]]] = {
    Ground.ANNULATION: ("then_complaint", ()),
    Ground.RECLAMATION: ("then_mediator", never_agreed.MEDIATOR),
    Ground.MEDIATION: ("then_formal_notice", (*never_agreed.OUTCOME, *never_agreed.SUSPENSION)),
    Ground.MISE_EN_DEMEURE: ("then_judge", never_agreed.INTEREST),
}
"""What comes after each letter, and on which articles."""


def answer(case: Case) -> Evaluation:
    """Return the letter's days; as soon as possible when none is wished."""
    found = never_agreed.window(case.facts)
    first = max(case.timing.first_send_day, found.opens)
    send_day = case.timing.send_day or first
    if refusal := found.refusal(send_day):
        return _refused(case, found, refusal, first)
    return replace(
        case.frame,
        warnings=_warnings(case, found, send_day),
        window=_window(case, found),
        send_day=send_day,
        presumed_receipt=send_day + steps.ONE_DAY,
        steps=(
            *_reasons(case, found),
            steps.send(send_day, "send_event"),
            steps.receipt(send_day),
            Step(
                kind=StepKind.END,
                sentence="end_never_agreed",
                articles=never_agreed.CONSENT,
            ),
            _then(case.facts.ground, send_day),
        ),
    )


def _refused(case: Case, found: Window, refusal: Refusal, first: date) -> Evaluation:
    """Refuse; too early, the nearest day is that of the answer; too late, none is left."""
    early = refusal is Refusal.EARLIER_LETTER_PENDING
    refused = case.refused(refusal, {"opens": found.opens}, send_day=first if early else None)
    too_late_for_him = not early and case.facts.ground is Ground.MEDIATION
    return replace(
        refused,
        alternatives=(Ground.MISE_EN_DEMEURE,) if too_late_for_him else (),
        window=_window(case, found),
        steps=_reasons(case, found),
    )


def _window(case: Case, found: Window) -> SendWindow:
    return SendWindow(
        earliest=max(case.timing.first_send_day, found.opens),
        latest_safe=found.latest_safe,
        latest=found.latest,
    )


def _warnings(case: Case, found: Window, send_day: date) -> tuple[WarningCode, ...]:
    told = {
        never_agreed.late_warning(case.facts.ground): send_day > found.latest_safe,
        WarningCode.COMPULSORY_COVER: case.compulsory,
    }
    return tuple(code for code, holds in told.items() if holds)


def _reasons(case: Case, found: Window) -> tuple[Step, ...]:
    """Return why the letter may leave from a day on, and until when."""
    sentence, facts, articles = _opened(case)
    opened = Step(
        kind=StepKind.CONDITION,
        sentence=sentence,
        day=found.opens,
        facts=facts,
        articles=articles,
    )
    return (opened, _limit(case, found))


def _opened(case: Case) -> tuple[str, Facts, tuple[Article, ...]]:
    facts = case.facts
    if facts.ground is Ground.ANNULATION:
        return "never_agreed", _days(discovered=facts.discovered), never_agreed.CONSENT
    if facts.ground is Ground.RECLAMATION:
        return "complaint_opens", _days(first_request=facts.first_request_sent), ()
    if facts.ground is Ground.MISE_EN_DEMEURE and facts.mediator_referred:
        return "mediation_over", _days(referred=facts.mediator_referred), never_agreed.OUTCOME
    return "complaint_answered", _days(complaint=facts.complaint_sent), never_agreed.MEDIATOR[1:]


def _limit(case: Case, found: Window) -> Step:
    mediator = case.facts.ground is Ground.MEDIATION
    return Step(
        kind=StepKind.LIMIT,
        sentence="limit_mediator" if mediator else "limit_never_agreed",
        day=found.latest,
        facts=_days(
            complaint=case.facts.complaint_sent,
            discovered=case.facts.discovered,
            latest_safe=found.latest_safe,
        ),
        articles=never_agreed.MEDIATOR[1:] if mediator else never_agreed.PRESCRIPTION,
    )


def _then(ground: Ground, send_day: date) -> Step:
    sentence, articles = _ADVICE[ground]
    facts = {
        "next_day": send_day + steps.ONE_DAY,
        "silence_over": never_agreed.silence_over(send_day),
        "mediation_over": never_agreed.mediation_over(send_day),
    }
    return Step(kind=StepKind.ADVICE, sentence=sentence, facts=facts, articles=articles)


def _days(**days: date | None) -> Facts:
    return {name: day for name, day in days.items() if day}
