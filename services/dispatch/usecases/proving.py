"""Proofs: fetched from the operator, hashed, kept byte for byte, then told."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from kit.days import paris_date
from kit.errors import Kind, TurnedDown
from kit.failpoints import failpoint
from services.dispatch.domain.proofs import NoSuchProof, Proof, ProofKind, filename
from services.dispatch.domain.sending import Sending, State
from services.dispatch.domain.timeline import Happened
from services.dispatch.domain.tracking import News
from services.dispatch.ports import Desk, Work
from services.dispatch.usecases import consequences, erasing

ENDING: Final[Mapping[State, ProofKind]] = {
    State.SIGNED: ProofKind.RECEIPT,
    State.COLLECTED: ProofKind.RECEIPT,
    State.REFUSED: ProofKind.REFUSAL,
    State.UNCLAIMED: ProofKind.UNCLAIMED,
}  # of a bounce, the operator may have none


class ProofNotReady(TurnedDown):
    """The operator has not issued this proof yet; asked again later."""

    kind = Kind.LATER
    reason = "proof-not-ready"


async def fetch_missing(
    sending: Sending, news: News, stored: frozenset[ProofKind], *, desk: Desk
) -> None:
    """Fetch and keep each proof that the operator offers and that is not among ``stored``.

    Raises ``ProofNotReady`` while one that the state promises is not offered: it is asked again.
    """
    attempt = sending.attempt
    if attempt is None or attempt.reference != news.reference:
        return
    for kind, address in news.proofs.items():
        if kind not in stored:
            await _fetch(sending, kind, address, _stamp(sending, kind), desk=desk)
            stored = stored | {kind}
    if expected(sending) - stored:
        raise ProofNotReady


def expected(sending: Sending) -> frozenset[ProofKind]:
    """Return the kinds of proof that the operator owes by now: one per thing that happened."""
    deposit = {ProofKind.DEPOSIT} if sending.deposited_at else set()
    return frozenset(deposit | {ENDING[s] for s in {sending.state} & ENDING.keys()})


async def stored_kinds(work: Work, sending: Sending) -> frozenset[ProofKind]:
    """Return the kinds of proof stored for the present attempt."""
    number = sending.attempt.number if sending.attempt else 0
    proofs = await work.proofs(sending.id)
    return frozenset(proof.kind for proof in proofs if proof.attempt == number)


async def _fetch(
    sending: Sending, kind: ProofKind, address: str, stamped_at: datetime | None, *, desk: Desk
) -> None:
    data = await desk.operator.fetch(address)
    sha256 = await desk.vault.put(sending.id, data)
    failpoint("dispatch.proof.fetched")
    await store(sending, kind, data, sha256, stamped_at, desk=desk)
    failpoint("dispatch.proof.stored")


async def store(
    sending: Sending,
    kind: ProofKind,
    data: bytes,
    sha256: str,
    stamped_at: datetime | None,
    *,
    desk: Desk,
) -> None:
    """Keep a proof whose bytes are in the vault, and tell those who wait for it."""
    now, attempt = desk.clock(), sending.attempt
    proof = Proof(
        kind=kind,
        attempt=attempt.number if attempt else 0,
        filename=filename(sending.letter.number if sending.letter else "", kind),
        sha256=sha256,
        byte_count=len(data),
        stamped_at=stamped_at,
        stored_at=now,
        operator_reference=attempt.reference if attempt else "",
    )
    async with desk.store.account(sending.account_id) as work:
        current = await work.get(sending.id)
        if not await work.add_proof(current, proof):
            return
        fact = Happened(code=f"proof-{kind}", at=now, facts={"sha256": sha256})
        await work.note(current, fact)
        await erasing.plan(work, current.id, sha256, paris_date(now))
        await consequences.follow_up(work, current, [fact], desk=desk, document=data)


async def read(
    account_id: UUID, sending_id: UUID, kind: ProofKind, *, desk: Desk
) -> tuple[Proof, bytes]:
    """Return a stored document of the last attempt. Raises ``NoSuchProof``."""
    async with desk.store.account(account_id) as work:
        sending = await work.look(sending_id)
        proofs = [p for p in await work.proofs(sending_id) if p.kind is kind]
    proof = proofs[-1] if proofs else _own(sending, kind)
    return proof, await desk.vault.get(sending_id, proof.sha256)


def _own(sending: Sending, kind: ProofKind) -> Proof:
    """Return what we sent ourselves, the letter or the mandate, as a document."""
    carried = {
        ProofKind.LETTER: sending.letter.sha256 if sending.letter else "",
        ProofKind.MANDATE: sending.mandate.sha256 if sending.mandate else "",
    }.get(kind, "")
    if not carried or sending.letter is None:
        raise NoSuchProof(kind=kind)
    return Proof(
        kind=kind,
        attempt=sending.attempt.number if sending.attempt else 0,
        filename=filename(sending.letter.number, kind),
        sha256=carried,
        byte_count=0,
        stamped_at=None,
        stored_at=sending.order.validated_at,
    )


def _stamp(sending: Sending, kind: ProofKind) -> datetime | None:
    return sending.deposited_at if kind is ProofKind.DEPOSIT else sending.ended_at
