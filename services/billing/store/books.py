"""One account's money, within one transaction."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, cast
from uuid import UUID

import asyncpg
from sqlalchemy import Table, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit import mail
from kit.db import run
from kit.errors import ChangedMeanwhile
from kit.ids import new_id
from kit.mail import Mail
from kit.money import Money
from services.billing.domain.hold import Hold, HoldState
from services.billing.domain.ledger import (
    ALWAYS,
    Bucket,
    CreditInsufficient,
    Entry,
    EntryKind,
    Period,
    StatementLine,
    Wallet,
    WalletFrozen,
)
from services.billing.domain.staff import StaffAct
from services.billing.store.facts import tell_hold, tell_low, tell_wallet
from services.billing.store.purchases import SqlPurchases
from services.billing.store.rows import (
    EntryRow,
    HoldRow,
    PostingRow,
    StaffActRow,
    WalletRow,
)

_SHORT: Final = "PV001"
_FROZEN: Final = "PV002"
_POST: Final = text(
    "SELECT * FROM post_entry(:id, :account_id, :kind, :key, :cause, :product, :on_day, :at,"
    " :buckets, :amounts)"
)
_PLACE: Final = text(
    "SELECT * FROM place_hold(:hold_id, :account_id, :hold_key, :product, :net, :vat, :rate_bp,"
    " :price_from, :cause, :at, :id, :key, :on_day)"
)
_HOLDS: Final = cast("Table", HoldRow.__table__)
_WALLETS: Final = cast("Table", WalletRow.__table__)
_HOLD: Final = (
    select(_HOLDS)
    .where(_HOLDS.c.account_id == bindparam("asked_account"), _HOLDS.c.key == bindparam("asked"))
    .with_for_update()
)
_SETTLE: Final = (
    update(_HOLDS)
    .where(_HOLDS.c.id == bindparam("asked"), _HOLDS.c.version == bindparam("asked_version"))
    .values({name: bindparam(name) for name in ("state", "settled_at", "captured_on", "version")})
    .returning(_HOLDS)
)
_WALLET: Final = select(_WALLETS).where(_WALLETS.c.account_id == bindparam("asked_account"))
_WALLET_LOCKED: Final = _WALLET.with_for_update()


class SqlBooks(SqlPurchases):
    """The books of one account, in a transaction opened by ``SqlStore``."""

    def __init__(self, session: AsyncSession, account_id: UUID, *, low_below: Money) -> None:
        super().__init__(session, account_id)
        self._low_below = low_below

    async def wallet(self) -> Wallet:
        """Return what the account has."""
        return await self._wallet(lock=False)

    async def lock_wallet(self) -> Wallet:
        """Return what the account has, which nobody else changes before the end."""
        return await self._wallet(lock=True)

    async def freeze(self, why: str) -> None:
        """Stop the account from spending, or with ``""`` let it again."""
        frozen = await self._session.execute(
            update(WalletRow)
            .where(WalletRow.account_id == self._account_id)
            .values(frozen_for=why, freezes=WalletRow.freezes + 1)
            .returning(WalletRow)
            .execution_options(populate_existing=True)
        )
        await tell_wallet(self._session, frozen.scalar_one().read())

    async def owed(self) -> Money:
        """Return what the account owes us."""
        debt = select(-func.coalesce(func.sum(PostingRow.amount_cents), 0)).where(
            PostingRow.account_id == self._account_id, PostingRow.bucket == Bucket.OWED.value
        )
        return Money(int(await self._session.scalar(debt) or 0))

    async def note(self, act: StaffAct) -> None:
        """Record what staff did, for good."""
        await self._session.execute(
            insert(StaffActRow).values(
                account_id=self._account_id,
                at=act.at,
                actor_id=act.by.id,
                actor=act.by.name,
                action=act.action.value,
                note=act.note,
                facts=dict(act.facts),
            )
        )

    async def acts(self) -> Sequence[StaffAct]:
        """List what staff did, latest first."""
        wanted = select(StaffActRow).where(StaffActRow.account_id == self._account_id)
        rows = await self._session.scalars(wanted.order_by(StaffActRow.id.desc()))
        return [row.read() for row in rows]

    async def post(self, entry: Entry) -> Wallet:
        """Write an entry and move the wallet, in one call of one SQL function."""
        values = self._entry_values(entry)
        with _foreseen():
            (row,) = await run(self._session, _POST, values)
        return await self._moved(row, entry)

    async def entries(
        self, *, before: int | None, limit: int, within: Period = ALWAYS
    ) -> Sequence[StatementLine]:
        """List entries that occurred within a period, latest first, below a wallet version."""
        wanted = select(EntryRow).where(EntryRow.account_id == self._account_id)
        if before is not None:
            wanted = wanted.where(EntryRow.wallet_version < before)
        if within.since is not None:
            wanted = wanted.where(EntryRow.occurred_at >= within.since)
        if within.until is not None:
            wanted = wanted.where(EntryRow.occurred_at < within.until)
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
        reversed_ = {
            row.id: row.key.partition(":")[2]
            for row in rows
            if row.kind == EntryKind.REVERSAL.value
        }
        numbers = await self.credit_note_numbers(list(reversed_.values()))
        return [
            row.read(moves[row.id], credit_note=numbers.get(reversed_.get(row.id, ""), ""))
            for row in rows
        ]

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
            rows = await run(self._session, _PLACE, values)
        if not rows:
            return None
        await self._moved(rows[0], entry)
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
        rows = await run(self._session, _HOLD, {"asked": key, "asked_account": self._account_id})
        return HoldRow(**rows[0]).read() if rows else None

    async def save_hold(self, hold: Hold) -> Hold:
        """Store a settled hold and return it; tell, unless its credit note does."""
        rows = await run(
            self._session,
            _SETTLE,
            {
                "asked": hold.id,
                "asked_version": hold.version,
                "state": hold.state.value,
                "settled_at": hold.settled_at,
                "captured_on": hold.captured_on,
                "version": hold.version + 1,
            },
        )
        if not rows:
            raise ChangedMeanwhile(hold.key)
        saved = HoldRow(**rows[0]).read()
        if saved.state in {HoldState.CAPTURED, HoldState.RELEASED}:
            await tell_hold(self._session, saved)
        return saved

    async def queue_mail(self, mail_: Mail, *, key: str) -> None:
        """Have an e-mail sent, once per key."""
        await mail.queue(self._session, mail_, key=key, account_id=self._account_id)

    async def _wallet(self, *, lock: bool) -> Wallet:
        wanted = _WALLET_LOCKED if lock else _WALLET
        rows = await run(self._session, wanted, {"asked_account": self._account_id})
        return WalletRow(**rows[0]).read() if rows else Wallet(account_id=self._account_id)

    async def _moved(self, row: Mapping[str, Any], entry: Entry) -> Wallet:
        """Tell what an entry made of the wallet, whose row stays locked until the end."""
        before = Wallet(
            account_id=self._account_id,
            available=Money(row["available_cents"]),
            held=Money(row["held_cents"]),
            version=row["version"],
            frozen_for=row["frozen_for"],
            freezes=row["freezes"],
            low_since=row["low_since"],
        )
        wallet = before.noticed(entry, low_below=self._low_below)
        if wallet.low_since != before.low_since:
            await self._session.execute(
                update(WalletRow)
                .where(WalletRow.account_id == self._account_id)
                .values(low_since=wallet.low_since)
            )
        await tell_wallet(self._session, wallet)
        if wallet.just_fell:
            await tell_low(self._session, wallet, low_below=self._low_below)
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
    except asyncpg.PostgresError as error:
        state, detail = error.sqlstate, str(error.detail or "")
        if state == _SHORT:
            available, missing = detail.split(" ")
            raise CreditInsufficient(
                "not enough credit", available_cents=available, missing_cents=missing
            ) from error
        if state == _FROZEN:
            raise WalletFrozen(detail, why=detail) from error
        raise
