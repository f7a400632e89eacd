"""What nobody means to send: it is refused with words, and reaches no other service."""

import json
from typing import Any

import pytest

from kit.errors import Kind, TurnedDown
from preavis.accounts.v1 import accounts_pb2
from preavis.billing.v1 import billing_pb2
from preavis.letters.v1 import letters_pb2
from services.gateway.tests.api.house import STAFF, Edge

pytestmark = pytest.mark.slow


class Missing(TurnedDown):
    kind = Kind.MISSING
    reason = "letter-unknown"


HALF = "\ud800"  # JSON can say half a character; UTF-8 cannot
KEY = {"Idempotency-Key": "k-1", "If-Match": "*"}
CONTRACT = {"contract_type": "auto", "ground": "HAMON"}
DEEP = json.dumps({"fields": "?"}).replace('"?"', "[" * 400 + "]" * 400)
TRANSFER = {"reference": "VIR-1", "amount_cents": 1, "received_on": "2026-11-20"}

UNREADABLE: list[tuple[str, str, Any]] = [
    ("POST", "/v1/letters", {"copy_policyholder_from": HALF}),
    ("POST", "/v1/letters", {HALF: "x"}),
    ("POST", "/v1/letters", {"policyholder": {"kind": "person", "emails": ["a", HALF]}}),
    ("POST", "/v1/letters/l1/contracts", {**CONTRACT, "fields": {HALF: "x"}}),
    ("POST", "/v1/letters/l1/contracts", {**CONTRACT, "fields": {"x": f"a{HALF}b"}}),
    ("POST", "/v1/sessions", {"email": "a@b.fr", "password": HALF}),
    ("POST", "/v1/passwords", {"token": HALF, "password": "x"}),
    ("POST", "/v1/terminations/evaluate", {**CONTRACT, "send_day": 0}),
    ("POST", "/v1/terminations/evaluate", {**CONTRACT, "send_day": "1577836800"}),
    ("POST", "/v1/terminations/evaluate", {**CONTRACT, "send_day": "2020-01-01T00:00:00"}),
    ("POST", "/v1/terminations/evaluate", {**CONTRACT, "send_day": "2020-02-30"}),
    ("POST", "/v1/terminations/evaluate", {**CONTRACT, "send_day": True}),
    ("POST", "/v1/credit/top-ups", {"amount_cents": 10**30}),
    ("POST", "/v1/credit/top-ups", {"amount_cents": 1.5}),
    ("POST", "/v1/credit/top-ups", {"amount_cents": "300"}),
    ("POST", "/v1/credit/top-ups", {"amount_cents": True}),
    ("POST", "/v1/credit/top-ups", {"amount_cents": float("nan")}),
    ("POST", "/v1/letters/l1/plan", {"timing": {"now": 1}}),
    ("POST", "/v1/letters/l1/plan", {"timing": {"now": True, "send_day": "2026-12-01"}}),
    ("POST", "/v1/letters/l1/plan", {"timing": {"now": None, "send_day": "2026-12-01"}}),
    ("POST", "/v1/letters/l1/plan", {"timing": {"now": None}}),
    ("PATCH", "/v1/letters/l1/sending", {}),
    ("GET", "/v1/prices?on_day=0", None),
    ("GET", "/v1/prices?on_day=2020-01-01T00:00:00", None),
    ("GET", "/v1/credit/statement.csv?first=20260101&last=2026-01-02", None),
]


@pytest.mark.parametrize(("method", "path", "body"), UNREADABLE)
async def test_a_value_of_another_kind_is_refused_here(
    api: Edge, method: str, path: str, body: Any
) -> None:
    content = None if body is None else json.dumps(body)

    answer = await api.ask(
        method, path, content=content, headers={**KEY, "Content-Type": "application/json"}
    )

    assert answer.status_code == 422, answer.text
    assert answer.json()["reason"] == "invalid-fields"
    assert answer.json()["errors"]
    assert {call.rpc for call in api.calls} <= {"Authenticate"}


