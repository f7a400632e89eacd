"""The card company's webhooks: genuine or not, an event or none; nothing else."""

import json
import time
from contextlib import suppress
from typing import Any, Final

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from services.billing.partners.stripe_news import check_genuine, read_event
from services.billing.ports import NewsNotGenuine
from tests.prove.fuzz.cases import fuzzed
from tests.prove.fuzz.spoiling import spoilt
from tests.prove.fuzz.values import anything_like, json_values

pytestmark = pytest.mark.slow

SECRET: Final = "whsec_of_tests"
ID: Final = "0192f5a0-0000-7000-8000-000000000001"
EVENT: Final[dict[str, Any]] = {
    "id": "evt_1",
    "type": "payment_intent.succeeded",
    "data": {
        "object": {
            "id": "pi_1",
            "payment_intent": "pi_1",
            "metadata": {"account_id": ID, "top_up_id": ID},
        }
    },
}
BODY: Final = json.dumps(EVENT).encode()
WORDS: Final = (ID, "charge.refunded", "refund.created", "pi_2", "\0", "\ud800", "x" * 300)


def signature(body: bytes, at: int) -> str:
    return str(stripe.WebhookSignature.generate_signature_header(body.decode(), SECRET, at))


GOOD: Final = signature(BODY, int(time.time()))
PIECES: Final = st.sampled_from(
    [f"t={int(time.time())}", "t=", "t=x", "t=1e9", "t=-1", f"t={'9' * 5000}", "t=\u0662", "v1=",
     "v1=é", *GOOD.split(","), "=", "", "v0=x", "t", " t=1"]
)  # fmt: skip


@given(
    header=st.lists(PIECES, max_size=5).map(",".join) | st.text(max_size=80),
    body=spoilt([BODY]),
)
@fuzzed(300)
def test_only_what_was_signed_is_genuine(header: str, body: bytes) -> None:
    try:
        check_genuine({"stripe-signature": header}, body, secret=SECRET)
    except NewsNotGenuine:
        return

    assert body == BODY
    assert set(GOOD.split(",")) <= set(header.split(","))


@given(event=anything_like(EVENT, WORDS) | json_values(WORDS))
@fuzzed(300)
def test_a_genuine_event_is_read_or_refused(event: object) -> None:
    with suppress(NewsNotGenuine):
        found = read_event(json.dumps(event).encode())
        for text in (found.id, found.kind, found.payment_id):
            assert len(text) <= 255
            assert text.isprintable()


@given(body=spoilt([BODY], [b"[" * 5000, b"\0", b"\\u0000", b"\\ud800", b"9" * 5000]))
@fuzzed(200)
def test_any_bytes_are_an_event_or_none(body: bytes) -> None:
    with suppress(NewsNotGenuine):
        read_event(body)
