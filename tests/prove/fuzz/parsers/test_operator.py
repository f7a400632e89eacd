"""AR24: its answers, sealed with our key or not, and its webhooks, which anybody can write."""

import json
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.clock import system_clock
from kit.http import PartnerHttp
from services.dispatch.domain.letter import MailKind
from services.dispatch.domain.tracking import News
from services.dispatch.partners.ar24 import Ar24
from services.dispatch.ports import OperatorDown, OperatorRefused, OperatorSilent, Parcel
from services.dispatch.tests.peers import AGENCY
from tests.prove.fuzz.cases import fuzzed
from tests.prove.fuzz.spoiling import spoilt
from tests.prove.fuzz.values import anything_like, json_values

pytestmark = pytest.mark.slow

MAIL: Final[dict[str, Any]] = {
    "id": 4512,
    "ref_dossier": "0f0c2a9e-6a2b-4f0e-8f3a-0c9d3f1e2b4a",
    "status": "AR",
    "ts_ev_date": "2027-01-13 12:00:00",
    "view_date": "2027-01-14 09:30:00",
    "refused_date": "0000-00-00 00:00:00",
    "proof_ev_url": "https://ar24.example/proofs/1",
    "proof_ar_url": "https://ar24.example/proofs/2",
}
ANSWER: Final = {"status": "SUCCESS", "result": MAIL}
WORDS: Final = (
    "9999-12-31 23:59:59", "0001-01-01 00:00:00", "2027-02-30 00:00:00", "http://[", "http://x:99999/",
    "file:///etc/passwd", "https://ar24.example@other.example/", "bounced", "negligence", "ERROR",
    "MAINTENANCE", "token_invalid", "SUCCESS", "\0", "\ud800", "null", "",
)  # fmt: skip
DOCUMENTED: Final = (OperatorDown, OperatorRefused, OperatorSilent)
PARCEL: Final = Parcel(
    attempt_id=UUID(int=7),
    sender="12",
    kind=MailKind.ACKNOWLEDGED,
    recipient_name="Mutuelle",
    recipient_address="resiliation@mutuelle.example",
    letter_number="27-00001",
    files=["1"],
    secret="s",
)


def operator(content: bytes, status: int = 200) -> Ar24:
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=content))
    http = PartnerHttp("https://ar24.example/api", partner="ar24", transport=transport)
    return Ar24(http, token="t", private_key="k", webhook_base_url="https://x", clock=system_clock)


async def ask_all(ar24: Ar24) -> None:
    """Make each call: a value, or a refusal that the port documents."""
    with suppress(*DOCUMENTED):
        assert_news(await ar24.read("12", "4512"))
    with suppress(*DOCUMENTED):
        for one in await ar24.sweep("12", ["4512"]):
            assert_news(one)
    with suppress(*DOCUMENTED):
        assert_text(await ar24.ensure_sender(AGENCY))
    with suppress(*DOCUMENTED):
        assert_text(await ar24.upload("12", "lettre.pdf", b"%PDF-"))
    with suppress(*DOCUMENTED):
        assert_text(await ar24.hand_over(PARCEL))


def assert_news(news: News) -> None:
    assert_text(news.reference)
    assert_text(news.our_reference)
    for at in (news.deposited_at, news.ended_at):
        assert at is None or 2000 <= at.year <= 2199
    for address in news.proofs.values():
        assert_text(address)


def assert_text(text: str) -> None:
    assert text.isprintable()
    assert len(text) <= 2000
    text.encode()


@given(
    body=spoilt(
        [json.dumps(ANSWER).encode()], [b"[" * 5000, b"{a:", b"\0", b'"result":', b"9" * 5000]
    )
)
@fuzzed(200)
async def test_bytes_are_an_answer_or_silence(body: bytes) -> None:
    await ask_all(operator(body))


@given(answer=anything_like(ANSWER, WORDS))
@fuzzed(200)
async def test_any_answer_is_read_or_refused(answer: object) -> None:
    await ask_all(operator(json.dumps(answer).encode()))


@given(result=json_values(WORDS))
@fuzzed(100)
async def test_any_success_is_read_or_refused(result: object) -> None:
    await ask_all(operator(json.dumps({"status": "SUCCESS", "result": result}).encode()))


@given(address=st.sampled_from(WORDS) | st.text(max_size=60))
@fuzzed(100)
async def test_an_address_elsewhere_is_never_fetched(address: str) -> None:
    def seen(request: httpx.Request) -> httpx.Response:
        assert request.url.host == "ar24.example"
        return httpx.Response(200, content=b"%PDF-")

    http = PartnerHttp(
        "https://ar24.example/api", partner="ar24", transport=httpx.MockTransport(seen)
    )
    ar24 = Ar24(http, token="t", private_key="k", webhook_base_url="", clock=system_clock)

    with suppress(*DOCUMENTED):
        await ar24.fetch(address)


@given(
    body=spoilt(
        [b"id_mail=4512&new_state=ev", b'{"id_mail": 4512}'], [b"[" * 5000, b"%00", b"%ED%A0%80"]
    ),
    kind=st.sampled_from(["application/x-www-form-urlencoded", "application/json", ""]),
)
@fuzzed(200)
def test_a_webhook_names_a_letter_or_none(body: bytes, kind: str) -> None:
    named = operator(b"").letter_named(body, {"content-type": kind})

    assert_text(named)
    assert len(named) <= 64
