"""Proofs, seen by staff: queue, judge, tell."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kit.clock import Clock
from kit.days import paris_date
from kit.errors import ChangedMeanwhile, FieldError, InvalidFields
from kit.text import tidy_lines
from services.accounts.domain.account import Account
from services.accounts.domain.facts import AuditEntry, Notice, NoticeKind
from services.accounts.domain.fields import Unfit, tidied
from services.accounts.domain.proof import Proof, ProofState, RejectionReason, read_last_day
from services.accounts.ports import Book, Store, WaitingPage
from services.accounts.usecases.erasing import plan_erasure
from services.accounts.usecases.proving import Actor
from services.accounts.usecases.standings import tell_standing

PAGE = 25
_LONGEST_NOTE = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """All that helps to judge an account's proofs."""

    account: Account
    proofs: list[Proof]
    history: list[AuditEntry]
    next_account_id: UUID | None


async def review_queue(cursor: str, *, store: Store) -> WaitingPage:
    """Return a page of the accounts with proofs to review, the one waiting longest first."""
    async with store.everybody("staff: review queue") as tx:
        return await tx.proofs.waiting(cursor=cursor, limit=PAGE)


async def read_review(account_id: UUID, *, store: Store) -> Review:
    """Return an account as a reviewer sees it, and who waits next."""
    async with store.everybody("staff: review") as tx:
        queue = await tx.proofs.waiting(cursor="", limit=2)
        others = [item.account.id for item in queue.items if item.account.id != account_id]
        return Review(
            account=await tx.accounts.get(account_id),
            proofs=await tx.proofs.of(account_id),
            history=await tx.proofs.history(account_id),
            next_account_id=others[0] if others else None,
        )


async def accept_proof(
    account_id: UUID,
    proof_id: UUID,
    *,
    valid_until: str,
    note: str,
    version: int,
    by: Actor,
    store: Store,
    clock: Clock,
) -> Proof:
    """Accept a proof, with the day read on it. Accepting it twice changes nothing.

    Raises ``InvalidFields``, ``ProofReviewed``, ``ChangedMeanwhile``.
    """
    async with store.account(account_id) as tx:
        account = await tx.accounts.get(account_id, lock=True)
        proof = await _locked(tx, account_id, proof_id, version)
        if proof.state is ProofState.ACCEPTED:
            return proof
        now, words = clock(), _note(note)
        last_day = _read_day(proof, valid_until, today=paris_date(now))
        try:
            accepted = proof.accept(by=by.name, at=now, valid_until=last_day, note=words)
        except Unfit as unfit:
            raise InvalidFields([FieldError("valid_until", unfit.reason)]) from None
        return await _decide(tx, account, accepted, NoticeKind.PROOF_ACCEPTED, by=by, now=now)


async def reject_proof(
    account_id: UUID,
    proof_id: UUID,
    *,
    reason: RejectionReason,
    note: str,
    version: int,
    by: Actor,
    store: Store,
    clock: Clock,
) -> Proof:
    """Reject a proof for a reason. Rejecting it twice changes nothing.

    Raises ``ProofReviewed``, ``ChangedMeanwhile``, ``InvalidFields``.
    """
    async with store.account(account_id) as tx:
        account = await tx.accounts.get(account_id, lock=True)
        proof = await _locked(tx, account_id, proof_id, version)
        if proof.state is ProofState.REJECTED:
            return proof
        now = clock()
        rejected = proof.reject(by=by.name, at=now, reason=reason, note=_note(note))
        return await _decide(tx, account, rejected, NoticeKind.PROOF_REJECTED, by=by, now=now)


async def search_accounts(query: str, *, cursor: str, store: Store) -> tuple[list[Account], str]:
    """Return accounts by name, e-mail, ORIAS number, SIRET or town."""
    async with store.everybody("staff: search") as tx:
        return await tx.accounts.search(tidied(query), cursor=cursor, limit=PAGE)


async def _decide(
    tx: Book, account: Account, proof: Proof, notice: NoticeKind, *, by: Actor, now: datetime
) -> Proof:
    """Keep a decision, record it, tell the holder, and see what it changes."""
    saved = await tx.proofs.save(proof)
    await plan_erasure(tx, account, saved, now=now)
    action = notice.value
    facts = {"proof_id": str(proof.id), "kind": proof.kind.value}
    if proof.rejection_reason is not None:
        facts["reason"] = proof.rejection_reason.value
    entry = AuditEntry(at=now, actor_id=by.id, actor=by.name, action=action, facts=facts)
    await tx.proofs.note(account.id, entry)
    await tx.outbox.tell(
        Notice(
            kind=notice,
            key=f"{notice}:{proof.id}",
            to=account.holder.email,
            facts={
                "name": account.holder.name,
                "kind": proof.kind.value,
                "note": proof.note,
                "reason": proof.rejection_reason.value if proof.rejection_reason else "",
                "end_day": proof.valid_until,
            },
        ),
        account.id,
    )
    await tell_standing(tx, account, now=now)
    return saved


async def _locked(tx: Book, account_id: UUID, proof_id: UUID, version: int) -> Proof:
    proof = await tx.proofs.get(account_id, proof_id, lock=True)
    if version and version != proof.version:
        raise ChangedMeanwhile("the proof changed meanwhile")
    return proof


def _read_day(proof: Proof, text: str, *, today: date) -> date | None:
    if not text:
        return proof.valid_until
    try:
        return read_last_day(proof.kind, text, today=today)
    except Unfit as unfit:
        raise InvalidFields([FieldError("valid_until", unfit.reason, unfit.facts)]) from None


def _note(text: str) -> str:
    note = tidy_lines(text)
    if len(note) > _LONGEST_NOTE:
        limit = {"limit": str(_LONGEST_NOTE)}
        raise InvalidFields([FieldError("note", "text-too-long", limit)])
    return note
