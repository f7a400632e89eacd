"""The tables, and what their rows mean."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kit.money import Money, VatSplit
from services.billing.domain.card import CardReturn, ReturnKind, ReturnState
from services.billing.domain.credit_note import CreditNote
from services.billing.domain.hold import Hold, HoldState
from services.billing.domain.ledger import Bucket, Entry, EntryKind, StatementLine, Wallet
from services.billing.domain.staff import Action, Actor, StaffAct
from services.billing.domain.tariff import Price, Product
from services.billing.domain.top_up import Buyer, Method, TopUp, TopUpState
from services.billing.ports import KnownReturn


class _Base(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it so
        datetime: DateTime(timezone=True),
        int: BigInteger,
        list[str]: ARRAY(Text),
        dict[str, str]: JSONB(),
    }


class WalletRow(_Base):
    """One account's money, as its entries left it."""

    __tablename__ = "wallet"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    available_cents: Mapped[int]
    held_cents: Mapped[int]
    version: Mapped[int]
    frozen_for: Mapped[str]
    freezes: Mapped[int]
    low_since: Mapped[int | None]

    def read(self) -> Wallet:
        """Return what it means."""
        return Wallet(
            account_id=self.account_id,
            available=Money(self.available_cents),
            held=Money(self.held_cents),
            version=self.version,
            frozen_for=self.frozen_for,
            freezes=self.freezes,
            low_since=self.low_since,
        )


class EntryRow(_Base):
    """One line of the ledger."""

    __tablename__ = "entry"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    kind: Mapped[str]
    key: Mapped[str]
    cause: Mapped[str]
    product: Mapped[str]
    on_day: Mapped[date]
    occurred_at: Mapped[datetime]
    available_change: Mapped[int]
    held_change: Mapped[int]
    available_after: Mapped[int]
    held_after: Mapped[int]
    wallet_version: Mapped[int]

    def read(self, postings: dict[Bucket, Money], *, credit_note: str = "") -> StatementLine:
        """Return what it means, with its postings and its paper."""
        entry = Entry(
            kind=EntryKind(self.kind),
            key=self.key,
            account_id=self.account_id,
            cause=self.cause,
            product=self.product,
            on_day=self.on_day,
            at=self.occurred_at,
            postings=postings,
        )
        return StatementLine(
            id=self.id,
            entry=entry,
            available_after=Money(self.available_after),
            held_after=Money(self.held_after),
            wallet_version=self.wallet_version,
            credit_note=credit_note,
        )


class PostingRow(_Base):
    """One movement of an entry."""

    __tablename__ = "posting"

    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    bucket: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    amount_cents: Mapped[int]


class HoldRow(_Base):
    """Credit set aside."""

    __tablename__ = "hold"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    key: Mapped[str]
    state: Mapped[str]
    product: Mapped[str | None]
    net_cents: Mapped[int | None]
    vat_cents: Mapped[int | None]
    vat_rate_bp: Mapped[int | None]
    price_from: Mapped[date | None]
    cause: Mapped[str]
    held_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    captured_on: Mapped[date | None]
    version: Mapped[int]

    def read(self) -> Hold:
        """Return what it means."""
        return Hold(
            id=self.id,
            account_id=self.account_id,
            key=self.key,
            state=HoldState(self.state),
            price=self._price(),
            cause=self.cause,
            held_at=self.held_at,
            settled_at=self.settled_at,
            captured_on=self.captured_on,
            version=self.version,
        )

    def _price(self) -> Price | None:
        if self.product is None or self.price_from is None:
            return None
        split = VatSplit(
            Money(self.net_cents or 0), Money(self.vat_cents or 0), self.vat_rate_bp or 0
        )
        return Price(product=Product(self.product), split=split, valid_from=self.price_from)


class TopUpRow(_Base):
    """A purchase of credit."""

    __tablename__ = "top_up"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    amount_cents: Mapped[int]
    method: Mapped[str]
    state: Mapped[str]
    buyer_name: Mapped[str]
    buyer_lines: Mapped[list[str]]
    buyer_email: Mapped[str]
    return_url: Mapped[str]
    cancel_url: Mapped[str]
    created_at: Mapped[datetime]
    session_id: Mapped[str]
    checkout_url: Mapped[str]
    payment_id: Mapped[str]
    received_on: Mapped[date | None]
    paid_at: Mapped[datetime | None]
    receipt_number: Mapped[str]
    receipt_sha256: Mapped[str]
    refunded_cents: Mapped[int]
    is_disputed: Mapped[bool]
    alert: Mapped[str]
    version: Mapped[int]

    def read(self) -> TopUp:
        """Return what it means."""
        return TopUp(
            id=self.id,
            account_id=self.account_id,
            amount=Money(self.amount_cents),
            method=Method(self.method),
            state=TopUpState(self.state),
            buyer=Buyer(
                name=self.buyer_name, lines=tuple(self.buyer_lines), email=self.buyer_email
            ),
            return_url=self.return_url,
            cancel_url=self.cancel_url,
            created_at=self.created_at,
            session_id=self.session_id,
            checkout_url=self.checkout_url,
            payment_id=self.payment_id,
            received_on=self.received_on,
            paid_at=self.paid_at,
            receipt_number=self.receipt_number,
            receipt_sha256=self.receipt_sha256,
            refunded=Money(self.refunded_cents),
            is_disputed=self.is_disputed,
            alert=self.alert,
            version=self.version,
        )


