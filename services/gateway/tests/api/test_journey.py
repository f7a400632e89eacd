"""From sign-up to the mandate by REST on fakes: what each route asks, and how it answers."""

import base64
import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest

from kit.errors import Kind
from kit.rpc_errors import PeerRefusal
from preavis.accounts.v1 import accounts_pb2
from preavis.letters.v1 import letters_pb2
from preavis.signature.v1 import signature_pb2
from services.gateway.tests.api.house import Edge

KEY = {"Idempotency-Key": "key-1"}
PDF = b"%PDF-1.7 signed"
LETTER = letters_pb2.Letter(letter_id="l1", number="26-00001", version=7)


def created(_: Any) -> letters_pb2.CreateLetterResponse:
    return letters_pb2.CreateLetterResponse(letter=LETTER)


async def test_signing_up_does_not_tell_who_exists_and_is_repeatable(api: Edge) -> None:
    api.accounts.answers["SignUp"] = lambda r: accounts_pb2.SignUpResponse(email=r.email)
    body = {
        "email": "pierre@beraud.fr",
        "password": "une phrase assez longue",
        "first_name": "Pierre",
        "last_name": "Béraud",
        "trade_name": "Agence Béraud",
        "address": {"street": "12 place du Marché", "postcode": "38000", "town": "Grenoble"},
        "phone": "04 76 00 00 00",
        "orias_number": "07 045 812",
    }

    first = await api.ask("POST", "/v1/accounts", token=None, json=body, headers=KEY)
    again = await api.ask("POST", "/v1/accounts", token=None, json=body, headers=KEY)

    assert (first.status_code, first.json()) == (202, {"email": "pierre@beraud.fr"})
    assert again.headers["idempotent-replayed"] == "true"
    request = api.called("SignUp").request
    assert request.password == "une phrase assez longue"
    assert request.address.town == "Grenoble"
    assert request.kind == accounts_pb2.ACCOUNT_KIND_INTERMEDIARY
    (claim, _), = api.store.kept.values()  # fmt: skip
    assert "phrase" not in repr(claim)


async def test_a_session_opens_and_closes(api: Edge) -> None:
    principal = accounts_pb2.Principal(
        profile_id="01900000-0000-7000-8000-0000000000cc",
        account_id="01900000-0000-7000-8000-00000000000a",
        display_name="Pierre Béraud",
        roles=["owner"],
        kind=accounts_pb2.PRINCIPAL_KIND_AGENT,
    )
    opened = accounts_pb2.LogInResponse(session_token="t0k3n", principal=principal)
    opened.expires_at.FromDatetime(datetime(2026, 11, 24, 20, tzinfo=UTC))
    api.accounts.answers["LogIn"] = lambda _: opened
    api.accounts.answers["LogOut"] = lambda _: accounts_pb2.LogOutResponse()

    session = await api.ask(
        "POST", "/v1/sessions", token=None, json={"email": "a@b.fr", "password": "x"}
    )
    closed = await api.ask("DELETE", "/v1/sessions", token="t0k3n")

    assert session.json() == {
        "token": "t0k3n",
        "expires_at": "2026-11-24T20:00:00Z",
        "display_name": "Pierre Béraud",
        "kind": "agent",
        "roles": ["owner"],
    }
    assert closed.status_code == 204
    assert api.called("LogOut").request.session_token == "t0k3n"


async def test_a_letter_is_created_once_per_key(api: Edge) -> None:
    api.letters.answers["CreateLetter"] = created
    body = {"policyholder": {"kind": "person", "persons": [{"first_name": "H", "last_name": "M"}]}}

    first = await api.ask("POST", "/v1/letters", json=body, headers=KEY)
    again = await api.ask("POST", "/v1/letters", json=body, headers=KEY)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.headers["etag"] == again.headers["etag"] == '"7"'
    assert first.json() == again.json()
    assert "idempotent-replayed" not in first.headers
    assert api.called("CreateLetter").request.idempotency_key == "key-1"
    assert api.called("CreateLetter").request.policyholder.persons[0].last_name == "M"


