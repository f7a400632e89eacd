"""The store of a sending, kept in memory, with transactions that keep all or nothing."""

import copy
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from kit.clock import Clock
from kit.due import DueItem
from kit.errors import ChangedMeanwhile
from kit.ids import derived_id
from kit.mail import Mail
from services.dispatch.domain.attempts import Attempt, AttemptState
from services.dispatch.domain.evidence import GENESIS
from services.dispatch.domain.proofs import Proof
from services.dispatch.domain.sending import Sending, State
from services.dispatch.domain.timeline import Happened
from services.dispatch.ports import EvidenceHead, Found, Line, SendingMissing


@dataclass
class Kept:
    """All that the database holds."""

    sendings: dict[UUID, Sending] = field(default_factory=dict)
    attempts: dict[UUID, tuple[UUID, UUID, Attempt]] = field(default_factory=dict)
    lines: dict[UUID, list[Line]] = field(default_factory=dict)
    marks: set[UUID] = field(default_factory=set)
    proofs: dict[UUID, list[Proof]] = field(default_factory=dict)
    senders: dict[tuple[UUID, str, str], str] = field(default_factory=dict)
    hints: list[tuple[UUID, str]] = field(default_factory=list)
    heads: dict[UUID, EvidenceHead] = field(default_factory=dict)
    sheets: dict[UUID, bytes | None] = field(default_factory=dict)
    items: dict[str, DueItem] = field(default_factory=dict)
    mails: dict[str, Mail] = field(default_factory=dict)
    announced: list[Sending] = field(default_factory=list)


class MemoryStore:
    """Transactions that keep all or nothing; one at a time."""

    def __init__(self, clock: Clock) -> None:
        self.kept = Kept()
        self._clock = clock

    @asynccontextmanager
    async def account(self, account_id: UUID) -> AsyncIterator["MemoryWork"]:
        before = copy.copy(self.kept)
        draft = Kept(**{name: copy.copy(getattr(before, name)) for name in vars(before)})
        draft.lines = {key: list(lines) for key, lines in before.lines.items()}
        draft.proofs = {key: list(proofs) for key, proofs in before.proofs.items()}
        yield MemoryWork(draft, account_id, self._clock)
        self.kept = draft

    async def by_token(self, token_hash: str) -> Found | None:
        for account_id, sending_id, attempt in self.kept.attempts.values():
            if attempt.token_hash == token_hash:
                return Found(account_id=account_id, sending_id=sending_id, attempt=attempt)
        return None

    async def unknown(self) -> Sequence[Sending]:
        found = [s for s in self.kept.sendings.values() if s.state is State.UNKNOWN]
        return sorted(found, key=lambda s: s.attempt.handed_at if s.attempt else self._clock())

    async def account_of(self, sending_id: UUID) -> UUID:
        if sending_id not in self.kept.sendings:
            raise SendingMissing
        return self.kept.sendings[sending_id].account_id

    async def plan_for_all(self, kind: str, key: str, due_at: datetime) -> None:
        self.kept.items[key] = _item(kind, key, None, due_at, {})


