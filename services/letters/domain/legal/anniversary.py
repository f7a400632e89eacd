"""Ending a contract at its anniversary (*échéance*): the notice, then what is left after it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from kit.days import add_months, add_years
from services.letters.domain.legal.codes import Refusal, WarningCode

ONE_DAY: Final = timedelta(days=1)
DEFAULT_NOTICE_MONTHS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class AnniversaryWindow:
    """The days that count before an anniversary."""

    last_safe: date
    """Last sending day nobody disputes: the eve of ``last_by_text``."""
    last_by_text: date
    last_covered_day: date
    new_start: date


def window(anniversary: date, notice_months: int = DEFAULT_NOTICE_MONTHS) -> AnniversaryWindow:
    """Return the sending limits before an anniversary, given as the first day of the next period.

    The delay runs back from the sending day, not from receipt: for 1 January with two months, the
    last safe day is 31 October and 1 November is disputable.

    Law: C. assur. art. L. 113-12; C. mut. L. 221-10; CSS L. 932-12 and L. 932-21-1.
    Our reading: practice asks for a postmark of the eve at the latest, so the text's own last day
    is allowed with a warning.
    """
    last_by_text = add_months(anniversary, -notice_months)
    return AnniversaryWindow(
        last_safe=last_by_text - ONE_DAY,
        last_by_text=last_by_text,
        last_covered_day=anniversary - ONE_DAY,
        new_start=anniversary,
    )


def check(send_day: date, limits: AnniversaryWindow) -> Refusal | WarningCode | None:
    """Say whether a letter of that day is in time, disputable or too late."""
    if send_day > limits.last_by_text:
        return Refusal.NOTICE_TOO_LATE
    if send_day > limits.last_safe:
        return WarningCode.LAST_DAY_DISPUTABLE
    return None


def next_reachable(anniversary: date, notice_months: int, *, first_send_day: date) -> date:
    """Return the first anniversary, from that one on, whose safe day is not over yet."""
    years = 0
    while window(add_years(anniversary, years), notice_months).last_safe < first_send_day:
        years += 1
    return add_years(anniversary, years)
