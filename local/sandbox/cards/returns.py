"""Money that goes back: refunds asked by the shop, disputes opened by a cardholder."""

from typing import Any, Final

from local.sandbox.cards.events import Events
from local.sandbox.cards.forms import Tree
from local.sandbox.cards.objects import CardError, Object, Objects
from local.sandbox.faults import Partner
from local.sandbox.world import World

OUTCOMES: Final = {"won": "charge.dispute.funds_reinstated", "lost": ""}


class Returns:
    """Refunds and disputes of charges."""

    def __init__(self, world: World, objects: Objects, events: Events) -> None:
        self._world = world
        self._objects = objects
        self._events = events

    def refund(self, fields: Tree, key: str) -> Object:
        """Give back all or part of a payment. Raises ``CardError`` beyond what is left."""
        charge = self._charge(fields)
        left = charge["amount"] - charge["amount_refunded"]
        cents = int(fields.get("amount", left))
        if not 0 < cents <= left:
            code = "charge_already_refunded" if left == 0 else "amount_too_large"
            raise CardError("The refund is larger than what is left.", code=code, param="amount")
        refund = self._objects.add(
            {
                "id": self._objects.new_id("re"),
                "object": "refund",
                "amount": cents,
                "charge": charge["id"],
                "created": int(self._world.now().timestamp()),
                "currency": charge["currency"],
                "metadata": fields.get("metadata", {}),
                "payment_intent": charge["payment_intent"],
                "reason": fields.get("reason"),
                "status": "succeeded",
            }
        )
        refunded = charge["amount_refunded"] + cents
        charge |= {"amount_refunded": refunded, "refunded": refunded == charge["amount"]}
        self._objects.save(charge)
        self._world.effect(Partner.STRIPE, "refunded", reference=key, partner_id=refund["id"])
        self._events.tell("refund.created", refund)
        self._events.tell("charge.refunded", charge)
        return refund

    def dispute(self, charge_number: str) -> Object:
        """Open a dispute on a charge, as its cardholder's bank would. Raises ``CardError``."""
        charge = self._objects.get("charge", charge_number)
        if charge["disputed"]:
            raise CardError("This charge is already disputed.")
        dispute = self._objects.add(
            {
                "id": self._objects.new_id("dp"),
                "object": "dispute",
                "amount": charge["amount"],
                "charge": charge["id"],
                "created": int(self._world.now().timestamp()),
                "currency": charge["currency"],
                "metadata": {},
                "payment_intent": charge["payment_intent"],
                "reason": "fraudulent",
                "status": "needs_response",
            }
        )
        self._objects.save(charge | {"disputed": True})
        self._events.tell("charge.dispute.created", dispute)
        self._events.tell("charge.dispute.funds_withdrawn", dispute)
        return dispute

    def close_dispute(self, number: str, outcome: str) -> Object:
        """End a dispute as ``won`` or ``lost`` for the shop. Raises ``CardError``."""
        dispute = self._objects.get("dispute", number)
        if outcome not in OUTCOMES or dispute["status"] != "needs_response":
            raise CardError("A pending dispute ends won or lost, once.")
        dispute = self._objects.save(dispute | {"status": outcome})
        if OUTCOMES[outcome]:
            self._events.tell(OUTCOMES[outcome], dispute)
        self._events.tell("charge.dispute.closed", dispute)
        return dispute

    def _charge(self, fields: dict[str, Any]) -> Object:
        if number := fields.get("charge"):
            return self._objects.get("charge", number)
        intent = self._objects.get("payment_intent", fields.get("payment_intent", ""))
        if intent["status"] != "succeeded":
            raise CardError("This PaymentIntent has no successful charge.")
        return self._objects.get("charge", intent["latest_charge"])
