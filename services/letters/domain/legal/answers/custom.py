"""CUSTOM: the answer. No text computes a date, so the policyholder's own is repeated, reviewed."""

from dataclasses import replace

from services.letters.domain.legal.answers import steps
from services.letters.domain.legal.answers.case import Case
from services.letters.domain.legal.codes import WarningCode
from services.letters.domain.legal.evaluation import Evaluation, SendWindow, Step, StepKind


def answer(case: Case) -> Evaluation:
    """Return the wish as it is; without a wished end, the letter says "at receipt"."""
    first = case.timing.first_send_day
    send_day = case.timing.send_day or first
    end = case.facts.wanted_last_covered_day
    warnings = (WarningCode.OWN_DATE, *case.standing_warnings())
    return replace(
        case.frame,
        warnings=(*warnings, WarningCode.COMPULSORY_COVER) if case.compulsory else warnings,
        window=SendWindow(earliest=first),
        send_day=send_day,
        presumed_receipt=send_day + steps.ONE_DAY,
        last_covered_day=end,
        new_start=end and end + steps.ONE_DAY,
        steps=(
            steps.send(send_day, "send_own"),
            steps.receipt(send_day),
            Step(kind=StepKind.END, sentence="end_own" if end else "end_on_receipt", day=end),
            *((steps.start(end + steps.ONE_DAY, "start_own"),) if end else ()),
        ),
    )
