"""Ports in memory. The contract suites hold them to what the real ones do."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from kit.blobs import BlobMissing
from kit.errors import ChangedMeanwhile
from kit.uploads import FileKind, Upload, UploadNotADocument
from services.signature.domain.mandate import Fact, Mandate, Scan
from services.signature.domain.sheet import Agency, LetterFacts, MandateSheet
from services.signature.domain.warning import OptOutWarning
from services.signature.tests.builders import a_letter, an_agency


@dataclass
class Kept:
    """A scan as the fake store keeps it."""

    scan: Scan
    letter_id: UUID
    erased_at: datetime | None = None


@dataclass
class Shelf:
    """All that one account has."""

    mandates: dict[UUID, Mandate] = field(default_factory=dict)
    scans: dict[UUID, Kept] = field(default_factory=dict)
    decisions: list[tuple[Mandate, OptOutWarning | None]] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    files_to_erase: list[str] = field(default_factory=list)


class FakeBook:
    """The mandates of one account, in a transaction that is never rolled back."""

    def __init__(self, account_id: UUID, shelf: Shelf) -> None:
        self._account_id = account_id
        self._shelf = shelf

    async def load(self, letter_id: UUID) -> Mandate:
        mandate = self._shelf.mandates.get(letter_id)
        if mandate is None:
            return Mandate.blank(self._account_id, letter_id)
        if mandate.scan is None:
            return mandate
        return replace(mandate, scan=self._shelf.scans[mandate.scan.id].scan)

    async def save(self, mandate: Mandate) -> None:
        known = self._shelf.mandates.get(mandate.letter_id)
        if (known.version if known else 0) != mandate.version - 1:
            raise ChangedMeanwhile("the mandate changed meanwhile")
        self._shelf.mandates[mandate.letter_id] = mandate

    async def has_scan(self, scan_id: UUID) -> bool:
        return scan_id in self._shelf.scans

    async def add_scan(self, mandate: Mandate, scan: Scan) -> None:
        if scan.id in self._shelf.scans:
            raise ChangedMeanwhile("the same upload was received meanwhile")
        self._shelf.scans[scan.id] = Kept(scan, mandate.letter_id)

    async def keep_scan_until(self, scan: Scan, last_day: date) -> None:
        kept = self._shelf.scans[scan.id]
        kept.scan = replace(kept.scan, retained_until=last_day)

    async def erase_scan(self, scan_id: UUID, *, at: datetime) -> UUID | None:
        kept = self._shelf.scans.get(scan_id)
        if kept is None or kept.erased_at is not None:
            return None
        kept.scan, kept.erased_at = replace(kept.scan, filename=""), at
        self._shelf.files_to_erase.append(kept.scan.sha256)
        return kept.letter_id

    async def needs_file(self, sha256: str) -> bool:
        return any(
            kept.scan.sha256 == sha256 and kept.erased_at is None
            for kept in self._shelf.scans.values()
        )

    async def record_decision(self, mandate: Mandate, warning: OptOutWarning | None) -> None:
        self._shelf.decisions.append((mandate, warning))

    async def announce(self, fact: Fact) -> None:
        self._shelf.facts.append(fact)


class FakeStore:
    """Shelves by account."""

    def __init__(self) -> None:
        self.shelves: dict[UUID, Shelf] = {}

    def shelf(self, account_id: UUID) -> Shelf:
        return self.shelves.setdefault(account_id, Shelf())

    @asynccontextmanager
    async def account(self, account_id: UUID) -> AsyncIterator[FakeBook]:
        yield FakeBook(account_id, self.shelf(account_id))


class FakeLetters:
    """One letter, which a test may rewrite."""

    def __init__(self, letter: LetterFacts | None = None) -> None:
        self.letter = letter or a_letter()

    async def read(self, letter_id: UUID) -> LetterFacts:
        return self.letter


class FakeAgencies:
    async def read(self, account_id: UUID, on: datetime) -> Agency:
        return an_agency()


class FakeTypesetter:
    """Sets nothing: remembers the sheet, and wraps pictures visibly."""

    def __init__(self) -> None:
        self.sheets: list[MandateSheet] = []

    async def typeset(self, sheet: MandateSheet) -> bytes:
        self.sheets.append(sheet)
        return b"%PDF-prefilled"

    async def as_pdf(self, data: bytes, scan: Scan) -> bytes:
        return data if scan.format == "pdf" else b"%PDF-of-" + data


async def fake_uploads(data: bytes) -> Upload:
    """Believe the first bytes."""
    kinds = {b"%PDF": FileKind.PDF, b"\x89PNG": FileKind.PNG, b"\xff\xd8\xff\xe0": FileKind.JPEG}
    kind = kinds.get(data[:4])
    if kind is None:
        raise UploadNotADocument("not a kind accepted here")
    return Upload(kind=kind, page_count=1, data=data, sha256=hashlib.sha256(data).hexdigest())


class FakeFiles:
    """Files in memory."""

    def __init__(self) -> None:
        self.kept: dict[tuple[UUID, str], bytes] = {}

    async def put(self, account_id: UUID, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        self.kept[account_id, sha256] = data
        return sha256

    async def get(self, account_id: UUID, sha256: str) -> bytes:
        try:
            return self.kept[account_id, sha256]
        except KeyError:
            raise BlobMissing("no such file") from None

    async def erase(self, account_id: UUID, sha256: str) -> None:
        self.kept.pop((account_id, sha256), None)
