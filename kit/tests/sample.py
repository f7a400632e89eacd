"""Made-up services, each with two facts: enough to exercise the plumbing, a stream per test."""

from dataclasses import dataclass
from uuid import uuid4

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import Message


@dataclass(frozen=True)
class Facts:
    """The kinds of facts of one made-up service."""

    service: str
    changed: type[Message]
    erased: type[Message]


def new_facts() -> Facts:
    """Invent a service whose stream nobody else uses."""
    service = f"sample{uuid4().hex[:12]}"
    package = f"house.{service}.v1"
    file = descriptor_pb2.FileDescriptorProto(
        name=f"house/{service}/v1/events.proto", package=package, syntax="proto3"
    )
    for name in ("NoteChanged", "NoteErased"):
        message = file.message_type.add(name=name)
        message.field.add(name="text", number=1, type=9, label=1)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)

    def kind(name: str) -> type[Message]:
        return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{package}.{name}"))

    return Facts(service, kind("NoteChanged"), kind("NoteErased"))
