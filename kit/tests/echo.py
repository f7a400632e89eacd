"""A gRPC service of one's own for the tests: Echo.Say and Echo.Shout, on StringValue."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import SimpleNamespace

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.wrappers_pb2 import StringValue

from kit.grpc import Peers, Rule, Server, Serving
from kit.tokens import Verifier, new_key_pair

FILE = descriptor_pb2.FileDescriptorProto(
    name="echo.proto", package="echo", dependency=["google/protobuf/wrappers.proto"]
)
_service = FILE.service.add(name="Echo")
for _name in ("Say", "Shout"):
    _service.method.add(
        name=_name,
        input_type=".google.protobuf.StringValue",
        output_type=".google.protobuf.StringValue",
    )
_pool = descriptor_pool.DescriptorPool()
_pool.AddSerializedFile(
    StringValue.DESCRIPTOR.file.serialized_pb
)  # a pool of our own: nothing global is touched
DESCRIPTOR = _pool.AddSerializedFile(FILE.SerializeToString()).services_by_name["Echo"]

Answer = Callable[[str], Awaitable[str]]


class EchoServicer:
    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    async def Say(self, request: StringValue, context: object) -> StringValue:  # noqa: N802 - an RPC
        return StringValue(value=await self._answer(request.value))

    Shout = Say


def add_to_server(servicer: EchoServicer, server: grpc.aio.Server) -> None:
    handlers = {
        name: grpc.unary_unary_rpc_method_handler(
            getattr(servicer, name),
            request_deserializer=StringValue.FromString,
            response_serializer=StringValue.SerializeToString,
        )
        for name in ("Say", "Shout")
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("echo.Echo", handlers),))


class EchoStub:
    def __init__(self, channel: grpc.aio.Channel) -> None:
        for name in ("Say", "Shout"):
            method = channel.unary_unary(
                f"/echo.Echo/{name}",
                request_serializer=StringValue.SerializeToString,
                response_deserializer=StringValue.FromString,
            )
            setattr(self, name, method)

    Say: Callable[..., Awaitable[StringValue]]
    Shout: Callable[..., Awaitable[StringValue]]


KEYS = {name: new_key_pair() for name in ("gateway", "paper")}
RULES = {"Say": Rule(callers={"gateway"}), "Shout": Rule(callers={"gateway"}, roles={"owner"})}


def serving(answer: Answer) -> Serving:
    return Serving(
        descriptor=DESCRIPTOR, add=add_to_server, servicer=EchoServicer(answer), rules=RULES
    )


def server(answer: Answer) -> Server:
    keys = {name: public for name, (_, public) in KEYS.items()}
    return Server(
        verifier=Verifier("echo", keys), serving=[serving(answer)], address=("127.0.0.1", 0)
    )


def peers(port: int, *, service: str = "gateway", timeout_s: float = 5.0) -> Peers:
    settings = SimpleNamespace(
        service=service, private_key=KEYS[service][0], peers={"echo": f"127.0.0.1:{port}"}
    )
    return Peers(settings, timeout_s=timeout_s)


@dataclass
class Calls:
    """An answer that counts, and does what it is told."""

    do: Answer
    seen: list[str] = field(default_factory=list)

    async def __call__(self, value: str) -> str:
        self.seen.append(value)
        return await self.do(value)
