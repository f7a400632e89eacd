"""A request as it comes from the wire: bytes, then a message whose values can be worked with."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.timestamp_pb2 import Timestamp

from kit.errors import FieldError, InvalidFields, Kind, TurnedDown

_FIRST_SECOND: Final = -2_208_988_800  # 1900: nothing of ours is older
_LAST_SECOND: Final = 7_258_118_400  # 2200
_NO_TEXT: Final = "\0"  # Postgres stores every character but this one


class RequestUnreadable(TurnedDown):
    """The bytes are not the message that this call takes."""

    kind = Kind.INVALID
    reason = "request-unreadable"


def read_request(data: bytes, deserialize: Callable[[bytes], Any]) -> Any:  # noqa: ANN401 - its own
    """Return the message in ``data``.

    Raises ``RequestUnreadable``, or ``InvalidFields`` when a text holds a NUL or an instant is
    none of our time: no store takes the one, no calendar the other.
    """
    try:
        message = deserialize(data)
    except DecodeError as error:
        raise RequestUnreadable("not the message of this call") from error
    if faults := list(_faults(message, "")):
        raise InvalidFields(faults)
    return message


def _faults(message: Message, before: str) -> Iterator[FieldError]:
    if isinstance(message, Timestamp):
        if not _FIRST_SECOND <= message.seconds < _LAST_SECOND or not _is_part(message.nanos):
            yield FieldError(before.removesuffix("."), "day-out-of-range")
        return
    for field, value in message.ListFields():
        for step, one in _values(field, value):
            path = f"{before}{field.name}{step}"
            if isinstance(one, Message):
                yield from _faults(one, f"{path}.")
            elif isinstance(one, str) and _NO_TEXT in one:
                yield FieldError(path, "text-invalid")


def _values(field: FieldDescriptor, value: Any) -> Iterable[tuple[str, object]]:  # noqa: ANN401 - any
    """Return what one field holds, each with the rest of its path; a map's keys are texts too."""
    if not field.is_repeated:
        return [("", value)]
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return [pair for name, one in value.items() for pair in (("", name), ("", one))]
    return [(f".{rank}", one) for rank, one in enumerate(value)]


def _is_part(nanos: int) -> bool:
    return 0 <= nanos < 1_000_000_000  # noqa: PLR2004 - of a second
