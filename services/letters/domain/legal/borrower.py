"""Borrower insurance: the lender's answer, then the end of the old contract."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from kit.days import add_months, add_working_days
from services.letters.domain.legal.codes import Refusal, WarningCode

ACCEPTANCE: Final = timedelta(days=15)
"""A registered letter may wait that long before the lender takes it."""
LENDER_WORKING_DAYS: Final = 10
PLATFORM_MINIMUM: Final = timedelta(days=25)
INSURER_DELAY: Final = timedelta(days=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanPlan:
    """The days a substitution request opens."""

    latest_receipt: date
    worst_case_answer: date
    platform_min_new_start: date
    recommended_new_start: date
    answer_deadline: date | None = None
    """Known once the lender has received the request."""
    refusal: Refusal | None = None
    warning: WarningCode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OldContractEnd:
    """When the old contract stops, at 00:00 Paris time without zone, or why it does not."""

    ends_at: datetime | None = None
    refusal: Refusal | None = None
    warning: WarningCode | None = None


def substitution_plan(
    send_day: date, *, lender_receipt: date | None = None, wanted_new_start: date | None = None
) -> LoanPlan:
    """Return the lender's deadlines and the starts they allow.

    Law: C. conso. art. L. 313-31 (ten working days from receipt; silence is no consent).
    Our reading: the product blocks below 25 calendar days only, and warns below the worst case.
    """
    latest_receipt = send_day + ACCEPTANCE
    worst = add_working_days(latest_receipt, LENDER_WORKING_DAYS)
    minimum = send_day + PLATFORM_MINIMUM
    recommended = add_months(send_day, 2) + timedelta(days=15)
    below = wanted_new_start is not None and wanted_new_start < minimum
    return LoanPlan(
        latest_receipt=latest_receipt,
        worst_case_answer=worst,
        platform_min_new_start=minimum,
        recommended_new_start=recommended,
        answer_deadline=lender_receipt and add_working_days(lender_receipt, LENDER_WORKING_DAYS),
        refusal=Refusal.LOAN_MIN_25_DAYS if below else None,
        warning=None if below else _closeness(wanted_new_start, worst, recommended),
    )


def old_contract_end(decision_received: date, new_start: date, *, accepted: bool) -> OldContractEnd:
    """Return when the old contract ends: ten days after the decision, or the new start if later.

    Law: C. assur. art. L. 113-12-2.
    """
    if not accepted:
        return OldContractEnd(refusal=Refusal.LENDER_REFUSED)
    earliest = decision_received + INSURER_DELAY
    return OldContractEnd(
        ends_at=datetime.combine(max(earliest, new_start), time.min),
        warning=WarningCode.DOUBLE_COVER if earliest > new_start else None,
    )


def _closeness(wanted: date | None, worst: date, recommended: date) -> WarningCode | None:
    if wanted is None or wanted >= recommended:
        return None
    return WarningCode.BELOW_WORST_CASE if wanted <= worst else WarningCode.BELOW_RECOMMENDED
