"""The mandates' tables. Rows never leave this file."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy import BigInteger, DateTime, Table, bindparam, exists, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kit import due
from kit.days import paris_instant
from kit.db import Database, run
from kit.errors import ChangedMeanwhile
from kit.events import announce
from kit.ids import new_id
from preavis.signature.v1 import events_pb2, signature_pb2
from services.signature.domain.mandate import (
    Actor,
    Decision,
    Fact,
    Mandate,
    MandateDecided,
    MandateVoided,
    Scan,
    VoidCause,
)
from services.signature.domain.retention import ERASE_FILE, ERASE_SCAN
from services.signature.domain.warning import OptOutWarning

_DECISIONS = {
    decision: signature_pb2.MandateDecision.Value(f"MANDATE_DECISION_{decision.name}")
    for decision in Decision
}
_CAUSES = {cause: events_pb2.VoidCause.Value(f"VOID_CAUSE_{cause.name}") for cause in VoidCause}
_HOLD = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


class _Base(DeclarativeBase):
    type_annotation_map = {datetime: DateTime(timezone=True), int: BigInteger}  # noqa: RUF012 - theirs


class _MandateRow(_Base):
    __tablename__ = "mandate"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    letter_id: Mapped[UUID]
    decision: Mapped[str]
    bound_hash: Mapped[str]
    bound_version: Mapped[int]
    scan_id: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[UUID | None]
    decided_by_name: Mapped[str | None]
    warning_version: Mapped[str]
    locked_by: Mapped[int | None]
    released_up_to: Mapped[int]
    version: Mapped[int]


class _ScanRow(_Base):
    __tablename__ = "scan"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    mandate_id: Mapped[UUID]
    letter_id: Mapped[UUID]
    sha256: Mapped[str]
    filename: Mapped[str]
    format: Mapped[str]
    page_count: Mapped[int]
    byte_count: Mapped[int]
    uploaded_at: Mapped[datetime]
    retained_until: Mapped[date]
    erased_at: Mapped[datetime | None]


class _DecisionRow(_Base):
    __tablename__ = "decision"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    mandate_id: Mapped[UUID]
    letter_id: Mapped[UUID]
    mandate_version: Mapped[int]
    decision: Mapped[str]
    bound_hash: Mapped[str]
    scan_sha256: Mapped[str]
    warning_version: Mapped[str]
    warning_sha256: Mapped[str]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    decided_at: Mapped[datetime]


_OF_A_SCAN: Final = (
    "id", "sha256", "filename", "format", "page_count", "byte_count", "uploaded_at",
    "retained_until",
)  # fmt: skip
# built once: whatever is asked of a mandate begins with them
_MANDATES: Final = cast("Table", _MandateRow.__table__)
_SCANS: Final = cast("Table", _ScanRow.__table__)
_CHOSEN: Final = (
    _MANDATES.c.account_id == bindparam("asked_account"),
    _MANDATES.c.letter_id == bindparam("asked_letter"),
)
_LOCK: Final = select(_MANDATES.c.id).where(*_CHOSEN).with_for_update()
_READ: Final = (
    select(_MANDATES, *(_SCANS.c[name].label(f"its_{name}") for name in _OF_A_SCAN))
    .outerjoin(_SCANS, _SCANS.c.id == _MANDATES.c.scan_id)
    .where(*_CHOSEN)
)
_SAVE: Final = (
    update(_MANDATES)
    .where(_MANDATES.c.id == bindparam("asked"), _MANDATES.c.version == bindparam("asked_version"))
    .values({column.name: bindparam(column.name) for column in _MANDATES.c})
    .returning(_MANDATES.c.id)
)


class SqlMandateBook:
    """The mandates of one account, in a transaction opened by ``SqlStore`` or by the plumbing."""

    def __init__(self, session: AsyncSession, account_id: UUID) -> None:
        self._session = session
        self._account_id = account_id

    async def load(self, letter_id: UUID) -> Mandate:
        """Return the mandate of a letter, its row locked; blank when there is none.

        It is locked first and alone: in one statement, a row that was waited for would come as it
        is now, and its scan as it was before the wait.
        """
        asked = {"asked_account": self._account_id, "asked_letter": letter_id}
        await run(self._session, _LOCK, asked)
        rows = await run(self._session, _READ, asked)
        return _from_row(rows[0]) if rows else Mandate.blank(self._account_id, letter_id)

    async def save(self, mandate: Mandate) -> None:
        """Store a change of one version. Raises ``ChangedMeanwhile``."""
        values = _to_values(mandate)
        if mandate.version == 1:
            begun = insert(_MandateRow).values(values).on_conflict_do_nothing()
            if await self._session.scalar(begun.returning(_MandateRow.id)) is None:
                raise ChangedMeanwhile("a mandate was begun meanwhile")
            return
        read = {"asked": mandate.id, "asked_version": mandate.version - 1}
        if not await run(self._session, _SAVE, values | read):
            raise ChangedMeanwhile("the mandate changed meanwhile")

    async def has_scan(self, scan_id: UUID) -> bool:
        """Tell whether this upload was received before."""
        known = await self._session.scalar(
            select(exists().where(_ScanRow.id == scan_id, _ScanRow.account_id == self._account_id))
        )
        return bool(known)

    async def add_scan(self, mandate: Mandate, scan: Scan) -> None:
        """Record an uploaded scan, to be erased after its last day. Raises ``ChangedMeanwhile``."""
        await self._hold_file(scan.sha256)
        added = await self._session.scalar(
            insert(_ScanRow)
            .values(
                id=scan.id,
                account_id=self._account_id,
                mandate_id=mandate.id,
                letter_id=mandate.letter_id,
                sha256=scan.sha256,
                filename=scan.filename,
                format=scan.format,
                page_count=scan.page_count,
                byte_count=scan.byte_count,
                uploaded_at=scan.uploaded_at,
                retained_until=scan.retained_until,
            )
            .on_conflict_do_nothing()
            .returning(_ScanRow.id)
        )
        if added is None:
            raise ChangedMeanwhile("the same upload was received meanwhile")
        await self.keep_scan_until(scan, scan.retained_until)

    async def keep_scan_until(self, scan: Scan, last_day: date) -> None:
        """Have a scan erased after that Paris day; replaces what was planned."""
        await self._session.execute(
            update(_ScanRow)
            .where(_ScanRow.id == scan.id, _ScanRow.account_id == self._account_id)
            .values(retained_until=last_day)
        )
        await due.schedule(
            self._session,
            kind=ERASE_SCAN,
            key=f"{ERASE_SCAN}:{scan.id}",
            due_at=paris_instant(last_day + timedelta(days=1)),
            account_id=self._account_id,
            local_date=last_day,
            payload={"scan_id": str(scan.id)},
        )

    async def erase_scan(self, scan_id: UUID, *, at: datetime) -> UUID | None:
        """Forget a scan and have its file erased; return its letter, or nothing when forgotten."""
        row = (
            await self._session.execute(
                update(_ScanRow)
                .where(
                    _ScanRow.id == scan_id,
                    _ScanRow.account_id == self._account_id,
                    _ScanRow.erased_at.is_(None),
                )
                .values(erased_at=at, filename="")
                .returning(_ScanRow.letter_id, _ScanRow.sha256)
            )
        ).one_or_none()
        if row is None:
            return None
        await due.schedule(
            self._session,
            kind=ERASE_FILE,
            key=f"{ERASE_FILE}:{self._account_id}:{row.sha256}",
            due_at=at,
            account_id=self._account_id,
            payload={"sha256": row.sha256},
        )
        letter_id: UUID = row.letter_id
        return letter_id

    async def needs_file(self, sha256: str) -> bool:
        """Tell whether a scan that is still kept has these bytes; it stays so until the end."""
        await self._hold_file(sha256)
        found = await self._session.scalar(
            select(
                exists().where(
                    _ScanRow.account_id == self._account_id,
                    _ScanRow.sha256 == sha256,
                    _ScanRow.erased_at.is_(None),
                )
            )
        )
        return bool(found)

    async def record_decision(self, mandate: Mandate, warning: OptOutWarning | None) -> None:
        """Append to the account's decisions: no row of that table ever changes."""
        await self._session.execute(
            insert(_DecisionRow).values(
                id=new_id(),
                account_id=self._account_id,
                mandate_id=mandate.id,
                letter_id=mandate.letter_id,
                mandate_version=mandate.version,
                decision=mandate.decision.value,
                bound_hash=mandate.bound_hash,
                scan_sha256=mandate.scan.sha256 if mandate.scan else "",
                warning_version=warning.version if warning else "",
                warning_sha256=warning.sha256 if warning else "",
                actor_id=mandate.decided_by.id if mandate.decided_by else None,
                actor_name=mandate.decided_by.name if mandate.decided_by else "",
                decided_at=mandate.decided_at,
            )
        )

    async def _hold_file(self, sha256: str) -> None:
        """Let nobody else add or erase a scan of these bytes before this transaction ends."""
        await self._session.execute(_HOLD, {"name": f"{self._account_id}:{sha256}"})

    async def announce(self, fact: Fact) -> None:
        """Store the fact beside the change it tells of."""
        mandate = fact.mandate
        await announce(
            self._session,
            _decided(fact) if isinstance(fact, MandateDecided) else _voided(fact),
            aggregate_id=mandate.id,
            aggregate_version=mandate.version,
            account_id=mandate.account_id,
        )


