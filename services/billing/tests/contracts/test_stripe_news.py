import json
import time
from datetime import UTC, datetime, timedelta

import pytest
import stripe

from kit.ids import new_id
from services.billing.partners.stripe_news import TOLERANCE_S, check_genuine, read_event
from services.billing.ports import NewsNotGenuine

SECRET = "whsec_of_tests"
ACCOUNT, TOP_UP = new_id(), new_id()


def an_event(kind: str, about: dict[str, object]) -> bytes:
    return json.dumps({"id": "evt_1", "type": kind, "data": {"object": about}}).encode()


def signed(body: bytes, *, secret: str = SECRET, at: int | None = None) -> dict[str, str]:
    header = stripe.WebhookSignature.generate_signature_header(
        body.decode(), secret, at or int(time.time())
    )
    return {"stripe-signature": header}


def test_a_signed_event_is_genuine() -> None:
    check_genuine(signed(b"{}"), b"{}", secret=SECRET)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (signed(b"{}"), b"{ }"),  # not the bytes that were signed
        (signed(b"{}", secret="whsec_of_others"), b"{}"),
        ({}, b"{}"),
        ({"stripe-signature": ""}, b"{}"),
        ({"stripe-signature": "t=1,v1=00"}, b"{}"),
        ({"stripe-signature": "v1=00"}, b"{}"),
        (signed(b"{}"), b"\xff\xfe"),
        (signed(b"{}", at=int(time.time()) - TOLERANCE_S - 3600), b"{}"),
        (signed(b"{}", at=int(time.time()) + TOLERANCE_S + 3600), b"{}"),
    ],
)
def test_what_stripe_did_not_sign_just_now_is_not(headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(NewsNotGenuine):
        check_genuine(headers, body, secret=SECRET)


def test_a_clock_a_little_ahead_is_forgiven() -> None:
    soon = datetime.now(UTC) + timedelta(seconds=30)

    check_genuine(signed(b"{}", at=int(soon.timestamp())), b"{}", secret=SECRET)


OURS = {"metadata": {"account_id": str(ACCOUNT), "top_up_id": str(TOP_UP)}}


@pytest.mark.parametrize(
    ("kind", "about", "owner", "payment_id"),
    [
        ("checkout.session.completed", OURS | {"payment_intent": "pi_1"}, (ACCOUNT, TOP_UP), ""),
        ("payment_intent.succeeded", OURS | {"id": "pi_1"}, (ACCOUNT, TOP_UP), "pi_1"),
        ("charge.refunded", {"payment_intent": "pi_1", "metadata": {}}, (None, None), "pi_1"),
        ("charge.dispute.created", {"payment_intent": "pi_1"}, (None, None), "pi_1"),
        ("refund.created", {"payment_intent": "pi_1"}, (None, None), "pi_1"),
        ("customer.created", {"metadata": {"top_up_id": "x"}}, (None, None), ""),
    ],
)
def test_an_event_is_read_for_what_it_is_about(
    kind: str, about: dict[str, object], owner: tuple[object, object], payment_id: str
) -> None:
    event = read_event(an_event(kind, about))

    assert (event.id, event.kind) == ("evt_1", kind)
    assert (event.account_id, event.top_up_id) == owner
    assert event.payment_id == payment_id


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"id": "evt_1", "type": "x"}', b"null"])
def test_what_is_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(NewsNotGenuine):
        read_event(body)
