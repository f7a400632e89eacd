"""Finalising: kind of mail, date, price, and what is confirmed once more."""

import asyncio
from dataclasses import dataclass
from typing import TypedDict

from fastapi import APIRouter, Response

from kit.errors import TurnedDown
from preavis.dispatch.v1 import dispatch_pb2
from preavis.letters.v1 import letters_pb2
from services.gateway.forms.form import Form
from services.gateway.pages.enums import member, slug
from services.gateway.pages.letters.finding import letter_numbered
from services.gateway.pages.letters.law import NOT_POSSIBLE, note_refusal
from services.gateway.pages.letters.letter import planned
from services.gateway.pages.letters.naming import heading_of, is_frozen, names_of
from services.gateway.pages.rows import facts_of
from services.gateway.pages.typesetting import as_instant
from services.gateway.pages.visit import Agent, Visit

router = APIRouter()

_MAIL_KINDS = ("acknowledged", "simple")
_ABOUT = {
    "mail-kind-missing": "mail_kind",
    "mail-kind-not-allowed": "mail_kind",
    "same-contract-lately": "confirm_same_contract",
}
"""Refusals said beside the choice they are about."""
_BOXES = ("confirm_dates", "confirm_frozen", "confirm_same_contract")


@dataclass(frozen=True, slots=True)
class Wish:
    """When the letter should leave, as chosen on the page."""

    how: str  # "now", "day" or "start"
    day: str = ""  # ISO

    @property
    def timing(self) -> dispatch_pb2.Timing:
        """The same, as dispatch reads it."""
        if self.how == "start":
            return dispatch_pb2.Timing(new_start=self.day)
        if self.how == "day" and self.day:
            return dispatch_pb2.Timing(send_day=self.day)
        return dispatch_pb2.Timing(now=True)


class Compared(TypedDict):
    """A start of the new contract that is known, and what a year of the old one costs."""

    known_new_start: str
    yearly_premium_cents: int


@dataclass(frozen=True, slots=True)
class Recent:
    """Another letter about the same contract, and where it stands."""

    letter: letters_pb2.RecentLetter
    state: str
    facts: dict[str, str]


def _wish(form: Form, visit: Visit, evaluation: letters_pb2.Evaluation | None) -> Wish:
    """Read the wish; a ground planned from the new contract's start knows no other."""
    if evaluation is not None and evaluation.planned_from_new_start:
        start = form.day("new_start", today=visit.today)
        return Wish("start", start or evaluation.earliest_new_start)
    if form.text("when") == "day":
        return Wish("day", form.day("send_day", today=visit.today, required=True))
    return Wish("now")


@router.get("/resiliations/{number}/finaliser")
async def show(visit: Agent, number: str) -> Response:
    """Show the choices, with the dates and the price they lead to."""
    letter = await letter_numbered(visit, number)
    if is_frozen(letter) and not (await _sending(visit, letter)).may_be_finalised:
        return visit.go(f"/resiliations/{number}/suivi")
    evaluation = await planned(visit, letter)
    values = {"mail_kind": "acknowledged", "when": "now"}
    if evaluation and evaluation.planned_from_new_start:
        values["new_start"] = letter.wanted_new_start or evaluation.earliest_new_start
    elif evaluation and evaluation.send_day > visit.today.isoformat():
        values |= {"when": "day", "send_day": evaluation.send_day}
    return await _page(visit, letter, Form.of(values), evaluation)


async def _sending(visit: Visit, letter: letters_pb2.Letter) -> dispatch_pb2.Sending:
    answer = await visit.house.dispatch.GetSending(
        dispatch_pb2.GetSendingRequest(letter_id=letter.letter_id)
    )
    return answer.sending


@router.post("/resiliations/{number}/finaliser")
async def finalise(visit: Agent, number: str) -> Response:
    """Compute again, or validate what was confirmed."""
    letter = await letter_numbered(visit, number)
    evaluation = await planned(visit, letter)
    sent = visit.form
    _take_neighbour(sent)
    if sent.text("action") == "calculer":
        _compared(sent, visit)
        return await _page(visit, letter, _unconfirmed(sent), evaluation)
    wish = _wish(sent, visit, evaluation)
    for box in _BOXES if sent.text("recent_shown") else _BOXES[:2]:
        if not sent.ticked(box):
            sent.mistake(box, "not-confirmed")
    try:
        sent.check()
        sending = (await visit.house.dispatch.Finalise(_order(visit, letter, wish))).sending
    except TurnedDown as refusal:
        if refusal.reason != NOT_POSSIBLE:  # the page says why, beside the date
            sent.turned_down(refusal, about=_ABOUT)
        return await _page(visit, letter, _unconfirmed(sent), evaluation)
    today = sending.send_day <= visit.today.isoformat()
    return visit.go(
        f"/resiliations/{number}/suivi",
        "sending-leaving" if today else "sending-scheduled",
        send_day=sending.send_day,
        gross_cents=str(sending.gross_cents),
    )


