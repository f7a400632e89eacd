"""A letter on paper leaves on posting days only: the chosen day is brought forward to one."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from kit.days import is_working_day, last_working_day, next_working_day
from services.letters.domain.legal.answers.case import case_of
from services.letters.domain.legal.codes import Refusal
from services.letters.domain.legal.evaluation import (
    ContractFacts,
    Evaluation,
    SendWindow,
    Timing,
)

Answer = Callable[[Sequence[ContractFacts], Timing], Evaluation]


def answer(contracts: Sequence[ContractFacts], timing: Timing, ask: Answer) -> Evaluation:
    """Return the answer for a letter posted on a working day, dates computed from that day.

    The working day before the computed one, so as not to be late; the one after it when the one
    before is over or no longer fits.

    Our reading: docs/law/paper.md.
    """
    timing = replace(timing, first_send_day=next_working_day(timing.first_send_day))
    if timing.send_day and not is_working_day(timing.send_day):
        return _no_post(contracts, timing, timing.send_day, ask)
    found = ask(contracts, timing)
    if found.send_day and not is_working_day(found.send_day):
        found = _moved(contracts, timing, found.send_day, ask)
    if found.nearest_send_day and not is_working_day(found.nearest_send_day):
        found = _nearest_posted(found, contracts, timing, found.nearest_send_day, ask)
    return replace(found, window=_posted(found.window))


def _nearest_posted(
    refused: Evaluation,
    contracts: Sequence[ContractFacts],
    timing: Timing,
    nearest: date,
    ask: Answer,
) -> Evaluation:
    """Move the advice of a refusal to the next posting day, and its start with it."""
    moved = next_working_day(nearest)
    unwished = [replace(one, wanted_new_start=None) for one in contracts]
    then = ask(unwished, replace(timing, send_day=moved, new_start=None))
    start = then.new_start if then.ok else None
    return replace(refused, nearest_send_day=moved if then.ok else None, nearest_new_start=start)


def _moved(
    contracts: Sequence[ContractFacts], timing: Timing, computed: date, ask: Answer
) -> Evaluation:
    before, after = last_working_day(computed), next_working_day(computed)
    days = [day for day in (before, after) if day >= timing.first_send_day]
    answers = [ask(contracts, replace(timing, send_day=day)) for day in days]
    return next((found for found in answers if found.ok), answers[-1])


def _no_post(
    contracts: Sequence[ContractFacts], timing: Timing, wished: date, ask: Answer
) -> Evaluation:
    best = _moved(contracts, timing, wished, ask)
    return case_of(contracts, timing).refused(
        Refusal.NO_POST_THAT_DAY,
        {"send_day": wished},
        send_day=best.send_day or best.nearest_send_day,
        new_start=best.new_start or best.nearest_new_start,
    )


def _posted(window: SendWindow) -> SendWindow:
    return SendWindow(
        earliest=window.earliest and next_working_day(window.earliest),
        latest_safe=window.latest_safe and last_working_day(window.latest_safe),
        latest=window.latest and last_working_day(window.latest),
    )
