"""Events that open a ground: a change of situation, a sale, a claim, a refusal, a publication."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from kit.days import add_months
from services.letters.domain.legal.codes import Refusal, WarningCode

ONE_DAY: Final = timedelta(days=1)
NOON: Final = time(12)
LICENCE_DAYS: Final = timedelta(days=40)
RISK_DECREASE_DAYS: Final = timedelta(days=30)
SALE_NOTICE: Final = timedelta(days=10)
SALE_AUTOMATIC_MONTHS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class EventEffect:
    """What a letter of one day does after an event, or why it comes at the wrong time."""

    last_send: date | None = None
    presumed_receipt: date | None = None
    last_covered_day: date | None = None
    refusal: Refusal | None = None
    warning: WarningCode | None = None

    @property
    def new_start(self) -> date | None:
        """Return the day after the end."""
        return self.last_covered_day and self.last_covered_day + ONE_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleSale:
    """What becomes of the cover of a sold vehicle."""

    last_covered_day: date
    suspended_from: date
    """By law, from 00:00: the new contract may start that day."""
    automatic_end: date
    presumed_receipt: date | None = None
    contract_end: date | None = None
    refusal: Refusal | None = None


def situation_change(event_day: date, send_day: date) -> EventEffect:
    """Return the effect of a letter after a change of situation, sent within three months.

    A change of 30 November 2026 may be invoked until 28 February 2027. The risk must be tied to
    the former situation and absent from the new one.

    Law: C. assur. art. L. 113-16 and R. 113-6; C. mut. art. L. 221-17 and R. 221-7.
    Our reading: sending within the window suffices; receipt after it is worth a warning.
    """
    return _month_after_receipt(event_day, send_day, window_months=3)


def post_claim(insurer_notice: date, send_day: date) -> EventEffect:
    """Return the effect on the other contracts when the insurer ended one after a claim.

    Law: C. assur. art. R. 113-10, al. 2.
    """
    return _month_after_receipt(insurer_notice, send_day, window_months=1)


def risk_decrease(insurer_refusal: date | None, send_day: date) -> EventEffect:
    """Return the effect once the insurer refused to lower the premium: thirty days, not a month.

    Law: C. assur. art. L. 113-4, al. 4.
    """
    if insurer_refusal is None or send_day < insurer_refusal:
        return EventEffect(refusal=Refusal.INSURER_REFUSAL_REQUIRED)
    return EventEffect(
        presumed_receipt=send_day + ONE_DAY, last_covered_day=send_day + RISK_DECREASE_DAYS
    )


def portfolio_transfer(publication: date, send_day: date) -> EventEffect:
    """Say whether a letter follows a transfer of portfolio in time: one month after publication.

    Law: C. assur. art. L. 324-1.
    """
    last_send = add_months(publication, 1)
    return EventEffect(last_send=last_send, refusal=_timeliness(publication, send_day, last_send))


def licence_withdrawn(publication: date) -> datetime:
    """Return the Paris hour, without zone, at which contracts end by themselves: day 40 at noon.

    Law: C. assur. art. L. 326-12. Our reading: the day of publication is not counted.
    """
    return datetime.combine(publication + LICENCE_DAYS, NOON)


def vehicle_sale(sale_day: date, send_day: date | None = None) -> VehicleSale:
    """Return what a sale does to the cover, and to the contract once the letter is sent.

    Sold on 10 July 2026: covered until 24:00, suspended from the 11th; a letter of the 13th,
    received on the 14th, ends the contract on the 24th. Without a letter it ends after six months.

    Law: C. assur. art. L. 121-11. Our reading: the ten days run from receipt.
    """
    automatic_end = add_months(sale_day, SALE_AUTOMATIC_MONTHS)
    sale = VehicleSale(
        last_covered_day=sale_day,
        suspended_from=sale_day + ONE_DAY,
        automatic_end=automatic_end,
    )
    if send_day is None:
        return sale
    if refusal := _sale_refusal(sale_day, send_day, automatic_end):
        return replace(sale, refusal=refusal)
    receipt = send_day + ONE_DAY
    return replace(
        sale, presumed_receipt=receipt, contract_end=min(receipt + SALE_NOTICE, automatic_end)
    )


def _sale_refusal(sale_day: date, send_day: date, automatic_end: date) -> Refusal | None:
    if send_day < sale_day:
        return Refusal.EVENT_NOT_OCCURRED
    return Refusal.ALREADY_TERMINATED_BY_LAW if send_day >= automatic_end else None


def _month_after_receipt(event_day: date, send_day: date, *, window_months: int) -> EventEffect:
    last_send = add_months(event_day, window_months)
    if refusal := _timeliness(event_day, send_day, last_send):
        return EventEffect(last_send=last_send, refusal=refusal)
    receipt = send_day + ONE_DAY
    return EventEffect(
        last_send=last_send,
        presumed_receipt=receipt,
        last_covered_day=add_months(receipt, 1),
        warning=WarningCode.RECEIPT_AFTER_WINDOW if receipt > last_send else None,
    )


def _timeliness(event_day: date, send_day: date, last_send: date) -> Refusal | None:
    if send_day < event_day:
        return Refusal.EVENT_NOT_OCCURRED
    return Refusal.WINDOW_CLOSED if send_day > last_send else None
