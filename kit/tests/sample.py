"""A made-up service, ``sample``, with one fact: enough to exercise the plumbing."""

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import Message

_file = descriptor_pb2.FileDescriptorProto(
    name="house/sample/v1/events.proto", package="house.sample.v1", syntax="proto3"
)
for _name in ("NoteChanged", "NoteErased"):
    _message = _file.message_type.add(name=_name)
    _message.field.add(name="text", number=1, type=9, label=1)

_pool = descriptor_pool.DescriptorPool()
_pool.Add(_file)


def _kind(name: str) -> type[Message]:
    return message_factory.GetMessageClass(_pool.FindMessageTypeByName(f"house.sample.v1.{name}"))


NoteChanged = _kind("NoteChanged")
NoteErased = _kind("NoteErased")
