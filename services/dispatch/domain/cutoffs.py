"""Hours that bind a sending, all in Paris: the cutoff, the opening, the eve, the legal day."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from kit.days import day_until, paris_date, paris_instant
from kit.errors import TurnedDown

CUTOFF: Final = time(20)
FIRST_SENDING_CUTOFF: Final = time(18)
OPENING: Final = time(8)
_ONE_DAY: Final = timedelta(days=1)


class CancelTooLate(TurnedDown):
    """The eve of the sending day is over: the letter leaves, or has left."""

    reason = "cancel-too-late"


class MandateSigned(TurnedDown):
    """The mandate was signed electronically: nothing can be changed or cancelled any more."""

    reason = "mandate-signed"


@dataclass(frozen=True, slots=True)
class LegalDay:
    """The day a deposit counts for, and the day it is presumed received."""

    send_day: date
    presumed_receipt: date


def cutoff(day: date, *, first_sending: bool = False) -> datetime:
    """Return the instant from which a validation no longer leaves on this day.

    20:00 in Paris on every day of the year, Sundays and holidays included; 18:00 for the first
    sending that an account makes in its own name, because staff check the account that day.
    """
    return paris_instant(day, FIRST_SENDING_CUTOFF if first_sending else CUTOFF)


def send_day_of(validated_at: datetime, *, first_sending: bool = False) -> date:
    """Return the day on which a sending validated for "now" leaves: today, else tomorrow.

    20:00:00 sharp is tomorrow. On 29 March 2026, the short day, 18:30Z is already 20:30 in Paris.
    """
    return day_until(validated_at, FIRST_SENDING_CUTOFF if first_sending else CUTOFF)


def opening(send_day: date) -> datetime:
    """Return the instant from which a scheduled sending leaves: 08:00 in Paris."""
    return paris_instant(send_day, OPENING)


def mandate_deadline(send_day: date) -> datetime:
    """Return the instant strictly before which the mandate must be signed: 20:00 in Paris."""
    return paris_instant(send_day, CUTOFF)


def changeable_until(send_day: date) -> datetime:
    """Return the first instant at which a scheduled sending can be changed no more.

    It is midnight in Paris that opens the sending day: 23:59:59 of the eve is in time.
    """
    return paris_instant(send_day)


def check_changeable(send_day: date, now: datetime, *, mandate_signed: bool = False) -> None:
    """Raise ``MandateSigned`` or ``CancelTooLate`` when a scheduled sending must be left alone.

    ``mandate_signed`` is about the *electronic* mandate: it wins, however early it is.
    """
    if mandate_signed:
        raise MandateSigned
    if now >= changeable_until(send_day):
        raise CancelTooLate(send_day=send_day.isoformat())


def legal_day(deposited_at: datetime) -> LegalDay:
    """Return the Paris day of the operator's qualified time, and the presumed receipt after it.

    A deposit stamped 30 June 22:30Z is of 1 July: it was half past midnight in Paris.
    Law: CPCE art. R. 53-2 (deposit); C. assur. art. R. 113-12 III (presumed receipt).
    """
    day = paris_date(deposited_at)
    return LegalDay(day, day + _ONE_DAY)


def must_leave_by(latest_send_day: date) -> datetime:
    """Return the first instant at which leaving would serve no purpose: the end of that day."""
    return paris_instant(latest_send_day + _ONE_DAY)
