import asyncio

import pytest
from sqlalchemy import text

from kit.errors import Kind
from kit.grpc import PeerRefusal
from kit.ids import new_id
from preavis.billing.v1 import billing_pb2 as pb
from services.billing.tests.wire.conftest import House

pytestmark = pytest.mark.servers


async def entries(house: House, account_id: object) -> list[tuple[int, int, str]]:
    with house.agent(account_id):  # type: ignore[arg-type]  # a UUID
        found = await house.stubs["gateway"].ListEntries(pb.ListEntriesRequest())
    return [(e.kind, e.available_change_cents, e.cause) for e in found.entries]


async def test_a_paid_card_page_becomes_credit_with_its_receipt_and_its_e_mail(
    house: House,
) -> None:
    account_id = new_id()
    begun = await house.begin(account_id)

    assert await house.pay(begun) == 200
    await house.has(account_id, 10_000)

    top_up = await house.top_up(account_id, begun)
    assert top_up.state == pb.TOP_UP_STATE_PAID
    with house.agent(account_id):
        receipt = await house.stubs["gateway"].GetReceipt(
            pb.GetReceiptRequest(top_up_id=begun.top_up_id)
        )
        again = await house.stubs["gateway"].GetReceipt(
            pb.GetReceiptRequest(top_up_id=begun.top_up_id)
        )
    assert receipt.pdf.startswith(b"%PDF-")
    assert (receipt.number, receipt.sha256) == (top_up.receipt_number, again.sha256)
    assert await entries(house, account_id) == [
        (pb.ENTRY_KIND_TOP_UP, 10_000, top_up.receipt_number)
    ]
    async with house.db.worker() as session:
        mails = await session.scalars(
            text("SELECT mail ->> 'to' FROM outgoing_mail WHERE account_id = :id"),
            {"id": account_id},
        )
        assert mails.all() == ["helene@beraud.example"]


@pytest.mark.parametrize(
    "switches", [{"duplicated": {}}, {"reordered": {}}, {"duplicated": {}, "reordered": {}}]
)
async def test_repeated_and_reordered_webhooks_credit_once(
    house: House, switches: dict[str, dict[str, object]]
) -> None:
    account_id = new_id()
    await house.faults(**switches)
    begun = await house.begin(account_id)

    await house.pay(begun)
    await house.has(account_id, 10_000)
    await asyncio.sleep(1)
    await house.faults()

    assert len(await entries(house, account_id)) == 1


async def test_a_lost_webhook_costs_the_buyer_nothing(house: House) -> None:
    account_id = new_id()
    await house.faults(lost={})
    begun = await house.begin(account_id)
    await house.pay(begun)

    seen = await house.top_up(account_id, begun, refresh=True)
    await house.faults()

    assert seen.state == pb.TOP_UP_STATE_PAID
    assert (await house.wallet(account_id)).available_cents == 10_000


async def test_many_returns_at_once_credit_once(house: House) -> None:
    account_id = new_id()
    begun = await house.begin(account_id)
    await house.pay(begun)

    await asyncio.gather(*(house.top_up(account_id, begun, refresh=True) for _ in range(6)))

    await house.has(account_id, 10_000)
    assert len(await entries(house, account_id)) == 1


async def test_a_declined_card_credits_nothing_and_another_may_be_tried(house: House) -> None:
    account_id = new_id()
    begun = await house.begin(account_id)

    assert await house.pay(begun, card="4000000000000002") == 402
    seen = await house.top_up(account_id, begun, refresh=True)
    assert (seen.state, seen.checkout_url) == (pb.TOP_UP_STATE_PENDING, begun.checkout_url)

    await house.pay(begun)
    await house.has(account_id, 10_000)


async def test_while_the_card_company_is_away_one_tries_again_later(house: House) -> None:
    account_id = new_id()
    await house.faults(outage={})
    with pytest.raises(PeerRefusal) as refused:
        await house.begin(account_id)
    await house.faults()

    assert (refused.value.kind, refused.value.reason) == (Kind.LATER, "partner-down")
    begun = await house.begin(account_id)
    assert begun.checkout_url
    with house.agent(account_id):
        listed = await house.stubs["gateway"].ListTopUps(pb.ListTopUpsRequest())
    assert [each.top_up_id for each in listed.top_ups] == [begun.top_up_id]


async def test_a_refund_and_a_dispute_come_off_the_credit(house: House) -> None:
    account_id = new_id()
    begun = await house.begin(account_id)
    await house.pay(begun)
    await house.has(account_id, 10_000)
    session_id = begun.checkout_url.rpartition("/")[2]
    session = await house.stripe.v1.checkout.sessions.retrieve_async(session_id)
    payment = str(session.payment_intent)

    await house.stripe.v1.refunds.create_async({"payment_intent": payment, "amount": 2_500})
    await house.has(account_id, 7_500)
    intent = await house.stripe.v1.payment_intents.retrieve_async(payment)
    await _open_dispute(house, str(intent.latest_charge))
    await house.has(account_id, 0)

    wallet = await house.wallet(account_id)
    assert wallet.is_frozen
    top_up = await house.top_up(account_id, begun)
    assert (top_up.refunded_cents, top_up.is_disputed) == (2_500, True)
    assert await house.store.differences() == []


async def test_forged_news_is_refused(house: House) -> None:
    request = pb.ReceiveWebhookRequest(
        partner="stripe", headers={"Stripe-Signature": "t=1,v1=00"}, body=b"{}"
    )

    with pytest.raises(PeerRefusal) as refused:
        await house.stubs["gateway"].ReceiveWebhook(request)

    assert (refused.value.kind, refused.value.reason) == (Kind.DENIED, "webhook-not-genuine")


async def test_an_amount_not_on_offer_says_which_are(house: House) -> None:
    with pytest.raises(PeerRefusal) as refused:
        await house.begin(new_id(), cents=1_950)

    assert refused.value.reason == "amount-not-offered"
    assert refused.value.facts["least_cents"] == "2000"


async def _open_dispute(house: House, charge: str) -> None:
    import httpx  # noqa: PLC0415 - here alone

    async with httpx.AsyncClient(base_url=house.sandbox.url, timeout=20) as http:
        assert (await http.post("/paiements/litige", data={"charge": charge})).status_code == 303