async def test_a_key_used_for_another_request_is_refused(api: Edge) -> None:
    api.letters.answers["CreateLetter"] = created
    await api.ask("POST", "/v1/letters", json={"copy_policyholder_from": "l0"}, headers=KEY)

    answer = await api.ask(
        "POST", "/v1/letters", json={"copy_policyholder_from": "l9"}, headers=KEY
    )

    assert answer.status_code == 409
    assert answer.json()["reason"] == "idempotency-key-reused"


async def test_a_refused_creation_frees_its_key(api: Edge) -> None:
    api.letters.answers["CreateLetter"] = lambda _: PeerRefusal(
        "busy", kind=Kind.LATER, reason="try-again"
    )
    refused = await api.ask("POST", "/v1/letters", json={}, headers=KEY)
    api.letters.answers["CreateLetter"] = created

    answer = await api.ask("POST", "/v1/letters", json={}, headers=KEY)

    assert (refused.status_code, answer.status_code) == (503, 201)


@pytest.mark.parametrize("key", [None, "", "two words", "x" * 201, "é"])
@pytest.mark.parametrize(
    "path",
    [
        "/v1/letters",
        "/v1/credit/top-ups",
        "/v1/letters/l1/sending",
        "/v1/letters/l1/mandate/scan",
        "/v1/account/proofs?kind=identity_document",
    ],
)
async def test_every_creation_asks_for_a_key(api: Edge, path: str, key: str | None) -> None:
    headers = {} if key is None else {"Idempotency-Key": key.encode()}

    answer = await api.ask("POST", path, json={}, headers=headers)

    assert (answer.status_code, answer.json()["reason"]) in {
        (400, "idempotency-key-missing"),
        (422, "invalid-fields"),
    }
    assert {call.rpc for call in api.calls} <= {"Authenticate"}


async def test_a_change_says_which_version_it_was_made_from(api: Edge) -> None:
    api.letters.answers["SetRecipient"] = lambda _: letters_pb2.SetRecipientResponse(letter=LETTER)
    body = {"recipient_id": "r1"}

    without = await api.ask("PUT", "/v1/letters/l1/recipient", json=body)
    odd = await api.ask(
        "PUT", "/v1/letters/l1/recipient", json=body, headers={"If-Match": '"seven"'}
    )
    done = await api.ask("PUT", "/v1/letters/l1/recipient", json=body, headers={"If-Match": '"6"'})

    assert (without.status_code, odd.status_code) == (428, 428)
    assert done.headers["etag"] == '"7"'
    assert api.called("SetRecipient").request.version == 6


async def test_a_stale_version_is_a_failed_precondition(api: Edge) -> None:
    api.letters.answers["UpdateExtras"] = lambda _: PeerRefusal(
        "stale", kind=Kind.STALE, reason="stale-version"
    )

    answer = await api.ask(
        "PUT", "/v1/letters/l1/extras", json={"free_text": "x"}, headers={"If-Match": '"6"'}
    )

    assert (answer.status_code, answer.json()["reason"]) == (412, "stale-version")


async def test_a_contract_carries_the_fields_of_its_ground(api: Edge) -> None:
    api.letters.answers["SetContract"] = lambda _: letters_pb2.SetContractResponse(letter=LETTER)
    body = {
        "contract_type": "auto",
        "ground": "HAMON",
        "reference": "AU-1",
        "fields": {"first_subscription": "2020-02-05"},
    }

    answer = await api.ask(
        "POST", "/v1/letters/l1/contracts", json=body, headers=KEY | {"If-Match": "*"}
    )

    request = api.called("SetContract").request
    assert answer.status_code == 201
    assert (request.version, request.contract_id) == (0, "")
    assert dict(request.fields) == {"first_subscription": "2020-02-05"}


async def test_the_pdf_says_what_it_is(api: Edge) -> None:
    api.letters.answers["RenderLetter"] = lambda _: letters_pb2.RenderLetterResponse(pdf=PDF)

    answer = await api.ask("GET", "/v1/letters/l1/pdf")

    digest = base64.b64encode(hashlib.sha256(PDF).digest()).decode()
    assert answer.content == PDF
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["repr-digest"] == f"sha-256=:{digest}:"
    assert answer.headers["cache-control"] == "private, no-store"