class SqlStore:
    """The mandates' database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def account(self, account_id: UUID) -> AsyncIterator[SqlMandateBook]:
        """Open a transaction on one account's mandates."""
        async with self._database.account(account_id) as session:
            yield SqlMandateBook(session, account_id)


def _from_row(row: Mapping[str, Any]) -> Mandate:
    by = row["decided_by_id"]
    return Mandate(
        id=row["id"],
        account_id=row["account_id"],
        letter_id=row["letter_id"],
        decision=Decision(row["decision"]),
        bound_hash=row["bound_hash"],
        bound_version=row["bound_version"],
        scan=Scan(**{name: row[f"its_{name}"] for name in _OF_A_SCAN}) if row["its_id"] else None,
        decided_at=row["decided_at"],
        decided_by=Actor(id=by, name=row["decided_by_name"] or "") if by else None,
        warning_version=row["warning_version"],
        locked_by=row["locked_by"],
        released_up_to=row["released_up_to"],
        version=row["version"],
    )


def _to_values(mandate: Mandate) -> dict[str, object]:
    return {
        "id": mandate.id,
        "account_id": mandate.account_id,
        "letter_id": mandate.letter_id,
        "decision": mandate.decision.value,
        "bound_hash": mandate.bound_hash,
        "bound_version": mandate.bound_version,
        "scan_id": mandate.scan.id if mandate.scan else None,
        "decided_at": mandate.decided_at,
        "decided_by_id": mandate.decided_by.id if mandate.decided_by else None,
        "decided_by_name": mandate.decided_by.name if mandate.decided_by else None,
        "warning_version": mandate.warning_version,
        "locked_by": mandate.locked_by,
        "released_up_to": mandate.released_up_to,
        "version": mandate.version,
    }


def _decided(fact: MandateDecided) -> events_pb2.MandateDecided:
    mandate = fact.mandate
    return events_pb2.MandateDecided(
        account_id=str(mandate.account_id),
        aggregate_id=str(mandate.id),
        aggregate_version=mandate.version,
        letter_id=str(mandate.letter_id),
        decision=_DECISIONS[mandate.decision],
        bound_hash=mandate.bound_hash,
        scan_sha256=mandate.scan.sha256 if mandate.scan else "",
        warning_version=mandate.warning_version,
        decided_at=_instant(mandate.decided_at),
    )


def _voided(fact: MandateVoided) -> events_pb2.MandateVoided:
    mandate = fact.mandate
    return events_pb2.MandateVoided(
        account_id=str(mandate.account_id),
        aggregate_id=str(mandate.id),
        aggregate_version=mandate.version,
        letter_id=str(mandate.letter_id),
        cause=_CAUSES[fact.cause],
        content_hash=fact.content_hash,
        voided_at=_instant(fact.voided_at),
    )


def _instant(at: datetime | None) -> Timestamp | None:
    if at is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(at)
    return stamp
