"""Files of proofs are erased when their term is over; what was decided stays."""

from datetime import datetime
from uuid import UUID

from kit.clock import Clock
from kit.days import paris_date
from kit.failpoints import failpoint
from services.accounts.domain.account import Account
from services.accounts.domain.proof import Proof
from services.accounts.domain.retention import kept_until, look_on
from services.accounts.ports import Book, Files, Store


async def plan_erasure(tx: Book, account: Account, proof: Proof, *, now: datetime) -> None:
    """Plan when to look at a proof's file, in the transaction that changes the proof."""
    day = look_on(proof, account, today=paris_date(now))
    await tx.outbox.plan_erasure(account.id, proof.id, day)


async def erase_proof(
    account_id: UUID, proof_id: UUID, *, store: Store, files: Files, clock: Clock
) -> bool:
    """Erase a proof's file once its term is over, else plan the next look; say whether it went.

    May be repeated: the file goes first, then the row says so.
    """
    async with store.account(account_id) as tx:
        account = await tx.accounts.get(account_id, lock=True)  # who judges or closes plans anew
        proof = await tx.proofs.get(account_id, proof_id)
        last = kept_until(proof, account)
        if proof.erased_at is not None:
            return True
        if last is None or paris_date(clock()) <= last:
            await plan_erasure(tx, account, proof, now=clock())
            return False
    await files.erase(proof_id, proof.sha256)
    failpoint("accounts.erase.erased")
    async with store.account(account_id) as tx:
        proof = await tx.proofs.get(account_id, proof_id, lock=True)
        await tx.proofs.save(proof.erased(at=clock()))
    return True
