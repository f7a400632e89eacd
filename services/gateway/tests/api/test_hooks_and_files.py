"""Partners' hooks, and the separate origin of other people's files."""

from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from kit.errors import Kind
from kit.rpc_errors import PeerRefusal
from kit.tokens import CallerKind
from preavis.accounts.v1 import accounts_pb2
from preavis.billing.v1 import billing_pb2
from preavis.dispatch.v1 import dispatch_pb2
from preavis.signature.v1 import signature_pb2
from services.gateway import files
from services.gateway.peers import Principal
from services.gateway.tests.api.house import ACCOUNT, PROFILE, Edge
from services.gateway.wording.reasons import Reasons

STAFF_MEMBER = Principal(
    kind=CallerKind.STAFF,
    profile_id=PROFILE,
    display_name="Claire Nowak",
    roles=frozenset({"staff"}),
)


async def test_card_news_is_handed_on_byte_for_byte_without_our_cookies(api: Edge) -> None:
    api.billing.answers["ReceiveWebhook"] = lambda _: billing_pb2.ReceiveWebhookResponse()

    answer = await api.ask(
        "POST",
        "/hooks/stripe",
        token="never handed on",
        content=b'{"id": "evt_1"}\n',
        headers={"Stripe-Signature": "t=1,v1=ab", "Cookie": "a=b"},
    )

    request = api.called("ReceiveWebhook").request
    assert answer.status_code == 200
    assert request.body == b'{"id": "evt_1"}\n'
    assert request.headers["stripe-signature"] == "t=1,v1=ab"
    assert not {"cookie", "authorization"} & set(request.headers)


async def test_an_operators_hint_carries_the_secret_of_its_address(api: Edge) -> None:
    api.dispatch.answers["ReceiveWebhook"] = lambda _: dispatch_pb2.ReceiveWebhookResponse()

    answer = await api.ask("POST", "/hooks/ar24/s3cr3t", token=None, content=b"id_mail=1")

    request = api.called("ReceiveWebhook").request
    assert answer.status_code == 200
    assert (request.operator, request.secret, request.body) == ("ar24", "s3cr3t", b"id_mail=1")


@pytest.mark.parametrize(
    ("kind", "status"),
    [(Kind.LATER, 503), (Kind.STALE, 503), (Kind.INVALID, 400), (Kind.MISSING, 404)],
)
async def test_a_partner_is_told_whether_to_try_again(api: Edge, kind: Kind, status: int) -> None:
    api.billing.answers["ReceiveWebhook"] = lambda _: PeerRefusal(
        "no", kind=kind, reason="try-again"
    )

    answer = await api.ask("POST", "/hooks/stripe", token=None, content=b"{}")

    assert (answer.status_code, answer.content) == (status, b"")


async def test_news_larger_than_any_partners_is_not_read(api: Edge) -> None:
    answer = await api.ask("POST", "/hooks/stripe", token=None, content=b"x" * 70_000)

    assert answer.status_code == 413
    assert not api.calls


async def show(api: Edge, url: str) -> httpx.Response:
    app = files.build(api.settings, api.house, Reasons.load())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app)) as client:
        return await client.get(url)


async def test_a_proof_is_shown_sandboxed_to_whom_the_link_names(api: Edge) -> None:
    api.accounts.answers["GetProofFile"] = lambda _: accounts_pb2.GetProofFileResponse(
        data=b"%PDF-proof",
        proof=accounts_pb2.Proof(filename="orias.pdf", media_type="application/pdf"),
    )

    url = files.proof_url(api.settings, STAFF_MEMBER, account_id=str(ACCOUNT), proof_id="p1")
    answer = await show(api, url)

    call = api.called("GetProofFile")
    assert url.startswith("http://localhost:8001/")
    assert answer.content == b"%PDF-proof"
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["content-disposition"].startswith("inline")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers
    assert (call.request.proof_id, call.request.account_id) == ("p1", str(ACCOUNT))
    assert (call.speaking.actor_id, call.speaking.kind) == (PROFILE, CallerKind.STAFF)


async def test_a_scan_is_shown_to_its_account(api: Edge) -> None:
    api.signature.answers["GetScan"] = lambda _: signature_pb2.GetScanResponse(
        data=b"png", media_type="image/png"
    )
    agent = Principal(
        kind=CallerKind.AGENT,
        profile_id=PROFILE,
        display_name="Pierre Béraud",
        roles=frozenset({"owner"}),
        account_id=ACCOUNT,
    )

    answer = await show(api, files.scan_url(api.settings, agent, letter_id="l1"))

    assert answer.headers["content-type"] == "image/png"
    assert api.called("GetScan").speaking.account_id == UUID(str(ACCOUNT))


async def test_a_link_that_is_over_or_forged_opens_nothing(
    api: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = files.proof_url(api.settings, STAFF_MEMBER, account_id="a", proof_id="p")
    monkeypatch.setattr(files, "LINK_LIVES", timedelta(seconds=-1))
    over = files.proof_url(api.settings, STAFF_MEMBER, account_id="a", proof_id="p")
    head, body, signature = url.split(".")

    for wrong in (over, f"{head}.{body}.{signature[::-1]}", "http://localhost:8001/x"):
        answer = await show(api, wrong)
        assert answer.status_code == 403
        assert "dix minutes" in answer.text
    assert not api.calls
