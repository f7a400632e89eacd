"""CHATEL: the answer, when the yearly notice came late or never came."""

from dataclasses import replace
from datetime import date

from services.letters.domain.legal import renewal_notice
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
from services.letters.domain.legal.renewal_notice import Regime, RenewalWindow


def answer(case: Case) -> Evaluation:
    """Return the dates a late or absent notice gives; as soon as possible when unwished."""
    anniversary = case.need(case.facts.anniversary, "anniversary")
    send_day = case.timing.send_day or _soonest(case, anniversary)
    found = _found(case, anniversary, send_day)
    if refusal := _refusal(case, found, send_day):
        return _refused(case, anniversary, found, refusal)
    return replace(
        case.frame,
        warnings=_warnings(case, found, send_day),
        window=_window(case, found),
        send_day=send_day,
        presumed_receipt=send_day + steps.ONE_DAY,
        last_covered_day=found.last_covered_day,
        new_start=found.new_start,
        steps=_steps(case, anniversary, send_day, found),
    )


def _soonest(case: Case, anniversary: date) -> date:
    opens = case.facts.renewal_notice_sent or anniversary
    return max(case.timing.first_send_day, opens)


def _found(case: Case, anniversary: date, send_day: date | None) -> RenewalWindow:
    return renewal_notice.window(
        anniversary,
        case.facts.renewal_notice_sent,
        send_day=send_day,
        notice_months=case.facts.notice_months,
        printed_deadline=case.facts.printed_deadline,
    )


def _refusal(case: Case, found: RenewalWindow, send_day: date) -> Refusal | None:
    """Return why the ground does not serve: a fair notice opens nothing, an absent one waits."""
    if found.regime is Regime.NORMAL:
        return Refusal.NOTICE_WAS_FAIR
    notice = case.facts.renewal_notice_sent
    if notice and send_day < notice:
        return Refusal.EVENT_NOT_OCCURRED
    return found.refusal


def _refused(case: Case, anniversary: date, found: RenewalWindow, refusal: Refusal) -> Evaluation:
    """Refuse with the first day that would do; a fair notice leaves its own deadline."""
    first = _soonest(case, anniversary)
    facts: Facts = {"anniversary": anniversary, "last_send": found.last_send or anniversary}
    then = _found(case, anniversary, first)
    in_time = refusal is Refusal.NOTICE_WAS_FAIR and found.last_send and found.last_send >= first
    if in_time:  # then the anniversary itself, by an ordinary letter
        refused = case.refused(
            refusal, facts, send_day=case.timing.first_send_day, new_start=anniversary
        )
    elif refusal is Refusal.NOTICE_WAS_FAIR or then.refusal:
        refused = case.refused(refusal, facts)
    else:
        refused = case.refused(refusal, facts, send_day=first, new_start=then.new_start)
    return replace(
        refused,
        window=_window(case, found),
        steps=(_regime(case, anniversary, found), *refused.steps),
    )


def _window(case: Case, found: RenewalWindow) -> SendWindow:
    opens = found.first_send or case.facts.renewal_notice_sent or case.timing.first_send_day
    return SendWindow(
        earliest=max(case.timing.first_send_day, opens),
        latest_safe=found.last_send,
        latest=found.last_send,
    )


def _warnings(case: Case, found: RenewalWindow, send_day: date) -> tuple[WarningCode, ...]:
    anniversary = case.facts.anniversary or send_day
    renewed = found.regime is Regime.LATE_20_DAYS and send_day >= anniversary
    told = {
        # the end of a contract renewed after a late notice is our reading: no text says it
        WarningCode.UNVERIFIED_END: renewed,
        WarningCode.COMPULSORY_COVER: case.compulsory,
    }
    return (*(code for code, holds in told.items() if holds), *case.standing_warnings())


def _regime(case: Case, anniversary: date, found: RenewalWindow) -> Step:
    notice = case.facts.renewal_notice_sent
    sentence = {
        Regime.NORMAL: "notice_in_time",
        Regime.LATE_20_DAYS: "notice_late",
        Regime.NO_NOTICE: "notice_absent",
    }[found.regime]
    facts: Facts = {"anniversary": anniversary, "notice_sent": notice or anniversary}
    return Step(
        kind=StepKind.LIMIT if found.last_send else StepKind.CONDITION,
        sentence=sentence,
        day=found.last_send or found.first_send,
        facts=facts,
        articles=case.basis,
    )


def _steps(case: Case, anniversary: date, send_day: date, found: RenewalWindow) -> tuple[Step, ...]:
    before = send_day < anniversary
    end = Step(
        kind=StepKind.END,
        sentence="end_anniversary" if before else "end_notice_renewed",
        day=found.last_covered_day,
        facts={"anniversary": anniversary},
        articles=case.basis,
    )
    return (
        _regime(case, anniversary, found),
        steps.send(send_day, "send_event"),
        steps.receipt(send_day),
        end,
        *((steps.start(found.new_start),) if found.new_start else ()),
        *case.advice(),
    )
