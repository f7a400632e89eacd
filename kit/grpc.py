"""Calls between our services: deadlines, callers' tokens, rules per RPC, refusals carried whole."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar, cast

import grpc
import structlog
from google.protobuf.descriptor import ServiceDescriptor
from typing_extensions import override

from kit.errors import Kind, TurnedDown
from kit.rpc_errors import CODES, LONGEST_TEXT, PeerRefusal, from_call, to_trailers
from kit.rpc_requests import read_request
from kit.rpc_traces import Behaviour, calling, traced
from kit.telemetry import RPC_SECONDS
from kit.tokens import (
    Caller,
    CallerKind,
    CallerUnknown,
    Signer,
    Verifier,
    acting_for,
    called_by,
    caller,
    caller_account,
    on_behalf,
    speaking_as,
)

__all__ = [
    "Caller",
    "CallerKind",
    "PeerRefusal",
    "Peers",
    "Rule",
    "Server",
    "Serving",
    "acting_for",
    "caller",
    "caller_account",
    "on_behalf",
]

DEFAULT_TIMEOUT_S: Final = 10.0  # when nobody above us set a shorter budget
HOP_MARGIN_S: Final = 0.05  # what we keep of the budget, to answer in time ourselves
MAX_MESSAGE_BYTES: Final = 32 * 1024 * 1024
_HEADER: Final = "authorization"
_HEALTH: Final = "/grpc.health.v1.Health/"

S = TypeVar("S")
Context = Any  # grpc.aio.ServicerContext, of which the stubs know half

_log = structlog.get_logger()
_ends_at: ContextVar[float | None] = ContextVar("deadline", default=None)

_SIZES: Final = [
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
]
_SERVER_OPTIONS: Final = [
    *_SIZES,
    ("grpc.so_reuseport", 0),  # a second process on the port is a mistake: say so
    ("grpc.max_connection_age_ms", 120_000),  # so that clients find new replicas
    ("grpc.max_connection_age_grace_ms", 30_000),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 30_000),
    ("grpc.keepalive_permit_without_calls", 1),
]
_RETRIES: Final = {
    "loadBalancingConfig": [{"round_robin": {}}],
    "methodConfig": [
        {
            "name": [{}],
            "retryPolicy": {
                "maxAttempts": 4,
                "initialBackoff": "0.05s",
                "maxBackoff": "1s",
                "backoffMultiplier": 2,
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ],
    "retryThrottling": {"maxTokens": 20, "tokenRatio": 0.2},
}
_CLIENT_OPTIONS: Final = [
    *_SIZES,
    ("grpc.service_config", json.dumps(_RETRIES)),
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.max_reconnect_backoff_ms", 2_000),
]


class NoDeadline(TurnedDown):
    """The call has no deadline: its caller would wait for ever."""

    kind = Kind.INVALID
    reason = "deadline-required"


class CallerNotAllowed(TurnedDown):
    """This service, or this role, may not make this call."""

    kind = Kind.DENIED
    reason = "caller-not-allowed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Who may call one RPC: these services, for people with one of these roles.

    ``roles=None`` asks for no role; ``account`` refuses callers that act for no account.
    """

    callers: set[str] | frozenset[str]
    roles: set[str] | frozenset[str] | None = None
    account: bool = False

    def check(self, who: Caller) -> None:
        """Raise ``CallerNotAllowed`` unless ``who`` fits."""
        if who.service not in self.callers:
            raise CallerNotAllowed("this service may not make this call")
        if self.roles is not None and not (who.roles & self.roles):
            raise CallerNotAllowed("this role may not make this call")
        if self.account and who.account_id is None:
            raise CallerNotAllowed("this call needs an account")


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """One gRPC service, its servicer and the rule of each of its RPCs.

    Example: ``Serving(descriptor=accounts_pb2.DESCRIPTOR.services_by_name["AccountsService"],
    add=add_AccountsServiceServicer_to_server, servicer=servicer, rules=RULES)``.
    """

    descriptor: ServiceDescriptor
    add: Callable[[Any, Any], None]
    servicer: object
    rules: Mapping[str, Rule]

    def rules_by_path(self) -> dict[str, Rule]:
        """Return the rules by full method path. Raises ``ValueError`` unless each RPC has one."""
        names = {method.name for method in self.descriptor.methods}
        if names != set(self.rules):
            odd = ", ".join(sorted(names ^ set(self.rules)))
            raise ValueError(f"{self.descriptor.full_name}: RPCs and rules differ: {odd}")
        return {f"/{self.descriptor.full_name}/{name}": r for name, r in self.rules.items()}


