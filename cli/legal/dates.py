"""Vectors about the end of a contract: any time, anniversary, renewal notice."""

from cli.legal.reading import Answer, Vector, answer
from kit.days import paris_date
from services.dispatch.domain import cutoffs
from services.letters.domain.legal import anniversary, infra_annual, renewal_notice
from services.letters.domain.legal.codes import Refusal


def forward_effect(vector: Vector) -> Answer:
    """Return, of a sending day: presumed receipt, end, start."""
    return answer(infra_annual.forward_effect(vector.day("send_date")))


def ideal_send(vector: Vector) -> Answer:
    """Wanted start -> the best sending day and its neighbours."""
    ideal = infra_annual.ideal_sending(vector.day("new_start"), vector.ground)
    return {
        **answer(ideal),
        "computed_last_covered_day": ideal.computed_last_covered_day.isoformat(),
        "ideal_send": ideal.send_day.isoformat(),
        "exact": ideal.exact,
        "status": "EXACT" if ideal.exact else "TOLERANCE",
        "earliest_send": ideal.earliest_deferred.isoformat(),
        "latest_tolerant_send": ideal.latest_tolerant.isoformat(),
        "exact_alternative_before": ideal.exact_start_before.isoformat(),
        "exact_alternative_after": ideal.exact_start_after.isoformat(),
    }


def plan_send(vector: Vector) -> Answer:
    """Instant and wanted start -> the sending day, or why not and what would do."""
    inputs = vector.inputs
    now = vector.instant("now")
    plan = infra_annual.plan_sending(
        vector.day("new_start"),
        vector.ground,
        first_send_day=cutoffs.send_day_of(now, first_sending=inputs.get("first_sending", False)),
        first_subscription=vector.maybe_day("first_subscription"),
        send_day=vector.maybe_day("send_date"),
        deferral_agreed=inputs.get("deferral_agreed", False),
    )
    if plan.refusal:
        return {
            "ok": False,
            "refusal": plan.refusal.value,
            "earliest_send": plan.send_day.isoformat(),
            "earliest_new_start": plan.new_start.isoformat(),
        }
    return {
        **answer(plan),
        "send_date": plan.send_day.isoformat(),
        "mode": "TODAY" if plan.send_day == paris_date(now) else "SCHEDULED",
        "last_covered_day": (plan.new_start - infra_annual.ONE_DAY).isoformat(),
        "status": plan.fit.value,
    }


def ria_classify(vector: Vector) -> Answer:
    """Return, of a sending day and the end stated by the letter, the ceding body's decision."""
    return answer(
        infra_annual.classify(vector.day("send_date"), vector.day("mentioned_last_covered_day"))
    )


def echeance_window(vector: Vector) -> Answer:
    """Anniversary and notice -> limits, and whether a sending day respects them."""
    limits = anniversary.window(
        vector.day("echeance"),
        vector.inputs.get("notice_months", anniversary.DEFAULT_NOTICE_MONTHS),
    )
    send_day = vector.maybe_day("send_date")
    verdict = anniversary.check(send_day, limits) if send_day else None
    refused = isinstance(verdict, Refusal)
    return {
        "ok": not refused,
        "refusal": verdict.value if verdict and refused else None,
        "warning": verdict.value if verdict and not refused else None,
        "last_safe_send": limits.last_safe.isoformat(),
        "last_text_send": limits.last_by_text.isoformat(),
        "last_covered_day": None if refused else limits.last_covered_day.isoformat(),
        "new_start": None if refused else limits.new_start.isoformat(),
    }


def chatel_window(vector: Vector) -> Answer:
    """Renewal notice or its absence -> regime, limits, dates."""
    inputs = vector.inputs
    return answer(
        renewal_notice.window(
            vector.day("echeance"),
            vector.maybe_day("notice_sent"),
            send_day=vector.maybe_day("send_date"),
            notice_months=inputs.get("notice_months", anniversary.DEFAULT_NOTICE_MONTHS),
        ),
        "new_start",
    )
