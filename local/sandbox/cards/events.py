"""Events and the signature on their way: exactly Stripe's header, over exactly the bytes sent."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from kit.clock import system_clock
from local.sandbox.cards.objects import Object, Objects
from local.sandbox.faults import Partner
from local.sandbox.webhooks import Manners, as_json
from local.sandbox.world import World

API_VERSION: Final = "2026-10-28.endive"
WAITS: Final = tuple(
    timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 300, 600, *(720 for _ in range(4)))
)  # about three days, as live mode does
READ_TIMEOUTS_S: Final = (20.0,)


def signature(body: bytes, secret: str, at: int) -> str:
    """Return the ``Stripe-Signature`` header of a body sent at this Unix time."""
    signed = f"{at}.".encode() + body
    return f"t={at},v1={hmac.digest(secret.encode(), signed, hashlib.sha256).hex()}"


class Events:
    """Keeps each event and queues its delivery, in the transaction of what it tells."""

    def __init__(self, world: World, objects: Objects) -> None:
        self._world = world
        self._objects = objects
        world.webhooks.teach(
            Partner.STRIPE,
            Manners(waits=WAITS, read_timeouts_s=READ_TIMEOUTS_S, sign=self._sign),
        )

    def tell(self, kind: str, document: Object) -> Object:
        """Announce the present state of a document."""
        url = self._world.settings.stripe_webhook_url
        event: dict[str, Any] = {
            "id": self._objects.new_id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": int(self._world.now().timestamp()),
            "data": {"object": document},
            "livemode": False,
            "pending_webhooks": 1 if url else 0,
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
        }
        self._objects.add(event)
        if url:
            self._world.webhooks.send(
                Partner.STRIPE,
                subject=f"{kind} {event['id']}",
                url=url,
                body=as_json(event),
                content_type="application/json; charset=utf-8",
            )
        return event

    def resend(self, number: str) -> Object:
        """Send an event once more, as the dashboard's button does."""
        event = self._objects.get("event", number)
        self._world.webhooks.send(
            Partner.STRIPE,
            subject=f"{event['type']} {event['id']}",
            url=self._world.settings.stripe_webhook_url,
            body=as_json(event),
            content_type="application/json; charset=utf-8",
        )
        return event

    def _sign(self, body: bytes) -> Mapping[str, str]:
        secret = self._world.settings.stripe_webhook_secret.get_secret_value()
        now = int(system_clock().timestamp())
        return {"Stripe-Signature": signature(body, secret, now), "User-Agent": "Stripe/1.0"}
