"""Vectors about events, withdrawals, refunds and loans."""

from cli.legal.reading import Answer, Vector, answer
from kit.money import Money
from services.letters.domain.legal import borrower, events, refund, withdrawal
from services.letters.domain.legal.codes import WithdrawalRegime


def situation_change(vector: Vector) -> Answer:
    """Event and sending day -> window, end, start."""
    return answer(
        events.situation_change(vector.day("event_date"), vector.day("send_date")), "new_start"
    )


def vehicle_sale(vector: Vector) -> Answer:
    """Sale and sending day -> suspension, end of the contract."""
    sale = events.vehicle_sale(vector.day("sale_date"), vector.maybe_day("send_date"))
    return {**answer(sale), "new_start_from": sale.suspended_from.isoformat()}


def post_claim(vector: Vector) -> Answer:
    """Insurer's termination after a claim and sending day -> window, end, start."""
    return answer(
        events.post_claim(vector.day("insurer_termination_notice"), vector.day("send_date")),
        "new_start",
    )


def risk_decrease(vector: Vector) -> Answer:
    """Insurer's refusal and sending day -> end, start."""
    return answer(
        events.risk_decrease(vector.maybe_day("insurer_refusal_date"), vector.day("send_date")),
        "new_start",
    )


def portfolio_transfer(vector: Vector) -> Answer:
    """Publication and sending day -> last day."""
    return answer(events.portfolio_transfer(vector.day("jo_publication"), vector.day("send_date")))


def licence_withdrawn(vector: Vector) -> Answer:
    """Publication -> the noon at which contracts end."""
    ends = events.licence_withdrawn(vector.day("jo_publication"))
    said = ends.isoformat(timespec="minutes")
    return {"ok": True, "automatic_end": said, "new_start_at": said}


def withdrawal_window(vector: Vector) -> Answer:
    """Regime and days -> the last days to withdraw."""
    inputs = vector.inputs
    return answer(
        withdrawal.window(
            WithdrawalRegime(inputs["regime"]),
            vector.day("conclusion_or_informed"),
            documents_received=vector.maybe_day("documents_received"),
            documents_never_received=inputs.get("documents_never_received", False),
            first_premium_paid=vector.maybe_day("first_premium_paid"),
            send_day=vector.maybe_day("send_date"),
        )
    )


def refund_due(vector: Vector) -> Answer:
    """Premium and days -> what is given back, in euros."""
    given = refund.pro_rata(
        Money.euros(vector.inputs["premium_eur"]),
        period_start=vector.day("period_start"),
        covered_until=vector.day("covered_until_exclusive"),
        period_end=vector.day("period_end_exclusive"),
    )
    euros, cents = divmod(given.amount.cents, 100)
    return {**answer(given), "refund": f"{euros}.{cents:02d}"}


def loan_plan(vector: Vector) -> Answer:
    """Substitution request -> the lender's deadlines and the starts they allow."""
    plan = borrower.substitution_plan(
        vector.day("substitution_send"),
        lender_receipt=vector.maybe_day("lender_receipt"),
        wanted_new_start=vector.maybe_day("wanted_new_start"),
    )
    told = answer(plan)
    return {
        **told,
        "worst_case_bank_answer": told["worst_case_answer"],
        "bank_answer_deadline": told["answer_deadline"],
    }


def loan_termination(vector: Vector) -> Answer:
    """Lender's decision -> the end of the old contract."""
    end = borrower.old_contract_end(
        vector.day("insurer_receives_decision"),
        vector.day("new_start"),
        accepted=vector.inputs["lender_accepted"],
    )
    return {
        **answer(end),
        "new_start": None if end.refusal else vector.inputs["new_start"],
        "old_contract_end_at": end.ends_at and end.ends_at.isoformat(timespec="minutes"),
    }
