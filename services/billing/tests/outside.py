"""Twins of the card company, the stationer and the files; the contract suite keeps them honest."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from uuid import UUID

from kit.blobs import BlobMissing
from kit.mail import Mail
from services.billing.domain.card import CardNews, CardPage, CardState
from services.billing.domain.credit_note import CreditNotePaper
from services.billing.domain.receipt import Receipt
from services.billing.domain.top_up import TopUp
from services.billing.ports import CardEvent, NewsNotGenuine


class FakeCards:
    """The card company, in memory; ``say`` sets what it would tell of a session."""

    def __init__(self) -> None:
        self.opened: dict[UUID, TopUp] = {}
        self.told: dict[str, CardNews] = {}
        self.fails_with: Exception | None = None

    def say(self, top_up: TopUp, told: CardNews) -> None:
        self.told[f"cs_{top_up.id}"] = replace(told, session_id=f"cs_{top_up.id}")

    async def open_page(self, top_up: TopUp) -> CardPage:
        self._maybe_fail()
        self.opened[top_up.id] = top_up
        return CardPage(session_id=f"cs_{top_up.id}", url=f"https://cards.example/{top_up.id}")

    async def read(self, session_id: str) -> CardNews:
        self._maybe_fail()
        top_up = next(each for each in self.opened.values() if session_id == f"cs_{each.id}")
        waiting = CardNews(
            session_id=session_id,
            state=CardState.OPEN,
            amount=top_up.amount,
            currency="eur",
            is_live=False,
        )
        return self.told.get(session_id, waiting)

    async def purchase_of(self, payment_id: str) -> tuple[UUID, UUID] | None:
        for session_id, told in self.told.items():
            if told.payment_id == payment_id:
                top_up = next(t for t in self.opened.values() if session_id == f"cs_{t.id}")
                return top_up.account_id, top_up.id
        return None

    def hear(self, headers: Mapping[str, str], body: bytes) -> CardEvent:
        if headers.get("stripe-signature") != "genuine":
            raise NewsNotGenuine
        return self.read_event(body)

    def read_event(self, body: bytes) -> CardEvent:
        """Read ``event id, account, purchase, payment``, each possibly ``-``."""
        number, account_id, top_up_id, payment_id = body.decode().split(",")
        return CardEvent(
            id=number,
            kind="checkout.session.completed",
            body=body,
            account_id=None if account_id == "-" else UUID(account_id),
            top_up_id=None if top_up_id == "-" else UUID(top_up_id),
            payment_id="" if payment_id == "-" else payment_id,
        )

    def _maybe_fail(self) -> None:
        if self.fails_with:
            raise self.fails_with


class FakeStationery:
    """Documents as plain words."""

    async def receipt(self, receipt: Receipt) -> bytes:
        return f"receipt {receipt.number} of {receipt.amount.cents}".encode()

    async def credit_note(self, note: CreditNotePaper) -> bytes:
        return f"credit note {note.number} of {note.split.gross.cents} for {note.cause}".encode()

    def receipt_mail(self, receipt: Receipt, *, to: str, pdf: bytes) -> Mail:
        return Mail(to=to, subject=receipt.number, text=pdf.decode(), html="")


class FakeFiles:
    """Files in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    async def put(self, data: bytes) -> str:
        name = sha256(data).hexdigest()
        self.kept[name] = data
        return name

    async def get(self, name: str) -> bytes:
        if name not in self.kept:
            raise BlobMissing(name)
        return self.kept[name]
