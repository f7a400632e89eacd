"""What letters needs from outside, in its own words."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date
from typing import Protocol
from uuid import UUID

from services.letters.domain.letter import Frozen, Letter
from services.letters.domain.letterhead import Letterhead
from services.letters.domain.listing import ListQuery, Page
from services.letters.domain.outline import Outline
from services.letters.domain.recipient import Recipient
from services.letters.domain.sheet import Preview, Printed, Sheet


class Transaction(Protocol):
    """The letters of one account, read and written all or nothing."""

    async def next_number(self, year: int) -> str:
        """Take the account's next number of that year: « 26-00042 »."""

    async def add(self, letter: Letter, outline: Outline) -> None:
        """Store a new letter."""

    async def get(self, letter_id: UUID, *, lock: bool = False) -> Letter:
        """Return a letter; ``lock`` keeps others from changing it. Raises ``LetterUnknown``."""

    async def find(self, letter_id: UUID) -> Letter | None:
        """Return a letter if there is one."""

    async def numbered(self, number: str) -> Letter:
        """Return a letter by its number. Raises ``LetterUnknown``."""

    async def save(self, letter: Letter, outline: Outline) -> None:
        """Replace a letter read with ``lock``."""

    async def save_given_up(self, letter: Letter) -> None:
        """Remember a thaw of what was not frozen; the letter's version stays."""

    async def keep_version(self, letter: Letter, frozen: Frozen) -> None:
        """Record for good the version that was frozen."""

    async def tell_changed(self, letter: Letter, outline: Outline, content_hash: str) -> None:
        """Announce the letter as it now stands."""

    async def tell_frozen(self, letter: Letter, frozen: Frozen) -> None:
        """Announce that a version was locked for a sending."""

    async def page(self, query: ListQuery) -> Page:
        """Return one page of the account's list. Raises ``CursorUnreadable``."""

    async def alike(
        self, letter: Letter, *, sent_from: date, alone: bool = False
    ) -> Sequence[Letter]:
        """Return the other locked letters to its recipient that have one of its references.

        Latest change first; what left before ``sent_from`` may be left out. ``alone``: those who
        ask so about the same recipient wait until this transaction is over.
        """


class Store(Protocol):
    """The letters' own database."""

    def account(self, account_id: UUID) -> AbstractAsyncContextManager[Transaction]:
        """Open a transaction on one account's letters."""


class Directory(Protocol):
    """The bodies that letters are written to, shared by all accounts."""

    async def search(self, query: str, *, limit: int) -> tuple[list[Recipient], int]:
        """Return the best answers to a type-ahead, and how many there are in all."""

    async def get(self, recipient_id: UUID) -> Recipient:
        """Return one body. Raises ``RecipientUnknown``."""

    async def named(self, body_ids: Sequence[str]) -> dict[str, Recipient]:
        """Return the bodies known by these keys."""

    async def put(self, recipients: Sequence[Recipient]) -> None:
        """Create or replace bodies, all or nothing."""


class Letterheads(Protocol):
    """What accounts say of who writes."""

    async def on(self, account_id: UUID, day: date) -> Letterhead:
        """Return the account's letterhead on a day. Raises a refusal of kind LATER."""


class Typesetter(Protocol):
    """Turns a letter's content into French and into a page."""

    def subject(self, sheet: Sheet) -> str:
        """Return the subject line, without « Objet »."""

    def preview(self, sheet: Sheet) -> Preview:
        """Return the letter as HTML for the screen."""

    async def typeset(self, sheet: Sheet) -> Printed:
        """Return the letter as a tagged PDF/UA-1. The same sheet gives the same bytes."""


class Files(Protocol):
    """Files kept by their SHA-256."""

    async def put(self, data: bytes) -> str:
        """Keep a file and return its SHA-256, in hex."""

    async def get(self, sha256: str) -> bytes:
        """Return a kept file."""
