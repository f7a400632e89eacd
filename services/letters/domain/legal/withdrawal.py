"""Undoing a young contract (*renonciation*): how many days, from which day, for which product."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from kit.days import add_years, next_working_day
from services.letters.domain.legal.articles import (
    Article,
    assurances,
    consommation,
    mutualite,
    securite_sociale,
)
from services.letters.domain.legal.codes import (
    CodeFamily,
    Ground,
    PolicyholderKind,
    Refusal,
    SalesChannel,
    WarningCode,
    WithdrawalRegime,
)
from services.letters.domain.legal.contract_types import (
    CONTRACT_TYPES,
    ContractType,
    Section,
    TypeRule,
)
from services.letters.domain.legal.evaluation import ContractFacts

SHORT_COVER_DAYS: Final = 31
"""A cover of one month or less is outside the right of withdrawal."""
NEVER_RECEIVED_FROM: Final = date(2026, 6, 19)
"""First contracts whose withdrawal stays open a year more when no document came."""
LATE_DOCUMENTS_CAP_YEARS: Final = 8
SHORT_LIFE_DAYS: Final = 62
"""A life cover of two months or less cannot be undone: C. assur. L. 132-5-3."""
AFFINITY_THIRTY_FROM: Final = date(2023, 1, 1)
"""First contracts sold with goods that may be undone for thirty days; fourteen before."""

_SOLD_WITH_GOODS: Final = {
    ContractType.MOBILE,
    ContractType.AFFINITAIRE,
    ContractType.EXTENSION_GARANTIE,
    ContractType.VOYAGE_ANNUEL,
}
_BY_CHANNEL: Final = {
    SalesChannel.DOORSTEP: WithdrawalRegime.DOORSTEP_14,
    SalesChannel.DISTANCE: WithdrawalRegime.DISTANCE_14,
}
BASIS: Final = {
    WithdrawalRegime.DOORSTEP_14: assurances("L. 112-9"),
    WithdrawalRegime.DISTANCE_14: assurances("L. 112-2-1"),
    WithdrawalRegime.AFFINITY_30: assurances("L. 112-10"),
    WithdrawalRegime.LIFE_30: assurances("L. 132-5-1", "L. 132-5-2"),
    WithdrawalRegime.CONSUMER_GOODS_14: consommation("L. 221-18", "L. 221-19"),
}
ELSEWHERE: Final = {
    (WithdrawalRegime.DOORSTEP_14, CodeFamily.MUTUALITE): mutualite("L. 221-18-1"),
    (WithdrawalRegime.DISTANCE_14, CodeFamily.MUTUALITE): mutualite("L. 221-18"),
    (WithdrawalRegime.LIFE_30, CodeFamily.MUTUALITE): mutualite("L. 223-8"),
    (WithdrawalRegime.DOORSTEP_14, CodeFamily.SECURITE_SOCIALE): securite_sociale("L. 932-15-2"),
    (WithdrawalRegime.DISTANCE_14, CodeFamily.SECURITE_SOCIALE): securite_sociale("L. 932-15-1"),
}
"""The parallel articles of the two other codes: the same days."""

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
    endless: bool = False
    """No last day: the right itself was never notified."""
    refusal: Refusal | None = None
    warning: WarningCode | None = None


def regime_for(contract_type: ContractType, channel: SalesChannel) -> WithdrawalRegime | None:
    """Return the longest right that a product sold that way opens, ``None`` when it opens none.

    Sold with goods: thirty days even in a shop. Life: thirty days however it was sold. The rest
    may be undone only when canvassed for, or bought at a distance.
    """
    if CONTRACT_TYPES[contract_type].section is Section.LIFE:
        return WithdrawalRegime.LIFE_30
    if contract_type in _SOLD_WITH_GOODS:
        return WithdrawalRegime.AFFINITY_30
    return _BY_CHANNEL.get(channel)


def regime_of(facts: ContractFacts) -> WithdrawalRegime | None:
    """Return the regime of a withdrawal, ``None`` for other grounds or when it opens none."""
    if facts.ground is not Ground.RENONCIATION or facts.channel is None:
        return None
    regime = regime_for(facts.contract_type, facts.channel)
    if regime is WithdrawalRegime.AFFINITY_30 and _lasts_longer_at_a_distance(facts):
        return WithdrawalRegime.DISTANCE_14
    return regime


def _lasts_longer_at_a_distance(facts: ContractFacts) -> bool:
    """Tell whether late documents, or none, make the fourteen days outlast the thirty."""
    if facts.channel is not SalesChannel.DISTANCE or facts.concluded is None:
        return False
    at_a_distance = window(
        WithdrawalRegime.DISTANCE_14,
        facts.concluded,
        documents_received=facts.documents_received,
        documents_never_received=facts.documents_never_received,
        right_never_notified=facts.right_never_notified,
    )
    with_goods = window(
        WithdrawalRegime.AFFINITY_30,
        facts.concluded,
        first_premium_paid=facts.first_premium_paid,
    )
    last = at_a_distance.last_day_max or at_a_distance.last_day_safe
    return at_a_distance.endless or last > with_goods.last_day_safe


def basis(regime: WithdrawalRegime, governed: CodeFamily) -> tuple[Article, ...]:
    """Return the articles of a regime in the code that governs the contract."""
    return ELSEWHERE.get((regime, governed), BASIS[regime])


def window(
    regime: WithdrawalRegime,
    concluded: date,
    *,
    documents_received: date | None = None,
    documents_never_received: bool = False,
    right_never_notified: bool = False,
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
    safe = _last_day(regime, concluded, zero)
    extended = next_working_day(safe) if regime in _EXTENDED else None
    longest = _longest(regime, concluded) if documents_never_received else None
    last = max(day for day in (safe, extended, longest) if day)
    endless = right_never_notified and _is_reformed(regime, concluded)
    late = send_day is not None and send_day > safe and not endless
    return Withdrawal(
        day_zero=zero,
        last_day_safe=safe,
        last_day_extended=extended,
        last_day_max=longest,
        endless=endless,
        refusal=Refusal.WINDOW_CLOSED if late and send_day and send_day > last else None,
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
    if not _opens(regime, rule):
        return Refusal.CONTRACT_OUT_OF_SCOPE
    if rule.motor and regime is WithdrawalRegime.DISTANCE_14:
        return Refusal.EXCLUDED_L211_1
    limit = SHORT_LIFE_DAYS if regime is WithdrawalRegime.LIFE_30 else SHORT_COVER_DAYS
    short = duration_days is not None and duration_days <= limit
    if short and regime is not WithdrawalRegime.AFFINITY_30:
        return Refusal.EXCLUDED_SHORT_TRAVEL
    return None


def _opens(regime: WithdrawalRegime, rule: TypeRule) -> bool:
    """Tell whether a regime written for some products may serve that one."""
    match regime:
        case WithdrawalRegime.AFFINITY_30:
            return rule.section is Section.GOODS
        case WithdrawalRegime.LIFE_30:
            return rule.section is Section.LIFE
        case _:
            return True


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
            return max(concluded, documents_received or concluded)
        case _:
            return concluded


def _longest(regime: WithdrawalRegime, concluded: date) -> date | None:
    """Return a year from conclusion, then the fourteen days: in that order, 29 February matters."""
    if not _is_reformed(regime, concluded):
        return None
    return add_years(concluded, 1) + timedelta(days=_DAYS[regime])


def _is_reformed(regime: WithdrawalRegime, concluded: date) -> bool:
    return regime is WithdrawalRegime.DISTANCE_14 and concluded >= NEVER_RECEIVED_FROM


def _last_day(regime: WithdrawalRegime, concluded: date, zero: date) -> date:
    """Return day zero plus the delay; late life documents prolong it for eight years at most."""
    last = zero + timedelta(days=_days(regime, concluded))
    if regime is not WithdrawalRegime.LIFE_30 or zero == concluded:
        return last
    return min(last, add_years(concluded, LATE_DOCUMENTS_CAP_YEARS))


def _days(regime: WithdrawalRegime, concluded: date) -> int:
    if regime is WithdrawalRegime.AFFINITY_30 and concluded < AFFINITY_THIRTY_FROM:
        return 14
    return _DAYS[regime]
