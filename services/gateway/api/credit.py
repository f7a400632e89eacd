"""Prepaid credit: the wallet, purchases, receipts, the statement, prices."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from kit.sheets import MEDIA_TYPE
from preavis.accounts.v1 import accounts_pb2
from preavis.billing.v1 import billing_pb2 as pb
from services.gateway.api.access import SomeonesHouse, TheSettings, TheWording, VisitorsHouse
from services.gateway.api.files import CSV, PDF, file_answer
from services.gateway.api.named import (
    CreditNoteNumber,
    Cursor,
    OnDay,
    QueryDay,
    TopUpId,
    lines,
)
from services.gateway.api.once import OnceAsAgent
from services.gateway.api.refusals import refused
from services.gateway.api.shape import filled
from services.gateway.api.shapes.credit import (
    Entries,
    Prices,
    StartedTopUp,
    TopUp,
    TopUps,
    Wallet,
    WantedTopUp,
)
from services.gateway.buyers import buyer_lines
from services.gateway.statement import statement

router = APIRouter(tags=["Credit"])
PageSize = Annotated[int, lines(100)]
First = Annotated[QueryDay, Query(description="The first Paris day.")]
Last = Annotated[QueryDay, Query(description="The last one, included.")]


@router.get("/prices", summary="Price list")
async def list_prices(house: VisitorsHouse, on_day: OnDay = None) -> Prices:
    """Return the prices of a day. No session needed."""
    request = filled(pb.ListPricesRequest, {"on_day": on_day})
    return Prices.of(await house.billing.ListPrices(request, timeout=5))


@router.get("/credit", summary="What can be spent")
async def read_wallet(house: SomeonesHouse) -> Wallet:
    """Return the balance, and what is set aside."""
    return Wallet.of(await house.billing.GetWallet(pb.GetWalletRequest(), timeout=5))


@router.post(
    "/credit/top-ups",
    status_code=201,
    summary="Buy credit",
    response_model=StartedTopUp,
    responses=refused("wallet-frozen"),
)
async def start_top_up(
    house: SomeonesHouse, settings: TheSettings, once: OnceAsAgent, wanted: WantedTopUp
) -> Response:
    """Begin a purchase by card; the credit comes once the bank has paid."""

    async def create(key: str) -> StartedTopUp:
        account = await house.accounts.GetAccount(accounts_pb2.GetAccountRequest(), timeout=5)
        back = f"{settings.public_url}/credit"
        request = pb.StartTopUpRequest(
            idempotency_key=key,
            amount_cents=wanted.amount_cents,
            return_url=wanted.return_url or f"{back}?achat={{TOP_UP_ID}}",
            cancel_url=wanted.cancel_url or back,
            buyer_name=account.account.trade_name,
            buyer_lines=buyer_lines(account.account.address),
            buyer_email=account.account.email,
        )
        return StartedTopUp.of(await house.billing.StartTopUp(request, timeout=20))

    return await once(create)


@router.get("/credit/top-ups", summary="Purchases of credit")
async def list_top_ups(
    house: SomeonesHouse, cursor: Cursor = "", page_size: PageSize = 20
) -> TopUps:
    """Return the purchases, latest first."""
    request = pb.ListTopUpsRequest(cursor=cursor, page_size=page_size)
    return TopUps.of(await house.billing.ListTopUps(request, timeout=5))


@router.get("/credit/top-ups/{top_up_id}", summary="One purchase of credit")
async def read_top_up(house: SomeonesHouse, top_up_id: TopUpId, refresh: bool = False) -> TopUp:
    """Return a purchase; `refresh` first asks the card company what it knows."""
    request = pb.GetTopUpRequest(top_up_id=top_up_id, refresh=refresh)
    return TopUp.of((await house.billing.GetTopUp(request, timeout=20)).top_up)


@router.get(
    "/credit/top-ups/{top_up_id}/receipt",
    summary="Its receipt",
    responses=PDF | refused("top-up-not-paid"),
    response_class=Response,
)
async def read_receipt(house: SomeonesHouse, top_up_id: TopUpId) -> Response:
    """Return the receipt of a paid purchase."""
    answer = await house.billing.GetReceipt(pb.GetReceiptRequest(top_up_id=top_up_id), timeout=30)
    return file_answer(answer.pdf, filename=f"{answer.number}.pdf")


@router.get(
    "/credit/credit-notes/{number}", summary="A credit note", responses=PDF, response_class=Response
)
async def read_credit_note(house: SomeonesHouse, number: CreditNoteNumber) -> Response:
    """Return the credit note of a debit that came back; the statement names it."""
    request = pb.GetCreditNoteRequest(number=number)
    answer = await house.billing.GetCreditNote(request, timeout=30)
    return file_answer(answer.pdf, filename=f"{answer.number}.pdf")


@router.get("/credit/entries", summary="Statement")
async def list_entries(
    house: SomeonesHouse, cursor: Cursor = "", page_size: PageSize = 50
) -> Entries:
    """Return every line that moved the credit, latest first, each with its cause."""
    request = pb.ListEntriesRequest(cursor=cursor, page_size=page_size)
    return Entries.of(await house.billing.ListEntries(request, timeout=5))


@router.get(
    "/credit/statement.csv",
    summary="Statement, for a spreadsheet",
    responses=CSV,
    response_class=Response,
)
async def export_statement(
    house: SomeonesHouse, wording: TheWording, first: First, last: Last
) -> Response:
    """Return every line of these Paris days, a year at most: French CSV, no cell is a formula."""
    data = await statement(house.billing, wording, first=first, last=last)
    name = f"releve-preavis-{first}-{last}.csv"
    return file_answer(data, filename=name, media_type=MEDIA_TYPE)
