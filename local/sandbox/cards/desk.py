"""The hosted card page in French, the list of payments, and the same acts for tests."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Form, HTTPException, Response
from fastapi.responses import RedirectResponse

from local.sandbox.cards.checkout import Checkout, Declined
from local.sandbox.cards.events import Events
from local.sandbox.cards.objects import CardError, Object, Objects
from local.sandbox.cards.returns import Returns
from local.sandbox.world import World

SEE_OTHER: Final = 303
REFUSALS: Final = {
    "card_declined": "La banque a refusé cette carte. Rien n’a été débité.",
    "insufficient_funds": "Provision insuffisante sur cette carte. Rien n’a été débité.",
    "expired_card": "Cette carte a expiré. Rien n’a été débité.",
    "processing_error": "La banque n’a pas répondu. Rien n’a été débité ; vous pouvez réessayer.",
    "incomplete": "Le numéro d’une carte a 16 chiffres. Reprenez une carte d’essai ci-dessous.",
}
DIGITS: Final = 16


class CardDesk:
    """What a person does at the card company, on either side of the counter."""

    def __init__(
        self,
        world: World,
        objects: Objects,
        checkout: Checkout,
        returns: Returns,
        events: Events,
    ) -> None:
        self._world = world
        self._objects = objects
        self._checkout = checkout
        self._returns = returns
        self._events = events

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/paiement/{number}", self.card_page)
        router.add_api_route("/paiement/{number}", self.pay, methods=["POST"])
        router.add_api_route("/paiements", self.page)
        router.add_api_route("/paiements/litige", self.dispute, methods=["POST"])
        router.add_api_route("/paiements/litige/{number}", self.close, methods=["POST"])
        router.add_api_route("/sandbox/cards/{number}/pay", self.pay_now, methods=["POST"])
        router.add_api_route("/sandbox/cards/{number}/resend", self.resend, methods=["POST"])
        return router

    async def card_page(self, number: str) -> Response:
        """Show what is to be paid, to whom, and the field for the card."""
        return self._card_page(number)

    async def pay(self, number: str, card: Annotated[str, Form()] = "") -> Response:
        """Try the card; success goes back to the shop, a refusal stays here with its reason."""
        digits = "".join(character for character in card if character.isdecimal())
        if len(digits) != DIGITS:
            return self._card_page(number, refusal=REFUSALS["incomplete"], status=422)
        try:
            session = self._checkout.pay(number, digits)
        except Declined as refusal:
            return self._card_page(number, refusal=REFUSALS[refusal.code], status=402)
        except CardError:
            return self._card_page(number)
        back = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
        return RedirectResponse(back, SEE_OTHER)

    async def page(self) -> Response:
        """List sessions, charges and disputes."""
        kinds = {"sessions": "checkout.session", "charges": "charge", "disputes": "dispute"}
        lists = {
            name: self._objects.listing(kind, {"limit": "50"}, "")["data"]
            for name, kind in kinds.items()
        }
        return self._world.pages.show("cards/desk.html", **lists)

    async def dispute(self, charge: Annotated[str, Form()]) -> Response:
        """Open a dispute from the list of payments."""
        with self._world.store.transaction():
            self._returns.dispute(charge)
        return RedirectResponse("/paiements", SEE_OTHER)

    async def close(self, number: str, outcome: Annotated[str, Form()]) -> Response:
        """Close a dispute from the list of payments."""
        with self._world.store.transaction():
            self._returns.close_dispute(number, outcome)
        return RedirectResponse("/paiements", SEE_OTHER)

    async def pay_now(self, number: str, card: Annotated[str, Body(embed=True)]) -> dict[str, Any]:
        """Pay without the page: 402 with Stripe's code when declined, 409 unless open."""
        try:
            return self._checkout.pay(number, card)
        except Declined as refusal:
            raise HTTPException(402, refusal.code) from refusal
        except CardError as error:
            raise HTTPException(409 if error.status != 404 else 404, str(error)) from error  # noqa: PLR2004 - HTTP

    async def resend(self, number: str) -> Object:
        """Send an event again, on demand: what a shop must bear."""
        try:
            return self._events.resend(number)
        except CardError as error:
            raise HTTPException(error.status, str(error)) from error

    def _card_page(self, number: str, *, refusal: str = "", status: int = 200) -> Response:
        try:
            session = self._objects.get("checkout.session", number)
        except CardError:
            return self._world.pages.show("cards/unknown.html", status=404)
        return self._world.pages.show(
            "cards/pay.html", status=status, session=session, refusal=refusal
        )
