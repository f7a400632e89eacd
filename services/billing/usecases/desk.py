"""What staff do with an account's money: look, record a transfer, let a frozen wallet go."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from kit.clock import Clock
from kit.errors import ChangedMeanwhile
from kit.failpoints import failpoint
from kit.money import Money
from services.billing.domain.ledger import Wallet
from services.billing.domain.staff import Action, Actor, StaffAct, read_note, read_remark
from services.billing.domain.top_up import Buyer, TopUp, TopUpMissing, TopUpState
from services.billing.domain.transfer import (
    Transfer,
    TransferOfAnotherAccount,
    check_same,
)
from services.billing.ports import Store
from services.billing.usecases.top_ups import credit

LATEST: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One account's money as staff see it."""

    wallet: Wallet
    owed: Money
    open_disputes: int
    top_ups: Sequence[TopUp]
    acts: Sequence[StaffAct]


async def review_wallet(account_id: UUID, *, store: Store) -> Review:
    """Return what an account has and owes, its latest purchases, and what staff did."""
    async with store.account(account_id) as books:
        return Review(
            wallet=await books.wallet(),
            owed=await books.owed(),
            open_disputes=await books.open_disputes(),
            top_ups=await books.top_ups(before=None, limit=LATEST),
            acts=await books.acts(),
        )


async def list_frozen(*, after: UUID | None, limit: int, store: Store) -> Sequence[Wallet]:
    """Return a page of the wallets that may not spend."""
    return await store.frozen(after=after, limit=limit)


async def unfreeze_wallet(
    account_id: UUID, *, note: str, version: int, by: Actor, store: Store, clock: Clock
) -> tuple[Wallet, Money]:
    """Let an account spend again, for a reason kept for good; one that may spend stays as it is.

    Return its wallet and what it owes, which stays owed: the next money in pays it. Raises
    ``InvalidFields``, and ``ChangedMeanwhile`` when its money moved since ``version`` was read.
    """
    why = read_note(note)
    async with store.account(account_id) as books:
        wallet = await books.lock_wallet()
        owed = await books.owed()
        if not wallet.frozen_for:
            return wallet, owed
        if version and version != wallet.version:
            raise ChangedMeanwhile("the wallet changed meanwhile")
        facts = {"frozen_for": wallet.frozen_for, "owed_cents": str(owed.cents)}
        act = StaffAct(at=clock(), by=by, action=Action.UNFROZEN, note=why, facts=facts)
        await books.note(act)
        await books.freeze("")
        wallet = await books.wallet()
    failpoint("billing.wallet.unfrozen")
    return wallet, owed


async def record_transfer(
    account_id: UUID,
    transfer: Transfer,
    buyer: Buyer,
    *,
    note: str,
    by: Actor,
    store: Store,
    clock: Clock,
) -> TopUp:
    """Turn a transfer into credit, with its receipt; the same reference again changes nothing.

    What the account owes is paid first. Raises ``InvalidFields``, ``TransferDiffers`` and
    ``TransferOfAnotherAccount``.
    """
    now, remark = clock(), read_remark(note)
    wanted = transfer.top_up(account_id, buyer, at=now)
    try:
        async with store.account(account_id) as books:
            top_up = await books.begin_top_up(wanted)
            check_same(top_up, wanted)
            if top_up.state is not TopUpState.PAID:
                paid = replace(top_up, state=TopUpState.PAID)
                top_up = await books.save_top_up(await credit(books, paid, at=now))
                await books.announce_top_up(top_up)
                facts = {
                    "reference": transfer.reference,
                    "amount_cents": str(transfer.amount.cents),
                    "receipt": top_up.receipt_number,
                }
                act = StaffAct(at=now, by=by, action=Action.TRANSFER, note=remark, facts=facts)
                await books.note(act)
    except TopUpMissing:
        raise TransferOfAnotherAccount(transfer.reference) from None
    failpoint("billing.transfer.recorded")
    return top_up
