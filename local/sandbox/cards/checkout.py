"""Checkout: a session is opened by the shop, paid or declined by a person, or expires."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from local.sandbox.cards.events import Events
from local.sandbox.cards.forms import Tree
from local.sandbox.cards.objects import CardError, Object, Objects
from local.sandbox.faults import Partner
from local.sandbox.world import World

EXPIRE: Final = "card-session-expire"
LIFE: Final = timedelta(hours=24)
MIN_LIFE: Final = timedelta(minutes=30)
MIN_CENTS: Final = 50
DECLINES: Final = {
    "4000000000000002": "card_declined",
    "4000000000009995": "insufficient_funds",
    "4000000000000069": "expired_card",
    "4000000000000119": "processing_error",
}
ACCEPTED: Final = {"4242424242424242": "visa", "5555555555554444": "mastercard"}


@dataclass(frozen=True, slots=True)
class Declined(Exception):
    """The bank said no; the session stays open for another card."""

    code: str


class Checkout:
    """Moves sessions, payments and charges together, and tells the shop."""

    def __init__(self, world: World, objects: Objects, events: Events) -> None:
        self._world = world
        self._objects = objects
        self._events = events
        world.due.teach(EXPIRE, self._expire_when_due)

    def create(self, fields: Tree, key: str) -> Object:
        """Open a session. Raises ``CardError`` naming the field that is missing or wrong."""
        if fields.get("mode") != "payment":
            raise CardError("Only mode=payment is played here.", param="mode")
        if not fields.get("success_url"):
            raise CardError("Missing required param: success_url.", param="success_url")
        items, total, currency = _items(fields.get("line_items"))
        now = self._world.now()
        number = self._objects.new_id("cs")
        session: Object = {
            "id": number,
            "object": "checkout.session",
            "amount_subtotal": total,
            "amount_total": total,
            "cancel_url": fields.get("cancel_url"),
            "client_reference_id": fields.get("client_reference_id"),
            "created": int(now.timestamp()),
            "currency": currency,
            "customer": None,
            "customer_email": fields.get("customer_email"),
            "customer_details": None,
            "expires_at": self._expiry(fields, now),
            "line_items": _list(items, f"/v1/checkout/sessions/{number}/line_items"),
            "livemode": False,
            "locale": fields.get("locale", "auto"),
            "metadata": fields.get("metadata", {}),
            "mode": "payment",
            "payment_intent": None,
            "payment_intent_data": fields.get("payment_intent_data", {}),
            "payment_method_types": fields.get("payment_method_types", ["card"]),
            "payment_status": "unpaid",
            "status": "open",
            "success_url": fields["success_url"],
            "ui_mode": "hosted_page",
            "url": f"{self._world.settings.base_url}/paiement/{number}",
        }
        self._objects.add(session)
        self._world.due.schedule(EXPIRE, number, datetime.fromtimestamp(session["expires_at"], UTC))
        self._world.effect(Partner.STRIPE, "session created", reference=key, partner_id=number)
        return session

    def pay(self, number: str, card: str) -> Object:
        """Charge a card on the page. Raises ``Declined`` or, unless open, ``CardError``."""
        session = self._open(number)
        card = "".join(card.split())
        intent = self._intent(session)
        charge = self._charge(intent, card)
        refusal = DECLINES.get(card) or (None if card in ACCEPTED else "card_declined")
        with self._world.store.transaction():
            self._objects.add(intent)
            if refusal:
                charge |= {"status": "failed", "paid": False, "failure_code": refusal}
                intent |= {"status": "requires_payment_method", "latest_charge": charge["id"]}
                self._objects.add(charge)
                self._objects.save(intent)
                self._events.tell("payment_intent.payment_failed", intent)
                self._events.tell("charge.failed", charge)
            else:
                session = self._complete(session, intent, charge)
        if refusal:
            raise Declined(refusal)
        return session

    def expire(self, number: str) -> Object:
        """Close an open session. Raises ``CardError`` for another one."""
        session = self._open(number) | {"status": "expired", "url": None}
        self._world.due.cancel(EXPIRE, number)
        self._objects.save(session)
        self._events.tell("checkout.session.expired", session)
        return session

    def _complete(self, session: Object, intent: Object, charge: Object) -> Object:
        intent |= {
            "status": "succeeded",
            "amount_received": intent["amount"],
            "latest_charge": charge["id"],
        }
        email = session["customer_email"]
        session |= {
            "status": "complete",
            "payment_status": "paid",
            "payment_intent": intent["id"],
            "customer_details": {"email": email, "name": "Titulaire de démonstration"},
            "url": None,
        }
        self._objects.add(charge)
        self._objects.save(intent)
        self._objects.save(session)
        self._world.due.cancel(EXPIRE, session["id"])
        self._world.effect(
            Partner.STRIPE,
            "payment succeeded",
            reference=str(session["client_reference_id"] or ""),
            partner_id=intent["id"],
        )
        self._events.tell("charge.succeeded", charge)
        self._events.tell("payment_intent.succeeded", intent)
        self._events.tell("checkout.session.completed", session)
        return session

    def _intent(self, session: Object) -> Object:
        extra = session["payment_intent_data"]
        return {
            "id": self._objects.new_id("pi"),
            "object": "payment_intent",
            "amount": session["amount_total"],
            "amount_received": 0,
            "created": int(self._world.now().timestamp()),
            "currency": session["currency"],
            "description": extra.get("description"),
            "latest_charge": None,
            "livemode": False,
            "metadata": extra.get("metadata", {}),
            "payment_method_types": ["card"],
            "status": "processing",
        }

    def _charge(self, intent: Object, card: str) -> Object:
        return {
            "id": self._objects.new_id("ch"),
            "object": "charge",
            "amount": intent["amount"],
            "amount_captured": intent["amount"],
            "amount_refunded": 0,
            "created": intent["created"],
            "currency": intent["currency"],
            "disputed": False,
            "failure_code": None,
            "livemode": False,
            "metadata": intent["metadata"],
            "paid": True,
            "payment_intent": intent["id"],
            "payment_method_details": {
                "card": {"brand": ACCEPTED.get(card, "visa"), "last4": card[-4:]},
                "type": "card",
            },
            "refunded": False,
            "status": "succeeded",
        }

    def _open(self, number: str) -> Object:
        session = self._objects.get("checkout.session", number)
        if session["status"] != "open":
            raise CardError(
                f"This Checkout Session is {session['status']}; only open ones can change."
            )
        return session

    def _expiry(self, fields: Tree, now: datetime) -> int:
        if "expires_at" not in fields:
            return int((now + LIFE).timestamp())
        wanted = datetime.fromtimestamp(int(fields["expires_at"]), UTC)
        if not now + MIN_LIFE - timedelta(minutes=1) <= wanted <= now + LIFE:
            raise CardError("expires_at must be 30 minutes to 24 hours away.", param="expires_at")
        return int(wanted.timestamp())

    def _expire_when_due(self, number: str) -> None:
        if self._objects.get("checkout.session", number)["status"] == "open":
            self.expire(number)


def _items(given: Any) -> tuple[list[Object], int, str]:  # noqa: ANN401 - a form's tree
    if not isinstance(given, list) or not given:
        raise CardError("Missing required param: line_items.", param="line_items")
    items: list[Object] = []
    for rank, item in enumerate(given):
        price = item.get("price_data", {}) if isinstance(item, dict) else {}
        where = f"line_items[{rank}][price_data]"
        name = price.get("product_data", {}).get("name") or price.get("product")
        if (
            not name
            or not price.get("currency")
            or not str(price.get("unit_amount", "")).isdecimal()
        ):
            raise CardError(f"{where} needs currency, unit_amount and product_data.", param=where)
        quantity, cents = int(item.get("quantity", 1)), int(price["unit_amount"])
        items.append(
            {
                "id": Objects.new_id("li"),
                "object": "item",
                "amount_total": quantity * cents,
                "currency": price["currency"],
                "description": name,
                "quantity": quantity,
            }
        )
    total = sum(item["amount_total"] for item in items)
    if total < MIN_CENTS:
        raise CardError("The total must be at least 0.50 eur.", code="amount_too_small")
    return items, total, items[0]["currency"]


def _list(data: list[Object], url: str) -> Object:
    return {"object": "list", "data": data, "has_more": False, "url": url}
