"""Tokens, cursors, versions, addresses and cookies of ours, given back by somebody else."""

import base64
import json
from contextlib import suppress
from typing import Any, Final

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st

from kit.ids import UnreadableId, parse_id
from kit.tokens import Caller, CallerKind, CallerUnknown, Signer, Verifier, new_key_pair
from services.billing.servicer import messages as billing
from services.gateway import files
from services.gateway.api.files import expected_version
from services.gateway.api.problems import IfMatchMissing
from services.gateway.pages.cookies import Cookies
from services.gateway.pages.security import ForeignForm, check_origin, path_of_ours
from services.gateway.tests.pages.rig import settings
from services.letters.domain.listing import CursorUnreadable, ListQuery, Sort
from services.letters.store.conditions import typed_place
from tests.prove.fuzz.cases import fuzzed
from tests.prove.fuzz.spoiling import spoilt
from tests.prove.fuzz.values import json_values

pytestmark = pytest.mark.slow

ODD: Final = (
    "", "\0", "a\r\nb", "\u202e", "é", "٣٨٠٠٠", "x" * 5000, "9" * 5000, "{{ 7*7 }}",
    "../../etc/passwd",
)  # fmt: skip
TEXTS: Final = st.sampled_from(ODD) | st.text(max_size=60)
PRIVATE, PUBLIC = new_key_pair()
VERIFIER: Final = Verifier("letters", {"gateway": PUBLIC})
TOKEN: Final = Signer("gateway", PRIVATE).sign(Caller(service=""), audience="letters")


def signed(claims: Any) -> str:
    """Sign anything, as a service that lost its mind would."""
    key = Ed25519PrivateKey.from_private_bytes(jwt.utils.base64url_decode(PRIVATE))
    return jwt.api_jws.encode(json.dumps(claims).encode(), key, algorithm="EdDSA")


@given(token=spoilt([TOKEN.encode()], [b".", b"..", b"=", b"eyJhbGciOiJub25lIn0"]) | st.binary())
@fuzzed(300)
def test_a_token_is_whole_or_its_caller_is_unknown(token: bytes) -> None:
    with suppress(CallerUnknown):
        VERIFIER.verify(token.decode("latin-1"))
        assert token == TOKEN.encode()


CLAIMS: Final = jwt.decode(TOKEN, options={"verify_signature": False})


@given(
    changed=st.dictionaries(
        st.sampled_from(sorted(CLAIMS)), json_values(["staff", "gateway", "letters"]), max_size=3
    )
)
@fuzzed(300)
def test_a_signed_token_says_who_calls_or_nothing(changed: dict[str, Any]) -> None:
    with suppress(CallerUnknown):
        who = VERIFIER.verify(signed(CLAIMS | changed))
        assert who.service == "gateway"
        assert who.kind in CallerKind


@given(claims=json_values())
@fuzzed(100)
def test_any_signed_json_is_a_token_or_none(claims: Any) -> None:
    with pytest.raises(CallerUnknown):
        VERIFIER.verify(signed(claims))


@given(text=TEXTS)
@fuzzed(100)
def test_an_id_is_canonical_or_refused(text: str) -> None:
    with suppress(UnreadableId):
        assert str(parse_id(text)) == text.lower()


def encoded(place: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


@given(
    sort=st.sampled_from(list(Sort)),
    place=st.tuples(
        TEXTS | st.sampled_from(["9999-12-31", "0001-01-01T00:00:00+14:00", "²", "9" * 20]),
        json_values() | st.integers(),
    ),
    other=st.none() | TEXTS | json_values().map(encoded),
)
@fuzzed(400)
def test_a_cursor_of_the_list_leads_somewhere_or_is_refused(
    sort: Sort, place: tuple[str, Any], other: str | None
) -> None:
    mark = json.loads(base64.urlsafe_b64decode(_first_cursor(sort)))[0]
    query = ListQuery(sort=sort, cursor=encoded([mark, *place]) if other is None else other)

    with suppress(CursorUnreadable):
        after = query.after
        if after is not None:
            typed_place(after, sort)
            assert 0 <= after.sequence < 2**63  # the column is a bigint


def _first_cursor(sort: Sort) -> str:
    from services.letters.domain.listing import After  # noqa: PLC0415

    return ListQuery(sort=sort).cursor_after(After(value="", sequence=1))


@given(
    text=TEXTS
    | st.sampled_from(
        ["9" * 30, "²", "٣", "-1", "0001-01-01T00:00:00+14:00|" + "0" * 32, "2027-01-13|x"]
    )
)
@fuzzed(200)
def test_a_cursor_of_the_statement_leads_somewhere_or_is_refused(text: str) -> None:
    with suppress(billing.CursorUnreadable):
        place = billing.read_cursor(text)
        assert place is None or place[0].tzinfo is not None
    with suppress(billing.CursorUnreadable):
        rank = billing.read_rank(text)
        assert rank is None or 0 <= rank < 2**63


@given(
    text=TEXTS | st.sampled_from(["*", '"7"', "W/7", "9" * 19, "9" * 5000, "²", "٧", '"0"', "07"])
)
@fuzzed(200)
def test_a_version_is_one_of_ours_or_refused(text: str) -> None:
    with suppress(IfMatchMissing):
        assert 0 <= expected_version(text) < 10**18


def asked(**headers: str) -> Request:
    raw = [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": raw})


URLS: Final = (
    TEXTS
    | st.sampled_from(
        ["http://[", "//evil.example", "/\\evil.example", "javascript:alert(1)", "http://preavis.test",
         "/a?b", "http://preavis.test@evil.example/", "/\t/evil.example", "///evil.example",
         "https:/evil"]
    )
)  # fmt: skip


@given(url=URLS)
@fuzzed(200)
def test_a_way_back_stays_on_our_pages(url: str) -> None:
    path = path_of_ours(asked(host="preavis.test"), url)

    assert path == "" or (path[0] == "/" and path[1:2] not in {"/", "\\"} and path.isprintable())


@given(url=URLS)
@fuzzed(100)
def test_an_origin_is_ours_or_foreign(url: str) -> None:
    with suppress(ForeignForm):
        check_origin(asked(host="preavis.test", origin=url))
        assert "preavis.test" in url


@given(value=TEXTS | json_values().map(encoded))
@fuzzed(200)
def test_a_notice_is_ours_or_none(value: str) -> None:
    cookies = Cookies(settings())

    for cookie in (value, f"{value}.{'0' * 64}", f".{value}", f"{value}.é"):
        assert cookies.read_notice(asked(cookie=f"preavis-avis={cookie}")) is None


@given(token=TEXTS)
@fuzzed(100)
def test_a_link_to_a_file_is_ours_or_over(token: str) -> None:
    with pytest.raises(files.LinkOver):
        files.read_link(settings(), token)
