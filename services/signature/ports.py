"""What signature needs from outside, in its own words."""

from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from kit.uploads import Upload
from services.signature.domain.mandate import Fact, Mandate, Scan
from services.signature.domain.sheet import Agency, LetterFacts, MandateSheet
from services.signature.domain.warning import OptOutWarning


class MandateBook(Protocol):
    """The mandates of one account, within one transaction."""

    async def load(self, letter_id: UUID) -> Mandate:
        """Return the mandate of a letter, locked until the end; blank when nothing was decided."""

    async def save(self, mandate: Mandate) -> None:
        """Store a changed mandate. Raises ``ChangedMeanwhile`` when somebody was faster."""

    async def has_scan(self, scan_id: UUID) -> bool:
        """Tell whether this upload was received before, whatever became of it."""

    async def add_scan(self, mandate: Mandate, scan: Scan) -> None:
        """Record an uploaded scan, to be erased after its last day. Raises ``ChangedMeanwhile``."""

    async def keep_scan_until(self, scan: Scan, last_day: date) -> None:
        """Have a scan erased after that Paris day; replaces what was planned."""

    async def erase_scan(self, scan_id: UUID, *, at: datetime) -> UUID | None:
        """Forget a scan and have its file erased; return its letter, or nothing when forgotten."""

    async def needs_file(self, sha256: str) -> bool:
        """Tell whether a scan that is still kept has these bytes."""

    async def record_decision(self, mandate: Mandate, warning: OptOutWarning | None) -> None:
        """Keep a decision for good: who, when, about which content, having read which text."""

    async def announce(self, fact: Fact) -> None:
        """Tell the other services, if this transaction stands."""


class Store(Protocol):
    """The mandates' own database."""

    def account(self, account_id: UUID) -> AbstractAsyncContextManager[MandateBook]:
        """Open a transaction on one account's mandates."""


class Letters(Protocol):
    """What letters says, on behalf of whoever asks."""

    async def read(self, letter_id: UUID) -> LetterFacts:
        """Return the letter as it is now. Raises a refusal of kind MISSING or LATER."""


class Agencies(Protocol):
    """What accounts says of the agency, on behalf of whoever asks."""

    async def read(self, account_id: UUID, on: datetime) -> Agency:
        """Return the mandatary as letters print it. Raises a refusal of kind LATER."""


class Typesetter(Protocol):
    """Makes PDFs."""

    async def typeset(self, sheet: MandateSheet) -> bytes:
        """Return the prefilled mandate (PDF/UA-1, A4). The same sheet gives the same bytes."""

    async def as_pdf(self, data: bytes, scan: Scan) -> bytes:
        """Return a scan as a PDF: a PDF as it is, a picture set on an A4 page."""


class Uploads(Protocol):
    """Reads received files, far from everything else."""

    async def __call__(self, data: bytes) -> Upload:
        """Return the file, found harmless. Raises a refusal of kind INVALID."""


class Files(Protocol):
    """Files of one account, kept by their SHA-256."""

    async def put(self, account_id: UUID, data: bytes) -> str:
        """Keep a file and return its SHA-256 in hex; keeping it twice changes nothing."""

    async def get(self, account_id: UUID, sha256: str) -> bytes:
        """Return a kept file. Raises a refusal of kind MISSING."""

    async def erase(self, account_id: UUID, sha256: str) -> None:
        """Erase a file; erasing what is not there changes nothing."""
