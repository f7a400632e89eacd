"""The database: one account's books, and what is read across accounts."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from kit import due
from kit.db import Database
from kit.money import ZERO, Money
from services.billing.domain.hold import Hold, HoldState
from services.billing.domain.ledger import Wallet
from services.billing.domain.top_up import Method
from services.billing.ports import CardEvent, DueKind
from services.billing.store.books import SqlBooks
from services.billing.store.rows import CardNewsRow, HoldRow, TopUpRow, WalletRow

# Each query lists (what, where) that should be empty.
_CHECKS: Final = {
    "postings do not sum to zero": """
        SELECT entry_id::text FROM posting GROUP BY entry_id HAVING sum(amount_cents) <> 0""",
    "an entry is not what its postings say": """
        SELECT entry.id::text FROM entry JOIN posting ON entry_id = entry.id GROUP BY entry.id
        HAVING coalesce(sum(amount_cents) FILTER (WHERE bucket = 'available'), 0)
                <> entry.available_change
            OR coalesce(sum(amount_cents) FILTER (WHERE bucket = 'held'), 0)
                <> entry.held_change""",
    "a wallet is not the sum of its entries": """
        SELECT wallet.account_id::text FROM wallet LEFT JOIN entry USING (account_id)
        GROUP BY wallet.account_id
        HAVING coalesce(sum(available_change), 0) <> available_cents
            OR coalesce(sum(held_change), 0) <> held_cents OR count(entry.id) <> wallet.version""",
    "held credit is not the sum of the open holds": """
        SELECT wallet.account_id::text FROM wallet LEFT JOIN hold
            ON hold.account_id = wallet.account_id AND hold.state = 'held'
        GROUP BY wallet.account_id
        HAVING coalesce(sum(net_cents + vat_cents), 0) <> wallet.held_cents""",
    "a settled hold has not its one entry": """
        SELECT hold.key FROM hold LEFT JOIN entry ON entry.key IN
            ('capture:' || hold.key, 'release:' || hold.key)
        WHERE hold.state <> 'held' AND hold.product IS NOT NULL
        GROUP BY hold.key HAVING count(entry.id) <> 1""",
    "a paid purchase has not its one entry": """
        SELECT top_up.id::text FROM top_up LEFT JOIN entry ON entry.key = 'top_up:' || top_up.id
            LEFT JOIN posting AS debt ON debt.entry_id = entry.id AND debt.bucket = 'owed'
        WHERE (top_up.state = 'paid') <> (entry.id IS NOT NULL)
            OR entry.available_change + coalesce(debt.amount_cents, 0) <> top_up.amount_cents""",
    "an account is owed what it should have": """
        SELECT account_id::text FROM posting WHERE bucket = 'owed'
        GROUP BY account_id HAVING sum(amount_cents) > 0""",
    "a reversed hold has not its entry and its credit note": """
        SELECT hold.key FROM hold LEFT JOIN entry ON entry.key = 'reversal:' || hold.key
            LEFT JOIN credit_note ON hold_id = hold.id AND number <> ''
        WHERE (hold.state = 'reversed') <> (entry.id IS NOT NULL)
            OR (hold.state = 'reversed') <> (hold_id IS NOT NULL)""",
    "a reversal is not what was captured": """
        SELECT hold.key FROM hold JOIN entry
            ON entry.key IN ('capture:' || hold.key, 'reversal:' || hold.key)
            JOIN posting ON entry_id = entry.id AND bucket IN ('revenue', 'vat')
        WHERE hold.state = 'reversed'
        GROUP BY hold.key, bucket HAVING sum(amount_cents) <> 0""",
    "a reversal was forgotten by its capture": """
        SELECT hold.key FROM hold JOIN credit_note ON hold_id = hold.id
        WHERE hold.state = 'captured'""",
    "papers have a gap": """
        SELECT series || '-' || year FROM paper_series LEFT JOIN (
            SELECT receipt_number AS number FROM top_up UNION ALL SELECT number FROM credit_note
        ) AS paper ON number LIKE series || '-' || year || '-%'
        GROUP BY series, year HAVING count(number) <> max(last_rank)""",
}


class SqlStore:
    """Billing's own database."""

    def __init__(self, database: Database, *, low_below: Money = ZERO) -> None:
        self._database = database
        self._low_below = low_below  # credit under it is told to be low

    @asynccontextmanager
    async def account(self, account_id: UUID) -> AsyncIterator[SqlBooks]:
        """Open a transaction on one account's money."""
        async with self._database.account(account_id) as session:
            yield SqlBooks(session, account_id, low_below=self._low_below)

    async def open_holds(
        self, *, prefix: str, after: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[Hold]:
        """List what is set aside, all accounts, oldest first."""
        wanted = select(HoldRow).where(
            HoldRow.state == HoldState.HELD.value, func.starts_with(HoldRow.key, prefix)
        )
        if after is not None:
            wanted = wanted.where(tuple_(HoldRow.held_at, HoldRow.id) > after)
        wanted = wanted.order_by(HoldRow.held_at, HoldRow.id).limit(limit)
        async with self._database.across_accounts("owners compare their open holds") as session:
            return [row.read() for row in await session.scalars(wanted)]

    async def frozen(self, *, after: UUID | None, limit: int) -> Sequence[Wallet]:
        """List the wallets that may not spend, by account."""
        wanted = select(WalletRow).where(WalletRow.frozen_for != "")
        if after is not None:
            wanted = wanted.where(WalletRow.account_id > after)
        wanted = wanted.order_by(WalletRow.account_id).limit(limit)
        async with self._database.across_accounts("staff: frozen wallets") as session:
            return [row.read() for row in await session.scalars(wanted)]

    async def keep_news(self, event: CardEvent, *, at: datetime) -> None:
        """Keep a piece of news and plan its handling; the same one again changes nothing."""
        async with self._database.worker() as session:
            kept = await session.execute(
                insert(CardNewsRow)
                .values(
                    event_id=event.id, kind=event.kind, body=event.body, received_at=at, outcome=""
                )
                .on_conflict_do_nothing()
                .returning(CardNewsRow.event_id)
            )
            if kept.first() is not None:
                await due.schedule(
                    session,
                    kind=DueKind.CARD_NEWS,
                    key=f"{DueKind.CARD_NEWS}:{event.id}",
                    due_at=at,
                    account_id=None,
                    payload={"event_id": event.id},
                )

    async def news(self, event_id: str) -> bytes | None:
        """Return the body of news not handled yet."""
        wanted = select(CardNewsRow.body).where(
            CardNewsRow.event_id == event_id, CardNewsRow.handled_at.is_(None)
        )
        async with self._database.worker() as session:
            return await session.scalar(wanted)

    async def close_news(self, event_id: str, *, outcome: str, at: datetime) -> None:
        """Note that news was handled, and how."""
        async with self._database.worker() as session:
            await session.execute(
                update(CardNewsRow)
                .where(CardNewsRow.event_id == event_id)
                .values(handled_at=at, outcome=outcome)
            )

    async def purchase_of(self, payment_id: str) -> tuple[UUID, UUID] | None:
        """Return the account and the purchase of a card payment."""
        wanted = select(TopUpRow.account_id, TopUpRow.id).where(
            TopUpRow.payment_id == payment_id, TopUpRow.method == Method.CARD.value
        )
        async with self._database.across_accounts("news names a payment alone") as session:
            row = (await session.execute(wanted)).first()
        return None if row is None else (row[0], row[1])

    async def differences(self) -> Sequence[str]:
        """Compare the books with themselves; each line names one disagreement."""
        found: list[str] = []
        async with self._database.across_accounts("the books are audited") as session:
            for what, query in _CHECKS.items():
                rows = (await session.scalars(text(f"{query} LIMIT 20"))).all()
                found += [f"{what}: {where}" for where in rows]
        return found

    async def plan_audit(self, at: datetime) -> None:
        """Plan the next comparison of the books with themselves."""
        async with self._database.worker() as session:
            await due.schedule(
                session, kind=DueKind.AUDIT, key=DueKind.AUDIT, due_at=at, account_id=None
            )
