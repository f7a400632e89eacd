"""Each RPC: who may call it, and the use case that answers."""

from dataclasses import dataclass
from typing import Any, Final

from typing_extensions import override

from kit.clock import Clock
from kit.days import paris_date
from kit.errors import FieldError, InvalidFields, Kind, TurnedDown
from kit.grpc import Rule, caller, caller_account
from kit.ids import parse_id
from kit.money import Money
from kit.rpc_requests import read_day
from preavis.billing.v1 import billing_pb2 as pb
from preavis.billing.v1.billing_pb2_grpc import BillingServiceServicer
from services.billing.domain.ledger import period
from services.billing.domain.staff import Actor
from services.billing.domain.tariff import Tariff
from services.billing.domain.top_up import Buyer
from services.billing.domain.transfer import read_transfer
from services.billing.ports import Cards, Files, Stationery, Store
from services.billing.servicer import messages
from services.billing.usecases import (
    credit_notes,
    desk,
    holds,
    news,
    receipts,
    reversals,
    top_ups,
    wallets,
)

_FROZEN_PAGE: Final = 50
_AGENT: Final = Rule(callers={"gateway"}, roles={"owner"}, account=True)
_STAFF: Final = Rule(callers={"gateway"}, roles={"staff"})
_OWNER_OF_CAUSES: Final = Rule(callers={"dispatch"}, account=True)
RULES: Final = {
    "GetWallet": Rule(callers={"gateway", "dispatch"}, account=True),
    "ListPrices": Rule(callers={"gateway", "dispatch"}),
    "Quote": Rule(callers={"gateway"}),
    "StartTopUp": _AGENT,
    "GetTopUp": _AGENT,
    "ListTopUps": _AGENT,
    "GetReceipt": _AGENT,
    "GetCreditNote": _AGENT,
    "ListEntries": _AGENT,
    "ReviewWallet": _STAFF,
    "ListFrozenWallets": _STAFF,
    "UnfreezeWallet": _STAFF,
    "RecordTransfer": _STAFF,
    "ReceiveWebhook": Rule(callers={"gateway"}),
    "Hold": _OWNER_OF_CAUSES,
    "Capture": _OWNER_OF_CAUSES,
    "Release": _OWNER_OF_CAUSES,
    "Reverse": _OWNER_OF_CAUSES,
    "ListOpenHolds": Rule(callers={"dispatch"}),
}


