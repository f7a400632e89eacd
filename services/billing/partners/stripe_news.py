"""Stripe's webhooks: found genuine by the SDK, then read for what they are about."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import stripe

from kit.clock import Clock, system_clock
from kit.ids import UnreadableId, parse_id
from kit.outside import read_json
from services.billing.ports import CardEvent, NewsNotGenuine

TOLERANCE_S: Final = 300  # between Stripe's signature and our reading of it
_LONGEST_NAME: Final = 255  # as Stripe promises
_ABOUT_A_PAYMENT: Final = ("charge.", "refund.", "payment_intent.")


def check_genuine(
    headers: Mapping[str, str], body: bytes, *, secret: str, clock: Clock = system_clock
) -> None:
    """Raise ``NewsNotGenuine`` unless Stripe signed these very bytes, minutes ago at most."""
    header = headers.get("stripe-signature", "")
    if not header.isascii():  # which the SDK takes for a fault of ours
        raise NewsNotGenuine("no signature")
    try:
        stripe.WebhookSignature.verify_header(body, header, secret, TOLERANCE_S)
    except (stripe.SignatureVerificationError, UnicodeDecodeError) as error:
        raise NewsNotGenuine("the signature does not fit") from error
    signed_at = next(int(part[2:]) for part in header.split(",") if part.startswith("t="))
    if signed_at - datetime.timestamp(clock()) > TOLERANCE_S:  # which the SDK accepts
        raise NewsNotGenuine("signed in the future")


def read_event(body: bytes) -> CardEvent:
    """Read what a genuine event is about. Raises ``NewsNotGenuine`` when it is no event."""
    try:
        event = read_json(body)
        about: Mapping[str, Any] = event["data"]["object"]
        notes = about.get("metadata") or {}
        kind, number = _name(event["type"]), _name(event["id"])
        paid = (
            about.get("id") if kind.startswith("payment_intent.") else about.get("payment_intent")
        )
        payment_id = _name(paid) if paid and kind.startswith(_ABOUT_A_PAYMENT) else ""
        account_id, top_up_id = our_purchase(notes)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NewsNotGenuine("not an event") from error
    return CardEvent(
        id=number,
        kind=kind,
        body=body,
        account_id=account_id,
        top_up_id=top_up_id,
        payment_id=payment_id,
    )


def _name(value: object) -> str:
    """Return a number or a kind of Stripe's. Raises ``ValueError`` on what can be neither."""
    if not isinstance(value, str) or not value.isprintable() or len(value) > _LONGEST_NAME:
        raise ValueError("not a name of Stripe's")
    return value


def our_purchase(metadata: Mapping[str, Any]) -> tuple[UUID | None, UUID | None]:
    """Return the account and the purchase that we noted on what we created."""
    try:
        return parse_id(str(metadata["account_id"])), parse_id(str(metadata["top_up_id"]))
    except (KeyError, UnreadableId):
        return None, None
