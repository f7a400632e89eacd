"""What one would write without an engine: `dateutil`'s month arithmetic and a sentence.

It answers, and it is wrong at month ends: nothing here knows that receipt comes first, that a
start may be out of reach, or that bodies tolerate a few days.
"""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

ONE_DAY = timedelta(days=1)
ONE_MONTH = relativedelta(months=1)
A_YEAR = relativedelta(years=1)


def end_after(sent: date) -> date:
    """Return a month after the day that follows the sending."""
    end: date = sent + ONE_DAY + ONE_MONTH
    return end


def sending_for(start: date, today: date, first_subscription: date) -> date | None:
    """Return a month and two days before the start, unless that is over or too early."""
    sent: date = start - ONE_MONTH - 2 * ONE_DAY
    return sent if sent >= max(today, first_subscription + A_YEAR) else None


def letter_for(start: date, today: date, first_subscription: date) -> str:
    """Return the one sentence that such a script prints."""
    sent = sending_for(start, today, first_subscription)
    if sent is None:
        return "Trop tard."
    end = start - ONE_DAY
    return f"Envoyez le {sent:%d/%m/%Y}\u00a0: le contrat s'arrête le {end:%d/%m/%Y} à minuit."
