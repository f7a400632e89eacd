"""billing, asked on behalf of the account."""

from collections.abc import Sequence
from datetime import UTC, date
from typing import TYPE_CHECKING, Final
from uuid import UUID

from kit.errors import TryAgain
from kit.grpc import acting_for
from kit.ids import parse_id
from preavis.billing.v1 import billing_pb2
from services.dispatch.domain.letter import Agency, MailKind
from services.dispatch.domain.preflight import Price
from services.dispatch.peers.words import TIMEOUT_S
from services.dispatch.ports import Reversal

if TYPE_CHECKING:  # the name exists for the type checker alone
    from preavis.billing.v1.billing_pb2_grpc import BillingServiceAsyncStub

HOLDS_PREFIX: Final = "send:"
PRODUCTS: Final = {
    MailKind.SIMPLE: billing_pb2.PRODUCT_LRE_SIMPLE,
    MailKind.ACKNOWLEDGED: billing_pb2.PRODUCT_LRE_ACKNOWLEDGED,
}


class BillingPeer:
    """billing, for the money of sendings."""

    def __init__(self, stub: "BillingServiceAsyncStub") -> None:
        self._stub = stub

    async def hold(
        self,
        account_id: UUID,
        key: str,
        kind: MailKind,
        *,
        cause: str,
        on_day: date,
        expected_gross_cents: int,
    ) -> int:
        """Set the price aside and return it, VAT included, in cents."""
        request = billing_pb2.HoldRequest(
            account_id=str(account_id),
            key=key,
            product=PRODUCTS[kind],
            cause=cause,
            on_day=on_day.isoformat(),
            expected_gross_cents=expected_gross_cents,
        )
        with acting_for(account_id):
            answer = await self._stub.Hold(request, timeout=TIMEOUT_S)
        return int(answer.hold.price.gross_cents)

    async def capture(self, account_id: UUID, key: str, *, on_day: date) -> None:
        """Take what is held, as of this Paris day."""
        request = billing_pb2.CaptureRequest(
            account_id=str(account_id), key=key, on_day=on_day.isoformat()
        )
        with acting_for(account_id):
            await self._stub.Capture(request, timeout=TIMEOUT_S)

    async def release(self, account_id: UUID, key: str) -> None:
        """Give back what is held, or forbid a hold that has not arrived yet."""
        request = billing_pb2.ReleaseRequest(account_id=str(account_id), key=key)
        with acting_for(account_id):
            await self._stub.Release(request, timeout=TIMEOUT_S)

    async def reverse(
        self, account_id: UUID, key: str, *, cause: str, on_day: date, buyer: Agency
    ) -> Reversal:
        """Give back what was captured, with a credit note of that Paris day; once per key.

        Raises ``TryAgain`` while the capture has not reached billing.
        """
        request = billing_pb2.ReverseRequest(
            account_id=str(account_id),
            key=key,
            cause=cause,
            on_day=on_day.isoformat(),
            buyer_name=buyer.trade_name,
            buyer_lines=_lines(buyer),
        )
        with acting_for(account_id):
            note = (await self._stub.Reverse(request, timeout=TIMEOUT_S)).credit_note
        if not note.number:
            raise TryAgain("the capture has not come")
        return Reversal(
            credit_note=note.number,
            gross_cents=note.price.gross_cents,
            at=note.issued_at.ToDatetime(tzinfo=UTC),
        )

    async def prices(self, account_id: UUID, on_day: date) -> Sequence[Price]:
        """Price each kind of mail, the cheapest first."""
        request = billing_pb2.ListPricesRequest(on_day=on_day.isoformat())
        with acting_for(account_id):
            answer = await self._stub.ListPrices(request, timeout=TIMEOUT_S)
        by_product = {price.product: price for price in answer.prices}
        found = [
            Price(
                mail_kind=kind,
                net_cents=by_product[product].net_cents,
                vat_cents=by_product[product].vat_cents,
                gross_cents=by_product[product].gross_cents,
                vat_rate_bp=by_product[product].vat_rate_bp,
            )
            for kind, product in PRODUCTS.items()
            if product in by_product
        ]
        return sorted(found, key=lambda price: price.gross_cents)

    async def available_cents(self, account_id: UUID) -> int:
        """Tell what can be spent."""
        with acting_for(account_id):
            wallet = await self._stub.GetWallet(billing_pb2.GetWalletRequest(), timeout=TIMEOUT_S)
        return int(wallet.available_cents)

    async def open_holds(self) -> Sequence[tuple[UUID, str]]:
        """List (account, key) of every hold of ours that is not settled."""
        found: list[tuple[UUID, str]] = []
        cursor = ""
        while True:
            page = await self._stub.ListOpenHolds(
                billing_pb2.ListOpenHoldsRequest(key_prefix=HOLDS_PREFIX, cursor=cursor),
                timeout=TIMEOUT_S,
            )
            found += [(parse_id(hold.account_id), hold.key) for hold in page.holds]
            cursor = page.next_cursor
            if not cursor:
                return found


def _lines(buyer: Agency) -> Sequence[str]:
    """Write where an agency is, and its SIREN, as a credit note prints them."""
    siren = buyer.siret[:9]
    number = f"SIREN {siren[:3]} {siren[3:6]} {siren[6:]}" if siren else ""
    lines = (buyer.address, f"{buyer.postcode} {buyer.town}", number)
    return [line for line in lines if line.strip()]
