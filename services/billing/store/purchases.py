"""One account's purchases of credit and what went back to the card, within one transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from kit import due
from kit.errors import ChangedMeanwhile
from services.billing.domain.card import ReturnKind, ReturnState
from services.billing.domain.top_up import TopUp, TopUpMissing
from services.billing.ports import DueKind, KnownReturn
from services.billing.store.facts import tell_top_up
from services.billing.store.papers import SqlPapers
from services.billing.store.rows import CardReturnRow, TopUpRow, top_up_values


class SqlPurchases(SqlPapers):
    """The part of an account's books that is about buying; ``SqlBooks`` adds the ledger."""

    async def begin_top_up(self, top_up: TopUp) -> TopUp:
        """Store a new purchase, or return the one that stands under its id."""
        kept = await self._session.execute(
            insert(TopUpRow)
            .values(id=top_up.id, version=top_up.version, **top_up_values(top_up))
            .on_conflict_do_nothing()
            .returning(TopUpRow.id)
        )
        return top_up if kept.first() is not None else await self.top_up(top_up.id)

    async def top_up(self, top_up_id: UUID) -> TopUp:
        """Return a purchase, locked until the end. Raises ``TopUpMissing``."""
        row = await self._session.scalar(
            select(TopUpRow)
            .where(TopUpRow.account_id == self._account_id, TopUpRow.id == top_up_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        if row is None:
            raise TopUpMissing(str(top_up_id))
        return row.read()

    async def top_ups(self, *, before: tuple[datetime, UUID] | None, limit: int) -> Sequence[TopUp]:
        """List purchases, latest first."""
        wanted = select(TopUpRow).where(TopUpRow.account_id == self._account_id)
        if before is not None:
            wanted = wanted.where(tuple_(TopUpRow.created_at, TopUpRow.id) < before)
        wanted = wanted.order_by(TopUpRow.created_at.desc(), TopUpRow.id.desc()).limit(limit)
        return [row.read() for row in await self._session.scalars(wanted)]

    async def save_top_up(self, top_up: TopUp) -> TopUp:
        """Store a changed purchase and return it."""
        changed = await self._session.execute(
            update(TopUpRow)
            .where(TopUpRow.id == top_up.id, TopUpRow.version == top_up.version)
            .values(version=top_up.version + 1, **top_up_values(top_up))
            .returning(TopUpRow)
            .execution_options(populate_existing=True)
        )
        row = changed.scalar_one_or_none()
        if row is None:
            raise ChangedMeanwhile(str(top_up.id))
        return row.read()

    async def announce_top_up(self, top_up: TopUp) -> None:
        """Tell that credit was bought."""
        await tell_top_up(self._session, top_up)

    async def card_return(self, return_id: str) -> KnownReturn | None:
        """Return a refund or dispute as it was booked."""
        row = await self._session.get(CardReturnRow, return_id, populate_existing=True)
        return None if row is None else row.read()

    async def save_card_return(self, top_up: TopUp, known: KnownReturn) -> None:
        """Store a refund or dispute, new or changed."""
        returned = known.returned
        await self._session.execute(
            insert(CardReturnRow)
            .values(
                id=returned.id,
                account_id=self._account_id,
                top_up_id=top_up.id,
                kind=returned.kind.value,
                state=returned.state.value,
                amount_cents=returned.amount.cents,
                taken_cents=known.taken.cents,
            )
            .on_conflict_do_update(index_elements=["id"], set_={"state": returned.state.value})
        )

    async def open_disputes(self) -> int:
        """Count the disputes under way."""
        count = select(func.count()).where(
            CardReturnRow.account_id == self._account_id,
            CardReturnRow.kind == ReturnKind.DISPUTE.value,
            CardReturnRow.state == ReturnState.OPEN.value,
        )
        return int(await self._session.scalar(count) or 0)

    async def look_later(self, top_up: TopUp, at: datetime | None) -> None:
        """Plan the next comparison with the card company, or no more."""
        key = f"{DueKind.CARD_LOOK}:{top_up.id}"
        if at is None:
            await due.cancel(self._session, key)
            return
        await self._plan(DueKind.CARD_LOOK, key, top_up, at)

    async def plan_receipt(self, top_up: TopUp, at: datetime) -> None:
        """Have the receipt made and sent soon."""
        await self._plan(DueKind.RECEIPT, f"{DueKind.RECEIPT}:{top_up.id}", top_up, at)

    async def _plan(self, kind: DueKind, key: str, top_up: TopUp, at: datetime) -> None:
        await due.schedule(
            self._session,
            kind=kind,
            key=key,
            due_at=at,
            account_id=self._account_id,
            payload={"top_up_id": str(top_up.id)},
        )
