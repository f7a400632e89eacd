"""Work that falls due: looks at the card company, news, receipts, the nightly audit."""

from datetime import datetime, time, timedelta
from typing import Final
from uuid import UUID

from kit.clock import Clock
from kit.days import next_paris_time
from kit.db import Database
from kit.due import LEASE_S, DueItem, DueWorker
from kit.pruning import PRUNE, Pruning, Rule
from services.billing.ports import Cards, DueKind, Files, Stationery, Store
from services.billing.usecases.audit import audit_books
from services.billing.usecases.credit_notes import make_credit_note
from services.billing.usecases.news import handle_news
from services.billing.usecases.receipts import make_receipt
from services.billing.usecases.top_ups import compare

AUDIT_AT: Final = time(3, 30)  # Paris, when nothing leaves
PRUNED: Final = (
    # The card company tells again for three days, and shows its events for thirty; what it told
    # may name a buyer. The same news once more is only one more comparison.
    Rule(
        table="card_news",
        over="handled_at IS NOT NULL",
        since="handled_at",
        kept=timedelta(days=90),
    ),
)


def due_worker(
    database: Database,
    clock: Clock,
    *,
    store: Store,
    cards: Cards,
    stationery: Stationery,
    files: Files,
    expects_live: bool,
    lease_s: int = LEASE_S,
) -> DueWorker:
    """Build the loop. All of it calls partners or files: every handler may run twice."""

    async def look(item: DueItem) -> None:
        account_id, number = _purchase(item)
        await compare(
            account_id, number, store=store, cards=cards, clock=clock, expects_live=expects_live
        )

    async def news(item: DueItem) -> None:
        await handle_news(
            str(item.payload["event_id"]),
            store=store,
            cards=cards,
            clock=clock,
            expects_live=expects_live,
        )

    async def receipt(item: DueItem) -> None:
        account_id, number = _purchase(item)
        await make_receipt(account_id, number, store=store, stationery=stationery, files=files)

    async def credit_note(item: DueItem) -> None:
        if item.account_id is None:
            raise ValueError(f"{item.key}: whose credit note?")
        await make_credit_note(
            item.account_id,
            str(item.payload["number"]),
            store=store,
            stationery=stationery,
            files=files,
        )

    async def audit(_item: DueItem) -> None:
        await audit_books(store=store)
        await store.plan_audit(next_audit(clock()))

    return DueWorker(
        database,
        clock,
        leased={
            DueKind.CARD_LOOK: look,
            DueKind.CARD_NEWS: news,
            DueKind.RECEIPT: receipt,
            DueKind.CREDIT_NOTE: credit_note,
            DueKind.AUDIT: audit,
            PRUNE: Pruning(database, clock, rules=PRUNED),
        },
        lease_s=lease_s,
    )


def next_audit(now: datetime) -> datetime:
    """Return the next half past three of a Paris night, strictly after now."""
    return next_paris_time(now, AUDIT_AT)


def _purchase(item: DueItem) -> tuple[UUID, UUID]:
    if item.account_id is None:
        raise ValueError(f"{item.key}: whose purchase?")
    return item.account_id, UUID(str(item.payload["top_up_id"]))
