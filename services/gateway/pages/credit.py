"""Buying credit on the card company's own page, and what was bought and spent."""

import asyncio
from datetime import date, timedelta
from typing import Final

from fastapi import APIRouter, Response

from kit.errors import TurnedDown
from kit.sheets import MEDIA_TYPE
from preavis.accounts.v1 import accounts_pb2
from preavis.billing.v1 import billing_pb2
from services.gateway.buyers import buyer_lines
from services.gateway.forms.form import Form
from services.gateway.pages.enums import slug
from services.gateway.pages.frame import quietly
from services.gateway.pages.visit import Agent, Visit
from services.gateway.statement import statement

router = APIRouter()

AMOUNTS: Final = (5_000, 10_000, 20_000, 50_000)
_USUAL: Final = "10000"
_A_YEAR: Final = timedelta(days=365)


@router.get("/credit")
async def form(visit: Agent, pour: str = "") -> Response:
    """Offer amounts; ``pour`` is the letter to come back to."""
    return await _credit_page(visit, Form.of({"amount": _USUAL, "back": _number(pour)}))


@router.post("/credit")
async def buy(visit: Agent) -> Response:
    """Begin a purchase, and go to the card page."""
    sent = visit.form
    other = sent.text("other_amount")
    chosen = sent.digits("amount")
    cents = sent.whole_euros("other_amount") if other else int(chosen or 0)
    back = _number(sent.text("back"))
    try:
        sent.check()
        answer = await visit.house.billing.StartTopUp(await _purchase(visit, cents, back))
    except TurnedDown as refusal:
        typed = "other_amount" if other else "amount"
        if refusal.reason == "amount-not-offered":
            sent.mistake(typed, refusal.reason, **refusal.facts)
            return await _credit_page(visit, sent)
        return await _credit_page(visit, sent.turned_down(refusal, {"amount_cents": typed}))
    return visit.go(answer.checkout_url)


async def _purchase(visit: Visit, cents: int, back: str) -> billing_pb2.StartTopUpRequest:
    account = (await visit.house.accounts.GetAccount(accounts_pb2.GetAccountRequest())).account
    query = f"?pour={back}" if back else ""
    return billing_pb2.StartTopUpRequest(
        idempotency_key=visit.key,
        amount_cents=cents,
        return_url=visit.absolute(f"/credit/retour/{{TOP_UP_ID}}{query}"),
        cancel_url=visit.absolute("/credit/abandon"),
        buyer_name=account.trade_name,
        buyer_lines=buyer_lines(account.address),
        buyer_email=account.email,
    )


def _number(text: str) -> str:
    """Return a letter's number, nothing when it does not look like one."""
    return text if text.replace("-", "").isdigit() else ""


async def _credit_page(visit: Visit, form: Form) -> Response:
    billing = visit.house.billing
    wallet, prices, entries = await asyncio.gather(
        billing.GetWallet(billing_pb2.GetWalletRequest()),
        billing.ListPrices(billing_pb2.ListPricesRequest(on_day=visit.today.isoformat())),
        quietly(billing.ListEntries(billing_pb2.ListEntriesRequest(page_size=8))),
    )
    listed = {slug(billing_pb2.Product, price.product): price for price in prices.prices}
    return await visit.page(
        "compte/credit.html",
        form=form,
        wallet=wallet,
        amounts=AMOUNTS,
        prices=listed,
        entries=entries.entries if entries else (),
        entry_kind=_entry_kind,
        product_of=_product_of,
    )


def _entry_kind(entry: billing_pb2.StatementEntry) -> str:
    return slug(billing_pb2.EntryKind, entry.kind)


def _product_of(entry: billing_pb2.StatementEntry) -> str:
    return slug(billing_pb2.Product, entry.product)


@router.get("/credit/abandon")
async def given_up(visit: Agent) -> Response:
    """Take back a buyer who gave up."""
    return visit.go("/credit", "top-up-cancelled")


@router.get("/credit/retour/{top_up_id}")
async def back_from_card_page(visit: Agent, top_up_id: str, pour: str = "") -> Response:
    """Show whether the credit is there; the page asks again by itself until it is settled."""
    answer = await visit.house.billing.GetTopUp(
        billing_pb2.GetTopUpRequest(top_up_id=top_up_id, refresh=True)
    )
    top_up = answer.top_up
    return await visit.page(
        "compte/credit_retour.html",
        top_up=top_up,
        state=slug(billing_pb2.TopUpState, top_up.state),
        back=_number(pour),
    )


@router.get("/facturation")
async def invoicing(visit: Agent, apres: str = "") -> Response:
    """List purchases with their receipts, and the statement."""
    return await _invoicing_page(visit, Form(), apres)


async def _invoicing_page(visit: Visit, form: Form, cursor: str = "") -> Response:
    billing = visit.house.billing
    top_ups, entries = await asyncio.gather(
        billing.ListTopUps(billing_pb2.ListTopUpsRequest(page_size=20)),
        billing.ListEntries(billing_pb2.ListEntriesRequest(cursor=cursor, page_size=50)),
    )
    return await visit.page(
        "compte/facturation.html",
        form=form,
        top_ups=top_ups.top_ups,
        state_of=lambda top_up: slug(billing_pb2.TopUpState, top_up.state),
        method_of=lambda top_up: slug(billing_pb2.TopUpMethod, top_up.method),
        entries=entries.entries,
        next_cursor=entries.next_cursor,
        entry_kind=_entry_kind,
        product_of=_product_of,
        exported_from=(visit.today - _A_YEAR).isoformat(),
        exported_until=visit.today.isoformat(),
    )


@router.get("/facturation/releve.csv")
async def export(visit: Agent, du: str = "", au: str = "") -> Response:
    """Give the statement of some days as a spreadsheet; without days, the last twelve months."""
    form = Form.of({"du": du, "au": au})
    first = form.day("du", today=visit.today) or (visit.today - _A_YEAR).isoformat()
    last = form.day("au", today=visit.today) or visit.today.isoformat()
    try:
        form.check()
        data = await statement(
            visit.house.billing,
            visit.desk.wording,
            first=date.fromisoformat(first),
            last=date.fromisoformat(last),
        )
    except TurnedDown as refusal:
        names = {"first": "du", "last": "au"}
        return await _invoicing_page(visit, form.turned_down(refusal, names))
    name = f"releve-preavis-{first}-{last}.csv"
    return visit.file(data, media_type=MEDIA_TYPE, filename=name, inline=False)


@router.get("/facturation/recus/{top_up_id}")
async def receipt(visit: Agent, top_up_id: str) -> Response:
    """Give the receipt of a purchase."""
    answer = await visit.house.billing.GetReceipt(
        billing_pb2.GetReceiptRequest(top_up_id=top_up_id)
    )
    return visit.file(answer.pdf, media_type="application/pdf", filename=f"{answer.number}.pdf")


@router.get("/facturation/avoirs/{number}")
async def credit_note(visit: Agent, number: str) -> Response:
    """Give the credit note of a debit that came back."""
    answer = await visit.house.billing.GetCreditNote(
        billing_pb2.GetCreditNoteRequest(number=number)
    )
    return visit.file(answer.pdf, media_type="application/pdf", filename=f"{answer.number}.pdf")
