"""Cards, through the official SDK: whatever it can read, billing can."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe

from local.sandbox.testing import Running, sandbox_server
from local.sandbox.tests.waiting import Listener, until
from tests.support.time import SettableClock

pytestmark = [
    pytest.mark.servers,
    pytest.mark.filterwarnings("ignore:Use .content=:DeprecationWarning"),  # the SDK on httpx
]
GOOD, DECLINED = "4242424242424242", "4000000000000002"


@dataclass
class Shop:
    """A shop with its SDK, its webhook, and a customer's browser."""

    sandbox: Running
    sdk: stripe.StripeClient
    listener: Listener
    browser: httpx.AsyncClient

    async def session(self, key: str = "topup-1", **more: str) -> stripe.checkout.Session:
        item = {"currency": "eur", "unit_amount": 12000, "product_data": {"name": "Crédit"}}
        fields: Any = {
            "mode": "payment",
            "success_url": "http://shop.example/retour?session={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://shop.example/credit",
            "client_reference_id": "topup-1",
            "line_items": [{"quantity": 1, "price_data": item}],
            "payment_intent_data": {"metadata": {"topup": "topup-1"}},
            **more,
        }
        once: Any = {"idempotency_key": key}
        return await self.sdk.v1.checkout.sessions.create_async(fields, once)

    async def pay(self, session: str, card: str = GOOD) -> httpx.Response:
        return await self.browser.post(f"/paiement/{session}", data={"card": card})

    async def events(self, count: int) -> list[Any]:
        async def enough() -> bool:
            return len(self.listener.received) >= count

        await until(enough)
        secret = "whsec_of_tests"
        return [
            self.sdk.construct_event(body, headers["stripe-signature"], secret)
            for headers, body in self.listener.received
        ]


@pytest.fixture
async def shop(data_dir: Path, clock: SettableClock) -> AsyncIterator[Shop]:
    listener = Listener()
    url = await listener.start()
    async with sandbox_server(data_dir, clock=clock, stripe_webhook_url=url) as sandbox:
        http = stripe.HTTPXClient()
        sdk = stripe.StripeClient(
            "sk_test_of_tests",
            base_addresses={"api": sandbox.url + "/stripe"},
            http_client=http,
            max_network_retries=0,
        )
        async with httpx.AsyncClient(base_url=sandbox.url) as browser:
            yield Shop(sandbox, sdk, listener, browser)
        await http.close_async()  # type: ignore[no-untyped-call] # as the SDK ships it
    await listener.stop()


async def test_a_paid_session_tells_the_shop_in_signed_events(shop: Shop) -> None:
    session = await shop.session()
    back = await shop.pay(session.id)

    events = await shop.events(3)

    assert back.headers["location"] == f"http://shop.example/retour?session={session.id}"
    assert {event.type for event in events} == {
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    }
    paid = await shop.sdk.v1.checkout.sessions.retrieve_async(
        session.id, {"expand": ["payment_intent.latest_charge", "line_items"]}
    )
    assert (paid.status, paid.payment_status, paid.amount_total) == ("complete", "paid", 12000)
    intent = paid.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    assert intent.metadata["topup"] == "topup-1"
    assert isinstance(intent.latest_charge, stripe.Charge)
    assert paid.line_items is not None
    assert paid.line_items.data[0].description == "Crédit"


async def test_a_declined_card_leaves_the_session_open_for_another(shop: Shop) -> None:
    session = await shop.session()
    refusal = await shop.pay(session.id, DECLINED)
    after = await shop.sdk.v1.checkout.sessions.retrieve_async(session.id)

    await shop.pay(session.id)

    assert refusal.status_code == 402
    assert "refusé cette carte" in refusal.text
    assert (after.status, after.payment_status) == ("open", "unpaid")
    kinds = [event.type for event in await shop.events(5)]
    assert kinds.count("checkout.session.completed") == 1
    assert "payment_intent.payment_failed" in kinds


async def test_an_unfinished_card_number_is_asked_again(shop: Shop) -> None:
    session = await shop.session()

    answer = await shop.pay(session.id, "4242")

    assert answer.status_code == 422
    assert "16 chiffres" in answer.text


async def test_paying_twice_charges_once(shop: Shop) -> None:
    session = await shop.session()
    answers = await asyncio.gather(*(shop.pay(session.id) for _ in range(4)))

    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 303]
    charges = await shop.sdk.v1.charges.list_async()
    assert len(charges.data) == 1


async def test_the_same_key_opens_one_session_and_other_fields_are_an_error(shop: Shop) -> None:
    first, again = await shop.session(), await shop.session()

    with pytest.raises(stripe.IdempotencyError):
        await shop.session(client_reference_id="another")
    assert first.id == again.id
    assert len((await shop.sdk.v1.checkout.sessions.list_async()).data) == 1


