"""The operator, the files and the seal of a sending, in memory; contract suites prove them."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from kit.blobs import BlobMissing
from kit.clock import Clock
from kit.pdf import Rendered
from services.dispatch.domain.letter import Agency
from services.dispatch.domain.proofs import ProofKind
from services.dispatch.domain.tracking import Answer, News
from services.dispatch.ports import (
    OperatorDown,
    OperatorRefused,
    OperatorSilent,
    Parcel,
)

REFUSE, DOWN, LOSE, SWALLOW, DENY = "refuse", "down", "lose", "swallow", "deny"


@dataclass
class FakeOperator:
    """An operator that answers, refuses, is down, or says nothing: with or without the letter.

    ``calls_first`` is what it does, told the letter's number, before it answers.
    """

    clock: Clock
    next_answers: list[str] = field(default_factory=list)
    letters: dict[str, News] = field(default_factory=dict)
    parcels: dict[str, Parcel] = field(default_factory=dict)
    senders: dict[str, str] = field(default_factory=dict)
    uploads: int = 0
    refused_files: bool = False
    calls_first: Callable[[str], Awaitable[None]] | None = None

    @property
    def name(self) -> str:
        return "ar24"

    async def ensure_sender(self, agency: Agency) -> str:
        return self.senders.setdefault(agency.email, str(9001 + len(self.senders)))

    async def upload(self, sender: str, filename: str, data: bytes) -> str:
        if self.refused_files:
            raise OperatorRefused(slug="file_too_big")
        self.uploads += 1
        return str(self.uploads)

    async def hand_over(self, parcel: Parcel) -> str:
        answer = self.next_answers.pop(0) if self.next_answers else "accept"
        if answer == REFUSE:
            raise OperatorRefused(slug="invalid_to_email")
        if answer == DOWN:
            raise OperatorDown
        if answer == SWALLOW:
            raise OperatorSilent
        reference = str(400_001 + len(self.letters))
        self.letters[reference] = News(
            reference=reference, our_reference=str(parcel.attempt_id), answer=Answer.WAITING
        )
        self.parcels[reference] = parcel
        if self.calls_first is not None:
            await self.calls_first(reference)
        if answer == LOSE:
            raise OperatorSilent
        if answer == DENY:
            raise OperatorDown
        return reference

    async def read(self, sender: str, reference: str) -> News:
        if reference not in self.letters or self.parcels[reference].sender != sender:
            raise OperatorRefused(slug="mail_not_exist")
        return self.letters[reference]

    async def sweep(self, sender: str, references: Sequence[str]) -> Sequence[News]:
        return [await self.read(sender, reference) for reference in references]

    async def fetch(self, address: str) -> bytes:
        return f"%PDF proof {address}".encode()

    def letter_named(self, body: bytes, headers: Mapping[str, str]) -> str:
        return body.decode().removeprefix("id_mail=")

    # --- what happens there ---------------------------------------------------------------------

    def deposit(self, reference: str) -> None:
        news = self.letters[reference]
        if news.answer is Answer.WAITING:
            self._note(news, Answer.DEPOSITED, ProofKind.DEPOSIT, deposited_at=self.clock())

    def end(self, reference: str, answer: Answer) -> None:
        news = self.letters[reference]
        kinds = {
            Answer.ACCEPTED: ProofKind.RECEIPT,
            Answer.REFUSED: ProofKind.REFUSAL,
            Answer.UNCLAIMED: ProofKind.UNCLAIMED,
            Answer.BOUNCED: ProofKind.BOUNCE,
        }
        if news.answer is Answer.DEPOSITED:
            self._note(news, answer, kinds[answer], ended_at=self.clock())

    def _note(self, news: News, answer: Answer, kind: ProofKind, **when: datetime) -> None:
        proofs = {**news.proofs, kind: f"https://operator.example/{kind}-{news.reference}"}
        changes: dict[str, Any] = {"answer": answer, "proofs": proofs, **when}
        self.letters[news.reference] = replace(news, **changes)


@dataclass
class FakeVault:
    """Files in a dictionary."""

    files: dict[tuple[UUID, str], bytes] = field(default_factory=dict)

    async def put(self, sending_id: UUID, data: bytes) -> str:
        name = hashlib.sha256(data).hexdigest()
        self.files[sending_id, name] = data
        return name

    async def get(self, sending_id: UUID, sha256: str) -> bytes:
        if (sending_id, sha256) not in self.files:
            raise BlobMissing
        return self.files[sending_id, sha256]

    async def delete(self, sending_id: UUID, sha256: str) -> None:
        self.files.pop((sending_id, sha256), None)


SEALED = b"\n%SEALED\n"


class FakeSealer:
    """Puts the evidence after the sheet."""

    async def seal(self, pdf: bytes, *, evidence: bytes, at: datetime) -> bytes:
        return pdf + SEALED + evidence


class FakePrinter:
    """Prints the words themselves."""

    async def render(self, words: Mapping[str, Any], *, template: Path) -> Rendered:
        assert template.suffix == ".typ"
        return Rendered(b"%PDF " + json.dumps(words).encode(), page_count=1)
