"""Undoing a young contract (*renonciation*): how many days, from which day, for which product."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from kit.days import add_years, next_working_day
from services.letters.domain.legal.codes import PolicyholderKind, Refusal, WarningCode
from services.letters.domain.legal.contract_types import CONTRACT_TYPES, ContractType
from services.letters.domain.legal.senders import WithdrawalRegime

SHORT_COVER_DAYS: Final = 31
"""A cover of one month or less is outside the right of withdrawal."""
NEVER_RECEIVED_FROM: Final = date(2026, 6, 19)
"""First contracts whose withdrawal stays open a year more when no document came."""
LATE_DOCUMENTS_CAP_YEARS: Final = 8

_DAYS: Final = {
    WithdrawalRegime.DOORSTEP_14: 14,
    WithdrawalRegime.DISTANCE_14: 14,
    WithdrawalRegime.CONSUMER_GOODS_14: 14,
    WithdrawalRegime.AFFINITY_30: 30,
    WithdrawalRegime.LIFE_30: 30,
}
_EXTENDED: Final = {
    WithdrawalRegime.DOORSTEP_14,
    WithdrawalRegime.DISTANCE_14,
    WithdrawalRegime.CONSUMER_GOODS_14,
}
"""Where a last day on a weekend or holiday may move to the next working day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """The last days to withdraw, and what a given sending day is worth."""

    day_zero: date
    last_day_safe: date
    last_day_extended: date | None
    last_day_max: date | None = None
    refusal: Refusal | None = None
    warning: WarningCode | None = None


def window(
    regime: WithdrawalRegime,
    concluded: date,
    *,
    documents_received: date | None = None,
    documents_never_received: bool = False,
    first_premium_paid: date | None = None,
    send_day: date | None = None,
) -> Withdrawal:
    """Return the withdrawal days; day zero is not counted and the last day ends at 24:00.

    ``concluded`` is the day of conclusion, or for life the day one was told of it.

    Law: C. assur. art. L. 112-9, L. 112-2-1, L. 112-10, L. 132-5-1, L. 132-5-2.
    Our reading: the move to the next working day is express for consumer goods only, refused for
    life; elsewhere we show the safe day and warn when a sending needs the move.
    """
    zero = _day_zero(regime, concluded, documents_received, first_premium_paid)
    safe = zero + timedelta(days=_DAYS[regime])
    extended = next_working_day(safe) if regime in _EXTENDED else None
    longest = _longest(regime, concluded) if documents_never_received else None
    last = max(day for day in (safe, extended, longest) if day)
    late = send_day is not None and send_day > safe
    return Withdrawal(
        day_zero=zero,
        last_day_safe=safe,
        last_day_extended=extended,
        last_day_max=longest,
        refusal=Refusal.WINDOW_CLOSED if send_day and send_day > last else None,
        warning=(
            WarningCode.RELIES_ON_EXTENSION
            if late and not longest and send_day and send_day <= last
            else None
        ),
    )


def check_product(
    contract_type: ContractType,
    regime: WithdrawalRegime,
    *,
    policyholder: PolicyholderKind = PolicyholderKind.PERSON,
    duration_days: int | None = None,
) -> Refusal | None:
    """Return why that product cannot be undone under that regime, ``None`` if it can.

    Law: C. assur. art. L. 112-2-1 II 3 (a: short travel; b: vehicles of L. 211-1).
    """
    rule = CONTRACT_TYPES[contract_type]
    if policyholder is PolicyholderKind.COMPANY or not rule.private:
        return Refusal.NATURAL_PERSON_ONLY
    if rule.motor and regime is WithdrawalRegime.DISTANCE_14:
        return Refusal.EXCLUDED_L211_1
    short = duration_days is not None and duration_days <= SHORT_COVER_DAYS
    if short and regime is not WithdrawalRegime.AFFINITY_30:
        return Refusal.EXCLUDED_SHORT_TRAVEL
    return None


def _day_zero(
    regime: WithdrawalRegime,
    concluded: date,
    documents_received: date | None,
    first_premium_paid: date | None,
) -> date:
    match regime:
        case WithdrawalRegime.DISTANCE_14:
            return max(concluded, documents_received or concluded)
        case WithdrawalRegime.AFFINITY_30:
            return first_premium_paid or concluded
        case WithdrawalRegime.LIFE_30:
            cap = add_years(concluded, LATE_DOCUMENTS_CAP_YEARS)
            return max(concluded, min(documents_received or concluded, cap))
        case _:
            return concluded


def _longest(regime: WithdrawalRegime, concluded: date) -> date | None:
    """Return a year from conclusion, then the fourteen days: in that order, 29 February matters."""
    reformed = regime is WithdrawalRegime.DISTANCE_14 and concluded >= NEVER_RECEIVED_FROM
    return add_years(concluded, 1) + timedelta(days=_DAYS[regime]) if reformed else None
