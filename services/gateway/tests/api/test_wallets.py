"""The staff's side of money by REST, on stubs."""

from preavis.accounts.v1 import accounts_pb2
from preavis.billing.v1 import billing_pb2
from services.gateway.tests.api.house import STAFF, Edge


async def test_a_transfer_is_recorded_for_the_account_as_buyer(api: Edge) -> None:
    api.accounts.answers["GetAccount"] = lambda _: accounts_pb2.GetAccountResponse(
        account=accounts_pb2.Account(
            trade_name="Agence Béraud",
            email="a@b.fr",
            address=accounts_pb2.PostalAddress(street="12 place", postcode="38000", town="G"),
        )
    )
    api.billing.answers["RecordTransfer"] = lambda _: billing_pb2.RecordTransferResponse(
        top_up=billing_pb2.TopUp(
            top_up_id="t1", amount_cents=12_345, method=billing_pb2.TOP_UP_METHOD_TRANSFER
        )
    )

    answer = await api.ask(
        "POST",
        "/v1/staff/accounts/a1/transfers",
        token=STAFF,
        json={"reference": "VIR-2026", "amount_cents": 12_345, "received_on": "2026-11-20"},
    )

    assert answer.json()["method"] == "transfer"
    assert api.called("RecordTransfer").request == billing_pb2.RecordTransferRequest(
        account_id="a1",
        reference="VIR-2026",
        amount_cents=12_345,
        received_on="2026-11-20",
        buyer_name="Agence Béraud",
        buyer_lines=["12 place", "38000 G"],
        buyer_email="a@b.fr",
    )


async def test_a_frozen_wallet_is_found_then_let_go(api: Edge) -> None:
    frozen = billing_pb2.ReviewedWallet(
        account_id="a1", frozen_for=billing_pb2.FREEZE_CAUSE_DEBT, version=7
    )
    free = billing_pb2.ReviewedWallet(account_id="a1", version=7)
    api.billing.answers["ListFrozenWallets"] = lambda _: billing_pb2.ListFrozenWalletsResponse(
        wallets=[frozen]
    )
    api.billing.answers["UnfreezeWallet"] = lambda _: billing_pb2.UnfreezeWalletResponse(
        wallet=free
    )

    listed = (await api.ask("GET", "/v1/staff/frozen-wallets", token=STAFF)).json()["wallets"][0]
    answer = await api.ask(
        "POST",
        f"/v1/staff/accounts/{listed['account_id']}/wallet/unfreezing",
        token=STAFF,
        json={"note": "Dette réglée par virement.", "version": listed["version"]},
    )

    assert (listed["frozen_for"], answer.json()["frozen_for"]) == ("debt", None)
    assert api.called("UnfreezeWallet").request.note == "Dette réglée par virement."
