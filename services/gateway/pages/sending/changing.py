"""Moving or cancelling a sending, until the eve of its day."""

from fastapi import APIRouter, Response

from kit.errors import TurnedDown
from preavis.dispatch.v1 import dispatch_pb2
from preavis.letters.v1 import letters_pb2
from services.gateway.forms.form import Form
from services.gateway.pages.letters.finding import letter_numbered
from services.gateway.pages.letters.law import NOT_POSSIBLE, note_refusal
from services.gateway.pages.letters.letter import planned
from services.gateway.pages.letters.naming import heading_of
from services.gateway.pages.visit import Agent, Visit

router = APIRouter()


async def _sending(visit: Visit, letter: letters_pb2.Letter) -> dispatch_pb2.Sending:
    answer = await visit.house.dispatch.GetSending(
        dispatch_pb2.GetSendingRequest(letter_id=letter.letter_id)
    )
    return answer.sending


@router.get("/resiliations/{number}/date")
async def date_form(visit: Agent, number: str) -> Response:
    """Ask for another date."""
    letter = await letter_numbered(visit, number)
    sending = await _sending(visit, letter)
    if not sending.changeable:
        return await _too_late_page(visit, letter, sending)
    values = {"new_start": sending.new_start, "send_day": sending.send_day}
    return await _date_page(visit, letter, sending, Form.of(values))


@router.post("/resiliations/{number}/date")
async def move(visit: Agent, number: str) -> Response:
    """Show the dates that the new choice gives, then move."""
    letter = await letter_numbered(visit, number)
    sending = await _sending(visit, letter)
    if not sending.changeable:
        return await _too_late_page(visit, letter, sending)
    sent = visit.form
    try:
        timing = _timing(visit, sent)
        sent.check()
        if sent.text("action") == "calculer":
            return await _date_page(visit, letter, sending, sent)
        answer = await visit.house.dispatch.Reschedule(
            dispatch_pb2.RescheduleRequest(
                sending_id=sending.sending_id,
                timing=timing,
                version=int(sent.digits("version") or 0),
                idempotency_key=visit.key,
            )
        )
    except TurnedDown as refusal:
        if refusal.reason != NOT_POSSIBLE:  # the page says why, beside the date
            sent.turned_down(refusal)
        return await _date_page(visit, letter, sending, sent)
    return visit.go(
        f"/resiliations/{number}/suivi", "sending-moved", send_day=answer.sending.send_day
    )


def _timing(visit: Visit, form: Form) -> dispatch_pb2.Timing:
    if "new_start" in form.values:
        return dispatch_pb2.Timing(
            new_start=form.day("new_start", today=visit.today, required=True)
        )
    return dispatch_pb2.Timing(send_day=form.day("send_day", today=visit.today, required=True))


async def _date_page(
    visit: Visit, letter: letters_pb2.Letter, sending: dispatch_pb2.Sending, form: Form
) -> Response:
    standing = await planned(visit, letter)
    from_start = bool(standing and standing.planned_from_new_start)
    plan = None
    trial = Form.of(
        {name: value for name, value in form.values.items() if (name == "new_start") == from_start}
    )
    timing = _timing(visit, trial)
    if not trial.errors and not form.errors:
        answer = await visit.house.dispatch.PlanSending(
            dispatch_pb2.PlanSendingRequest(
                letter_id=letter.letter_id, mail_kind=sending.mail_kind, timing=timing
            )
        )
        plan = answer.plan
        if visit.request.method == "POST":
            note_refusal(form, plan.evaluation, start="new_start", otherwise="send_day")
    return await visit.page(
        "envoi/date.html",
        form=form,
        letter=letter,
        sending=sending,
        heading=heading_of(letter),
        from_start=from_start,
        plan=plan,
    )


@router.get("/resiliations/{number}/annuler")
async def cancel_form(visit: Agent, number: str) -> Response:
    """Ask once more before cancelling."""
    letter = await letter_numbered(visit, number)
    return await _cancel_page(visit, letter, await _sending(visit, letter), Form())


@router.post("/resiliations/{number}/annuler")
async def cancel(visit: Agent, number: str) -> Response:
    """Cancel; the credit comes back."""
    letter = await letter_numbered(visit, number)
    sending = await _sending(visit, letter)
    sent = visit.form
    try:
        await visit.house.dispatch.Cancel(
            dispatch_pb2.CancelRequest(
                sending_id=sending.sending_id,
                version=int(sent.digits("version") or 0),
                idempotency_key=visit.key,
            )
        )
    except TurnedDown as refusal:
        now = await _sending(visit, letter)
        return await _cancel_page(visit, letter, now, sent.turned_down(refusal))
    cents = str(sending.gross_cents)
    return visit.go(f"/resiliations/{number}/suivi", "sending-cancelled", gross_cents=cents)


async def _cancel_page(
    visit: Visit, letter: letters_pb2.Letter, sending: dispatch_pb2.Sending, form: Form
) -> Response:
    if not sending.changeable:
        return await _too_late_page(visit, letter, sending, form)
    return await visit.page(
        "envoi/annuler.html",
        form=form,
        letter=letter,
        sending=sending,
        heading=heading_of(letter),
    )


async def _too_late_page(
    visit: Visit,
    letter: letters_pb2.Letter,
    sending: dispatch_pb2.Sending,
    form: Form | None = None,
) -> Response:
    """Say that nothing can be changed any more, instead of offering what would be refused."""
    return await visit.page(
        "envoi/trop_tard.html",
        form=form,
        letter=letter,
        sending=sending,
        heading=heading_of(letter),
        is_cancelled=sending.may_be_finalised,
    )
