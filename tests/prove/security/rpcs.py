"""Every RPC of every service, found in the generated stubs, and a way to call it as anybody."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import Any, Final
from uuid import uuid4

import grpc
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from typing_extensions import override

from kit.errors import InvalidFields, Kind, TurnedDown
from kit.rpc_errors import from_call
from kit.tokens import Caller, CallerKind, Signer
from local.plan import EVERYBODY, Plan
from tests.house.source import ROOT

TIMEOUT_S: Final = 20
PEOPLE: Final = ("visitor", "agent", "staff", "saga")
"""Whom a service speaks for: nobody, one of an account's own, one of us, an account itself."""


@dataclass(frozen=True, slots=True)
class Rpc:
    """One RPC."""

    service: str  # "accounts"
    name: str
    path: str
    request: type[Message]
    response: type[Message]

    @override
    def __str__(self) -> str:
        return f"{self.service}.{self.name}"

    @property
    def references(self) -> set[str]:
        """The fields of its request that name something, as ``letter_id``."""
        return set(_references(self.request.DESCRIPTOR))


@cache
def all_rpcs() -> tuple[Rpc, ...]:
    """Find every RPC of every service of ours."""
    found = []
    for file in sorted((ROOT / "preavis").rglob("*_pb2.py")):
        module = importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
        for service in module.DESCRIPTOR.services_by_name.values():
            found += [
                Rpc(
                    service=service.full_name.split(".")[1],
                    name=method.name,
                    path=f"/{service.full_name}/{method.name}",
                    request=GetMessageClass(method.input_type),
                    response=GetMessageClass(method.output_type),
                )
                for method in service.methods
            ]
    return tuple(found)


def _references(message: Any) -> list[str]:
    names = {"number", "key", "cursor", "copy_policyholder_from", "our_reference", "secret"}
    return [
        one.name
        for one in message.fields
        if one.type == one.TYPE_STRING and (one.name.endswith("_id") or one.name in names)
    ]


class Verdict(Enum):
    """How a call ended, for who looks at doors: answered or turned down beyond the door is in."""

    IN = "let in"
    UNKNOWN = "caller-unknown"
    NOT_ALLOWED = "caller-not-allowed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How a call ended."""

    message: Message | None = None
    refusal: TurnedDown | None = None
    code: str = "OK"

    @property
    def verdict(self) -> Verdict:
        """Whether the door was open. Raises ``AssertionError`` when something broke behind it."""
        assert self.code not in {"INTERNAL", "UNKNOWN", "UNIMPLEMENTED"}, self
        if self.code == "UNAUTHENTICATED":
            assert self.reason == Verdict.UNKNOWN.value
            return Verdict.UNKNOWN
        return Verdict.NOT_ALLOWED if self.reason == Verdict.NOT_ALLOWED.value else Verdict.IN

    @property
    def reason(self) -> str:
        """The reason of the refusal, empty for a yes."""
        return self.refusal.reason if self.refusal else ""

    @property
    def is_missing(self) -> bool:
        """Whether it says that there is no such thing."""
        return self.refusal is not None and self.refusal.kind is Kind.MISSING

    @property
    def told(self) -> str:
        """All that the caller learns."""
        facts = dict(self.refusal.facts) if self.refusal else {}
        if isinstance(self.refusal, InvalidFields):
            facts = {error.field: error.reason for error in self.refusal.errors}
        return f"{self.code} {self.reason} {self.refusal or ''} {facts} {self.message or ''}"


@dataclass(slots=True)
class Switchboard:
    """Calls the services of a running house, as anybody, with their keys or without."""

    plan: Plan
    _channels: dict[str, grpc.aio.Channel] = field(default_factory=dict)

    def signer(self, service: str) -> Signer:
        """Return the signer that a service has."""
        return Signer(service, self.plan.secrets[f"{service}-private-key"])

    def token(self, service: str, who: Caller, *, to: str) -> str:
        """Return a token that a service would send with its call."""
        return self.signer(service).sign(who, audience=to)

    async def call(self, rpc: Rpc, request: Message, *, service: str, who: Caller) -> Answer:
        """Call as ``service`` on behalf of ``who``."""
        return await self.call_with(rpc, request, self.token(service, who, to=rpc.service))

    async def call_with(self, rpc: Rpc, request: Message, token: str | None) -> Answer:
        """Call with a token, whatever it is worth."""
        if rpc.service not in self._channels:
            address = f"127.0.0.1:{self.plan.ports[rpc.service]}"
            self._channels[rpc.service] = grpc.aio.insecure_channel(address)
        method: Any = self._channels[rpc.service].unary_unary(
            rpc.path,
            request_serializer=rpc.request.SerializeToString,
            response_deserializer=rpc.response.FromString,
        )
        metadata = () if token is None else (("authorization", token),)
        try:
            return Answer(message=await method(request, timeout=TIMEOUT_S, metadata=metadata))
        except grpc.aio.AioRpcError as error:
            return Answer(refusal=from_call(error), code=error.code().name)

    async def close(self) -> None:
        """Hang up."""
        for channel in self._channels.values():
            await channel.close(None)


def people() -> Mapping[str, Caller]:
    """Return one of each kind of people; their accounts exist nowhere."""
    return {
        "visitor": Caller(service=""),
        "agent": Caller(
            service="",
            kind=CallerKind.AGENT,
            account_id=uuid4(),
            actor_id=uuid4(),
            actor_name="Camille Roux",
            roles=frozenset({"owner"}),
        ),
        "staff": Caller(
            service="",
            kind=CallerKind.STAFF,
            actor_id=uuid4(),
            actor_name="Inès Maurel",
            roles=frozenset({"staff"}),
        ),
        "saga": Caller(service="", account_id=uuid4()),
    }


SERVICES: Final = EVERYBODY
