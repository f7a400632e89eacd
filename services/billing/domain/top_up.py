"""A purchase of credit: begun by us, paid by card or by transfer, credited once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, Self
from uuid import UUID

from kit.days import paris_date
from kit.errors import Kind, TurnedDown
from kit.ids import derived_id
from kit.money import ZERO, Money
from services.billing.domain.card import CardNews, CardPage, CardReturn, CardState, ReturnKind
from services.billing.domain.ledger import Bucket, Entry, EntryKind, paying_debt

PAGE_LIFE: Final = timedelta(hours=24)  # of a card page, as the card company fixes it
LAST_LOOK: Final = PAGE_LIFE + timedelta(minutes=15)
LOOKS: Final = tuple(timedelta(minutes=m) for m in (5, 30, 120, 480))


class TopUpState(StrEnum):
    """Where a purchase stands. Values are stored: they are never renamed."""

    PENDING = "pending"
    PROCESSING = "processing"
    PAID = "paid"
    FAILED = "failed"


class Method(StrEnum):
    """How credit is paid. Values are stored: they are never renamed."""

    CARD = "card"
    TRANSFER = "transfer"  # to our bank account, recorded by staff


_PAID_FROM: Final = {Method.CARD: Bucket.CARDS, Method.TRANSFER: Bucket.BANK}
NEXT: Final[Mapping[TopUpState, frozenset[TopUpState]]] = {
    TopUpState.PENDING: frozenset({TopUpState.PROCESSING, TopUpState.PAID, TopUpState.FAILED}),
    TopUpState.PROCESSING: frozenset({TopUpState.PAID, TopUpState.FAILED}),
    TopUpState.FAILED: frozenset({TopUpState.PAID}),  # a bank may answer very late
}  # absent on the left = final
_KINDS: Final = {
    ReturnKind.REFUND: EntryKind.REFUND,
    ReturnKind.DISPUTE: EntryKind.DISPUTE,
}
_TAKEN_TO: Final = {ReturnKind.REFUND: Bucket.CARDS, ReturnKind.DISPUTE: Bucket.DISPUTED}
_SAID: Final = {
    CardState.OPEN: TopUpState.PENDING,
    CardState.PROCESSING: TopUpState.PROCESSING,
    CardState.PAID: TopUpState.PAID,
    CardState.FAILED: TopUpState.FAILED,
}


class TopUpMissing(TurnedDown):
    """The account has no such purchase."""

    kind = Kind.MISSING
    reason = "top-up-missing"


class TopUpNotPaid(TurnedDown):
    """Nothing was paid: there is no receipt."""

    reason = "top-up-not-paid"


class IdempotencyKeyReused(TurnedDown):
    """The same key began a purchase of another amount."""

    kind = Kind.INVALID
    reason = "idempotency-key-reused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Who is named on the receipt, and where it is sent."""

    name: str
    lines: Sequence[str]
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TopUp:
    """One purchase of credit."""

    id: UUID
    account_id: UUID
    amount: Money
    buyer: Buyer
    return_url: str
    cancel_url: str
    created_at: datetime
    method: Method = Method.CARD
    state: TopUpState = TopUpState.PENDING
    session_id: str = ""
    checkout_url: str = ""
    payment_id: str = ""  # the card company's, or the bank's reference of the transfer
    received_on: date | None = None  # the Paris day of a transfer
    paid_at: datetime | None = None
    receipt_number: str = ""
    receipt_sha256: str = ""
    refunded: Money = ZERO
    is_disputed: bool = False
    alert: str = ""  # why staff must look: "amount-differs", "test-payment"
    version: int = 1  # bumped by the store at each save

    def has_page(self, page: CardPage) -> Self:
        """Note the card page that was opened for it."""
        return replace(self, session_id=page.session_id, checkout_url=page.url)

    def heard(self, news: CardNews, *, expects_live: bool) -> Self:
        """Compare with what the card company says. Never goes back, whatever the order of news.

        Money that is not the agreed amount, in euros, of the agreed mode, is not credited: the
        purchase keeps its state and an ``alert``.
        """
        said = _SAID[news.state]
        known = replace(self, session_id=news.session_id, payment_id=news.payment_id)
        if said not in NEXT.get(self.state, frozenset()):
            return self if self.payment_id else known
        if said is TopUpState.PAID and (alert := self._difference(news, expects_live)):
            return replace(known, alert=alert)
        return replace(known, state=said, alert="")

    def receipted(self, number: str, at: datetime, *, owed: Money = ZERO) -> tuple[Self, Entry]:
        """Give the paid purchase its number, and the account its credit, less what it owes."""
        paid = replace(self, receipt_number=number, paid_at=at)
        return paid, Entry(
            kind=EntryKind.TOP_UP,
            key=f"top_up:{self.id}",
            account_id=self.account_id,
            cause=number,
            on_day=paris_date(at),
            at=at,
            postings={_PAID_FROM[self.method]: -self.amount, **paying_debt(self.amount, owed)},
        )

    def look_again_at(self, now: datetime) -> datetime | None:
        """Return when to compare again; nothing once it is settled or its page is long closed."""
        if self.state not in {TopUpState.PENDING, TopUpState.PROCESSING}:
            return None
        for pause in (*LOOKS, LAST_LOOK):
            if self.created_at + pause > now:
                return self.created_at + pause
        # a bank that is still silent after a day is asked every day
        return now + PAGE_LIFE if self.state is TopUpState.PROCESSING else None

    def given_up(self, now: datetime) -> bool:
        """Say whether its page never opened and can no longer open."""
        return not self.session_id and now >= self.created_at + PAGE_LIFE

    def _difference(self, news: CardNews, expects_live: bool) -> str:
        if news.is_live != expects_live:
            return "test-payment"
        if (news.amount, news.currency) != (self.amount, "eur"):
            return "amount-differs"
        return ""


