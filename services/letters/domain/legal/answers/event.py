"""The grounds that an event opens: the answer, from the ground's own clock (``events.RULES``)."""

from dataclasses import replace
from datetime import date
from typing import Final

from services.letters.domain.legal import events
from services.letters.domain.legal.answers import steps
from services.letters.domain.legal.answers.case import Case
from services.letters.domain.legal.codes import Ground, Refusal, WarningCode
from services.letters.domain.legal.evaluation import (
    Evaluation,
    Facts,
    SendWindow,
    Step,
    StepKind,
)
from services.letters.domain.legal.events import Effect, EventEffect

_END_SENTENCE: Final = {
    Effect.MONTH_AFTER_RECEIPT: "end_event_month",
    Effect.ON_RECEIPT: "end_event_receipt",
    Effect.THIRTY_DAYS_AFTER_SENDING: "end_event_thirty_days",
    Effect.EVENT_DAY: "end_event_day",
    Effect.BY_CONTRACT: "end_event_contract",
}
_AGREED_BY_INSURER: Final = {Ground.ADHESION_OBLIGATOIRE, Ground.C2S}
"""Grounds without a text: the insurer may agree to the eve of the new rights."""
_BY_CLAUSE: Final = {*_AGREED_BY_INSURER, Ground.AUGMENTATION_TARIF}
"""Grounds without a text: the any-time one is surer, where it is open."""


def answer(case: Case) -> Evaluation:
    """Return the dates of a letter that invokes an event; as soon as possible when unwished."""
    event_day = case.need(case.facts.event_day, "event_day")
    send_day = case.timing.send_day or max(case.timing.first_send_day, event_day)
    found = _invoked(case, event_day, send_day)
    if found.refusal:
        return _refused(case, event_day, found)
    return replace(
        case.frame,
        warnings=_warnings(case, found),
        window=_window(case, event_day, found),
        send_day=send_day,
        presumed_receipt=found.presumed_receipt,
        last_covered_day=found.last_covered_day,
        new_start=found.new_start,
        steps=_steps(case, event_day, send_day, found),
    )


def _invoked(case: Case, event_day: date, send_day: date) -> EventEffect:
    by_clause = case.facts.ground is Ground.AUGMENTATION_TARIF
    return events.invoke(
        case.facts.ground,
        event_day,
        send_day,
        governed=case.rules[0].governed_by(case.facts.code_family),
        clause_window_days=case.facts.clause_window_days if by_clause else None,
        clause_delay_months=case.facts.clause_delay_months,
    )


def _refused(case: Case, event_day: date, found: EventEffect) -> Evaluation:
    """Refuse; too early, the nearest day is the event's own; too late, none is left."""
    facts: Facts = {"event_day": event_day, "last_send": found.last_send or event_day}
    if found.refusal is Refusal.WINDOW_CLOSED or found.refusal is None:
        refused = case.refused(Refusal.WINDOW_CLOSED, facts)
    else:
        first = max(case.timing.first_send_day, event_day)
        then = _invoked(case, event_day, first)
        refused = case.refused(found.refusal, facts, send_day=first, new_start=then.new_start)
    return replace(
        refused,
        window=_window(case, event_day, found),
        steps=(*_limit(case, event_day, found), *refused.steps),
    )


def _window(case: Case, event_day: date, found: EventEffect) -> SendWindow:
    safe = found.last_send and found.last_send - steps.ONE_DAY
    return SendWindow(
        earliest=max(case.timing.first_send_day, event_day),
        latest_safe=safe,
        latest=found.last_send,
    )


def _warnings(case: Case, found: EventEffect) -> tuple[WarningCode, ...]:
    ground = case.facts.ground
    told = {
        WarningCode.RECEIPT_AFTER_WINDOW: found.warning is WarningCode.RECEIPT_AFTER_WINDOW,
        WarningCode.DIRECT_LINK: ground is Ground.CHANGEMENT_SITUATION,
        WarningCode.INSURER_MAY_AGREE: ground in _AGREED_BY_INSURER,
        WarningCode.COMPULSORY_COVER: case.compulsory,
    }
    return (*(code for code, holds in told.items() if holds), *case.standing_warnings())


def _limit(case: Case, event_day: date, found: EventEffect) -> tuple[Step, ...]:
    if found.last_send is None:
        return ()
    step = Step(
        kind=StepKind.LIMIT,
        sentence="limit_event",
        day=found.last_send,
        facts={"event_day": event_day},
        articles=case.basis[:1],
    )
    return (step,)


def _steps(case: Case, event_day: date, send_day: date, found: EventEffect) -> tuple[Step, ...]:
    effect = events.RULES[case.facts.ground].effect
    opened = Step(
        kind=StepKind.CONDITION,
        sentence=f"event_{case.facts.ground.lower()}",
        day=event_day,
        facts={"event_day": event_day},
        articles=case.basis[:1],
    )
    end = Step(
        kind=StepKind.END,
        sentence=_END_SENTENCE[effect],
        day=found.last_covered_day,
        facts={
            "event_day": event_day,
            "receipt": send_day + steps.ONE_DAY,
            "delay_months": case.facts.clause_delay_months,
        },
        articles=case.basis,
    )
    return (
        opened,
        *_limit(case, event_day, found),
        steps.send(send_day, "send_event"),
        steps.receipt(send_day),
        end,
        *((steps.start(found.new_start),) if found.new_start else ()),
        *(case.any_time_instead() if case.facts.ground in _BY_CLAUSE else ()),
        *case.advice(),
    )
