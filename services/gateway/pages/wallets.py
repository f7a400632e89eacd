"""The team's pages about money: frozen wallets, an account's credit, transfers to record."""

import asyncio

from fastapi import APIRouter, Response

from kit.errors import TurnedDown
from preavis.accounts.v1 import accounts_pb2
from preavis.billing.v1 import billing_pb2
from services.gateway.buyers import buyer_lines
from services.gateway.forms.form import Form
from services.gateway.pages.enums import slug
from services.gateway.pages.visit import Staff, Visit

router = APIRouter()


@router.get("/equipe/credits")
async def frozen(visit: Staff, apres: str = "") -> Response:
    """List the accounts that may not spend."""
    listed = await visit.house.billing.ListFrozenWallets(
        billing_pb2.ListFrozenWalletsRequest(cursor=apres)
    )
    accounts = await asyncio.gather(*(_account(visit, one.account_id) for one in listed.wallets))
    return await visit.page(
        "equipe/credits.html",
        wallets=list(zip(listed.wallets, accounts, strict=True)),
        next_cursor=listed.next_cursor,
        freeze_of=_freeze_of,
    )


@router.get("/equipe/credits/{account_id}")
async def review(visit: Staff, account_id: str) -> Response:
    """Show what an account has and owes, its latest purchases, and what the team did."""
    return await _review_page(visit, account_id, Form())


async def _review_page(visit: Visit, account_id: str, form: Form) -> Response:
    found, account = await asyncio.gather(
        visit.house.billing.ReviewWallet(billing_pb2.ReviewWalletRequest(account_id=account_id)),
        _account(visit, account_id),
    )
    return await visit.page(
        "equipe/credit.html",
        form=form,
        account=account,
        review=found,
        wallet=found.wallet,
        freeze_of=_freeze_of,
        state_of=lambda top_up: slug(billing_pb2.TopUpState, top_up.state),
        method_of=lambda top_up: slug(billing_pb2.TopUpMethod, top_up.method),
    )


@router.post("/equipe/credits/{account_id}/degel")
async def unfreeze(visit: Staff, account_id: str) -> Response:
    """Let the account spend again, for a reason that is kept."""
    sent = visit.form
    try:
        await visit.house.billing.UnfreezeWallet(
            billing_pb2.UnfreezeWalletRequest(
                account_id=account_id,
                note=sent.text("note"),
                version=int(sent.digits("version") or 0),
            )
        )
    except TurnedDown as refusal:
        return await _review_page(visit, account_id, sent.turned_down(refusal))
    return visit.go(f"/equipe/credits/{account_id}", "wallet-unfrozen")


@router.post("/equipe/credits/{account_id}/virements")
async def record_transfer(visit: Staff, account_id: str) -> Response:
    """Turn a transfer seen on our bank's statement into credit."""
    sent = visit.form
    cents = sent.euros("amount")
    received_on = sent.day("received_on", today=visit.today, required=True)
    try:
        sent.check()
        account = await _account(visit, account_id)
        recorded = await visit.house.billing.RecordTransfer(
            billing_pb2.RecordTransferRequest(
                account_id=account_id,
                reference=sent.text("reference"),
                amount_cents=cents,
                received_on=received_on,
                note=sent.text("transfer_note"),
                buyer_name=account.trade_name,
                buyer_lines=buyer_lines(account.address),
                buyer_email=account.email,
            )
        )
    except TurnedDown as refusal:
        names = {"amount_cents": "amount", "note": "transfer_note"}
        return await _review_page(visit, account_id, sent.turned_down(refusal, names))
    number = recorded.top_up.receipt_number
    return visit.go(f"/equipe/credits/{account_id}", "transfer-recorded", number=number)


async def _account(visit: Visit, account_id: str) -> accounts_pb2.Account:
    request = accounts_pb2.GetAccountRequest(account_id=account_id)
    return (await visit.house.accounts.GetAccount(request)).account


def _freeze_of(wallet: billing_pb2.ReviewedWallet) -> str:
    return slug(billing_pb2.FreezeCause, wallet.frozen_for)
