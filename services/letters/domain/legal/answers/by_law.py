"""What the law ends by itself: a sold vehicle's cover, an unlicensed insurer's contracts."""

from dataclasses import replace
from datetime import date

from services.letters.domain.legal import events
from services.letters.domain.legal.answers import steps
from services.letters.domain.legal.answers.case import Case
from services.letters.domain.legal.codes import Refusal, WarningCode
from services.letters.domain.legal.evaluation import Evaluation, SendWindow, Step, StepKind
from services.letters.domain.legal.events import VehicleSale


def sale(case: Case) -> Evaluation:
    """Return the answer for a sold vehicle: cover stops that day, the contract ten days after."""
    sold = case.need(case.facts.event_day, "event_day")
    send_day = case.timing.send_day or max(case.timing.first_send_day, sold)
    found = events.vehicle_sale(sold, send_day)
    window = SendWindow(
        earliest=max(case.timing.first_send_day, sold),
        latest_safe=found.automatic_end - steps.ONE_DAY,
        latest=found.automatic_end - steps.ONE_DAY,
    )
    if found.refusal:
        return replace(_not_for_sale(case, sold, found), window=window)
    return replace(
        case.frame,
        warnings=((WarningCode.COMPULSORY_COVER,) if case.compulsory else ()),
        window=window,
        send_day=send_day,
        presumed_receipt=found.presumed_receipt,
        last_covered_day=found.last_covered_day,
        new_start=found.suspended_from,
        contract_end=found.contract_end,
        steps=_sale_steps(case, send_day, found),
    )


def _not_for_sale(case: Case, sold: date, found: VehicleSale) -> Evaluation:
    facts = {"event_day": sold, "automatic_end": found.automatic_end}
    if found.refusal is Refusal.EVENT_NOT_OCCURRED:
        first = max(case.timing.first_send_day, sold)
        return case.refused(found.refusal, facts, send_day=first, new_start=found.suspended_from)
    refused = case.refused(Refusal.ALREADY_TERMINATED_BY_LAW, facts)
    # the contract is over: nothing is left to send, and the new one may start at once
    first = case.timing.first_send_day
    return replace(refused, nearest_send_day=None, nearest_new_start=first, fallback=None, steps=())


def _sale_steps(case: Case, send_day: date, found: VehicleSale) -> tuple[Step, ...]:
    facts = {
        "event_day": found.last_covered_day,
        "contract_end": found.contract_end or found.automatic_end,
        "automatic_end": found.automatic_end,
    }
    limit = Step(
        kind=StepKind.LIMIT,
        sentence="limit_sale",
        day=found.automatic_end - steps.ONE_DAY,
        facts=facts,
        articles=case.basis,
    )
    end = Step(
        kind=StepKind.END,
        sentence="end_sale",
        day=found.last_covered_day,
        facts=facts,
        articles=case.basis,
    )
    ends = Step(
        kind=StepKind.ADVICE,
        sentence="sale_contract_end",
        day=found.contract_end,
        facts=facts,
        articles=case.basis,
    )
    return (
        limit,
        steps.send(send_day, "send_event"),
        steps.receipt(send_day),
        end,
        steps.start(found.suspended_from, "start_sale"),
        ends,
    )


def licence(case: Case) -> Evaluation:
    """Return the answer when the insurer lost its licence: the letter takes note of the end."""
    published = case.need(case.facts.event_day, "event_day")
    ends = events.licence_withdrawn(published).date()
    send_day = case.timing.send_day or max(case.timing.first_send_day, published)
    if send_day < published:
        return case.refused(
            Refusal.EVENT_NOT_OCCURRED,
            {"event_day": published},
            send_day=max(case.timing.first_send_day, published),
            new_start=ends,
        )
    end = Step(
        kind=StepKind.END,
        sentence="end_licence",
        day=ends,
        facts={"event_day": published},
        articles=case.basis,
        at_noon=True,
    )
    start = replace(steps.start(ends, "start_licence"), at_noon=True)
    return replace(
        case.frame,
        warnings=((WarningCode.COMPULSORY_COVER,) if case.compulsory else ()),
        window=SendWindow(earliest=max(case.timing.first_send_day, published)),
        send_day=send_day,
        presumed_receipt=send_day + steps.ONE_DAY,
        last_covered_day=ends,
        new_start=ends,
        steps=(steps.send(send_day, "send_licence"), steps.receipt(send_day), end, start),
    )
