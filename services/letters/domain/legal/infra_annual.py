"""Ending a contract at any time after one year: HAMON and RIA, forwards and backwards.

``S`` is the sending day, ``R = S + 1`` its presumed receipt, ``C`` one month after ``R``: the last
covered day by the law alone. ``E`` is the last covered day the letter states, the eve of the new
start. The gap is ``E - C``, in days.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from kit.days import add_months, add_years
from services.letters.domain.legal.codes import Ground, Refusal

ONE_DAY: Final = timedelta(days=1)
NOTICE_MONTHS: Final = 1
"""Law: C. assur. art. L. 113-15-2, al. 2; C. mut. L. 221-10-2; CSS L. 932-21-2."""

TOLERANCE_DAYS: Final[Mapping[Ground, int]] = {Ground.RIA: 3, Ground.HAMON: 2}
"""Gap the bodies agreed to accept.

RIA guide 6.2 I says three. Our reading: the two days of HAMON are inferred from the FAQ, which
names both figures without saying to which ground each belongs.
"""


class Decision(StrEnum):
    """What the ceding body does with the date written in the letter (RIA guide 6.2)."""

    ACCEPT_TOLERANCE = "ACCEPT_TOLERANCE"
    ACCEPT_DEFERRED = "ACCEPT_DEFERRED"
    CONTACT = "CONTACT"


class Fit(StrEnum):
    """How a sending day reaches a wanted start."""

    EXACT = "EXACT"
    TOLERANCE = "TOLERANCE"
    DEFERRED = "DEFERRED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What follows from a sending day, by the law alone."""

    presumed_receipt: date
    last_covered_day: date
    new_start: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """The ceding body's reading of the date a letter states."""

    computed_last_covered_day: date
    gap_days: int
    decision: Decision
    applied_last_covered_day: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdealSending:
    """The best sending day for a wanted start, and the days around it that would still do.

    What few ask for is computed when it is asked.
    """

    wanted_last_covered_day: date
    send_day: date
    gap_days: int
    earliest_tolerant: date
    latest_tolerant: date
    may_be_deferred: bool

    @property
    def computed_last_covered_day(self) -> date:
        """The end of the law's month after that sending."""
        return self.wanted_last_covered_day - timedelta(days=self.gap_days)

    @property
    def earliest_deferred(self) -> date:
        """As early as ``earliest_tolerant``, or earlier when RIA lets the end be deferred."""
        if not self.may_be_deferred:
            return self.earliest_tolerant
        civil_month = earliest_sending(self.wanted_last_covered_day.replace(day=1))
        return min(self.earliest_tolerant, civil_month)

    @property
    def exact_start_before(self) -> date:
        """The nearest earlier start that can be reached to the day."""
        return _exact_start(self.wanted_last_covered_day + ONE_DAY, -ONE_DAY)

    @property
    def exact_start_after(self) -> date:
        """The nearest later start that can be reached to the day."""
        return _exact_start(self.wanted_last_covered_day + ONE_DAY, ONE_DAY)

    @property
    def exact(self) -> bool:
        """Whether the law's month ends on the wanted day itself."""
        return self.gap_days == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A sending day that serves a wanted start, or why none does and what would."""

    send_day: date
    """When refused: the first day on which sending is right at all."""
    new_start: date
    """When refused: the earliest start that ``send_day`` reaches to the day."""
    gap_days: int = 0
    fit: Fit = Fit.EXACT
    refusal: Refusal | None = None


def forward_effect(send_day: date) -> Effect:
    """Return what a sending day leads to; nothing is shifted by weekends or holidays.

    Sent on 30 January 2027, received on the 31st, covered until 28 February at 24:00.

    Law: C. assur. art. L. 113-15-2 and R. 113-12 III; C. mut. R. 221-6; CSS R. 932-1-6-3.
    Our reading: receipt first, then the month; the guide's shorthand "one month plus one day" from
    the sending differs at month ends and loses (docs/law/any-time.md).
    """
    receipt = send_day + ONE_DAY
    covered = add_months(receipt, NOTICE_MONTHS)
    return Effect(presumed_receipt=receipt, last_covered_day=covered, new_start=covered + ONE_DAY)


def classify(
    send_day: date, mentioned_last_covered_day: date, *, tolerance: int = TOLERANCE_DAYS[Ground.RIA]
) -> Classification:
    """Say what becomes of the last covered day a letter states.

    Sent on 15 January 2021, the law's day is 16 February: 19 February is tolerated, 28 February
    is deferred within its civil month, 31 March is to be agreed.

    Law: RIA guide 6.2 I and II.
    """
    computed = forward_effect(send_day).last_covered_day
    gap = (mentioned_last_covered_day - computed).days
    decision = _decision(gap, computed, mentioned_last_covered_day, tolerance)
    return Classification(
        computed_last_covered_day=computed,
        gap_days=gap,
        decision=decision,
        applied_last_covered_day=(
            None if decision is Decision.CONTACT else mentioned_last_covered_day
        ),
    )


def ideal_sending(new_start: date, ground: Ground) -> IdealSending:
    """Return the latest sending day that leaves the whole legal month before a wanted start.

    When its gap exceeds the tolerance and the next day's does not, the next day is taken: only
    HAMON for a 1 April of a common year. For a start on 1 January 2027: 29 November 2026, gap 1.

    Law: C. assur. art. L. 113-15-2 and R. 113-12 III. Our reading: the tolerance of places.
    """
    tolerance = TOLERANCE_DAYS[ground]
    end = new_start - ONE_DAY
    send_day = latest_sending(end)
    gap = gap_of(send_day, end)
    if gap > tolerance >= abs(gap_of(send_day + ONE_DAY, end)):
        send_day += ONE_DAY
        gap = gap_of(send_day, end)
    return IdealSending(
        wanted_last_covered_day=end,
        send_day=send_day,
        gap_days=gap,
        earliest_tolerant=earliest_sending(end - timedelta(days=tolerance)),
        latest_tolerant=latest_sending(end + timedelta(days=tolerance)),
        may_be_deferred=ground is Ground.RIA,
    )


def gap_of(send_day: date, last_covered_day: date) -> int:
    """Return by how many days a stated end follows (or precedes) the law's own."""
    return (last_covered_day - add_months(send_day + ONE_DAY, NOTICE_MONTHS)).days


def latest_sending(last_covered_day: date) -> date:
    """Return the last sending day whose legal month ends on that day or before."""
    receipt = add_months(last_covered_day, -NOTICE_MONTHS)
    if (last_covered_day + ONE_DAY).day == 1:  # the 28th of February also ends 29 to 31 January
        receipt = last_covered_day.replace(day=1) - ONE_DAY
    return receipt - ONE_DAY


def earliest_sending(last_covered_day: date) -> date:
    """Return the first sending day whose legal month ends on that day or after."""
    receipt = add_months(last_covered_day, -NOTICE_MONTHS)
    if add_months(receipt, NOTICE_MONTHS) < last_covered_day:  # the 31st has no counterpart
        receipt += ONE_DAY
    return receipt - ONE_DAY


def opens_on(first_subscription: date) -> date:
    """Return the first day on which an any-time termination may be sent.

    One year to the day satisfies the strict reading too, since receipt comes the day after.

    Law: C. assur. art. L. 113-15-2, al. 1; C. mut. L. 221-10-2; CSS L. 932-21-2.
    """
    return add_years(first_subscription, 1)


def plan_sending(
    new_start: date,
    ground: Ground,
    *,
    first_send_day: date,
    first_subscription: date | None = None,
    send_day: date | None = None,
    deferral_agreed: bool = False,
) -> Plan:
    """Choose the sending day for a wanted start, or check the one the user prefers.

    Nothing leaves before ``first_send_day`` nor before the contract is one year old. Without a
    preference: the ideal day, or the first possible one within the tolerance.
    """
    opening = first_subscription and opens_on(first_subscription)
    first = max(first_send_day, opening or first_send_day)
    ideal = ideal_sending(new_start, ground)
    chosen = send_day or max(first, ideal.send_day)
    refusal = _too_soon(chosen, first_send_day, opening) or _unfit(
        chosen, ideal, ground, deferral_agreed=deferral_agreed
    )
    young = opening is not None and opening > max(first_send_day, ideal.latest_tolerant)
    if refusal is Refusal.TOO_LATE and young:  # its age is what forbids it, not the calendar
        refusal = Refusal.ONE_YEAR_NOT_ELAPSED
    if refusal:
        right, start = _nearest(refusal, first, new_start, ideal)
        return Plan(refusal=refusal, send_day=right, new_start=start)
    best = chosen == ideal.send_day
    gap = ideal.gap_days if best else gap_of(chosen, ideal.wanted_last_covered_day)
    return Plan(
        send_day=chosen, new_start=new_start, gap_days=gap, fit=_fit(gap, TOLERANCE_DAYS[ground])
    )


def _decision(gap: int, computed: date, mentioned: date, tolerance: int) -> Decision:
    if abs(gap) <= tolerance:
        return Decision.ACCEPT_TOLERANCE
    same_month = (computed.year, computed.month) == (mentioned.year, mentioned.month)
    if gap > tolerance and same_month:
        return Decision.ACCEPT_DEFERRED
    return Decision.CONTACT


def _exact_start(new_start: date, step: timedelta) -> date:
    start = new_start + step
    while gap_of(latest_sending(start - ONE_DAY), start - ONE_DAY) != 0:
        start += step
    return start


def _too_soon(chosen: date, first_send_day: date, opening: date | None) -> Refusal | None:
    if chosen < first_send_day:
        return Refusal.TOO_LATE  # that day is over
    if opening and chosen < opening:
        return Refusal.ONE_YEAR_NOT_ELAPSED
    return None


def _unfit(
    chosen: date, ideal: IdealSending, ground: Ground, *, deferral_agreed: bool
) -> Refusal | None:
    if chosen > ideal.latest_tolerant:
        return Refusal.TOO_LATE
    if chosen >= ideal.earliest_tolerant:
        return None
    if chosen < ideal.earliest_deferred or ground is not Ground.RIA:
        return Refusal.TOO_EARLY
    return None if deferral_agreed else Refusal.DEFERRAL_NOT_AGREED


def _nearest(
    refusal: Refusal, first: date, new_start: date, ideal: IdealSending
) -> tuple[date, date]:
    """Return the nearest right sending day and the start it reaches, the wished one if any."""
    premature = refusal in {Refusal.TOO_EARLY, Refusal.DEFERRAL_NOT_AGREED}
    right = max(first, ideal.earliest_tolerant if premature else ideal.send_day)
    if right <= ideal.latest_tolerant:
        return right, new_start
    return first, forward_effect(first).new_start


def _fit(gap: int, tolerance: int) -> Fit:
    if gap == 0:
        return Fit.EXACT
    return Fit.TOLERANCE if abs(gap) <= tolerance else Fit.DEFERRED