async def test_a_session_expires_by_itself_or_on_demand(shop: Shop, clock: SettableClock) -> None:
    asked = await shop.session("a")
    await shop.sdk.v1.checkout.sessions.expire_async(asked.id)
    waited = await shop.session("b")
    clock.advance(timedelta(hours=24))

    events = await shop.events(2)

    assert [event.type for event in events] == ["checkout.session.expired"] * 2
    assert {event.data.object.id for event in events} == {asked.id, waited.id}
    assert "expiré" in (await shop.browser.get(f"/paiement/{waited.id}")).text
    with pytest.raises(stripe.InvalidRequestError):
        await shop.sdk.v1.checkout.sessions.expire_async(asked.id)


async def test_refunds_stop_at_what_was_paid(shop: Shop) -> None:
    session = await shop.session()
    await shop.pay(session.id)
    paid = await shop.sdk.v1.checkout.sessions.retrieve_async(session.id)
    intent = str(paid.payment_intent)

    part = await shop.sdk.v1.refunds.create_async({"payment_intent": intent, "amount": 5000})
    rest = await shop.sdk.v1.refunds.create_async({"payment_intent": intent})

    assert (part.amount, rest.amount, rest.status) == (5000, 7000, "succeeded")
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        await shop.sdk.v1.refunds.create_async({"payment_intent": intent})
    assert refusal.value.code == "charge_already_refunded"
    charge = (await shop.sdk.v1.charges.list_async({"payment_intent": intent})).data[0]
    assert (charge.refunded, charge.amount_refunded) == (True, 12000)


async def test_a_dispute_is_opened_and_closed_by_the_cardholders_bank(shop: Shop) -> None:
    session = await shop.session()
    await shop.pay(session.id)
    charge = (await shop.sdk.v1.charges.list_async()).data[0]
    await shop.browser.post("/paiements/litige", data={"charge": charge.id})
    dispute = (await shop.sdk.v1.disputes.list_async()).data[0]
    await shop.browser.post(f"/paiements/litige/{dispute.id}", data={"outcome": "lost"})

    kinds = [event.type for event in await shop.events(6)]

    assert "charge.dispute.created" in kinds
    assert "charge.dispute.closed" in kinds
    assert (await shop.sdk.v1.disputes.retrieve_async(dispute.id)).status == "lost"


async def test_a_wrong_key_or_field_is_told_as_stripe_tells_it(shop: Shop) -> None:
    stranger = stripe.StripeClient(
        "sk_test_other", base_addresses={"api": shop.sandbox.url + "/stripe"},
        http_client=stripe.HTTPXClient(),
    )  # fmt: skip

    with pytest.raises(stripe.AuthenticationError):
        await stranger.v1.charges.list_async()
    with pytest.raises(stripe.InvalidRequestError) as missing:
        await shop.session(success_url="")
    with pytest.raises(stripe.InvalidRequestError) as unknown:
        await shop.sdk.v1.checkout.sessions.retrieve_async("cs_test_none")
    assert missing.value.param == "success_url"
    assert unknown.value.code == "resource_missing"


async def test_events_are_listed_and_sent_again_on_demand(shop: Shop) -> None:
    session = await shop.session()
    await shop.pay(session.id)
    await shop.events(3)
    listed = await shop.sdk.v1.events.list_async({"type": "checkout.session.completed"})

    await shop.browser.post(f"/sandbox/cards/{listed.data[0].id}/resend")

    events = await shop.events(4)
    assert [event.id for event in events].count(listed.data[0].id) == 2


@pytest.mark.parametrize(("fault", "count"), [({"duplicated": {}}, 6), ({"lost": {"times": 1}}, 2)])
async def test_news_may_come_twice_or_never(shop: Shop, fault: dict[str, Any], count: int) -> None:
    await shop.browser.put("/sandbox/faults/stripe", json=fault)
    session = await shop.session()
    await shop.pay(session.id)

    await shop.events(count)

    quiet = (await shop.browser.get("/sandbox/due")).json()
    assert len(shop.listener.received) == count
    assert quiet["webhooks"] == 0


async def test_news_may_come_in_disorder(shop: Shop) -> None:
    await shop.browser.put("/sandbox/faults/stripe", json={"reordered": {}})
    session = await shop.session()
    await shop.pay(session.id)

    kinds = [event.type for event in await shop.events(3)]

    assert kinds == ["checkout.session.completed", "payment_intent.succeeded", "charge.succeeded"]


async def test_a_retried_event_is_signed_anew(shop: Shop) -> None:
    shop.listener.answers = [500]
    session = await shop.session()
    await shop.sdk.v1.checkout.sessions.expire_async(session.id)

    first, again = await shop.events(2)

    assert first.id == again.id
    assert json.loads(shop.listener.received[0][1])["object"] == "event"
