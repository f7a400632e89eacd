"""Each RPC, tried with each service's key for each kind of people: only the allow-list passes."""

import asyncio
from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kit.clock import system_clock
from kit.tokens import LEEWAY_S, LIFETIME_S, Caller, CallerKind, Signer, new_key_pair
from tests.prove.security.access import ACCESS
from tests.prove.security.rpcs import (
    PEOPLE,
    SERVICES,
    Rpc,
    Switchboard,
    Verdict,
    all_rpcs,
    people,
)

pytestmark = pytest.mark.servers
RPCS = all_rpcs()


def test_every_rpc_has_its_row_and_every_row_its_rpc() -> None:
    assert {str(rpc) for rpc in RPCS} == set(ACCESS)


def test_every_service_and_kind_of_people_named_exists() -> None:
    assert {service for row in ACCESS.values() for service in row} <= set(SERVICES)
    assert {who for row in ACCESS.values() for whos in row.values() for who in whos} <= set(PEOPLE)


@pytest.mark.parametrize("rpc", RPCS, ids=str)
async def test_only_those_named_are_let_in(rpc: Rpc, switchboard: Switchboard) -> None:
    async def verdict(service: str, name: str) -> tuple[str, str, Verdict]:
        who = people()[name]
        answer = await switchboard.call(rpc, rpc.request(), service=service, who=who)
        return service, name, answer.verdict

    asked = await asyncio.gather(*(verdict(s, name) for s in SERVICES for name in PEOPLE))

    found: dict[str, set[str]] = {}
    for service, name, how in asked:
        if how is Verdict.IN:
            found.setdefault(service, set()).add(name)
    assert found == {service: set(whos) for service, whos in ACCESS[str(rpc)].items()}


def tokens_of(rpc: Rpc, switchboard: Switchboard) -> tuple[str, dict[str, str | None]]:
    """Return a token made by hand that is good, and others, each wrong in one thing only."""
    who = Caller(
        service="",
        kind=CallerKind.AGENT,
        account_id=people()["agent"].account_id,
        actor_id=people()["agent"].actor_id,
        roles=frozenset({"owner", "staff"}),
    )
    caller = next(iter(ACCESS[str(rpc)]), "gateway")
    good = switchboard.token(caller, who, to=rpc.service)
    header, claims, signature = good.split(".")
    unknown_private, _ = new_key_pair()
    now = system_clock()
    key = switchboard.plan.secrets[f"{caller}-private-key"]
    public = switchboard.plan.secrets[f"{caller}-public-key"]
    raw = jwt.utils.base64url_decode(public)
    another = next(name for name in SERVICES if name not in {caller, rpc.service})
    old = Signer(caller, key, clock=lambda: now - timedelta(seconds=LIFETIME_S + LEEWAY_S + 2))
    early = Signer(caller, key, clock=lambda: now + timedelta(seconds=2 * LIFETIME_S + LEEWAY_S))
    said = jwt.decode(good, options={"verify_signature": False})
    return _signed(said, key), {
        "none": None,
        "empty": "",
        "not a token": "Bearer x",
        "expired": old.sign(who, audience=rpc.service),
        "not yet": early.sign(who, audience=rpc.service),
        "for another service": switchboard.token(caller, who, to=another),
        "by an unknown key": Signer(caller, unknown_private).sign(who, audience=rpc.service),
        "by another service's key": Signer(
            caller, switchboard.plan.secrets[f"{another}-private-key"]
        ).sign(who, audience=rpc.service),
        "by a service nobody knows": Signer("stranger", key).sign(who, audience=rpc.service),
        "without signature": f"{header}.{claims}.",
        "signed with nothing": jwt.encode(said, "", algorithm="none"),
        "signed with the public key": jwt.encode(said, public, algorithm="HS256"),
        "signed with its bytes": jwt.encode(said, raw, algorithm="HS256"),
        "changed": f"{header}.{claims[:-3]}AAA.{signature}",
        "that never ends": _signed({**said, "exp": said["iat"] + 3600}, key),
        "that bears no end": _signed({n: v for n, v in said.items() if n != "exp"}, key),
        "of no known kind": _signed({**said, "knd": "root"}, key),
    }


def _signed(claims: dict[str, object], private: str) -> str:
    raw = jwt.utils.base64url_decode(private)
    return jwt.encode(claims, Ed25519PrivateKey.from_private_bytes(raw), algorithm="EdDSA")


@pytest.mark.parametrize("rpc", RPCS, ids=str)
async def test_a_token_that_is_not_ours_opens_nothing(rpc: Rpc, switchboard: Switchboard) -> None:
    good, wrong = tokens_of(rpc, switchboard)
    tokens = {"good": good, **wrong}
    answers = await asyncio.gather(
        *(switchboard.call_with(rpc, rpc.request(), token) for token in tokens.values())
    )

    known = [
        name
        for name, answer in zip(tokens, answers, strict=True)
        if answer.verdict is not Verdict.UNKNOWN
    ]
    assert known == ["good"]
