"""What billing needs from outside, in its own words."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from kit.errors import Kind, TurnedDown
from kit.mail import Mail
from kit.money import Money
from services.billing.domain.card import CardNews, CardPage, CardReturn
from services.billing.domain.credit_note import CreditNote, CreditNotePaper
from services.billing.domain.hold import Hold
from services.billing.domain.ledger import ALWAYS, Entry, Period, StatementLine, Wallet
from services.billing.domain.numbering import Series
from services.billing.domain.receipt import Receipt
from services.billing.domain.staff import StaffAct
from services.billing.domain.top_up import TopUp


class DueKind(StrEnum):
    """The kinds of due work. Values are stored: they are never renamed."""

    CARD_LOOK = "card-look"  # compare a purchase with the card company
    CARD_NEWS = "card-news"  # handle a piece of news
    RECEIPT = "receipt"  # make and send a receipt
    CREDIT_NOTE = "credit-note"  # make the paper of a credit note
    AUDIT = "audit"  # compare the books with themselves


class NewsNotGenuine(TurnedDown):
    """The signature is wrong, too old or from the future: somebody else wrote this."""

    kind = Kind.DENIED
    reason = "webhook-not-genuine"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardEvent:
    """One genuine piece of news from the card company: about what, not what it became."""

    id: str
    kind: str  # "checkout.session.completed"
    body: bytes
    account_id: UUID | None  # when it names our purchase itself
    top_up_id: UUID | None
    payment_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownReturn:
    """A refund or dispute as it was booked: how much of it the wallet gave."""

    returned: CardReturn
    taken: Money


class Books(Protocol):
    """One account's money, within one transaction.

    Each change of the wallet is told to the other services by the same transaction.
    """

    async def wallet(self) -> Wallet:
        """Return what the account has."""

    async def lock_wallet(self) -> Wallet:
        """Return what the account has, which nobody else changes before the end."""

    async def freeze(self, why: str) -> None:
        """Stop the account from spending (``dispute``, ``debt``), or with ``""`` let it again."""

    async def owed(self) -> Money:
        """Return what the account owes us: money that went back and was spent already."""

    async def post(self, entry: Entry) -> Wallet:
        """Write an entry and move the wallet. Raises ``CreditInsufficient``."""

    async def entries(
        self, *, before: int | None, limit: int, within: Period = ALWAYS
    ) -> Sequence[StatementLine]:
        """List entries that occurred within a period, latest first, below a wallet version."""

    async def place(self, hold: Hold, entry: Entry) -> Hold | None:
        """Set credit aside; return nothing when the key is already known.

        Raises ``CreditInsufficient`` and ``WalletFrozen``; the key is then free again.
        """

    async def bury(self, hold: Hold) -> bool:
        """Keep a tombstone; return False when the key is already known."""

    async def hold(self, key: str) -> Hold | None:
        """Return a hold, locked until the end."""

    async def save_hold(self, hold: Hold) -> Hold:
        """Store a settled hold and return it; tell, unless its credit note does.

        Raises ``ChangedMeanwhile``.
        """

    async def begin_top_up(self, top_up: TopUp) -> TopUp:
        """Store a new purchase, or return the one that stands under its id.

        Raises ``TopUpMissing`` when another account's does.
        """

    async def top_up(self, top_up_id: UUID) -> TopUp:
        """Return a purchase, locked until the end. Raises ``TopUpMissing``."""

    async def top_ups(self, *, before: tuple[datetime, UUID] | None, limit: int) -> Sequence[TopUp]:
        """List purchases, latest first."""

    async def save_top_up(self, top_up: TopUp) -> TopUp:
        """Store a changed purchase and return it. Raises ``ChangedMeanwhile``."""

    async def announce_top_up(self, top_up: TopUp) -> None:
        """Tell that credit was bought."""

    async def next_rank(self, series: Series, year: int) -> int:
        """Take the next number of a year's papers; given back if the transaction fails."""

    async def begin_credit_note(self, note: CreditNote) -> CreditNote:
        """Store a credit note that was asked for, or return the one that stands for its hold."""

    async def credit_note_of(self, key: str) -> CreditNote | None:
        """Return the credit note of a hold, asked for or issued."""

    async def credit_note(self, number: str) -> CreditNote | None:
        """Return an issued credit note, locked until the end."""

    async def issue_credit_note(self, hold: Hold, note: CreditNote) -> CreditNote:
        """Store the number of a reversed hold's credit note with the debit that it corrects.

        Tells that the credit came back, and has the paper made soon.
        """

    async def save_credit_note(self, note: CreditNote) -> CreditNote:
        """Store that the paper is made, and return it. Raises ``ChangedMeanwhile``."""

    async def card_return(self, return_id: str) -> KnownReturn | None:
        """Return a refund or dispute as it was booked."""

    async def save_card_return(self, top_up: TopUp, known: KnownReturn) -> None:
        """Store a refund or dispute, new or changed."""

    async def open_disputes(self) -> int:
        """Count the disputes under way."""

    async def note(self, act: StaffAct) -> None:
        """Record what staff did, for good."""

    async def acts(self) -> Sequence[StaffAct]:
        """List what staff did, latest first."""

    async def look_later(self, top_up: TopUp, at: datetime | None) -> None:
        """Plan the next comparison with the card company, or no more."""

    async def plan_receipt(self, top_up: TopUp, at: datetime) -> None:
        """Have the receipt made and sent soon."""

    async def queue_mail(self, mail: Mail, *, key: str) -> None:
        """Have an e-mail sent, once per key."""