def _order(visit: Visit, letter: letters_pb2.Letter, wish: Wish) -> dispatch_pb2.FinaliseRequest:
    sent = visit.form
    return dispatch_pb2.FinaliseRequest(
        idempotency_key=visit.key,
        letter_id=letter.letter_id,
        mail_kind=letters_pb2.MailKind.ValueType(
            member(letters_pb2.MailKind, sent.text("mail_kind"))
        ),
        timing=wish.timing,
        confirmed_send_day=sent.text("confirmed_send_day"),
        confirmed_last_covered_day=sent.text("confirmed_last_covered_day"),
        confirmed_new_start=sent.text("confirmed_new_start"),
        expected_gross_cents=int(
            sent.digits(f"expected_gross_cents_{sent.text('mail_kind')}") or 0
        ),
        same_contract_confirmed=sent.ticked("confirm_same_contract"),
    )


def _take_neighbour(form: Form) -> None:
    """Let a neighbour date just picked win over the date typed; one only shown does not."""
    picked = form.text("neighbour")
    if picked and picked != form.text("shown_start"):
        form.values["new_start"] = picked


def _unconfirmed(form: Form) -> Form:
    """Untick the confirmations: what they confirmed may have changed."""
    for box in _BOXES:
        form.values.pop(box, None)
    return form


async def _page(
    visit: Visit,
    letter: letters_pb2.Letter,
    form: Form,
    evaluation: letters_pb2.Evaluation | None,
) -> Response:
    dispatch = visit.house.dispatch
    mail_kind = form.text("mail_kind") or _MAIL_KINDS[0]
    wish = _wish(Form.of(form.values), visit, evaluation)
    preflight, planned = await asyncio.gather(
        dispatch.Preflight(dispatch_pb2.PreflightRequest(letter_id=letter.letter_id)),
        dispatch.PlanSending(
            dispatch_pb2.PlanSendingRequest(
                letter_id=letter.letter_id,
                mail_kind=letters_pb2.MailKind.ValueType(member(letters_pb2.MailKind, mail_kind)),
                timing=wish.timing,
                **_compared(Form.of(form.values), visit),
            )
        ),
    )
    plan = planned.plan
    if visit.request.method == "POST" and not visit.is_fragment:
        note_refusal(form, plan.evaluation, start="new_start", otherwise="send_day")
    prices = {slug(letters_pb2.MailKind, price.mail_kind): price for price in preflight.prices}
    chosen = prices.get(mail_kind)
    return await visit.page(
        "envoi/finaliser.html",
        form=form,
        letter=letter,
        names=names_of(letter.policyholder),
        heading=heading_of(letter),
        plan=plan,
        evaluation=plan.evaluation,
        wish=wish,
        mail_kinds=[kind for kind in _MAIL_KINDS if kind in prices],
        prices=prices,
        price=chosen,
        mail_kind=mail_kind,
        available_cents=preflight.available_cents,
        short_by=max(0, chosen.gross_cents - preflight.available_cents) if chosen else 0,
        left=[action for action in preflight.actions if not action.done],
        cover=plan.cover if plan.HasField("cover") else None,
        covers=letters_pb2.CoverBetween.Kind,
        hours_left=_left_until(visit, plan),
        recent=[_recent(one) for one in plan.recent_letters],
    )


def _recent(one: letters_pb2.RecentLetter) -> Recent:
    known = letters_pb2.Tracking(state=one.state, send_day=one.send_day)
    return Recent(one, slug(letters_pb2.TrackingState, one.state), facts_of(known))


def _compared(form: Form, visit: Visit) -> Compared:
    """Read what the dates are compared with, none of which moves them."""
    return {
        "known_new_start": form.day("known_new_start", today=visit.today),
        "yearly_premium_cents": form.euros("premium") if form.text("premium") else 0,
    }


def _left_until(visit: Visit, plan: dispatch_pb2.Plan) -> str:
    """Return ``5 h 12`` until today's cutoff, nothing once it is past."""
    if not plan.HasField("cutoff"):
        return ""
    minutes = int((as_instant(plan.cutoff) - visit.now).total_seconds() // 60)
    if not 0 < minutes < 24 * 60:
        return ""
    return f"{minutes // 60} h {minutes % 60:02d}"
