"""What staff alone may do, on real gRPC and Postgres."""

from contextlib import AbstractContextManager

import pytest

from kit.errors import Kind
from kit.grpc import CallerKind, PeerRefusal, on_behalf
from kit.ids import new_id
from preavis.billing.v1 import billing_pb2 as pb
from services.billing.tests.wire.conftest import House
from services.billing.tests.wire.disputes import dispute

pytestmark = pytest.mark.servers


def as_staff() -> AbstractContextManager[None]:
    return on_behalf(
        kind=CallerKind.STAFF,
        account_id=None,
        actor_id=new_id(),
        actor_name="Inès Carpentier",
        roles=("staff",),
    )


def a_transfer(account_id: object, reference: str, cents: int = 12_345) -> pb.RecordTransferRequest:
    return pb.RecordTransferRequest(
        account_id=str(account_id),
        reference=reference,
        amount_cents=cents,
        received_on="2027-01-12",
        buyer_name="Béraud Assurances",
        buyer_lines=["4, place du Bouffay", "44000 Nantes"],
        buyer_email="helene@beraud.example",
    )


async def test_a_transfer_is_recorded_once_with_its_receipt(house: House) -> None:
    account_id, reference = new_id(), f"VIR {new_id()}"
    gateway = house.stubs["gateway"]

    with as_staff():
        first = await gateway.RecordTransfer(a_transfer(account_id, reference))
        again = await gateway.RecordTransfer(a_transfer(account_id, reference.lower()))
        review = await gateway.ReviewWallet(pb.ReviewWalletRequest(account_id=str(account_id)))

    assert first == again
    assert first.top_up.method == pb.TOP_UP_METHOD_TRANSFER
    await house.has(account_id, 12_345)
    assert [(act.actor, act.action) for act in review.acts] == [
        ("Inès Carpentier", "transfer-recorded")
    ]
    with house.agent(account_id):
        receipt = await gateway.GetReceipt(pb.GetReceiptRequest(top_up_id=first.top_up.top_up_id))
    assert receipt.pdf.startswith(b"%PDF-")


async def test_a_reference_serves_one_account(house: House) -> None:
    reference = f"VIR-{new_id()}"
    with as_staff():
        await house.stubs["gateway"].RecordTransfer(a_transfer(new_id(), reference))
        with pytest.raises(PeerRefusal) as refused:
            await house.stubs["gateway"].RecordTransfer(a_transfer(new_id(), reference))

    assert refused.value.reason == "transfer-of-another-account"


async def test_nobody_lets_their_own_wallet_go(house: House) -> None:
    account_id = new_id()
    request = pb.UnfreezeWalletRequest(account_id=str(account_id), note="Je le veux bien.")

    with house.agent(account_id), pytest.raises(PeerRefusal) as refused:
        await house.stubs["gateway"].UnfreezeWallet(request)

    assert (refused.value.kind, refused.value.reason) == (Kind.DENIED, "caller-not-allowed")


async def test_after_a_dispute_an_account_is_let_go_and_spends_again(house: House) -> None:
    account_id, gateway = new_id(), house.stubs["gateway"]
    begun = await house.begin(account_id)
    await house.pay(begun)
    await house.has(account_id, 10_000)
    await house.hold(account_id, f"send:{new_id()}:1")
    await dispute(house, begun)
    await house.has(account_id, 0)
    with pytest.raises(PeerRefusal) as refused:
        await house.hold(account_id, f"send:{new_id()}:1")
    assert refused.value.reason in {"wallet-frozen", "credit-insufficient"}

    with as_staff():
        await gateway.RecordTransfer(a_transfer(account_id, f"VIR-{new_id()}", 10_000))
        review = await gateway.ReviewWallet(pb.ReviewWalletRequest(account_id=str(account_id)))
        with pytest.raises(PeerRefusal) as frozen:
            await house.hold(account_id, f"send:{new_id()}:1")
        await gateway.UnfreezeWallet(
            pb.UnfreezeWalletRequest(
                account_id=str(account_id),
                note="Contestation réglée par virement.",
                version=review.wallet.version,
            )
        )

    assert frozen.value.reason == "wallet-frozen"
    assert (review.wallet.owed_cents, review.wallet.available_cents) == (0, 10_000 - 540)
    held = await house.hold(account_id, f"send:{new_id()}:1")
    assert held.state == pb.HOLD_STATE_HELD
    assert not (await house.wallet(account_id)).is_frozen
    assert await house.store.differences() == []
