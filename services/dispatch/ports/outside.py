"""The operator, and the tools at hand: files, seal, paper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from kit.errors import Kind, TurnedDown
from kit.pdf import Rendered
from services.dispatch.domain.letter import Agency, MailKind
from services.dispatch.domain.tracking import News


class OperatorRefused(TurnedDown):
    """The operator said no, for good; fact ``slug`` is its own code."""

    reason = "operator-refused"


class OperatorDown(TurnedDown):
    """The operator took nothing: the same call may be made again."""

    kind = Kind.LATER
    reason = "operator-down"


class OperatorSilent(TurnedDown):
    """The call left and no answer came: it may, or may not, have been carried out."""

    kind = Kind.LATER
    reason = "operator-silent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What is handed over, once its files are at the operator's."""

    attempt_id: UUID
    sender: str
    kind: MailKind
    recipient_name: str
    recipient_address: str
    letter_number: str
    files: Sequence[str]
    secret: str
    """Makes the address that the operator calls about this attempt impossible to guess."""


class Operator(Protocol):
    """A carrier of electronic registered mail."""

    @property
    def name(self) -> str:
        """Its stable name, stored with each attempt."""

    async def ensure_sender(self, agency: Agency) -> str:
        """Return the agency's number at the operator's, created when there is none."""

    async def upload(self, sender: str, filename: str, data: bytes) -> str:
        """Deliver one file, and return its number. May be repeated: an unused file is harmless."""

    async def hand_over(self, parcel: Parcel) -> str:
        """Send, once, and return the operator's number of it.

        Raises ``OperatorRefused`` (it does not have it, for good), ``OperatorDown`` (it does not
        have it, try again) or ``OperatorSilent`` (nobody knows: never call again blindly).
        """

    async def read(self, sender: str, reference: str) -> News:
        """Tell where one letter stands."""

    async def sweep(self, sender: str, references: Sequence[str]) -> Sequence[News]:
        """Tell where many letters of a sender stand."""

    async def fetch(self, address: str) -> bytes:
        """Return a proof, byte for byte, from the operator's own host only."""

    def letter_named(self, body: bytes, headers: Mapping[str, str]) -> str:
        """Return the number of the letter that a webhook is about; empty when it names none."""


class Vault(Protocol):
    """Files of sendings, by their SHA-256. The same bytes are kept for each sending apart."""

    async def put(self, sending_id: UUID, data: bytes) -> str:
        """Keep bytes, return their SHA-256."""

    async def get(self, sending_id: UUID, sha256: str) -> bytes:
        """Return bytes, checked against their name."""

    async def delete(self, sending_id: UUID, sha256: str) -> None:
        """Erase bytes; erasing what is not there changes nothing."""


class Sealer(Protocol):
    """Seals a PDF (PAdES B-T at least) with the evidence inside it."""

    async def seal(self, pdf: bytes, *, evidence: bytes, at: datetime) -> bytes:
        """Return the sealed PDF."""


class Printer(Protocol):
    """Sets words as a tagged PDF."""

    async def render(self, words: Mapping[str, Any], *, template: Path) -> Rendered:
        """Return the PDF; the same words give the same bytes."""