class AnotherAccount(TurnedDown):
    """The request names an account that the caller does not act for."""

    kind = Kind.DENIED
    reason = "another-account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Billing(BillingServiceServicer):
    """The service as others call it."""

    store: Store
    cards: Cards
    stationery: Stationery
    files: Files
    tariff: Tariff
    clock: Clock
    expects_live: bool

    @override
    async def GetWallet(self, request: pb.GetWalletRequest, context: Any) -> pb.GetWalletResponse:
        wallet = await wallets.read_wallet(caller_account(), store=self.store)
        return messages.wallet(wallet, low_below=self.tariff.low_below)

    @override
    async def ListPrices(
        self, request: pb.ListPricesRequest, context: Any
    ) -> pb.ListPricesResponse:
        day = read_day(request.on_day, "on_day") or paris_date(self.clock())
        prices = wallets.list_prices(day, tariff=self.tariff)
        return pb.ListPricesResponse(prices=[messages.price(each) for each in prices])

    @override
    async def Quote(self, request: pb.QuoteRequest, context: Any) -> pb.QuoteResponse:
        day = read_day(request.on_day, "on_day") or paris_date(self.clock())
        found = wallets.quote(messages.read_product(request.product), day, tariff=self.tariff)
        return pb.QuoteResponse(price=messages.price(found))

    @override
    async def StartTopUp(
        self, request: pb.StartTopUpRequest, context: Any
    ) -> pb.StartTopUpResponse:
        _require({"idempotency_key": request.idempotency_key, "return_url": request.return_url})
        top_up = await top_ups.start_top_up(
            caller_account(),
            request.idempotency_key,
            amount=Money(request.amount_cents),
            buyer=Buyer(
                name=request.buyer_name,
                lines=tuple(request.buyer_lines),
                email=request.buyer_email,
            ),
            return_url=request.return_url,
            cancel_url=request.cancel_url or request.return_url,
            store=self.store,
            cards=self.cards,
            tariff=self.tariff,
            clock=self.clock,
        )
        return pb.StartTopUpResponse(top_up_id=str(top_up.id), checkout_url=top_up.checkout_url)

    @override
    async def GetTopUp(self, request: pb.GetTopUpRequest, context: Any) -> pb.GetTopUpResponse:
        top_up = await top_ups.read_top_up(
            caller_account(),
            parse_id(request.top_up_id),
            refresh=request.refresh,
            store=self.store,
            cards=self.cards,
            clock=self.clock,
            expects_live=self.expects_live,
        )
        return pb.GetTopUpResponse(top_up=messages.top_up(top_up))

    @override
    async def ListTopUps(
        self, request: pb.ListTopUpsRequest, context: Any
    ) -> pb.ListTopUpsResponse:
        limit = _page_size(request.page_size, usual=20, most=100)
        found = await top_ups.list_top_ups(
            caller_account(),
            before=messages.read_cursor(request.cursor),
            limit=limit,
            store=self.store,
        )
        more = [(top_up.created_at, top_up.id) for top_up in found]
        return pb.ListTopUpsResponse(
            top_ups=[messages.top_up(each) for each in found],
            next_cursor=messages.cursor(more, limit),
        )

    @override
    async def GetReceipt(
        self, request: pb.GetReceiptRequest, context: Any
    ) -> pb.GetReceiptResponse:
        top_up, pdf = await receipts.read_receipt(
            caller_account(),
            parse_id(request.top_up_id),
            store=self.store,
            stationery=self.stationery,
            files=self.files,
        )
        return pb.GetReceiptResponse(
            pdf=pdf, number=top_up.receipt_number, sha256=top_up.receipt_sha256
        )

    @override
    async def GetCreditNote(
        self, request: pb.GetCreditNoteRequest, context: Any
    ) -> pb.GetCreditNoteResponse:
        note, pdf = await credit_notes.read_credit_note(
            caller_account(),
            request.number,
            store=self.store,
            stationery=self.stationery,
            files=self.files,
        )
        return pb.GetCreditNoteResponse(pdf=pdf, number=note.number, sha256=note.sha256)

    @override
    async def ListEntries(
        self, request: pb.ListEntriesRequest, context: Any
    ) -> pb.ListEntriesResponse:
        limit = _page_size(request.page_size, usual=50, most=500)
        before = messages.read_rank(request.cursor)
        days = read_day(request.from_day, "from_day"), read_day(request.until_day, "until_day")
        lines = await wallets.list_entries(
            caller_account(), before=before, limit=limit, within=period(*days), store=self.store
        )
        return pb.ListEntriesResponse(
            entries=[messages.entry(line) for line in lines],
            next_cursor=str(lines[-1].wallet_version) if len(lines) == limit else "",
        )

    @override
    async def ReviewWallet(
        self, request: pb.ReviewWalletRequest, context: Any
    ) -> pb.ReviewWalletResponse:
        found = await desk.review_wallet(parse_id(request.account_id), store=self.store)
        return pb.ReviewWalletResponse(
            wallet=messages.reviewed(found.wallet, owed=found.owed),
            open_disputes=found.open_disputes,
            top_ups=[messages.top_up(each, for_staff=True) for each in found.top_ups],
            acts=[messages.act(each) for each in found.acts],
        )

    @override
    async def ListFrozenWallets(
        self, request: pb.ListFrozenWalletsRequest, context: Any
    ) -> pb.ListFrozenWalletsResponse:
        after = parse_id(request.cursor) if request.cursor else None
        found = await desk.list_frozen(after=after, limit=_FROZEN_PAGE, store=self.store)
        return pb.ListFrozenWalletsResponse(
            wallets=[messages.reviewed(each) for each in found],
            next_cursor=str(found[-1].account_id) if len(found) == _FROZEN_PAGE else "",
        )

    @override
    async def UnfreezeWallet(
        self, request: pb.UnfreezeWalletRequest, context: Any
    ) -> pb.UnfreezeWalletResponse:
        wallet, owed = await desk.unfreeze_wallet(
            parse_id(request.account_id),
            note=request.note,
            version=request.version,
            by=_actor(),
            store=self.store,
            clock=self.clock,
        )
        return pb.UnfreezeWalletResponse(wallet=messages.reviewed(wallet, owed=owed))

    @override
    async def RecordTransfer(
        self, request: pb.RecordTransferRequest, context: Any
    ) -> pb.RecordTransferResponse:
        _require({"buyer_name": request.buyer_name})
        transfer = read_transfer(
            request.reference, request.amount_cents, request.received_on, at=self.clock()
        )
        top_up = await desk.record_transfer(
            parse_id(request.account_id),
            transfer,
            Buyer(
                name=request.buyer_name,
                lines=tuple(request.buyer_lines),
                email=request.buyer_email,
            ),
            note=request.note,
            by=_actor(),
            store=self.store,
            clock=self.clock,
        )
        return pb.RecordTransferResponse(top_up=messages.top_up(top_up, for_staff=True))

    @override
    async def ReceiveWebhook(
        self, request: pb.ReceiveWebhookRequest, context: Any
    ) -> pb.ReceiveWebhookResponse:
        await news.receive_news(
            request.partner,
            {name.lower(): value for name, value in request.headers.items()},
            request.body,
            store=self.store,
            cards=self.cards,
            clock=self.clock,
        )
        return pb.ReceiveWebhookResponse()

    @override
    async def Hold(self, request: pb.HoldRequest, context: Any) -> pb.HoldResponse:
        _require({"key": request.key, "cause": request.cause})
        hold = await holds.place_hold(
            _same_account(request.account_id),
            request.key,
            messages.read_product(request.product),
            cause=request.cause,
            on_day=read_day(request.on_day, "on_day"),
            expected=Money(request.expected_gross_cents) if request.expected_gross_cents else None,
            store=self.store,
            tariff=self.tariff,
            clock=self.clock,
        )
        return pb.HoldResponse(hold=messages.hold(hold))

    @override
    async def Capture(self, request: pb.CaptureRequest, context: Any) -> pb.CaptureResponse:
        _require({"key": request.key, "on_day": request.on_day})
        hold = await holds.capture_hold(
            _same_account(request.account_id),
            request.key,
            on_day=read_day(request.on_day, "on_day") or paris_date(self.clock()),
            store=self.store,
            clock=self.clock,
        )
        return pb.CaptureResponse(hold=messages.hold(hold))

    @override
    async def Release(self, request: pb.ReleaseRequest, context: Any) -> pb.ReleaseResponse:
        _require({"key": request.key})
        hold = await holds.release_hold(
            _same_account(request.account_id), request.key, store=self.store, clock=self.clock
        )
        return pb.ReleaseResponse(hold=messages.hold(hold))

    @override
    async def Reverse(self, request: pb.ReverseRequest, context: Any) -> pb.ReverseResponse:
        _require(
            {
                "key": request.key,
                "cause": request.cause,
                "on_day": request.on_day,
                "buyer_name": request.buyer_name,
            }
        )
        hold, note = await reversals.reverse_hold(
            _same_account(request.account_id),
            request.key,
            cause=request.cause,
            on_day=read_day(request.on_day, "on_day") or paris_date(self.clock()),
            buyer=Buyer(name=request.buyer_name, lines=tuple(request.buyer_lines), email=""),
            store=self.store,
            clock=self.clock,
        )
        issued = messages.credit_note(note, hold.price) if note.number and hold.price else None
        return pb.ReverseResponse(hold=messages.hold(hold), credit_note=issued)

    @override
    async def ListOpenHolds(
        self, request: pb.ListOpenHoldsRequest, context: Any
    ) -> pb.ListOpenHoldsResponse:
        limit = _page_size(request.page_size, usual=500, most=1000)
        found = await holds.list_open_holds(
            prefix=request.key_prefix,
            after=messages.read_cursor(request.cursor),
            limit=limit,
            store=self.store,
        )
        more = [(hold.held_at, hold.id) for hold in found]
        return pb.ListOpenHoldsResponse(
            holds=[messages.hold(each) for each in found],
            next_cursor=messages.cursor(more, limit),
        )


def _actor() -> Actor:
    who = caller()
    return Actor(id=who.actor_id, name=who.actor_name)


def _same_account(text: str) -> Any:
    account_id = caller_account()
    if parse_id(text) != account_id:
        raise AnotherAccount("the token speaks for another account")
    return account_id


def _require(fields: dict[str, str]) -> None:
    empty = [FieldError(name, "field-required") for name, value in fields.items() if not value]
    if empty:
        raise InvalidFields(empty)


def _page_size(asked: int, *, usual: int, most: int) -> int:
    return min(asked, most) if asked > 0 else usual