async def test_the_list_is_asked_in_words(api: Edge) -> None:
    api.letters.answers["ListLetters"] = lambda _: letters_pb2.ListLettersResponse(
        rows=[letters_pb2.LetterRow(letter_id="l1", number="26-00001", policyholder="Mme M")],
        next_cursor="c2",
    )

    answer = await api.ask(
        "GET", "/v1/letters?view=to_finish&sort=number&descending=false&text=m&cursor=c1"
    )

    request = api.called("ListLetters").request
    assert answer.json()["next_cursor"] == "c2"
    assert answer.json()["rows"][0]["number"] == "26-00001"
    assert request.view == letters_pb2.LETTER_VIEW_TO_FINISH
    assert request.sort == letters_pb2.LETTER_SORT_NUMBER
    assert (request.descending, request.cursor, request.filters.text) == (False, "c1", "m")


async def test_a_scan_is_uploaded_as_the_body_itself(api: Edge) -> None:
    mandate = signature_pb2.Mandate(
        letter_id="l1", decision=signature_pb2.MANDATE_DECISION_SCAN_TO_VALIDATE
    )
    api.signature.answers["UploadScan"] = lambda _: signature_pb2.UploadScanResponse(
        mandate=mandate
    )

    answer = await api.ask(
        "POST",
        "/v1/letters/l1/mandate/scan?filename=mandat%20signé.pdf",
        content=PDF,
        headers=KEY | {"Content-Type": "application/pdf"},
    )

    request = api.called("UploadScan").request
    assert (answer.status_code, answer.json()["decision"]) == (201, "scan_to_validate")
    assert (request.data, request.filename) == (PDF, "mandat signé.pdf")


async def test_another_file_under_the_same_key_is_refused(api: Edge) -> None:
    api.signature.answers["UploadScan"] = lambda _: signature_pb2.UploadScanResponse()
    await api.ask("POST", "/v1/letters/l1/mandate/scan", content=PDF, headers=KEY)

    answer = await api.ask("POST", "/v1/letters/l1/mandate/scan", content=PDF + b"!", headers=KEY)

    assert answer.json()["reason"] == "idempotency-key-reused"


async def test_a_body_beyond_the_limit_is_not_read(api: Edge) -> None:
    answer = await api.ask(
        "POST", "/v1/letters/l1/mandate/scan", content=b"x" * (12 * 2**20), headers=KEY
    )

    assert (answer.status_code, answer.json()["reason"]) == (413, "body-too-large")
    assert {call.rpc for call in api.calls} == {"Authenticate"}


async def test_leaving_the_mandate_out_carries_the_version_accepted(api: Edge) -> None:
    api.signature.answers["GetMandate"] = lambda _: signature_pb2.GetMandateResponse(
        mandate=signature_pb2.Mandate(letter_id="l1", decision=signature_pb2.MANDATE_DECISION_NONE),
        warning=signature_pb2.OptOutWarning(version="2026-11", text="…"),
    )
    api.signature.answers["OptOut"] = lambda _: signature_pb2.OptOutResponse(
        mandate=signature_pb2.Mandate(decision=signature_pb2.MANDATE_DECISION_OPTED_OUT)
    )

    seen = (await api.ask("GET", "/v1/letters/l1/mandate")).json()
    answer = await api.ask(
        "POST",
        "/v1/letters/l1/mandate/opt-out",
        json={"warning_version": seen["warning"]["version"]},
    )

    assert answer.json()["decision"] == "opted_out"
    assert api.called("OptOut").request.warning_version == "2026-11"


async def test_the_next_letter_of_a_file_is_prepared_from_the_one_before(api: Edge) -> None:
    following = letters_pb2.Letter(
        letter_id="l2",
        number="26-00002",
        version=1,
        follows_letter_id="l1",
        follows_number="26-00001",
        next_letters=[letters_pb2.NextLetter(ground="MEDIATION", sendable_from="2027-01-30")],
    )
    api.letters.answers["FollowLetter"] = lambda _: letters_pb2.FollowLetterResponse(
        letter=following
    )

    answer = await api.ask(
        "POST", "/v1/letters/l1/next", json={"ground": "RECLAMATION"}, headers=KEY
    )

    request = api.called("FollowLetter").request
    assert (request.letter_id, request.ground) == ("l1", "RECLAMATION")
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    told = answer.json()
    assert (told["follows_letter_id"], told["follows_number"]) == ("l1", "26-00001")
    assert told["next_letters"][0]["sendable_from"] == "2027-01-30"
