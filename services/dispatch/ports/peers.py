"""Our other services, as a sending needs them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Protocol
from uuid import UUID

from kit.errors import TurnedDown
from services.dispatch.domain.letter import Agency, FrozenLetter, MailKind
from services.dispatch.domain.preflight import LetterFacts, MandateFacts, Price, Standing
from services.dispatch.domain.sending import Sending


class MandateRefused(TurnedDown):
    """The mandate does not let this letter leave; fact ``why`` is signature's own reason."""

    reason = "mandate-not-ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """Credit given back after it was taken; asked again, it is the same one."""

    credit_note: str
    """Its number at billing: "AV-2027-000012"."""
    gross_cents: int
    at: datetime


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

    async def reverse(
        self, account_id: UUID, key: str, *, cause: str, on_day: date, buyer: Agency
    ) -> Reversal:
        """Give back what was captured, with a credit note of that Paris day; once per key.

        ``cause`` is the letter's number. Refused when nothing was captured.
        """

    async def prices(self, account_id: UUID, on_day: date) -> Sequence[Price]:
        """Price each kind of mail."""

    async def available_cents(self, account_id: UUID) -> int:
        """Tell what can be spent."""

    async def open_holds(self) -> Sequence[tuple[UUID, str]]:
        """List (account, key) of the holds that are neither captured nor released."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentLetter:
    """Another letter for the same contract; ``message`` is all that letters says of it, unread."""

    number: str
    send_day: date | None
    message: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What a plan is compared with, and which moves none of its days."""

    new_start: date | None = None
    yearly_premium_cents: int = 0


NOTHING_COMPARED: Final = Compared()


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
    recent: Sequence[RecentLetter] = ()
    """Letters lately sent, or to be sent, for the same contract; latest first."""
    cover: bytes | None = None
    """The days between the two contracts, serialised too; None while no new start is known."""


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
        compared: Compared = NOTHING_COMPARED,
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
