"""One account's money, within one transaction."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from kit import due, mail
from kit.errors import ChangedMeanwhile
from kit.ids import new_id
from kit.mail import Mail
from kit.money import Money
from services.billing.domain.card import ReturnKind, ReturnState
from services.billing.domain.hold import Hold, HoldState
from services.billing.domain.ledger import (
    Bucket,
    CreditInsufficient,
    Entry,
    StatementLine,
    Wallet,
    WalletFrozen,
)
from services.billing.domain.top_up import TopUp, TopUpMissing
from services.billing.ports import DueKind, KnownReturn
from services.billing.store.facts import tell_hold, tell_top_up, tell_wallet
from services.billing.store.rows import (
    CardReturnRow,
    EntryRow,
    HoldRow,
    PostingRow,
    TopUpRow,
    WalletRow,
    top_up_values,
)

_SHORT: Final = "PV001"
_FROZEN: Final = "PV002"
_POST: Final = text(
    "SELECT (w).available_cents, (w).held_cents, (w).version, (w).frozen_for FROM post_entry(:id,"
    " :account_id, :kind, :key, :cause, :product, :on_day, :at, :buckets, :amounts) AS w"
)
_PLACE: Final = text(
    "SELECT available_cents, held_cents, version, frozen_for FROM place_hold(:hold_id,"
    " :account_id, :hold_key, :product, :net, :vat, :rate_bp, :price_from, :cause, :at, :id, :key,"
    " :on_day)"
)
_NEXT_RANK: Final = text(
    "INSERT INTO receipt_series (year, last_rank) VALUES (:year, 1)"
    " ON CONFLICT (year) DO UPDATE SET last_rank = receipt_series.last_rank + 1 RETURNING last_rank"
)


class SqlBooks:
    """The books of one account, in a transaction opened by ``SqlStore``."""

    def __init__(self, session: AsyncSession, account_id: UUID) -> None:
        self._session = session
        self._account_id = account_id

    async def wallet(self) -> Wallet:
        """Return what the account has."""
        return await self._wallet(lock=False)

    async def lock_wallet(self) -> Wallet:
        """Return what the account has, which nobody else changes before the end."""
        return await self._wallet(lock=True)

    async def freeze(self, why: str) -> None:
        """Stop the account from spending, or with ``""`` let it again; the next entry tells it."""
        await self._session.execute(
            update(WalletRow).where(WalletRow.account_id == self._account_id).values(frozen_for=why)
        )

    async def post(self, entry: Entry) -> Wallet:
        """Write an entry and move the wallet, in one call of one SQL function."""
        values = self._entry_values(entry)
        with _foreseen():
            row = (await self._session.execute(_POST, values)).mappings().one()
        return await self._moved(row)

    async def entries(self, *, before: int | None, limit: int) -> Sequence[StatementLine]:
        """List entries, latest first, below a wallet version."""
        wanted = select(EntryRow).where(EntryRow.account_id == self._account_id)
        if before is not None:
            wanted = wanted.where(EntryRow.wallet_version < before)
        wanted = wanted.order_by(EntryRow.wallet_version.desc()).limit(limit)
        rows = (await self._session.scalars(wanted)).all()
        postings = await self._session.scalars(
            select(PostingRow).where(
                PostingRow.account_id == self._account_id,
                PostingRow.entry_id.in_([row.id for row in rows]),
            )
        )
        moves: dict[UUID, dict[Bucket, Money]] = {}
        for posting in postings:
            of_entry = moves.setdefault(posting.entry_id, {})
            of_entry[Bucket(posting.bucket)] = Money(posting.amount_cents)
        return [row.read(moves[row.id]) for row in rows]

    async def place(self, hold: Hold, entry: Entry) -> Hold | None:
        """Set credit aside; return nothing when the key is already known."""
        if hold.price is None:
            raise ValueError("a tombstone is buried, not placed")
        split = hold.price.split
        values = self._entry_values(entry) | {
            "hold_id": hold.id,
            "hold_key": hold.key,
            "net": split.net.cents,
            "vat": split.vat.cents,
            "rate_bp": split.rate_bp,
            "price_from": hold.price.valid_from,
        }
        for unused in ("kind", "buckets", "amounts"):
            del values[unused]  # the function knows what a hold moves
        with _foreseen():
            row = (await self._session.execute(_PLACE, values)).mappings().first()
        if row is None:
            return None
        await self._moved(row)
        return hold

    async def bury(self, hold: Hold) -> bool:
        """Keep a tombstone; return False when the key is already known."""
        kept = await self._session.execute(
            insert(HoldRow)
            .values(
                id=hold.id,
                account_id=hold.account_id,
                key=hold.key,
                state=hold.state.value,
                cause=hold.cause,
                held_at=hold.held_at,
                settled_at=hold.settled_at,
                version=hold.version,
            )
            .on_conflict_do_nothing()
            .returning(HoldRow.id)
        )
        return kept.first() is not None

    async def hold(self, key: str) -> Hold | None:
        """Return a hold, locked until the end."""
        row = await self._session.scalar(
            select(HoldRow)
            .where(HoldRow.account_id == self._account_id, HoldRow.key == key)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        return None if row is None else row.read()

    async def save_hold(self, hold: Hold) -> Hold:
        """Store a settled hold, tell, and return it."""
        changed = await self._session.execute(
            update(HoldRow)
            .where(HoldRow.id == hold.id, HoldRow.version == hold.version)
            .values(
                state=hold.state.value,
                settled_at=hold.settled_at,
                captured_on=hold.captured_on,
                version=hold.version + 1,
            )
            .returning(HoldRow)
            .execution_options(populate_existing=True)
        )
        row = changed.scalar_one_or_none()
        if row is None:
            raise ChangedMeanwhile(hold.key)
        saved = row.read()
        if saved.state is not HoldState.HELD:
            await tell_hold(self._session, saved)
        return saved

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

    async def next_receipt_rank(self, year: int) -> int:
        """Take the next number; the row stays locked, so numbers commit in order, without gap."""
        return int((await self._session.execute(_NEXT_RANK, {"year": year})).scalar_one())

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

    async def queue_mail(self, mail_: Mail, *, key: str) -> None:
        """Have an e-mail sent, once per key."""
        await mail.queue(self._session, mail_, key=key, account_id=self._account_id)

    async def _plan(self, kind: DueKind, key: str, top_up: TopUp, at: datetime) -> None:
        await due.schedule(
            self._session,
            kind=kind,
            key=key,
            due_at=at,
            account_id=self._account_id,
            payload={"top_up_id": str(top_up.id)},
        )

    async def _wallet(self, *, lock: bool) -> Wallet:
        wanted = select(WalletRow).where(WalletRow.account_id == self._account_id)
        if lock:
            wanted = wanted.with_for_update()
        row = await self._session.scalar(wanted.execution_options(populate_existing=True))
        return Wallet(account_id=self._account_id) if row is None else row.read()

    async def _moved(self, row: Any) -> Wallet:  # noqa: ANN401 - a row of a text statement
        wallet = Wallet(
            account_id=self._account_id,
            available=Money(row["available_cents"]),
            held=Money(row["held_cents"]),
            version=row["version"],
            frozen_for=row["frozen_for"],
        )
        await tell_wallet(self._session, wallet)
        return wallet

    def _entry_values(self, entry: Entry) -> dict[str, Any]:
        if entry.account_id != self._account_id:
            raise ValueError("these books are another account's")
        return {
            "id": new_id(),
            "account_id": entry.account_id,
            "kind": entry.kind.value,
            "key": entry.key,
            "cause": entry.cause,
            "product": entry.product,
            "on_day": entry.on_day,
            "at": entry.at,
            "buckets": [bucket.value for bucket in entry.postings],
            "amounts": [amount.cents for amount in entry.postings.values()],
        }


@contextmanager
def _foreseen() -> Iterator[None]:
    """Turn what the SQL functions refuse into refusals; the transaction is lost either way."""
    try:
        yield
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", "")
        cause = getattr(error.orig, "__cause__", None)
        detail = str(getattr(cause, "detail", "") or "")
        if state == _SHORT:
            available, missing = detail.split(" ")
            raise CreditInsufficient(
                "not enough credit", available_cents=available, missing_cents=missing
            ) from error
        if state == _FROZEN:
            raise WalletFrozen(detail, why=detail) from error
        raise
