"""Who may ask what: sessions, staff, rates, and problems in French."""

from typing import Any

import pytest

from kit.errors import FieldError, InvalidFields, Kind
from kit.rpc_errors import PeerRefusal
from kit.tokens import CallerKind
from preavis.accounts.v1 import accounts_pb2
from preavis.billing.v1 import billing_pb2
from preavis.letters.v1 import letters_pb2
from services.gateway.tests.api.house import ACCOUNT, PROFILE, STAFF, Edge

VISITORS = {
    ("POST", "/accounts"),
    ("POST", "/accounts/activation"),
    ("POST", "/accounts/activation-links"),
    ("POST", "/password-resets"),
    ("POST", "/passwords"),
    ("POST", "/sessions"),
    ("DELETE", "/sessions"),
    ("GET", "/prices"),
    ("GET", "/contract-types"),
    ("GET", "/grounds"),
    ("GET", "/forms"),
    ("POST", "/terminations/evaluate"),
    ("POST", "/legal/plan"),
    ("POST", "/legal/plans"),
    ("GET", "/problems/{reason}"),
}


async def routes(api: Edge) -> list[tuple[str, str]]:
    described = (await api.ask("GET", "/v1/openapi.json", token=None)).json()
    return [
        (method.upper(), path)
        for path, methods in described["paths"].items()
        for method in methods
        if (method.upper(), path) not in VISITORS
    ]


async def test_every_other_route_asks_for_a_session(api: Edge) -> None:
    found = await routes(api)

    for method, path in found:
        for token in (None, "another"):
            answer = await api.ask(method, f"/v1{path}", token=token, json={})
            assert answer.status_code == 401, (method, path, answer.text)
            assert answer.headers["www-authenticate"] == "Bearer"
            assert answer.json()["reason"] == "not-logged-in"
    assert len(found) > 35
    assert {call.rpc for call in api.calls} == {"Authenticate"}


async def test_staff_routes_are_closed_to_agents(api: Edge) -> None:
    staff = [(method, path) for method, path in await routes(api) if path.startswith("/staff")]

    for method, path in staff:
        answer = await api.ask(method, f"/v1{path}", json={})
        assert answer.status_code == 403, (method, path)
        assert answer.json()["reason"] == "staff-only"
    assert len(staff) > 8


async def test_calls_are_made_on_behalf_of_whoever_is_logged_in(api: Edge) -> None:
    api.billing.answers["GetWallet"] = lambda _: billing_pb2.GetWalletResponse(available_cents=5)

    answer = await api.ask("GET", "/v1/credit")

    speaking = api.called("GetWallet").speaking
    assert answer.json()["available_cents"] == 5
    assert (speaking.account_id, speaking.actor_id) == (ACCOUNT, PROFILE)
    assert speaking.kind is CallerKind.AGENT
    assert speaking.roles == {"owner"}
    assert speaking.actor_name == "Pierre Béraud"


async def test_staff_act_for_no_account(api: Edge) -> None:
    api.accounts.answers["ListReviewQueue"] = lambda _: accounts_pb2.ListReviewQueueResponse(
        total=0
    )

    answer = await api.ask("GET", "/v1/staff/reviews", token=STAFF)

    assert answer.status_code == 200
    assert api.called("ListReviewQueue").speaking.account_id is None
    assert api.called("ListReviewQueue").speaking.kind is CallerKind.STAFF


async def test_a_visitor_speaks_for_nobody(api: Edge) -> None:
    api.letters.answers["ListContractTypes"] = lambda _: letters_pb2.ListContractTypesResponse(
        catalogue_version="2026-11"
    )

    answer = await api.ask("GET", "/v1/contract-types", token=None)

    assert answer.json() == {"contract_types": [], "catalogue_version": "2026-11"}
    assert api.called("ListContractTypes").speaking.account_id is None


@pytest.mark.parametrize(
    ("bucket", "path", "token"),
    [("account", "/v1/credit", "agent-token"), ("visitor", "/v1/prices", None)],
)
async def test_who_asks_too_often_is_told_how_long_to_wait(
    api: Edge, bucket: str, path: str, token: str | None
) -> None:
    api.store.waits[bucket] = 1.2

    answer = await api.ask("GET", path, token=token)

    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "2"
    assert "2 secondes" in answer.json()["detail"]


REFUSALS = [
    (Kind.INVALID, 400),
    (Kind.DENIED, 403),
    (Kind.MISSING, 404),
    (Kind.REFUSED, 409),
    (Kind.STALE, 412),
    (Kind.LATER, 503),
]


