"""From our services' messages to JSON and back: same names, words for enums, ISO for time."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, Self, TypeVar, cast

from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    SecretStr,
    model_validator,
)
from pydantic_core import CoreSchema
from typing_extensions import override

M = TypeVar("M", bound=Message)


def _nothing_if_empty(value: object) -> object:
    return None if value == "" else value


Day = Annotated[date | None, BeforeValidator(_nothing_if_empty)]
"""A Paris day as in our messages: ISO, or empty when there is none."""

Text = Annotated[str | None, BeforeValidator(_nothing_if_empty)]
"""A text as in our messages: absent when empty."""

_MOST_CENTS: Final = 100_000_000_00  # more money than anybody moves; far less than a column holds
_MOST_VERSIONS: Final = 2**31 - 1
_ISO_DAY: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HALF: Final = re.compile("[\ud800-\udfff]")


def iso_day(value: object) -> object:
    """Let days through, and texts such as ``2027-01-31``: pydantic would read numbers as well."""
    is_day = _ISO_DAY.fullmatch(value) if isinstance(value, str) else type(value) is date
    if not is_day:
        raise ValueError("no ISO day")
    return value


AskedDay = Annotated[date, BeforeValidator(iso_day)]
"""A Paris day that we are asked about: ISO, nothing else."""


def number(value: object) -> object:
    """Let JSON's numbers through, 300.0 among them: pydantic would read texts and booleans too."""
    if isinstance(value, bool | str):
        raise ValueError("no number")  # noqa: TRY004 - pydantic tells of values
    return value


Cents = Annotated[int, Field(ge=0, le=_MOST_CENTS), BeforeValidator(number)]
"""A sum that we are told."""

SomeCents = Annotated[int, Field(gt=0, le=_MOST_CENTS), BeforeValidator(number)]
"""A sum that we are told, and that is not nothing."""

SeenVersion = Annotated[int, Field(ge=0, le=_MOST_VERSIONS), BeforeValidator(number)]
"""The version that somebody looked at; 0: any."""


def example(**values: Any) -> ConfigDict:  # noqa: ANN401 - JSON
    """Show what is asked by a whole example."""
    return ConfigDict(json_schema_extra={"examples": [values]})


class Shape(BaseModel):
    """What /v1 answers or takes. Fields bear the names of the message they come from."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    @classmethod
    def of(cls, message: Message) -> Self:
        """Read a message of one of our services."""
        return cls.model_validate(plain(message))


class Asked(BaseModel):
    """What /v1 is asked: an unknown field is a mistake worth telling."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _of_whole_characters(cls, given: object) -> object:
        """Refuse halves of characters, which JSON can say and UTF-8 cannot."""
        if not _is_whole(given):
            raise ValueError("half a character")
        return given

    def fill(self, kind: type[M], **more: object) -> M:
        """Write it as a message of one of our services; ``more`` wins."""
        known = self.model_dump(exclude_none=True)
        return filled(kind, known | more)


class OneOf(Asked):
    """What is asked by exactly one of its fields; null is no answer."""

    @model_validator(mode="before")
    @classmethod
    def _exactly_one(cls, given: object) -> object:
        if isinstance(given, dict) and (len(given) != 1 or None in given.values()):
            raise ValueError("exactly one of these")
        return given

    @classmethod
    @override
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Say so, as a schema can."""
        schema = handler.resolve_ref_schema(handler(core_schema))
        for one in schema["properties"].values():
            one.update(one.pop("anyOf", [{}])[0])
            one.pop("default", None)
        return schema | {"minProperties": 1, "maxProperties": 1}


def _is_whole(value: object) -> bool:
    left = [value]  # not by recursion: JSON nests deeper than Python calls
    while left:
        one = left.pop()
        if isinstance(one, str):
            if _HALF.search(one):
                return False
        elif isinstance(one, dict):
            left += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            left += one
    return True


def plain(message: Message) -> dict[str, Any]:
    """Return a message as plain Python: absent parts as None, enums as lower-case words."""
    return {
        field.name: _plain_field(message, field)
        for field in _fields(message)
        if field.type != FieldDescriptor.TYPE_BYTES
    }


def filled(kind: type[M], values: Mapping[str, object]) -> M:
    """Return a message with these values; unknown names are left out."""
    message = kind()
    _fill(message, values)
    return message


def word_of(descriptor: EnumDescriptor, number: int) -> str | None:
    """Return ``acknowledged`` for ``MAIL_KIND_ACKNOWLEDGED``, nothing for what is unspecified."""
    word = descriptor.values_by_number[number].name.removeprefix(_prefix(descriptor)).lower()
    return None if word == "unspecified" else word


def number_of(descriptor: EnumDescriptor, word: str) -> int:
    """Return the number of a word. Raises ``KeyError``."""
    return int(descriptor.values_by_name[_prefix(descriptor) + word.upper()].number)


def _prefix(descriptor: EnumDescriptor) -> str:
    unspecified = str(descriptor.values_by_number[0].name)
    return unspecified.removesuffix("UNSPECIFIED")


def _plain_field(message: Message, field: FieldDescriptor) -> Any:  # noqa: ANN401 - JSON
    value = getattr(message, field.name)
    if _is_map(field):
        return dict(value)
    if field.is_repeated:
        return [_plain_value(field, one) for one in value]
    if field.message_type is not None and not message.HasField(field.name):
        return None
    return _plain_value(field, value)


def _plain_value(field: FieldDescriptor, value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, Timestamp):
        return value.ToDatetime(UTC)
    if field.message_type is not None:
        return plain(value)
    if field.enum_type is not None:
        return word_of(field.enum_type, value)
    return value


def _fill(message: Message, values: Mapping[str, object]) -> None:
    for field in _fields(message):
        value = values.get(field.name)
        if value is None:
            continue
        target = getattr(message, field.name)
        if _is_map(field):
            target.update(value)
        elif field.is_repeated:
            _fill_list(target, field, value)
        elif field.message_type is not None:
            target.SetInParent()
            _fill_part(target, value)
        else:
            setattr(message, field.name, _scalar(field, value))


def _fill_list(target: Any, field: FieldDescriptor, values: Any) -> None:  # noqa: ANN401 - JSON
    for value in values:
        if field.message_type is not None:
            _fill_part(target.add(), value)
        else:
            target.append(_scalar(field, value))


def _fill_part(target: Any, value: Any) -> None:  # noqa: ANN401 - JSON
    if isinstance(target, Timestamp):
        target.FromDatetime(value)
    else:
        _fill(target, value)


def _scalar(field: FieldDescriptor, value: object) -> object:
    if field.enum_type is not None:
        return number_of(field.enum_type, str(value))
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return value


def _fields(message: Message) -> list[FieldDescriptor]:
    return cast("list[FieldDescriptor]", list(message.DESCRIPTOR.fields))


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry
