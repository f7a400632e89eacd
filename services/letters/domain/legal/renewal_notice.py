"""CHATEL: the yearly renewal notice came too late, or never came."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from services.letters.domain.legal import anniversary as yearly
from services.letters.domain.legal.codes import Refusal

ONE_DAY: Final = timedelta(days=1)
FAIR_NOTICE: Final = timedelta(days=15)
"""The notice must reach the post at least this long before the last sending day."""
LATE_NOTICE_DELAY: Final = timedelta(days=20)
"""What a late notice gives instead, from its postmark."""


class Regime(StrEnum):
    """What the notice, or its absence, opens."""

    NORMAL = "NORMAL"
    LATE_20_DAYS = "LATE_20_DAYS"
    NO_NOTICE = "NO_NOTICE"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalWindow:
    """When the letter may leave under a regime, and what a given sending day leads to."""

    regime: Regime
    first_send: date | None = None
    last_send: date | None = None
    last_covered_day: date | None = None
    """Known for a sending day that is in time."""
    refusal: Refusal | None = None

    @property
    def new_start(self) -> date | None:
        """Return the day after the end."""
        return self.last_covered_day and self.last_covered_day + ONE_DAY


def window(
    anniversary: date,
    notice_sent: date | None,
    *,
    send_day: date | None = None,
    notice_months: int = yearly.DEFAULT_NOTICE_MONTHS,
    printed_deadline: date | None = None,
) -> RenewalWindow:
    """Return the window a renewal notice leaves, ``notice_sent`` being its postmark.

    Sent on 17 October for a deadline of 31 October, it is late: the letter may leave until 6
    November. Never sent: at any time from the anniversary on, effect the day after the postmark.

    Law: C. assur. art. L. 113-15-1; C. mut. art. L. 221-10-1.
    Our reading: after a late notice, a letter sent once the contract has renewed ends it on its
    own sending day, as the second paragraph says for an absent notice.
    """
    deadline = printed_deadline or yearly.window(anniversary, notice_months).last_safe
    if notice_sent is None:
        return _without_notice(anniversary, send_day)
    if deadline - notice_sent >= FAIR_NOTICE:
        refusal = Refusal.NOTICE_TOO_LATE if send_day and send_day > deadline else None
        return RenewalWindow(
            regime=Regime.NORMAL,
            last_send=deadline,
            last_covered_day=None if refusal else anniversary - ONE_DAY,
            refusal=refusal,
        )
    return _late(anniversary, notice_sent + LATE_NOTICE_DELAY, send_day)


def _late(anniversary: date, last_send: date, send_day: date | None) -> RenewalWindow:
    refusal = Refusal.WINDOW_CLOSED if send_day and send_day > last_send else None
    renewed = send_day is not None and send_day >= anniversary
    end = send_day if renewed else anniversary - ONE_DAY
    return RenewalWindow(
        regime=Regime.LATE_20_DAYS,
        last_send=last_send,
        last_covered_day=None if refusal else end,
        refusal=refusal,
    )


def _without_notice(anniversary: date, send_day: date | None) -> RenewalWindow:
    early = send_day is not None and send_day < anniversary
    return RenewalWindow(
        regime=Regime.NO_NOTICE,
        first_send=anniversary,
        last_covered_day=None if early else send_day,
        refusal=Refusal.NOT_YET_RENEWED if early else None,
    )