class Server:
    """A gRPC server that answers only known callers, in time, with refusals carried whole."""

    def __init__(
        self, *, verifier: Verifier, serving: list[Serving], address: tuple[str, int]
    ) -> None:
        self._rules = {path: rule for one in serving for path, rule in one.rules_by_path().items()}
        self._verifier = verifier
        self._server = grpc.aio.server(
            interceptors=[_Layers(traced, _measured, _in_time, self._known, _spoken)],
            options=_SERVER_OPTIONS,
        )
        for one in serving:
            one.add(one.servicer, self._server)
        self._host, self.port = address

    @property
    def raw(self) -> grpc.aio.Server:
        """The server underneath, to add the health service to."""
        return self._server

    async def start(self) -> None:
        """Listen; ``port`` 0 becomes the port found."""
        self.port = self._server.add_insecure_port(f"{self._host}:{self.port}")
        await self._server.start()

    async def stop(self, grace_s: float) -> None:
        """Take no new call, and let those in hand end within ``grace_s``."""
        await self._server.stop(grace_s)

    def _known(self, path: str, behaviour: Behaviour) -> Behaviour:
        async def speak(request: Any, context: Context) -> Any:
            metadata = dict(context.invocation_metadata() or ())
            try:
                who = self._verifier.verify(str(metadata.get(_HEADER, "")))
            except CallerUnknown as refusal:
                _log.warning("rpc_caller_unknown", method=path, peer=context.peer())
                await _refuse(context, refusal, grpc.StatusCode.UNAUTHENTICATED)
                raise
            try:
                self._rules[path].check(who)
            except CallerNotAllowed as refusal:
                _log.warning("rpc_denied", method=path, caller=who.service)
                await _refuse(context, refusal)
            with called_by(who):
                return await behaviour(request, context)

        return speak


class _Layers(grpc.aio.ServerInterceptor):  # type: ignore[type-arg]  # generic in stubs alone
    """Wraps each unary RPC, health apart, in the same behaviours, the first one outermost."""

    def __init__(self, *around: Callable[[str, Behaviour], Behaviour]) -> None:
        self._around = around
        self._wrapped: dict[str, Any] = {}  # once for each RPC there is

    @override
    async def intercept_service(self, continuation: Any, details: Any) -> Any:
        path = details.method
        if path not in self._wrapped:
            handler = await continuation(details)
            if handler is None or path.startswith(_HEALTH):
                return handler
            self._wrapped[path] = self._wrap(path, handler)
        return self._wrapped[path]

    def _wrap(self, path: str, handler: Any) -> Any:
        async def read(data: bytes, context: Context) -> Any:
            """Read within the other layers; gRPC itself would answer INTERNAL."""
            request = read_request(data, handler.request_deserializer)
            return await handler.unary_unary(request, context)

        behaviour: Behaviour = read
        for around in reversed(self._around):
            behaviour = around(path, behaviour)
        return grpc.unary_unary_rpc_method_handler(
            behaviour, response_serializer=handler.response_serializer
        )


def _measured(path: str, behaviour: Behaviour) -> Behaviour:
    async def speak(request: Any, context: Context) -> Any:
        start, code = time.perf_counter(), "OK"
        try:
            return await behaviour(request, context)
        except BaseException:
            found = context.code()
            code = found.name if isinstance(found, grpc.StatusCode) else "CANCELLED"
            raise
        finally:
            RPC_SECONDS.labels(path, code).observe(time.perf_counter() - start)

    return speak