class MemoryWork:
    """One transaction of the memory store."""

    def __init__(self, kept: Kept, account_id: UUID, clock: Clock) -> None:
        self._kept = kept
        self._account_id = account_id
        self._clock = clock

    async def get(self, sending_id: UUID) -> Sending:
        found = self._kept.sendings.get(sending_id)
        if found is None or found.account_id != self._account_id:
            raise SendingMissing
        return found

    async def find(self, letter_id: UUID) -> Sending | None:
        mine = (s for s in self._kept.sendings.values() if s.account_id == self._account_id)
        return next((s for s in mine if s.letter_id == letter_id), None)

    async def look(self, sending_id: UUID) -> Sending:
        return await self.get(sending_id)

    async def look_for(self, letter_id: UUID) -> Sending | None:
        return await self.find(letter_id)

    async def save(self, sending: Sending, *facts: Happened) -> Sending:
        stored = self._kept.sendings.get(sending.id)
        if (stored.version if stored else 0) != sending.version:
            raise ChangedMeanwhile
        saved = replace(sending, version=sending.version + 1)
        self._kept.sendings[saved.id] = saved
        if saved.attempt is not None:
            row = (saved.account_id, saved.id, saved.attempt)
            self._kept.attempts[saved.attempt.id] = row
        await self.note(saved, *facts)
        if facts:
            self._kept.announced = [*self._kept.announced, saved]
        return saved

    async def note(self, sending: Sending, *facts: Happened) -> None:
        for fact in facts:
            mark = derived_id(
                sending.id, sending.generation, fact.code, fact.at, sorted(fact.facts.items())
            )
            if mark not in self._kept.marks:
                self._kept.marks.add(mark)
                line = Line(fact=fact, recorded_at=self._clock(), generation=sending.generation)
                self._kept.lines.setdefault(sending.id, []).append(line)

    async def timeline(self, sending_id: UUID) -> Sequence[Line]:
        return self._kept.lines.get(sending_id, [])

    async def has_sent(self) -> bool:
        handed = {AttemptState.ACCEPTED, AttemptState.HANDED, AttemptState.UNKNOWN}
        return any(
            account_id == self._account_id and attempt.state in handed
            for account_id, _, attempt in self._kept.attempts.values()
        )

    async def with_state(self, *states: State) -> Sequence[Sending]:
        mine = (s for s in self._kept.sendings.values() if s.account_id == self._account_id)
        return sorted((s for s in mine if s.state in states), key=lambda s: s.id)

    async def add_proof(self, sending: Sending, proof: Proof) -> bool:
        stored = self._kept.proofs.setdefault(sending.id, [])
        if any((p.kind, p.attempt) == (proof.kind, proof.attempt) for p in stored):
            return False
        stored.append(proof)
        return True

    async def proofs(self, sending_id: UUID) -> Sequence[Proof]:
        return self._kept.proofs.get(sending_id, [])

    async def sender_at(self, operator: str, fingerprint: str) -> str:
        return self._kept.senders.get((self._account_id, operator, fingerprint), "")

    async def remember_sender(self, operator: str, fingerprint: str, number: str) -> None:
        self._kept.senders.setdefault((self._account_id, operator, fingerprint), number)

    async def keep_hint(
        self, attempt_id: UUID, body: bytes, received_at: datetime, *, reference: str
    ) -> None:
        self._kept.hints = [*self._kept.hints, (attempt_id, reference)]

    async def hinted(self, attempt_id: UUID) -> str | None:
        mine = [reference for hinted, reference in self._kept.hints if hinted == attempt_id]
        return mine[-1] if mine else None

    async def evidence_head(self) -> EvidenceHead:
        return self._kept.heads.get(self._account_id, EvidenceHead(number=0, sha256=GENESIS))

    async def chain_evidence(self, head: EvidenceHead, sending_id: UUID, evidence: bytes) -> None:
        if sending_id in self._kept.sheets or await self.evidence_head() != head:
            raise AssertionError("a chain has one link per sending, and never forks")
        sha256 = hashlib.sha256(evidence).hexdigest()
        self._kept.heads[self._account_id] = EvidenceHead(number=head.number + 1, sha256=sha256)
        self._kept.sheets[sending_id] = evidence

    async def unsealed_evidence(self, sending_id: UUID) -> bytes | None:
        return self._kept.sheets.get(sending_id)

    async def evidence_sealed(self, sending_id: UUID) -> None:
        self._kept.sheets[sending_id] = None

    async def plan(
        self,
        kind: str,
        key: str,
        due_at: datetime,
        *,
        local_date: date | None = None,
        payload: Mapping[str, str] | None = None,
    ) -> None:
        self._kept.items[key] = _item(kind, key, self._account_id, due_at, payload or {})

    async def unplan(self, key: str) -> None:
        self._kept.items.pop(key, None)

    async def mail(self, mail: Mail, *, key: str) -> None:
        self._kept.mails.setdefault(key, mail)


def _item(
    kind: str, key: str, account_id: UUID | None, due_at: datetime, payload: Mapping[str, str]
) -> DueItem:
    return DueItem(
        key=key,
        kind=kind,
        account_id=account_id,
        due_at=due_at,
        payload=dict(payload),
        fence=0,
        attempts=0,
    )
