"""Work of accounts that falls due by itself."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit import due
from kit.clock import Clock, system_clock
from kit.db import Database
from kit.due import LEASE_S, DueItem, DueWorker
from kit.pruning import PRUNE, Pruning
from services.accounts import usecases
from services.accounts.ports import (
    CHECK_REGISTRATION,
    ERASE_PROOF,
    REVIEW_STANDING,
    Book,
    Files,
    Registry,
    Store,
)

SWEEP: Final = "sweep"
SWEEP_EVERY: Final = timedelta(hours=1)


def due_worker(
    db: Database,
    clock: Clock,
    *,
    store: Store,
    book_of: Callable[[AsyncSession], Book],
    registry: Registry,
    files: Files,
    lease_s: int = LEASE_S,
) -> DueWorker:
    """Return the loop: registry checks, ends of validity and of retention, sweep, pruning.

    ``book_of`` gives the book of a transaction that the worker opened.
    """

    async def check_registration(item: DueItem) -> None:
        if item.account_id is not None:
            await usecases.check_registration(
                item.account_id, asked_by=None, store=store, registry=registry, clock=clock
            )

    async def erase_proof(item: DueItem) -> None:
        if item.account_id is not None:
            proof_id = UUID(item.payload["proof_id"])
            await usecases.erase_proof(
                item.account_id, proof_id, store=store, files=files, clock=clock
            )

    async def review_standing(session: AsyncSession, item: DueItem) -> None:
        if item.account_id is not None:
            await usecases.review_standing(book_of(session), item.account_id, now=clock())

    async def sweep(session: AsyncSession, item: DueItem) -> None:
        book = book_of(session)
        await usecases.sweep(book, technical=system_clock(), business=clock())
        await _plan_sweep(session, item.due_at, clock)

    return DueWorker(
        db,
        clock,
        within={REVIEW_STANDING: review_standing, SWEEP: sweep},
        leased={
            CHECK_REGISTRATION: check_registration,
            ERASE_PROOF: erase_proof,
            PRUNE: Pruning(db, clock),
        },
        lease_s=lease_s,
    )


async def start_sweeping(db: Database, clock: Clock) -> None:
    """Plan the first sweep; doing it again moves it, nothing more."""
    async with db.worker() as session:
        await due.schedule(session, kind=SWEEP, key=SWEEP, due_at=clock(), account_id=None)


async def _plan_sweep(session: AsyncSession, done: datetime, clock: Clock) -> None:
    at = max(done, clock()) + SWEEP_EVERY
    await due.schedule(session, kind=SWEEP, key=SWEEP, due_at=at, account_id=None)