class Store(Protocol):
    """Billing's own database."""

    def account(self, account_id: UUID) -> AbstractAsyncContextManager[Books]:
        """Open a transaction on one account's money."""

    async def open_holds(
        self, *, prefix: str, after: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[Hold]:
        """List what is set aside, all accounts, oldest first."""

    async def frozen(self, *, after: UUID | None, limit: int) -> Sequence[Wallet]:
        """List the wallets that may not spend, by account."""

    async def keep_news(self, event: CardEvent, *, at: datetime) -> None:
        """Keep a piece of news and plan its handling; the same one again changes nothing."""

    async def news(self, event_id: str) -> bytes | None:
        """Return the body of news not handled yet."""

    async def close_news(self, event_id: str, *, outcome: str, at: datetime) -> None:
        """Note that news was handled, and how."""

    async def purchase_of(self, payment_id: str) -> tuple[UUID, UUID] | None:
        """Return the account and the purchase of a card payment."""

    async def plan_audit(self, at: datetime) -> None:
        """Plan the next comparison of the books with themselves."""

    async def differences(self) -> Sequence[str]:
        """Compare the books with themselves; each line names one disagreement."""


class Cards(Protocol):
    """The card company. Raises refusals of kind LATER while it is away."""

    async def open_page(self, top_up: TopUp) -> CardPage:
        """Open the page where this purchase is paid; repeated, the same page."""

    async def read(self, session_id: str) -> CardNews:
        """Read the whole present state of one purchase."""

    async def purchase_of(self, payment_id: str) -> tuple[UUID, UUID] | None:
        """Return the account and the purchase that a payment bears, if it bears ours."""

    def hear(self, headers: Mapping[str, str], body: bytes) -> CardEvent:
        """Read a piece of news. Raises ``NewsNotGenuine``."""

    def read_event(self, body: bytes) -> CardEvent:
        """Read again a piece of news that was found genuine."""


class Stationery(Protocol):
    """Makes the documents that people get."""

    async def receipt(self, receipt: Receipt) -> bytes:
        """Typeset a receipt (PDF/UA-1, A4). The same receipt gives the same bytes."""

    async def credit_note(self, note: CreditNotePaper) -> bytes:
        """Typeset a credit note (PDF/UA-1, A4)."""

    def receipt_mail(self, receipt: Receipt, *, to: str, pdf: bytes) -> Mail:
        """Write the e-mail that brings a receipt."""


class Files(Protocol):
    """Files kept by their SHA-256."""

    async def put(self, data: bytes) -> str:
        """Keep a file and return its SHA-256 in hex."""

    async def get(self, sha256: str) -> bytes:
        """Return a kept file. Raises a refusal of kind MISSING."""