@pytest.mark.parametrize("version", [-1, 2**31, "1", True])
async def test_a_version_that_was_never_seen_is_refused_here(api: Edge, version: Any) -> None:
    body = {"reason": "unreadable", "version": version}

    answer = await api.ask(
        "POST", "/v1/staff/reviews/a1/proofs/p1/rejection", token=STAFF, json=body
    )

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["version"]


@pytest.mark.parametrize("content", [b"\xff", b"{", b"[" * 100_000, DEEP.encode()])
async def test_a_body_that_is_not_json_of_ours_is_refused(api: Edge, content: bytes) -> None:
    answer = await api.ask(
        "POST", "/v1/terminations/evaluate", content=content,
        headers={"Content-Type": "application/json"},
    )  # fmt: skip

    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_whole_number_is_one_however_json_writes_it(api: Edge) -> None:
    api.accounts.answers["GetAccount"] = lambda _: accounts_pb2.GetAccountResponse()
    api.billing.answers["RecordTransfer"] = lambda _: billing_pb2.RecordTransferResponse()
    body = {**TRANSFER, "amount_cents": 300.0}

    await api.ask("POST", "/v1/staff/accounts/a1/transfers", token=STAFF, json=body)

    assert api.called("RecordTransfer").request.amount_cents == 300


async def test_a_text_too_long_is_said_so(api: Edge) -> None:
    person = {"first_name": "x" * 81, "last_name": "y"}
    body = {"policyholder": {"kind": "person", "persons": [person]}}

    answer = await api.ask("POST", "/v1/letters", json=body, headers=KEY)

    (error,) = answer.json()["errors"]
    assert (error["field"], error["reason"]) == ("policyholder.persons.0.first_name", "too-long")
    assert "80" in error["detail"]


@pytest.mark.parametrize("method", ["TRACE", "PATCH", "DELETE"])
async def test_a_method_that_an_address_does_not_have_is_told_with_those_it_has(
    api: Edge, method: str
) -> None:
    answer = await api.ask(method, "/v1/letters/l1")

    assert answer.status_code == 405
    assert answer.json()["reason"] == "method-not-allowed"
    assert answer.headers["allow"] == "GET"


@pytest.mark.parametrize("odd", ["%0A", "a%0Ab", "%0D%0A", "%C2%85", "%00", "%FF", "%2E%2E", "%2F"])
async def test_an_odd_address_is_answered_by_the_same_door(api: Edge, odd: str) -> None:
    def missing(_: object) -> Missing:
        return Missing()

    api.letters.answers["GetLetter"] = missing

    for path in (f"/v1/letters/{odd}", f"/v1/{odd}", f"/v1/problems/{odd}"):
        answer = await api.ask("GET", path)

        assert answer.status_code in {404, 405}, path
        assert answer.headers["content-type"] == "application/problem+json", path


async def test_all_methods_of_an_address_are_told(api: Edge) -> None:
    answer = await api.ask("PUT", "/v1/letters/l1/sending")

    assert answer.headers["allow"] == "DELETE, GET, PATCH, POST"


@pytest.mark.parametrize("etag", ['"7"', 'W/"7"', "7"])
async def test_an_etag_may_come_back_weakened(api: Edge, etag: str) -> None:
    letter = letters_pb2.Letter(letter_id="l1", number="26-00001", version=8)
    api.letters.answers["SetRecipient"] = lambda _: letters_pb2.SetRecipientResponse(letter=letter)

    answer = await api.ask(
        "PUT", "/v1/letters/l1/recipient", json={"recipient_id": "r1"}, headers={"If-Match": etag}
    )

    assert answer.status_code == 200
    assert api.called("SetRecipient").request.version == 7


@pytest.mark.parametrize("etag", ["", "**", '"7', '""7""', '"0"', "W/", '"' + "9" * 30 + '"'])
async def test_what_is_no_etag_of_ours_is_refused(api: Edge, etag: str) -> None:
    answer = await api.ask(
        "PUT", "/v1/letters/l1/recipient", json={"recipient_id": "r1"}, headers={"If-Match": etag}
    )

    assert answer.status_code == 428
    assert answer.json()["reason"] == "precondition-required"
