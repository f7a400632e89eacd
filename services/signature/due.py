"""Due work: scans are erased when nothing asks any more that they be kept."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import Clock
from kit.db import Database
from kit.due import LEASE_S, DueItem, DueWorker
from kit.pruning import PRUNE, Pruning
from services.signature import usecases
from services.signature.domain.retention import ERASE_FILE, ERASE_SCAN
from services.signature.ports import Files, MandateBook, Store

BookOf = Callable[[AsyncSession, UUID], MandateBook]
"""Opens an account's mandates on the transaction that claims the work."""


def due_worker(
    database: Database,
    clock: Clock,
    *,
    book_of: BookOf,
    store: Store,
    files: Files,
    lease_s: int = LEASE_S,
) -> DueWorker:
    """Return what does this service's due work."""

    async def erase_scan(session: AsyncSession, item: DueItem) -> None:
        book = book_of(session, _account(item))
        await usecases.erase_scan(UUID(item.payload["scan_id"]), book=book, clock=clock)

    async def erase_file(item: DueItem) -> None:
        await usecases.erase_file(_account(item), item.payload["sha256"], store=store, files=files)

    return DueWorker(
        database,
        clock,
        within={ERASE_SCAN: erase_scan},
        leased={ERASE_FILE: erase_file, PRUNE: Pruning(database, clock)},
        lease_s=lease_s,
    )


def _account(item: DueItem) -> UUID:
    if item.account_id is None:
        raise ValueError(f"{item.key} belongs to no account")
    return item.account_id