def top_up_id(account_id: UUID, idempotency_key: str) -> UUID:
    """Return the id of the purchase begun under a key: a repeated call finds it."""
    return derived_id(account_id, "StartTopUp", idempotency_key)


def return_entry(top_up: TopUp, returned: CardReturn, *, taken: Money, at: datetime) -> Entry:
    """Move money that goes back to the card.

    ``taken`` is what the wallet can give; the rest is a debt of the account.
    """
    moves = {
        Bucket.AVAILABLE: -taken,
        Bucket.OWED: taken - returned.amount,
        _TAKEN_TO[returned.kind]: returned.amount,
    }
    return _of_return(top_up, returned, moves, at=at)


def undone_entry(top_up: TopUp, returned: CardReturn, *, owed: Money, at: datetime) -> Entry:
    """Move to us again what had gone back to the card; it pays what the account owes by now."""
    moves = {_TAKEN_TO[returned.kind]: -returned.amount, **paying_debt(returned.amount, owed)}
    return _of_return(top_up, returned, moves, at=at, then=":undone")


def dispute_lost_entry(top_up: TopUp, returned: CardReturn, *, at: datetime) -> Entry:
    """Book money that a bank took back for good."""
    moves = {Bucket.DISPUTED: -returned.amount, Bucket.CARDS: returned.amount}
    return _of_return(top_up, returned, moves, at=at, then=":lost")


def _of_return(
    top_up: TopUp,
    returned: CardReturn,
    moves: Mapping[Bucket, Money],
    *,
    at: datetime,
    then: str = "",
) -> Entry:
    return Entry(
        kind=_KINDS[returned.kind],
        key=f"{returned.kind}:{returned.id}{then}",
        account_id=top_up.account_id,
        cause=top_up.receipt_number,
        on_day=paris_date(at),
        at=at,
        postings={bucket: amount for bucket, amount in moves.items() if amount != ZERO},
    )
