"""A request as it comes from the wire: bytes, then a message whose values can be worked with."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any, Final

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.timestamp_pb2 import Timestamp

from kit.errors import FieldError, InvalidFields, Kind, TurnedDown
from kit.text import is_piled

_FIRST_SECOND: Final = -2_208_988_800  # 1900: nothing of ours is older
_LAST_SECOND: Final = 7_258_118_400  # 2200
_YEARS: Final = range(1900, 2200)  # of the same time: beyond, no calendar can be walked
_NO_TEXT: Final = "\0"  # Postgres stores every character but this one
MOST_CHARACTERS: Final = 100_000  # of all texts of one request: thirty of the longest letters
MOST_VALUES: Final = 5_000


class RequestUnreadable(TurnedDown):
    """The bytes are not the message that this call takes."""

    kind = Kind.INVALID
    reason = "request-unreadable"


class RequestTooLong(TurnedDown):
    """It holds more texts, or more values, than any of our requests needs."""

    kind = Kind.INVALID
    reason = "request-too-long"


def read_request(data: bytes, deserialize: Callable[[bytes], Any]) -> Any:  # noqa: ANN401 - its own
    """Return the message in ``data``.

    Raises ``RequestUnreadable``, ``RequestTooLong``, or ``InvalidFields`` when a text holds a NUL
    or a pile of accents, or an instant is none of our time: no store takes the first, composing
    the second would take minutes, no calendar has the third.
    """
    try:
        message = deserialize(data)
    except DecodeError as error:
        raise RequestUnreadable("not the message of this call") from error
    if faults := list(_Walk().faults(message, "")):
        raise InvalidFields(faults)
    return message


def read_day(text: str, field: str) -> date | None:
    """Return the day that a field names, as ``2027-01-31``; ``None`` when it is empty.

    Raises ``InvalidFields`` when it is no day (``day-unreadable``), or none of our time, from 1900
    to 2199 (``day-out-of-range``): one day more or less, or Paris midnight, must still exist.
    """
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:  # Python also reads 20270131 and 2027-W05-7
        raise InvalidFields([FieldError(field, "day-unreadable", {"value": text[:20]})])
    if day.year not in _YEARS:
        raise InvalidFields([FieldError(field, "day-out-of-range", {"value": text})])
    return day


class _Walk:
    """Looks at every value of one message."""

    def __init__(self) -> None:
        self._characters = MOST_CHARACTERS  # left
        self._values = MOST_VALUES

    def faults(self, message: Message, before: str) -> Iterator[FieldError]:
        """Yield what is wrong, by its path. Raises ``RequestTooLong``."""
        if isinstance(message, Timestamp):
            if not _FIRST_SECOND <= message.seconds < _LAST_SECOND or not _is_part(message.nanos):
                yield FieldError(before.removesuffix("."), "day-out-of-range")
            return
        for field, value in message.ListFields():
            self._count(field, value)
            for step, one in _values(field, value):
                path = f"{before}{field.name}{step}"
                if isinstance(one, Message):
                    yield from self.faults(one, f"{path}.")
                elif isinstance(one, str) and not self._is_text(one):
                    yield FieldError(path, "text-invalid")

    def _count(self, field: FieldDescriptor, value: Any) -> None:  # noqa: ANN401 - any
        self._values -= len(value) if field.is_repeated else 1
        if self._values < 0:
            raise RequestTooLong("too many values")

    def _is_text(self, text: str) -> bool:
        self._characters -= len(text)
        if self._characters < 0:
            raise RequestTooLong("too much text")
        return _NO_TEXT not in text and not is_piled(text)


def _values(field: FieldDescriptor, value: Any) -> Iterable[tuple[str, object]]:  # noqa: ANN401 - any
    """Return what one field holds, each with the rest of its path; a map's keys are texts too."""
    if not field.is_repeated:
        return [("", value)]
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return [pair for name, one in value.items() for pair in (("", name), ("", one))]
    return [(f".{rank}", one) for rank, one in enumerate(value)]


def _is_part(nanos: int) -> bool:
    return 0 <= nanos < 1_000_000_000  # noqa: PLR2004 - of a second
