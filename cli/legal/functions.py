"""Every function of the vectors' schema that is built; one that is not counts as failed."""

from collections.abc import Callable, Mapping
from typing import Final

from cli.legal import dates, events, rights, sendings
from cli.legal.reading import Answer, Vector

FUNCTIONS: Final[Mapping[str, Callable[[Vector], Answer]]] = {
    "cancel_scheduled": sendings.cancel_scheduled,
    "chatel_window": dates.chatel_window,
    "deposit_date": sendings.deposit_date,
    "echeance_window": dates.echeance_window,
    "eligibility": rights.eligibility,
    "forward_effect": dates.forward_effect,
    "ideal_send": dates.ideal_send,
    "letter_compat": rights.letter_compat,
    "licence_withdrawn": events.licence_withdrawn,
    "loan_plan": events.loan_plan,
    "loan_termination": events.loan_termination,
    "lre_cutoff": sendings.lre_cutoff,
    "mandate_deadline": sendings.mandate_deadline,
    "paper_posting": sendings.paper_posting,
    "plan_send": dates.plan_send,
    "portfolio_transfer": events.portfolio_transfer,
    "post_claim": events.post_claim,
    "refund": events.refund_due,
    "retention": sendings.retention_end,
    "ria_classify": dates.ria_classify,
    "risk_decrease": events.risk_decrease,
    "sender_check": rights.sender_check,
    "situation_change": events.situation_change,
    "vehicle_sale": events.vehicle_sale,
    "withdrawal": events.withdrawal_window,
}
