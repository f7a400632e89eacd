"""Card payments by Stripe Checkout, through its official SDK."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID

import stripe
from typing_extensions import override

from kit.http import PartnerDown, PartnerRefused, Wait
from kit.money import Money
from services.billing.domain.card import (
    CardNews,
    CardPage,
    CardReturn,
    CardState,
    ReturnKind,
    ReturnState,
)
from services.billing.domain.top_up import TopUp
from services.billing.partners.stripe_news import check_genuine, our_purchase, read_event
from services.billing.ports import CardEvent

NAME: Final = "stripe"
_TIMEOUT_S: Final = 10
_ALL: Final = 100  # a purchase has a handful of refunds at most
_REFUNDS: Final = {"failed": ReturnState.UNDONE, "canceled": ReturnState.UNDONE}
_DISPUTES: Final = {
    "lost": ReturnState.TAKEN,
    "won": ReturnState.UNDONE,
    "prevented": ReturnState.UNDONE,
}
_AWAY: Final = (stripe.APIConnectionError, stripe.RateLimitError)


class _PacedHttp(stripe.HTTPXClient):
    """The SDK's own client, which waits for its turn before each try."""

    def __init__(self, pace: Wait | None) -> None:
        super().__init__(timeout=_TIMEOUT_S)
        self._pace = pace

    @override
    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        if self._pace is not None:
            await self._pace()
        return await super().request_async(method, url, headers, post_data)


class StripeCards:
    """The card company. ``base`` is its address, or the sandbox's; ``pace`` is awaited first."""

    def __init__(
        self, *, api_key: str, webhook_secret: str, base: str, pace: Wait | None = None
    ) -> None:
        self._http = _PacedHttp(pace)
        self._client = stripe.StripeClient(
            api_key,
            base_addresses={"api": base},
            http_client=self._http,
            max_network_retries=2,
        )
        self._secret = webhook_secret

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close_async()  # type: ignore[no-untyped-call]  # half typed

    async def open_page(self, top_up: TopUp) -> CardPage:
        """Open the Checkout page of a purchase; our own id is the idempotency key.

        A repeat after a crash or a time-out leads to the same page.
        """
        with _refusals():
            session = await self._client.v1.checkout.sessions.create_async(
                _session(top_up), {"idempotency_key": f"top-up:{top_up.id}"}
            )
        return CardPage(session_id=session.id, url=session.url or "")

    async def read(self, session_id: str) -> CardNews:
        """Read a session and, once paid, what went back to the card since."""
        with _refusals():
            session = await self._client.v1.checkout.sessions.retrieve_async(session_id)
            payment = session.payment_intent
            payment_id = payment if isinstance(payment, str) else payment.id if payment else ""
            returns = await self._returns(payment_id) if payment_id else []
        return CardNews(
            session_id=session.id,
            state=_state(str(session.status), str(session.payment_status)),
            amount=Money(session.amount_total or 0),
            currency=str(session.currency),
            is_live=session.livemode,
            payment_id=payment_id,
            returns=returns,
        )

    async def purchase_of(self, payment_id: str) -> tuple[UUID, UUID] | None:
        """Read a payment's own notes: we wrote there which purchase it pays."""
        with _refusals():
            intent = await self._client.v1.payment_intents.retrieve_async(payment_id)
        account_id, top_up_id = our_purchase(intent.metadata.to_dict())
        return (account_id, top_up_id) if account_id and top_up_id else None

    def hear(self, headers: Mapping[str, str], body: bytes) -> CardEvent:
        """Check the signature of a webhook and read it. Raises ``NewsNotGenuine``."""
        check_genuine(headers, body, secret=self._secret)
        return read_event(body)

    def read_event(self, body: bytes) -> CardEvent:
        """Read an event that was found genuine."""
        return read_event(body)

    async def _returns(self, payment_id: str) -> list[CardReturn]:
        refunds = await self._client.v1.refunds.list_async(
            {"payment_intent": payment_id, "limit": _ALL}
        )
        disputes = await self._client.v1.disputes.list_async(
            {"payment_intent": payment_id, "limit": _ALL}
        )
        return [
            *(
                CardReturn(
                    id=refund.id,
                    kind=ReturnKind.REFUND,
                    state=_REFUNDS.get(str(refund.status), ReturnState.TAKEN),
                    amount=Money(refund.amount),
                )
                for refund in reversed(refunds.data)
            ),
            *(
                CardReturn(
                    id=dispute.id,
                    kind=ReturnKind.DISPUTE,
                    state=_DISPUTES.get(dispute.status, ReturnState.OPEN),
                    amount=Money(dispute.amount),
                )
                for dispute in reversed(disputes.data)
                if not dispute.status.startswith("warning")  # an inquiry moves no money
            ),
        ]


def _session(top_up: TopUp) -> Any:  # noqa: ANN401 - the SDK's own TypedDict, checked at the call
    notes = {"account_id": str(top_up.account_id), "top_up_id": str(top_up.id)}
    return {
        "mode": "payment",
        "locale": "fr",
        "payment_method_types": ["card"],
        "client_reference_id": str(top_up.id),
        **({"customer_email": top_up.buyer.email} if top_up.buyer.email else {}),
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": "eur",
                    "unit_amount": top_up.amount.cents,
                    "product_data": {"name": "Crédit Préavis"},
                },
            }
        ],
        "metadata": notes,
        # again on the payment: refunds and disputes know nothing of the session
        "payment_intent_data": {"metadata": notes, "description": "Crédit Préavis"},
        "success_url": top_up.return_url,
        "cancel_url": top_up.cancel_url,
    }


def _state(status: str, payment_status: str) -> CardState:
    if payment_status == "paid":
        return CardState.PAID
    if status == "expired":
        return CardState.FAILED
    return CardState.PROCESSING if status == "complete" else CardState.OPEN


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn the SDK's exceptions into LATER, or into a refusal for good."""
    try:
        yield
    except _AWAY as error:
        raise PartnerDown(f"{NAME}: {type(error).__name__}") from error
    except stripe.StripeError as error:
        status = error.http_status or 0
        if status >= 500:  # noqa: PLR2004 - HTTP
            raise PartnerDown(f"{NAME} answered {status}") from error
        raise PartnerRefused(NAME, status, str(error).encode()) from error