def top_up_values(top_up: TopUp) -> dict[str, object]:
    """Return the columns of a purchase; its version is the store's business."""
    return {
        "account_id": top_up.account_id,
        "amount_cents": top_up.amount.cents,
        "method": top_up.method.value,
        "state": top_up.state.value,
        "buyer_name": top_up.buyer.name,
        "buyer_lines": list(top_up.buyer.lines),
        "buyer_email": top_up.buyer.email,
        "return_url": top_up.return_url,
        "cancel_url": top_up.cancel_url,
        "created_at": top_up.created_at,
        "session_id": top_up.session_id,
        "checkout_url": top_up.checkout_url,
        "payment_id": top_up.payment_id,
        "received_on": top_up.received_on,
        "paid_at": top_up.paid_at,
        "receipt_number": top_up.receipt_number,
        "receipt_sha256": top_up.receipt_sha256,
        "refunded_cents": top_up.refunded.cents,
        "is_disputed": top_up.is_disputed,
        "alert": top_up.alert,
    }


class CardReturnRow(_Base):
    """A refund or a dispute, as it was booked."""

    __tablename__ = "card_return"

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    top_up_id: Mapped[UUID]
    kind: Mapped[str]
    state: Mapped[str]
    amount_cents: Mapped[int]
    taken_cents: Mapped[int]

    def read(self) -> KnownReturn:
        """Return what it means."""
        returned = CardReturn(
            id=self.id,
            kind=ReturnKind(self.kind),
            state=ReturnState(self.state),
            amount=Money(self.amount_cents),
        )
        return KnownReturn(returned=returned, taken=Money(self.taken_cents))


class CardNewsRow(_Base):
    """A piece of news from the card company."""

    __tablename__ = "card_news"

    event_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    body: Mapped[bytes]
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    outcome: Mapped[str]


class StaffActRow(_Base):
    """Something that staff did."""

    __tablename__ = "staff_act"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    actor: Mapped[str]
    action: Mapped[str]
    note: Mapped[str]
    facts: Mapped[dict[str, str]]

    def read(self) -> StaffAct:
        """Return what it means."""
        return StaffAct(
            at=self.at,
            by=Actor(id=self.actor_id, name=self.actor),
            action=Action(self.action),
            note=self.note,
            facts=self.facts,
        )


class CreditNoteRow(_Base):
    """What gives a captured hold back."""

    __tablename__ = "credit_note"

    hold_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    key: Mapped[str]
    cause: Mapped[str]
    on_day: Mapped[date]
    buyer_name: Mapped[str]
    buyer_lines: Mapped[list[str]]
    asked_at: Mapped[datetime]
    number: Mapped[str]
    issued_at: Mapped[datetime | None]
    corrects: Mapped[UUID | None]
    sha256: Mapped[str]
    version: Mapped[int]

    def read(self) -> CreditNote:
        """Return what it means."""
        return CreditNote(
            hold_id=self.hold_id,
            account_id=self.account_id,
            key=self.key,
            cause=self.cause,
            on_day=self.on_day,
            buyer=Buyer(name=self.buyer_name, lines=tuple(self.buyer_lines), email=""),
            asked_at=self.asked_at,
            number=self.number,
            issued_at=self.issued_at,
            corrects=self.corrects,
            sha256=self.sha256,
            version=self.version,
        )


def credit_note_values(note: CreditNote) -> dict[str, object]:
    """Return the columns of a credit note; its version is the store's business."""
    return {
        "hold_id": note.hold_id,
        "account_id": note.account_id,
        "key": note.key,
        "cause": note.cause,
        "on_day": note.on_day,
        "buyer_name": note.buyer.name,
        "buyer_lines": list(note.buyer.lines),
        "asked_at": note.asked_at,
        "number": note.number,
        "issued_at": note.issued_at,
        "corrects": note.corrects,
        "sha256": note.sha256,
    }
