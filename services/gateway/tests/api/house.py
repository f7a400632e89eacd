"""A house of stubs that answer what a test says, and the edge built on it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI
from starlette.datastructures import State

from kit.clock import system_clock
from kit.errors import Kind, TurnedDown
from kit.tokens import Caller, speaking_as
from preavis.accounts.v1 import accounts_pb2
from services.gateway import api, headers, hooks
from services.gateway.peers import House
from services.gateway.settings import GatewaySettings
from services.gateway.store import (
    Claim,
    IdempotencyKeyInUse,
    IdempotencyKeyReused,
    KeptAnswer,
)
from services.gateway.wording.reasons import Reasons

ACCOUNT = UUID("01900000-0000-7000-8000-00000000000a")
PROFILE = UUID("01900000-0000-7000-8000-0000000000cc")
AGENT, STAFF = "agent-token", "staff-token"

Answer = Callable[[Any], Any]


@dataclass
class Call:
    """A call that a stub received, and for whom it was made."""

    rpc: str
    request: Any
    speaking: Caller


class SessionOver(TurnedDown):
    """What accounts says of a session that does not stand."""

    reason = "session-over"
    kind = Kind.DENIED


class FakeStub:
    """Answers each RPC with what the test put there."""

    def __init__(self, calls: list[Call]) -> None:
        self._calls = calls
        self.answers: dict[str, Answer] = {}

    def __getattr__(self, rpc: str) -> Callable[..., Awaitable[Any]]:
        async def call(request: Any, timeout: float | None = None) -> Any:  # noqa: ASYNC109
            assert rpc == "Authenticate" or timeout, f"{rpc} without a deadline"
            self._calls.append(Call(rpc, request, speaking_as()))
            if rpc not in self.answers:
                raise AssertionError(f"unexpected call of {rpc}")
            answer = self.answers[rpc]
            made = answer(request)
            if isinstance(made, TurnedDown):
                raise made
            return made

        return call


class FakeStore:
    """Kept answers and buckets in memory."""

    def __init__(self) -> None:
        self.kept: dict[tuple[UUID, str], tuple[Claim, KeptAnswer | None]] = {}
        self.waits: dict[str, float] = {}
        self.buckets: list[str] = []

    async def begin(self, claim: Claim) -> KeptAnswer | None:
        known = self.kept.get((claim.scope_id, claim.key))
        if known is None:
            self.kept[claim.scope_id, claim.key] = (claim, None)
            return None
        if known[0].fingerprint != claim.fingerprint:
            raise IdempotencyKeyReused("another request has this key")
        if known[1] is None:
            raise IdempotencyKeyInUse("the same request is in hand")
        return known[1]

    async def keep(self, claim: Claim, answer: KeptAnswer) -> None:
        self.kept[claim.scope_id, claim.key] = (claim, answer)

    async def give_up(self, claim: Claim) -> None:
        if self.kept.get((claim.scope_id, claim.key), (claim, None))[1] is None:
            self.kept.pop((claim.scope_id, claim.key), None)

    async def take_token(self, key: str, *, per_second: float, burst: int) -> float:
        self.buckets.append(key)
        return self.waits.get(key.partition(":")[0], 0.0)


@dataclass
class Edge:
    """The edge on fakes, and a client of it."""

    client: httpx.AsyncClient
    accounts: FakeStub
    billing: FakeStub
    dispatch: FakeStub
    letters: FakeStub
    signature: FakeStub
    store: FakeStore
    app: FastAPI
    settings: GatewaySettings
    house: House
    calls: list[Call] = field(default_factory=list)

    async def ask(
        self, method: str, path: str, token: str | None = AGENT, **more: Any
    ) -> httpx.Response:
        headers = more.pop("headers", {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return await self.client.request(method, path, headers=headers, **more)

    def called(self, rpc: str) -> Call:
        """Return the only call of an RPC."""
        (found,) = (call for call in self.calls if call.rpc == rpc)
        return found


def settings(**more: Any) -> GatewaySettings:
    known: dict[str, Any] = {
        "environment": "test",
        "database_url": "",
        "worker_database_url": "",
        "nats_url": "",
        "grpc_port": 0,
        "metrics_port": 0,
        "private_key": "",
        "blobs_dir": Path(),
        "smtp_url": "",
        "mail_from": "",
        "assets_dir": Path(),
        "public_url": "http://edge.test",
        "http_port": 8000,
        "files_port": 8001,
        "cookie_key": "k" * 32,
    }
    return GatewaySettings(**(known | more))


def edge() -> Edge:
    calls: list[Call] = []
    stubs = {
        name: FakeStub(calls)
        for name in ("accounts", "billing", "dispatch", "letters", "signature")
    }
    house: Any = House(**stubs)  # type: ignore[arg-type]  # fakes of generated stubs
    store = FakeStore()
    state = State()
    state.settings = settings()
    app = headers.Edge(doors=headers.product(state.settings))
    state.house = house
    state.store = store
    state.clock = system_clock
    state.reasons = Reasons.load()
    app.state = state
    api.mount(app)
    app.include_router(hooks.router)
    stubs["accounts"].answers["Authenticate"] = authenticate
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    client = httpx.AsyncClient(transport=transport, base_url="http://edge.test")
    return Edge(
        client=client,
        store=store,
        calls=calls,
        app=app,
        settings=state.settings,
        house=house,
        **stubs,
    )


def authenticate(request: accounts_pb2.AuthenticateRequest) -> Any:
    if request.session_token == AGENT:
        return accounts_pb2.AuthenticateResponse(
            principal=accounts_pb2.Principal(
                account_id=str(ACCOUNT),
                profile_id=str(PROFILE),
                display_name="Pierre Béraud",
                roles=["owner"],
                kind=accounts_pb2.PRINCIPAL_KIND_AGENT,
                account_state=accounts_pb2.ACCOUNT_STATE_ACTIVE,
            )
        )
    if request.session_token == STAFF:
        return accounts_pb2.AuthenticateResponse(
            principal=accounts_pb2.Principal(
                profile_id=str(PROFILE),
                display_name="Claire Nowak",
                roles=["staff"],
                kind=accounts_pb2.PRINCIPAL_KIND_STAFF,
            )
        )
    return SessionOver("the session is over")
