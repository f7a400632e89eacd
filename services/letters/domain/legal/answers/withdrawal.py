"""RENONCIATION: the answer, from the way the contract was sold."""

from dataclasses import replace
from datetime import date
from typing import Final

from kit.errors import FieldError, InvalidFields
from services.letters.domain.legal import never_agreed, withdrawal
from services.letters.domain.legal.answers import steps
from services.letters.domain.legal.answers.case import Case
from services.letters.domain.legal.codes import (
    Ground,
    Refusal,
    WarningCode,
    WithdrawalRegime,
)
from services.letters.domain.legal.evaluation import (
    Evaluation,
    Facts,
    SendWindow,
    Step,
    StepKind,
)
from services.letters.domain.legal.withdrawal import Withdrawal

_REFUND: Final = {
    WithdrawalRegime.DOORSTEP_14: "refund_doorstep",
    WithdrawalRegime.DISTANCE_14: "refund_distance",
    WithdrawalRegime.AFFINITY_30: "refund_affinity",
    WithdrawalRegime.LIFE_30: "refund_life",
    WithdrawalRegime.CONSUMER_GOODS_14: "refund_distance",
}


def answer(case: Case) -> Evaluation:
    """Return until when the contract may be undone, and what is given back."""
    if case.facts.channel is None:
        raise InvalidFields([FieldError("channel", "field-required")])
    concluded = case.need(case.facts.concluded, "concluded")
    regime = withdrawal.regime_of(case.facts)
    if regime is None:
        return _offering_the_next(case, case.refused(Refusal.NO_WITHDRAWAL_IN_SHOP))
    if refusal := _lost(case) or _excluded(case, regime):
        return _offering_the_next(case, case.refused(refusal))
    send_day = case.timing.send_day or max(case.timing.first_send_day, concluded)
    found = _found(case, regime, concluded, send_day)
    if send_day < concluded or found.refusal:
        return _refused(case, concluded, found, early=send_day < concluded)
    return replace(
        case.frame,
        mentions=(*case.frame.mentions, *(("no_consent",) if case.facts.no_consent else ())),
        warnings=_warnings(case, found),
        window=_window(case, concluded, found),
        send_day=send_day,
        presumed_receipt=send_day + steps.ONE_DAY,
        steps=_steps(case, regime, send_day, found),
    )


def _offering_the_next(case: Case, refused: Evaluation) -> Evaluation:
    """Offer the demand for annulment where nobody agreed to a contract that cannot be undone."""
    if not case.facts.no_consent:
        return refused
    advice = Step(
        kind=StepKind.ADVICE, sentence="never_agreed_instead", articles=never_agreed.CONSENT
    )
    return replace(
        refused,
        alternatives=(Ground.ANNULATION, *refused.alternatives),
        steps=(advice, *refused.steps),
    )


def _lost(case: Case) -> Refusal | None:
    return Refusal.WITHDRAWAL_LOST if case.facts.right_lost else None


def _excluded(case: Case, regime: WithdrawalRegime) -> Refusal | None:
    """Return why one of the contracts cannot be undone: the letter undoes them all or none."""
    duration = case.facts.duration_days
    each = (
        withdrawal.check_product(rule.type, regime, duration_days=duration) for rule in case.rules
    )
    return next((refusal for refusal in each if refusal), None)


def _found(case: Case, regime: WithdrawalRegime, concluded: date, send_day: date) -> Withdrawal:
    facts = case.facts
    return withdrawal.window(
        regime,
        concluded,
        documents_received=facts.documents_received,
        documents_never_received=facts.documents_never_received,
        right_never_notified=facts.right_never_notified,
        first_premium_paid=facts.first_premium_paid,
        send_day=send_day,
    )


def _refused(case: Case, concluded: date, found: Withdrawal, *, early: bool) -> Evaluation:
    facts: Facts = {"event_day": concluded, "last_send": _last(found)}
    if early:
        first = max(case.timing.first_send_day, concluded)
        refused = case.refused(Refusal.EVENT_NOT_OCCURRED, facts, send_day=first)
    else:
        refused = _offering_the_next(case, case.refused(Refusal.WINDOW_CLOSED, facts))
    return replace(refused, window=_window(case, concluded, found))


def _last(found: Withdrawal) -> date:
    known = (found.last_day_safe, found.last_day_extended, found.last_day_max)
    return max(day for day in known if day)


def _window(case: Case, concluded: date, found: Withdrawal) -> SendWindow:
    return SendWindow(
        earliest=max(case.timing.first_send_day, concluded),
        latest_safe=None if found.endless else found.last_day_max or found.last_day_safe,
        latest=None if found.endless else _last(found),
    )


def _warnings(case: Case, found: Withdrawal) -> tuple[WarningCode, ...]:
    told = {
        WarningCode.RELIES_ON_EXTENSION: found.warning is WarningCode.RELIES_ON_EXTENSION,
        WarningCode.COMPULSORY_COVER: case.compulsory,
    }
    return tuple(code for code, holds in told.items() if holds)


def _steps(
    case: Case, regime: WithdrawalRegime, send_day: date, found: Withdrawal
) -> tuple[Step, ...]:
    days = (found.last_day_safe - found.day_zero).days
    limit = Step(
        kind=StepKind.LIMIT,
        sentence="limit_withdrawal_endless" if found.endless else "limit_withdrawal",
        day=None if found.endless else found.last_day_max or found.last_day_safe,
        facts={"day_zero": found.day_zero, "withdrawal_days": days},
        articles=case.basis,
    )
    end = Step(kind=StepKind.END, sentence="end_withdrawal", articles=case.basis)
    back = Step(kind=StepKind.ADVICE, sentence=_REFUND[regime], articles=case.basis)
    said = Step(
        kind=StepKind.CONDITION, sentence="never_agreed_too", articles=never_agreed.CONSENT[:1]
    )
    first = (said,) if case.facts.no_consent else ()
    return (*first, limit, steps.send(send_day, "send_event"), steps.receipt(send_day), end, back)
