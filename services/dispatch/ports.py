"""What a sending needs from outside, in its own words."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID

from kit.clock import Clock
from kit.errors import Kind, TurnedDown
from kit.mail import Mail
from services.dispatch.domain.attempts import Attempt
from services.dispatch.domain.letter import Agency, FrozenLetter, MailKind
from services.dispatch.domain.preflight import LetterFacts, MandateFacts, Price, Standing
from services.dispatch.domain.proofs import Proof
from services.dispatch.domain.sending import Sending, State
from services.dispatch.domain.timeline import Happened
from services.dispatch.domain.tracking import News


class SendingMissing(TurnedDown):
    """There is no such sending in this account."""

    kind = Kind.MISSING
    reason = "sending-missing"


class MandateRefused(TurnedDown):
    """The mandate does not let this letter leave; fact ``why`` is signature's own reason."""

    reason = "mandate-not-ready"


# --- our other services ------------------------------------------------------------------------


class Credit(Protocol):
    """billing: prepaid money. Each call may be repeated with the same key."""

    async def hold(
        self,
        account_id: UUID,
        key: str,
        kind: MailKind,
        *,
        cause: str,
        on_day: date,
        expected_gross_cents: int,
    ) -> int:
        """Set the price aside and return it, VAT included, in cents.

        Refused when the credit is short, or when the price is not the one expected.
        """

    async def capture(self, account_id: UUID, key: str, *, on_day: date) -> None:
        """Take what is held, as of the Paris date of the deposit."""

    async def release(self, account_id: UUID, key: str) -> None:
        """Give back what is held, or forbid a hold that has not arrived yet."""

    async def prices(self, account_id: UUID, on_day: date) -> Sequence[Price]:
        """Price each kind of mail."""

    async def available_cents(self, account_id: UUID) -> int:
        """Tell what can be spent."""

    async def open_holds(self) -> Sequence[tuple[UUID, str]]:
        """List (account, key) of the holds that are neither captured nor released."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """The legal engine's answer, as far as a sending needs it.

    ``evaluation`` is the whole of it, serialised, handed on to the page unread.
    """

    ok: bool
    reason: str
    facts: Mapping[str, str]
    send_day: date | None
    last_covered_day: date | None
    new_start: date | None
    allowed_mail: frozenset[MailKind]
    content_hash: str
    evaluation: bytes


class Letters(Protocol):
    """letters: drafts, dates, and the PDF that leaves."""

    async def facts(self, account_id: UUID, letter_id: UUID) -> LetterFacts:
        """Tell what the letter still lacks."""

    async def plan(
        self,
        account_id: UUID,
        letter_id: UUID,
        *,
        send_day: date | None,
        new_start: date | None,
        first_send_day: date,
    ) -> Planned:
        """Compute the dates; ``first_send_day`` is the earliest day the cutoff leaves open."""

    async def freeze(
        self, sending: Sending, *, send_day: date, key: str
    ) -> tuple[FrozenLetter, bytes]:
        """Lock the content for this day and return it with its PDF. Idempotent per generation."""

    async def thaw(self, sending: Sending, *, key: str) -> None:
        """Give a letter that was never scheduled back to its author."""

    async def address_today(self, account_id: UUID, letter: FrozenLetter) -> str:
        """Return the recipient's electronic address now; empty when it closed or has none."""


class Mandates(Protocol):
    """signature: the policyholder's will."""

    async def facts(self, account_id: UUID, letter_id: UUID) -> MandateFacts:
        """Tell where the decision stands."""

    async def check(self, sending: Sending, *, content_hash: str) -> tuple[str, bytes] | None:
        """Lock the decision; return the mandate to attach (file name, PDF), or None.

        Raises ``MandateRefused`` when this letter may not leave with it.
        """

    async def release(self, sending: Sending) -> None:
        """Let the decision change again."""


class Accounts(Protocol):
    """accounts: who may send, and under what name."""

    async def standing(self, account_id: UUID, on_day: date) -> tuple[Standing, Agency]:
        """Tell whether the account may send in its own name on this day."""


# --- outside -----------------------------------------------------------------------------------


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
    """Turns HTML into a tagged PDF."""

    async def render(self, html: str, *, stylesheet: Path) -> bytes:
        """Return the PDF; nothing is fetched from outside."""


# --- our own database --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceHead:
    """The last evidence sheet of an account: the next one names it."""

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
        """Return the account's last evidence sheet, locked until the end."""

    async def advance_evidence(self, previous: EvidenceHead, sha256: str) -> None:
        """Chain one more sheet. Raises ``ChangedMeanwhile`` if another came in between."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything at hand for a use case."""

    store: Store
    clock: Clock
    credit: Credit
    letters: Letters
    mandates: Mandates
    accounts: Accounts
    operator: Operator
    vault: Vault
    sealer: Sealer
    printer: Printer
    public_url: str
