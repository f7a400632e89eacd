"""Events that open a ground: a change of situation, a sale, a claim, a refusal, a publication."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from kit.days import add_months
from services.letters.domain.legal.codes import CodeFamily, Ground, Refusal, WarningCode

ONE_DAY: Final = timedelta(days=1)
NOON: Final = time(12)
LICENCE_DAYS: Final = timedelta(days=40)
RISK_DECREASE_DAYS: Final = timedelta(days=30)
SALE_NOTICE: Final = timedelta(days=10)
SALE_AUTOMATIC_MONTHS: Final = 6


class Effect(StrEnum):
    """When a contract ends, once the event is invoked."""

    MONTH_AFTER_RECEIPT = "MONTH_AFTER_RECEIPT"
    ON_RECEIPT = "ON_RECEIPT"
    THIRTY_DAYS_AFTER_SENDING = "THIRTY_DAYS_AFTER_SENDING"
    EVENT_DAY = "EVENT_DAY"  # by law, whatever the letter
    BY_CONTRACT = "BY_CONTRACT"  # no text fixes it: the letter says "at receipt"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRule:
    """How long an event may be invoked, and what invoking it does."""

    effect: Effect
    window_months: int | None = None
    """Calendar months to send after the event; ``None`` without a limit."""
    before_event: Refusal = Refusal.EVENT_NOT_OCCURRED
    """What a letter sent before the event is told."""


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


_MONTH: Final = Effect.MONTH_AFTER_RECEIPT
RULES: Final[Mapping[Ground, EventRule]] = {
    Ground.CHANGEMENT_SITUATION: EventRule(effect=_MONTH, window_months=3),
    Ground.APRES_SINISTRE: EventRule(effect=_MONTH, window_months=1),
    Ground.DIMINUTION_RISQUE: EventRule(
        effect=Effect.THIRTY_DAYS_AFTER_SENDING, before_event=Refusal.INSURER_REFUSAL_REQUIRED
    ),
    Ground.TRANSFERT_PORTEFEUILLE: EventRule(effect=Effect.BY_CONTRACT, window_months=1),
    Ground.CESSION_BIEN: EventRule(effect=Effect.ON_RECEIPT),
    Ground.DECES_ASSURE: EventRule(effect=Effect.ON_RECEIPT),
    Ground.PERTE_TOTALE: EventRule(effect=Effect.EVENT_DAY),
    Ground.AUGMENTATION_TARIF: EventRule(effect=_MONTH),  # the clause's own window and delay
    Ground.MODIFICATION_GROUPE: EventRule(effect=Effect.BY_CONTRACT),
    Ground.ADHESION_OBLIGATOIRE: EventRule(effect=_MONTH),
    Ground.C2S: EventRule(effect=_MONTH),
}
"""The grounds that an event opens, each with its clock. Doubts: docs/law/events.md."""
_OWN_WINDOWS: Final[Mapping[tuple[Ground, CodeFamily], int]] = {
    (Ground.MODIFICATION_GROUPE, CodeFamily.MUTUALITE): 1,  # C. mut. L. 221-6
}
"""Months to send after the event, where a code says otherwise than the others."""


def invoke(
    ground: Ground,
    event_day: date,
    send_day: date,
    *,
    governed: CodeFamily = CodeFamily.ASSURANCES,
    clause_window_days: int | None = None,
    clause_delay_months: int = 1,
) -> EventEffect:
    """Return what a letter of that day does after the event, by the ground's own clock.

    ``governed`` is the code of the contract. A contract's clause may give a window in days and a
    delay in months (AUGMENTATION_TARIF).

    Our reading: sending within the window suffices; receipt after it is worth a warning.
    """
    rule = RULES[ground]
    months = _OWN_WINDOWS.get((ground, governed), rule.window_months)
    last_send = _last_send(months, event_day, clause_window_days)
    if send_day < event_day:
        return EventEffect(last_send=last_send, refusal=rule.before_event)
    if last_send and send_day > last_send:
        return EventEffect(last_send=last_send, refusal=Refusal.WINDOW_CLOSED)
    receipt = send_day + ONE_DAY
    return EventEffect(
        last_send=last_send,
        presumed_receipt=receipt,
        last_covered_day=_end(rule.effect, event_day, send_day, clause_delay_months),
        warning=(WarningCode.RECEIPT_AFTER_WINDOW if last_send and receipt > last_send else None),
    )


def situation_change(event_day: date, send_day: date) -> EventEffect:
    """Return the effect of a letter after a change of situation, sent within three months.

    A change of 30 November 2026 may be invoked until 28 February 2027. The risk must be tied to
    the former situation and absent from the new one.

    Law: C. assur. art. L. 113-16 and R. 113-6; C. mut. art. L. 221-17 and R. 221-7.
    """
    return invoke(Ground.CHANGEMENT_SITUATION, event_day, send_day)


def post_claim(insurer_notice: date, send_day: date) -> EventEffect:
    """Return the effect on the other contracts when the insurer ended one after a claim.

    Law: C. assur. art. R. 113-10, al. 2.
    """
    return invoke(Ground.APRES_SINISTRE, insurer_notice, send_day)


def risk_decrease(insurer_refusal: date | None, send_day: date) -> EventEffect:
    """Return the effect once the insurer refused to lower the premium: thirty days, not a month.

    Law: C. assur. art. L. 113-4, al. 4.
    """
    if insurer_refusal is None:
        return EventEffect(refusal=Refusal.INSURER_REFUSAL_REQUIRED)
    return invoke(Ground.DIMINUTION_RISQUE, insurer_refusal, send_day)


def portfolio_transfer(publication: date, send_day: date) -> EventEffect:
    """Say whether a letter follows a transfer of portfolio in time: one month after publication.

    Law: C. assur. art. L. 324-1.
    """
    return invoke(Ground.TRANSFERT_PORTEFEUILLE, publication, send_day)


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


def _last_send(months: int | None, event_day: date, clause_days: int | None) -> date | None:
    if clause_days is not None:
        return event_day + timedelta(days=clause_days)
    return None if months is None else add_months(event_day, months)


def _end(effect: Effect, event_day: date, send_day: date, months: int) -> date | None:
    match effect:
        case Effect.MONTH_AFTER_RECEIPT:
            return add_months(send_day + ONE_DAY, months)
        case Effect.ON_RECEIPT:
            return send_day + ONE_DAY
        case Effect.THIRTY_DAYS_AFTER_SENDING:
            return send_day + RISK_DECREASE_DAYS
        case Effect.EVENT_DAY:
            return event_day
        case Effect.BY_CONTRACT:
            return None
