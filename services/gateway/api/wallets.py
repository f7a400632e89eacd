"""The staff's side of money: frozen wallets, an account's credit, transfers to record."""

from fastapi import APIRouter, Depends

from preavis.accounts.v1 import accounts_pb2
from preavis.billing.v1 import billing_pb2 as pb
from services.gateway.api.access import TheHouse
from services.gateway.api.named import AccountId, Cursor
from services.gateway.api.refusals import refused
from services.gateway.api.shapes.wallets import (
    FrozenWallets,
    ReviewedWallet,
    StaffTopUp,
    Unfreezing,
    WalletReview,
    WantedTransfer,
)
from services.gateway.api.staff import staff
from services.gateway.buyers import buyer_lines

router = APIRouter(prefix="/staff", tags=["Staff"], dependencies=[Depends(staff)])


@router.get("/frozen-wallets", summary="Accounts that may not spend")
async def list_frozen(house: TheHouse, cursor: Cursor = "") -> FrozenWallets:
    """Return the wallets stopped by a dispute or a debt."""
    request = pb.ListFrozenWalletsRequest(cursor=cursor)
    return FrozenWallets.of(await house.billing.ListFrozenWallets(request, timeout=5))


@router.get("/accounts/{account_id}/wallet", summary="An account's credit")
async def review_wallet(house: TheHouse, account_id: AccountId) -> WalletReview:
    """Return what it has and owes, its latest purchases, and what staff did."""
    request = pb.ReviewWalletRequest(account_id=account_id)
    return WalletReview.of(await house.billing.ReviewWallet(request, timeout=5))


@router.post("/accounts/{account_id}/wallet/unfreezing", summary="Let an account spend again")
async def unfreeze(
    house: TheHouse, account_id: AccountId, unfreezing: Unfreezing
) -> ReviewedWallet:
    """Let it spend again, for a reason kept for good; again, nothing changes."""
    request = unfreezing.fill(pb.UnfreezeWalletRequest, account_id=account_id)
    return ReviewedWallet.of((await house.billing.UnfreezeWallet(request, timeout=10)).wallet)


@router.post(
    "/accounts/{account_id}/transfers",
    summary="Record a bank transfer",
    responses=refused("transfer-differs", "transfer-of-another-account"),
)
async def record_transfer(
    house: TheHouse, account_id: AccountId, wanted: WantedTransfer
) -> StaffTopUp:
    """Turn a transfer into credit; the bank's reference is the key: again, nothing changes."""
    named = accounts_pb2.GetAccountRequest(account_id=account_id)
    account = (await house.accounts.GetAccount(named, timeout=5)).account
    request = wanted.fill(
        pb.RecordTransferRequest,
        account_id=account_id,
        buyer_name=account.trade_name,
        buyer_lines=buyer_lines(account.address),
        buyer_email=account.email,
    )
    answer = await house.billing.RecordTransfer(request, timeout=10)
    return StaffTopUp.of(answer.top_up)
