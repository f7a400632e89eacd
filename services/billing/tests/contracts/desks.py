"""The other side of the card company's counter: on the fake, and in the sandbox."""

from dataclasses import dataclass, replace
from typing import Protocol

import httpx
import stripe

from kit.money import Money
from services.billing.domain.card import CardState
from services.billing.domain.top_up import TopUp
from services.billing.partners.stripe_cards import StripeCards
from services.billing.ports import Cards
from services.billing.tests.builders import a_refund, news
from services.billing.tests.outside import FakeCards


class Desk(Protocol):
    """A card company whose buyer and whose shop do as a test says."""

    @property
    def cards(self) -> Cards:
        """The card company, as billing sees it."""

    async def pay(self, top_up: TopUp, session_id: str) -> None:
        """Pay on the card page."""

    async def expire(self, session_id: str) -> None:
        """Let the card page expire."""

    async def refund(self, payment_id: str, cents: int) -> None:
        """Give money back to the card."""


@dataclass(frozen=True)
class FakeDesk:
    """The fake's counter."""

    cards: FakeCards

    async def pay(self, top_up: TopUp, session_id: str) -> None:
        paid = news(CardState.PAID, amount=top_up.amount, payment_id=f"pi_{top_up.id}")
        self.cards.told[session_id] = replace(paid, session_id=session_id)

    async def expire(self, session_id: str) -> None:
        told = await self.cards.read(session_id)
        self.cards.told[session_id] = replace(told, state=CardState.FAILED)

    async def refund(self, payment_id: str, cents: int) -> None:
        for session_id, told in self.cards.told.items():
            if told.payment_id == payment_id:
                number = f"re_{len(told.returns)}"
                returns = (*told.returns, replace(a_refund(cents), id=number, amount=Money(cents)))
                self.cards.told[session_id] = replace(told, returns=returns)


@dataclass(frozen=True)
class SandboxDesk:
    """The sandbox's counter, over the network."""

    cards: StripeCards
    url: str
    client: stripe.StripeClient

    async def pay(self, top_up: TopUp, session_id: str) -> None:
        await self._post(f"/sandbox/cards/{session_id}/pay", {"card": "4242424242424242"})

    async def expire(self, session_id: str) -> None:
        await self.client.v1.checkout.sessions.expire_async(session_id)

    async def refund(self, payment_id: str, cents: int) -> None:
        await self.client.v1.refunds.create_async({"payment_intent": payment_id, "amount": cents})

    async def _post(self, path: str, body: dict[str, str]) -> None:
        async with httpx.AsyncClient(base_url=self.url, timeout=20) as http:
            (await http.post(path, json=body)).raise_for_status()