@pytest.mark.parametrize(("kind", "status"), REFUSALS)
async def test_a_refusal_is_a_problem_with_its_reason_and_french_words(
    api: Edge, kind: Kind, status: int
) -> None:
    api.billing.answers["GetWallet"] = lambda _: PeerRefusal(
        "in English", kind=kind, reason="mandate-locked", facts={"missing_cents": "260"}
    )

    answer = await api.ask("GET", "/v1/credit")

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == "/v1/problems/mandate-locked"
    assert problem["title"] == "Mandat verrouillé"
    assert problem["status"] == status
    assert problem["instance"] == "/v1/credit"
    assert problem["facts"] == {"missing_cents": "260"}
    assert ("retry-after" in answer.headers) is (kind is Kind.LATER)


async def test_fields_at_fault_are_named_each_with_its_words(api: Edge) -> None:
    error = InvalidFields([FieldError("policyholder.persons.0.last_name", "field-missing")])
    api.letters.answers["CreateLetter"] = lambda _: error

    answer = await api.ask(
        "POST",
        "/v1/letters",
        json={"policyholder": {"kind": "person"}},
        headers={"Idempotency-Key": "k1"},
    )

    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {
            "field": "policyholder.persons.0.last_name",
            "reason": "field-missing",
            "detail": "Ce champ est nécessaire.",
        }
    ]


@pytest.mark.parametrize(
    ("body", "field", "reason"),
    [
        ({}, "contract_type", "field-missing"),
        ({"contract_type": "auto", "ground": "X", "colour": "red"}, "colour", "field-unknown"),
        ({"contract_type": "auto", "ground": "X", "send_day": "31/12"}, "send_day",
         "field-unreadable"),
        ({"contract_type": "auto", "ground": "X", "policyholder_kind": "cat"},
         "policyholder_kind", "field-unreadable"),
    ],
)  # fmt: skip
async def test_what_cannot_be_read_is_named(
    api: Edge, body: dict[str, Any], field: str, reason: str
) -> None:
    answer = await api.ask("POST", "/v1/terminations/evaluate", token=None, json=body)

    assert answer.status_code == 422
    assert {"field": field, "reason": reason} in [
        {"field": one["field"], "reason": one["reason"]} for one in answer.json()["errors"]
    ]


async def test_a_bug_says_nothing_of_itself(api: Edge) -> None:
    api.billing.answers["GetWallet"] = lambda _: 1 / 0

    answer = await api.ask("GET", "/v1/credit")

    assert answer.status_code == 500
    assert answer.json()["reason"] == "internal-error"
    assert "division" not in answer.text


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1/letters/x/y/z"])
async def test_an_unknown_address_is_a_problem_too(api: Edge, path: str) -> None:
    answer = await api.ask("GET", path)

    assert answer.status_code == 404
    assert answer.json()["reason"] == "not-found"


async def test_each_reason_explains_itself(api: Edge) -> None:
    known = await api.ask("GET", "/v1/problems/mandate-locked", token=None)
    unknown = await api.ask("GET", "/v1/problems/nothing", token=None)

    assert known.json()["title"] == "Mandat verrouillé"
    assert unknown.status_code == 404


async def test_no_password_or_token_is_said_back(api: Edge) -> None:
    api.accounts.answers["LogIn"] = lambda _: PeerRefusal(
        "no", kind=Kind.DENIED, reason="not-logged-in"
    )

    answer = await api.ask(
        "POST", "/v1/sessions", token=None, json={"email": "a@b.fr", "password": "Secret-12345"}
    )
    unreadable = await api.ask(
        "POST", "/v1/sessions", token=None, json={"password": "Secret-12345", "x": 1}
    )

    assert "Secret" not in answer.text + unreadable.text
    assert unreadable.status_code == 422


async def test_nothing_personal_is_left_in_a_cache(api: Edge) -> None:
    api.billing.answers["GetWallet"] = lambda _: billing_pb2.GetWalletResponse()

    for answer in (await api.ask("GET", "/v1/credit"), await api.ask("GET", "/v1/letters", None)):
        assert answer.headers["cache-control"] == "private, no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_one_logs_out_everywhere_and_staff_do_so_for_an_account(api: Edge) -> None:
    api.accounts.answers["EndSessions"] = lambda _: accounts_pb2.EndSessionsResponse()

    own = await api.ask("DELETE", "/v1/account/sessions")
    by_staff = await api.ask("DELETE", f"/v1/staff/accounts/{ACCOUNT}/sessions", token=STAFF)

    assert own.status_code == by_staff.status_code == 204
    assert [call.request.account_id for call in api.calls if call.rpc == "EndSessions"] == [
        "",
        str(ACCOUNT),
    ]
