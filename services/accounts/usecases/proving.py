"""Proofs, seen from the account that hands them in."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kit.clock import Clock
from kit.days import paris_date
from kit.errors import FieldError, InvalidFields
from kit.ids import derived_id
from kit.text import tidy
from kit.uploads import MEDIA_TYPES
from services.accounts.domain.account import Account
from services.accounts.domain.facts import AuditEntry
from services.accounts.domain.fields import Unfit
from services.accounts.domain.proof import (
    Proof,
    ProofKind,
    ProofMissing,
    ProofState,
    check_expected,
    read_last_day,
)
from services.accounts.ports import Book, Files, Store, Uploads
from services.accounts.usecases.erasing import plan_erasure
from services.accounts.usecases.standings import tell_standing

_LONGEST_FILENAME = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who does something on an account."""

    id: UUID | None
    name: str


async def upload_proof(
    account_id: UUID,
    kind: ProofKind,
    *,
    filename: str,
    data: bytes,
    valid_until: str,
    key: str,
    store: Store,
    uploads: Uploads,
    files: Files,
    clock: Clock,
) -> Proof:
    """Hand in a proof; one of its kind that nobody reviewed yet gives way.

    Raises ``ProofNotExpected``, ``InvalidFields``, and what ``kit.uploads`` refuses. The same
    ``key`` returns the proof that stands.
    """
    proof_id = derived_id(account_id, "UploadProof", key)
    async with store.account(account_id) as tx:
        account = await tx.accounts.get(account_id)
        check_expected(account.kind, kind)
        known = await _known(tx, account_id, proof_id)
    if known is not None:
        return known
    last_day = _last_day(kind, valid_until, today=paris_date(clock()))
    upload = await uploads(data)
    proof = Proof(
        id=proof_id,
        account_id=account_id,
        kind=kind,
        filename=tidy(filename)[-_LONGEST_FILENAME:] or kind.value,
        media_type=MEDIA_TYPES[upload.kind],
        page_count=upload.page_count,
        sha256=await files.put(proof_id, upload.data),
        valid_until=last_day,
        uploaded_at=clock(),
    )
    async with store.account(account_id) as tx:
        account = await tx.accounts.get(account_id, lock=True)
        if (known := await _known(tx, account_id, proof_id)) is not None:
            return known
        now = clock()
        await _replace_waiting(tx, account, kind, now=now)
        await tx.proofs.add(proof)
        await plan_erasure(tx, account, proof, now=now)
        await tell_standing(tx, account, now=now)
    return proof


async def list_proofs(account_id: UUID, *, store: Store) -> list[Proof]:
    """Return an account's proofs, newest first."""
    async with store.account(account_id) as tx:
        return await tx.proofs.of(account_id)


async def read_proof_file(
    account_id: UUID,
    proof_id: UUID,
    *,
    staff: Actor | None,
    store: Store,
    files: Files,
    clock: Clock,
) -> tuple[Proof, bytes]:
    """Return a proof and its bytes; that staff read it is recorded first."""
    async with store.account(account_id) as tx:
        proof = await tx.proofs.get(account_id, proof_id)
        if staff is not None:
            entry = AuditEntry(
                at=clock(),
                actor_id=staff.id,
                actor=staff.name,
                action="proof-viewed",
                facts={"proof_id": str(proof_id), "kind": proof.kind.value},
            )
            await tx.proofs.note(account_id, entry)
    return proof, await files.get(proof_id, proof.sha256)


async def _replace_waiting(tx: Book, account: Account, kind: ProofKind, *, now: datetime) -> None:
    for proof in await tx.proofs.of(account.id):
        if proof.kind is kind and proof.state is ProofState.IN_REVIEW:
            replaced = await tx.proofs.save(proof.replaced(at=now))
            await plan_erasure(tx, account, replaced, now=now)


async def _known(tx: Book, account_id: UUID, proof_id: UUID) -> Proof | None:
    try:
        return await tx.proofs.get(account_id, proof_id)
    except ProofMissing:
        return None


def _last_day(kind: ProofKind, text: str, *, today: date) -> date | None:
    try:
        return read_last_day(kind, text, today=today)
    except Unfit as unfit:
        error = FieldError("valid_until", unfit.reason, unfit.facts)
        raise InvalidFields([error]) from None
