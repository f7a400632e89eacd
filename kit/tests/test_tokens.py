import base64
from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kit.tokens import (
    Caller,
    CallerKind,
    CallerUnknown,
    Signer,
    Verifier,
    acting_for,
    called_by,
    new_key_pair,
    on_behalf,
    speaking_as,
)

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
ACCOUNT = UUID("0193a000-0000-7000-8000-000000000001")
ACTOR = UUID("0193a000-0000-7000-8000-000000000002")
PRIVATE, PUBLIC = new_key_pair()


def agent() -> Caller:
    return Caller(
        service="gateway",
        account_id=ACCOUNT,
        actor_id=ACTOR,
        actor_name="Hélène Béraud",
        roles=frozenset({"owner"}),
        kind=CallerKind.AGENT,
    )


def token(audience: str = "letters") -> str:
    return Signer("gateway", PRIVATE, clock=lambda: NOW).sign(agent(), audience=audience)


def verifier(after: timedelta = timedelta(0), keys: dict[str, str] | None = None) -> Verifier:
    return Verifier("letters", keys or {"gateway": PUBLIC}, clock=lambda: NOW + after)


def test_a_token_says_all_that_the_caller_said() -> None:
    assert verifier().verify(token()) == agent()


def test_a_token_ends_after_a_minute_and_a_little() -> None:
    assert verifier(timedelta(seconds=89)).verify(token()) == agent()

    with pytest.raises(CallerUnknown):
        verifier(timedelta(seconds=91)).verify(token())


def test_the_calls_of_half_a_minute_bear_one_token() -> None:
    now = NOW
    signer = Signer("gateway", PRIVATE, clock=lambda: now)
    first = signer.sign(agent(), audience="letters")

    now = NOW + timedelta(seconds=29)
    assert signer.sign(agent(), audience="letters") == first
    assert signer.sign(agent(), audience="billing") != first
    assert signer.sign(Caller(service="", account_id=ACTOR), audience="letters") != first

    now = NOW + timedelta(seconds=30)
    assert signer.sign(agent(), audience="letters") != first


def test_a_token_that_was_known_still_ends() -> None:
    now, kept = NOW, token()
    reading = Verifier("letters", {"gateway": PUBLIC}, clock=lambda: now)
    assert reading.verify(kept) == agent()

    now = NOW + timedelta(seconds=91)
    with pytest.raises(CallerUnknown):
        reading.verify(kept)


def test_a_token_from_the_future_is_refused() -> None:
    with pytest.raises(CallerUnknown):
        verifier(timedelta(seconds=-31)).verify(token())


def test_a_token_for_another_service_is_refused() -> None:
    with pytest.raises(CallerUnknown):
        verifier().verify(token(audience="billing"))


def test_a_service_cannot_sign_as_another() -> None:
    other_private, other_public = new_key_pair()
    forged = Signer("gateway", other_private, clock=lambda: NOW).sign(agent(), audience="letters")

    with pytest.raises(CallerUnknown):
        verifier(keys={"gateway": PUBLIC, "paper": other_public}).verify(forged)


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_no_other_algorithm_is_accepted(algorithm: str) -> None:
    claims = jwt.decode(token(), options={"verify_signature": False})
    forged = jwt.encode(claims, "" if algorithm == "none" else PUBLIC, algorithm=algorithm)

    with pytest.raises(CallerUnknown):
        verifier().verify(forged)


def test_a_token_that_grants_itself_a_day_is_refused() -> None:
    claims = jwt.decode(token(), options={"verify_signature": False})
    claims["exp"] = claims["iat"] + 86_400
    signer = Signer("gateway", PRIVATE)
    long = jwt.encode(claims, signer._key, algorithm="EdDSA")

    with pytest.raises(CallerUnknown):
        verifier().verify(long)


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "é"])
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(CallerUnknown):
        verifier().verify(text)


def test_outgoing_calls_speak_for_the_last_one_named() -> None:
    assert speaking_as().account_id is None

    with called_by(agent()):
        assert speaking_as().actor_id == ACTOR
        with acting_for(ACCOUNT):
            assert speaking_as() == Caller(service="", account_id=ACCOUNT)
        with on_behalf(
            kind=CallerKind.STAFF, account_id=None, actor_id=ACTOR, actor_name="", roles=["staff"]
        ):
            assert speaking_as().roles == {"staff"}
        assert speaking_as() == agent()


def _hostile(payload: str) -> str:
    head = base64.urlsafe_b64encode(b'{"alg":"EdDSA"}').rstrip(b"=").decode()
    body = base64.urlsafe_b64encode(payload.encode()).rstrip(b"=").decode()
    return f"{head}.{body}.AAAA"


@pytest.mark.parametrize(
    "hostile",
    [
        "", ".", "..", "a.b.c", "\0", "é.é.é", "." * 5000,
        _hostile("[]"), _hostile("{}"), _hostile('{"iss": ["gateway"]}'),
        _hostile('{"iss": {"a": 1}, "iat": 1e400}'), _hostile('{"a":' + "[" * 20_000),
        _hostile('{"iss":"gateway","iat":Infinity,"exp":NaN,"aud":"letters"}'),
    ],
    ids=range(13),
)  # fmt: skip
def test_whatever_is_sent_for_a_token_is_refused_and_breaks_nothing(hostile: str) -> None:
    with pytest.raises(CallerUnknown):
        verifier().verify(hostile)


def test_a_token_well_signed_whose_times_are_no_times_is_refused() -> None:
    private = Ed25519PrivateKey.generate()
    raw = base64.urlsafe_b64encode(private.public_key().public_bytes_raw()).rstrip(b"=").decode()
    claims = jwt.decode(token(), options={"verify_signature": False})
    for times in ({"iat": float("inf")}, {"exp": float("nan")}, {"iat": "x"}, {"iat": [1]}):
        signed = jwt.encode({**claims, **times}, private, algorithm="EdDSA")

        with pytest.raises(CallerUnknown):
            verifier(keys={"gateway": raw}).verify(signed)
