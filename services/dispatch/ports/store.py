"""Our own database: transactions on one account, and what is asked across accounts."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from kit.errors import Kind, TurnedDown
from kit.mail import Mail
from services.dispatch.domain.attempts import Attempt
from services.dispatch.domain.proofs import Proof
from services.dispatch.domain.sending import Sending, State
from services.dispatch.domain.timeline import Happened


class SendingMissing(TurnedDown):
    """There is no such sending in this account."""

    kind = Kind.MISSING
    reason = "sending-missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceHead:
    """The last evidence of an account's chain: the next one names it by its hash."""

    number: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One fact as stored."""

    fact: Happened
    recorded_at: datetime
    generation: int


class Work(Protocol):
    """One transaction on one account: what it changes is kept together or not at all."""

    async def get(self, sending_id: UUID) -> Sending:
        """Load a sending, locked until the end. Raises ``SendingMissing``."""

    async def find(self, letter_id: UUID) -> Sending | None:
        """Load the sending of a letter, locked until the end."""

    async def look(self, sending_id: UUID) -> Sending:
        """Load a sending as it stands: it may change at once. Raises ``SendingMissing``."""

    async def look_for(self, letter_id: UUID) -> Sending | None:
        """Load the sending of a letter as it stands."""

    async def save(self, sending: Sending, *facts: Happened) -> Sending:
        """Store the new value with its facts, announce it, and return it with its new version.

        Raises ``ChangedMeanwhile`` when the stored version is not the one that was loaded.
        """

    async def note(self, sending: Sending, *facts: Happened) -> None:
        """Store facts that change nothing, once each."""

    async def timeline(self, sending_id: UUID) -> Sequence[Line]:
        """Return what happened, oldest first."""

    async def has_sent(self) -> bool:
        """Tell whether the account ever handed a letter over in its own name."""

    async def with_state(self, *states: State) -> Sequence[Sending]:
        """Return the account's sendings in these states."""

    async def add_proof(self, sending: Sending, proof: Proof) -> bool:
        """Store a proof once; False when that very proof was there. Announces it."""

    async def proofs(self, sending_id: UUID) -> Sequence[Proof]:
        """Return the stored proofs, oldest first."""

    async def sender_at(self, operator: str, fingerprint: str) -> str:
        """Return the operator's number of this agency; empty before it was created."""

    async def remember_sender(self, operator: str, fingerprint: str, number: str) -> None:
        """Keep the operator's number of this agency."""

    async def keep_hint(
        self, attempt_id: UUID, body: bytes, received_at: datetime, *, reference: str
    ) -> None:
        """Keep what a partner told us, unread, with the number of the letter that it names."""

    async def hinted(self, attempt_id: UUID) -> str | None:
        """Return the number that the last call about an attempt named; None when none came."""

    async def evidence_head(self) -> EvidenceHead:
        """Return the end of the account's chain; whoever asks next waits until this ends."""

    async def chain_evidence(self, head: EvidenceHead, sending_id: UUID, evidence: bytes) -> None:
        """Chain a sending's evidence to this head, kept until it is sealed. Once per sending."""

    async def unsealed_evidence(self, sending_id: UUID) -> bytes | None:
        """Return a sending's evidence that is chained and not sealed yet."""

    async def evidence_sealed(self, sending_id: UUID) -> None:
        """Keep no more than the hash: the sealed sheet carries the evidence."""

    async def plan(
        self,
        kind: str,
        key: str,
        due_at: datetime,
        *,
        local_date: date | None = None,
        payload: Mapping[str, str] | None = None,
    ) -> None:
        """Plan due work; the same key replaces it."""

    async def unplan(self, key: str) -> None:
        """Give up due work."""

    async def mail(self, mail: Mail, *, key: str) -> None:
        """Queue an e-mail; the same key is one e-mail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A sending and its account, found across accounts."""

    account_id: UUID
    sending_id: UUID
    attempt: Attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What a partner's call says, not believed before the partner is asked."""

    operator: str
    secret: str
    headers: Mapping[str, str]
    body: bytes


class Store(Protocol):
    """Our database."""

    def account(self, account_id: UUID) -> AbstractAsyncContextManager[Work]:
        """Open a transaction on one account."""

    async def by_token(self, token_hash: str) -> Found | None:
        """Find the attempt that an operator's call is about, by the hash of its secret."""

    async def unknown(self) -> Sequence[Sending]:
        """Return, across accounts, the sendings of unknown outcome, oldest first (staff)."""

    async def account_of(self, sending_id: UUID) -> UUID:
        """Return the account of a sending (staff). Raises ``SendingMissing``."""

    async def plan_for_all(self, kind: str, key: str, due_at: datetime) -> None:
        """Plan due work that belongs to no account; the same key replaces it."""