def _in_time(_path: str, behaviour: Behaviour) -> Behaviour:
    async def speak(request: Any, context: Context) -> Any:
        left: float | None = context.time_remaining()  # None without a deadline
        if left is None:
            await _refuse(context, NoDeadline("every call has a deadline"))
        with _budget(left or 0.0):
            return await behaviour(request, context)

    return speak


def _spoken(path: str, behaviour: Behaviour) -> Behaviour:
    async def speak(request: Any, context: Context) -> Any:
        try:
            return await behaviour(request, context)
        except TurnedDown as refusal:
            await _refuse(context, refusal)
        except (grpc.aio.AbortError, asyncio.CancelledError):
            raise
        except Exception:  # noqa: BLE001 - the last net: a bug answers INTERNAL, and pages
            _log.exception("rpc_failed", method=path)
            await context.abort(grpc.StatusCode.INTERNAL, "internal error")

    return speak


async def _refuse(
    context: Context, refusal: TurnedDown, code: grpc.StatusCode | None = None
) -> None:
    said, text = code or CODES[refusal.kind], str(refusal)[:LONGEST_TEXT]
    await context.abort(said, text, cast("Any", to_trailers(refusal, said)))


@contextmanager
def _budget(seconds: float) -> Iterator[None]:
    token = _ends_at.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _ends_at.reset(token)


class Calling(Protocol):
    """What a process must know to call the others (``kit.settings.ServiceSettings`` does)."""

    @property
    def service(self) -> str:
        """Its own name."""

    @property
    def private_key(self) -> str:
        """What signs its tokens (``kit.tokens.new_key_pair``)."""

    @property
    def peers(self) -> Mapping[str, str]:
        """Where each of the others listens, as ``host:port``."""


class Peers:
    """Stubs of our other services; one channel each, opened at first use."""

    def __init__(self, settings: Calling, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> None:
        self._addresses = settings.peers
        self._signer = Signer(settings.service, settings.private_key)
        self._timeout_s = timeout_s
        self._channels: dict[str, grpc.aio.Channel] = {}

    def stub(self, kind: Callable[[grpc.aio.Channel], S], peer: str) -> S:
        """Return a stub of ``peer``: each call is signed, timed, and raises ``TurnedDown``."""
        if peer not in self._channels:
            self._channels[peer] = grpc.aio.insecure_channel(
                f"dns:///{self._addresses[peer]}",
                options=_CLIENT_OPTIONS,
            )
        channel = _PeerChannel(self._channels[peer], peer, self._signer, self._timeout_s)
        return kind(cast("grpc.aio.Channel", channel))

    async def close(self) -> None:
        """Close the channels."""
        for channel in self._channels.values():
            await channel.close(None)
        self._channels.clear()


class _PeerChannel:
    """As much of a channel as a stub of unary RPCs needs."""

    def __init__(
        self, channel: grpc.aio.Channel, peer: str, signer: Signer, timeout_s: float
    ) -> None:
        self._channel = channel
        self._peer = peer
        self._signer = signer
        self._timeout_s = timeout_s

    def unary_unary(self, method: str, **kwargs: Any) -> Behaviour:
        inner = self._channel.unary_unary(method, **kwargs)

        async def call(request: Any, timeout: float | None = None) -> Any:  # noqa: ASYNC109 - gRPC's
            token = self._signer.sign(speaking_as(), audience=self._peer)
            try:
                with calling(method) as carried:
                    return await inner(
                        request,
                        timeout=_time_left(timeout or self._timeout_s),
                        metadata=((_HEADER, token), *carried),
                    )
            except grpc.aio.AioRpcError as error:
                refusal = from_call(error)
                if refusal is None:
                    raise
                raise refusal from error

        return cast("Behaviour", call)


def _time_left(asked_s: float) -> float:
    ends_at = _ends_at.get()
    if ends_at is None:
        return asked_s
    left = ends_at - time.monotonic() - HOP_MARGIN_S
    if left <= 0:
        raise PeerRefusal("no time is left to ask", kind=Kind.LATER, reason="peer-unavailable")
    return min(asked_s, left)
