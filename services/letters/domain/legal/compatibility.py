"""Whether several contracts may share one letter."""

from collections.abc import Collection, Sequence
from datetime import date

from services.letters.domain.legal import withdrawal
from services.letters.domain.legal.codes import Ground, Refusal
from services.letters.domain.legal.evaluation import ContractFacts


def check(
    grounds: Collection[Ground],
    *,
    same_policyholder: bool = True,
    same_recipient: bool = True,
    same_effect: bool = True,
) -> Refusal | None:
    """Return why the contracts need letters of their own, ``None`` if one letter will do.

    HAMON and RIA never mix, though both rest on L. 113-15-2: the RIA subject line is imposed.

    Our reading: one letter, one effect date (docs/law/several-contracts.md).
    """
    if not same_policyholder:
        return Refusal.SUBSCRIBERS_DIFFER
    if not same_recipient:
        return Refusal.RECIPIENTS_DIFFER
    if len(set(grounds)) > 1:
        return Refusal.GROUNDS_DIFFER
    return None if same_effect else Refusal.EFFECT_DATES_DIFFER


def check_facts(contracts: Sequence[ContractFacts]) -> Refusal | None:
    """Return the same for contracts already known to share policyholder and recipient."""
    effects = {
        (
            one.anniversary,
            one.wanted_new_start,
            one.wanted_last_covered_day,
            one.event_day,
            one.renewal_notice_sent,
            _notice_limit(one),
            one.concluded,
            one.discovered,
            one.first_request_sent,
            one.complaint_sent,
        )
        for one in contracts
    }
    if len({withdrawal.regime_of(one) for one in contracts}) > 1:
        return Refusal.GROUNDS_DIFFER  # each withdrawal rests on its own article and days
    return check({one.ground for one in contracts}, same_effect=len(effects) == 1)


def _notice_limit(one: ContractFacts) -> date | int | None:
    """Return what tells whether that contract's renewal notice came in time (CHATEL)."""
    if one.ground is not Ground.CHATEL or one.renewal_notice_sent is None:
        return None
    return one.printed_deadline or one.notice_months
