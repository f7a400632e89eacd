"""Proofs and the audit, in SQL."""

import re
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import run
from kit.errors import ChangedMeanwhile
from services.accounts.domain.facts import AuditEntry
from services.accounts.domain.proof import Proof, ProofKind, ProofMissing, ProofState
from services.accounts.ports import Waiting, WaitingPage
from services.accounts.store.accounts import WITH_HOLDER
from services.accounts.store.rows import account_of, audit_of, proof_of, proof_row
from services.accounts.store.tables import ACCOUNT, AUDIT, PROOF

_OF: Final = (  # built once: every standing reads it
    select(PROOF)
    .where(PROOF.c.account_id == bindparam("asked"))
    .order_by(PROOF.c.uploaded_at.desc(), PROOF.c.id)
)
_OFFSET: Final = re.compile(r"[0-9]{1,9}")


class SqlProofs:
    """``ports.Proofs`` within one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of(self, account_id: UUID) -> list[Proof]:
        """Return an account's proofs, newest first."""
        return [proof_of(row) for row in await run(self._session, _OF, {"asked": account_id})]

    async def get(self, account_id: UUID, proof_id: UUID, *, lock: bool = False) -> Proof:
        """Return one proof. Raises ``ProofMissing``."""
        query = select(PROOF).where(PROOF.c.account_id == account_id, PROOF.c.id == proof_id)
        if lock:
            query = query.with_for_update()
        row = (await self._session.execute(query)).mappings().one_or_none()
        if row is None:
            raise ProofMissing("no such proof")
        return proof_of(row)

    async def add(self, proof: Proof) -> None:
        """Store a new proof."""
        await self._session.execute(insert(PROOF).values(proof_row(proof)))

    async def save(self, proof: Proof) -> Proof:
        """Store a change and return it with its new version. Raises ``ChangedMeanwhile``."""
        changed = await self._session.execute(
            update(PROOF)
            .where(
                PROOF.c.account_id == proof.account_id,
                PROOF.c.id == proof.id,
                PROOF.c.version == proof.version,
            )
            .values({**proof_row(proof), "version": proof.version + 1})
            .returning(PROOF)
        )
        row = changed.mappings().one_or_none()
        if row is None:
            raise ChangedMeanwhile("the proof changed meanwhile")
        return proof_of(row)

    async def waiting(self, *, cursor: str, limit: int) -> WaitingPage:
        """Return the accounts with proofs to review, the one waiting longest first.

        The queue is short and shrinks as it is worked on: its cursor is a plain offset.
        """
        start = int(cursor) if _OFFSET.fullmatch(cursor) else 0
        queue = (
            select(
                PROOF.c.account_id,
                func.min(PROOF.c.uploaded_at).label("since"),
                func.array_agg(PROOF.c.kind).label("kinds"),
            )
            .where(PROOF.c.state == ProofState.IN_REVIEW)
            .group_by(PROOF.c.account_id)
            .subquery()
        )
        total = await self._session.scalar(select(func.count()).select_from(queue))
        rows = await self._session.execute(
            WITH_HOLDER.add_columns(queue.c.since, queue.c.kinds)
            .join(queue, queue.c.account_id == ACCOUNT.c.account_id)
            .order_by(queue.c.since, ACCOUNT.c.account_id)
            .offset(start)
            .limit(limit)
        )
        items = [
            Waiting(
                account=account_of(row),
                since=row["since"],
                kinds=tuple(sorted(ProofKind(kind) for kind in row["kinds"])),
            )
            for row in rows.mappings()
        ]
        end = start + len(items)
        more = str(end) if end < (total or 0) else ""
        return WaitingPage(items=items, next_cursor=more, total=total or 0)

    async def note(self, account_id: UUID, entry: AuditEntry) -> None:
        """Record what was done, for good."""
        await self._session.execute(
            insert(AUDIT).values(
                account_id=account_id,
                at=entry.at,
                actor_id=entry.actor_id,
                actor=entry.actor,
                action=entry.action,
                facts=dict(entry.facts),
            )
        )

    async def history(self, account_id: UUID) -> list[AuditEntry]:
        """Return what staff did on an account, newest first."""
        query = select(AUDIT).where(AUDIT.c.account_id == account_id).order_by(AUDIT.c.id.desc())
        return [audit_of(row) for row in (await self._session.execute(query)).mappings()]
