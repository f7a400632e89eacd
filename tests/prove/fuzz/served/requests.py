"""Requests of any RPC, drawn from its descriptor: plausible here, hostile there."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, cast

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import strategies as st

from tests.prove.hostile.texts import HOSTILE

Known = Mapping[str, Sequence[str]]
"""What some fields may well hold, by the name of the field."""

CROWD: Final = 6_000  # values of one field: more than a request may hold
DAYS: Final = (
    "2027-01-31", "2027-02-28", "2030-12-31", "2020-02-29", "1900-01-01", "2199-12-31",
    "0001-01-01", "9999-12-31", "2027-02-30", "20270131", "2027-W05-7", "+2027-01-01", "٢٠٢٧-٠١-٠١",
)  # fmt: skip
NUMBERS: Final = (0, 1, 2, -1, 7, 50, 2**31 - 1, -(2**31), 2**63 - 1, -(2**63))
FILES: Final = (b"", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"{}", b"\0" * 4096)
CURSORS: Final = (
    "0", "1", "9" * 30, "²", "-1", "2027-01-13T10:00:00|x", "0001-01-01T00:00:00+14:00|" + "0" * 32,
    base64.urlsafe_b64encode(json.dumps(["", "\0", 2**70]).encode()).decode(),
    base64.urlsafe_b64encode(b"[" * 3000).decode(), "é",
)  # fmt: skip
HUGE: Final = (
    "x" * 120_000, "é" * 99_000, "9" * 90_000, "<" * 50_000, "\u202e" * 20_000,
    " \t\u2003" * 30_000, "Z" + "\u0300\u0316" * 45_000,
    ("Z" + "\u0300\u0316" * 99) * 400, "a@" * 40_000 + "b.example",
)  # fmt: skip
USUAL: Final[Known] = {
    "contract_type": ["auto", "sante_individuelle", "mobile", "AUTO"],
    "ground": ["HAMON", "RIA", "ECHEANCE", "CUSTOM", "hamon"],
    "postcode": ["38000", "٣٨٠٠٠", "3800O"],
    "emails": ["helene@client.example"],
    "email": ["agence@essai.example"],
    "phone": ["0465711234", "+33465711234"],
    "siret": ["73282932000074", "٧٣٢٨٢٩٣٢٠٠٠٠٧٤"],
    "partner": ["stripe"],
    "operator": ["ar24"],
    "cursor": CURSORS,
    "fields": ["wanted_new_start", "first_subscription", "notice_months", "anniversary"],
    "filename": ["mandat.pdf", "../../x", "a\r\nb"],
    "amount": ["100", "٣"],
}
_BITS: Final = {FieldDescriptor.TYPE_INT32: 31, FieldDescriptor.TYPE_INT64: 63}
"""The whole numbers that our protos have; another kind fails here."""
_SENT: Final = [text for text in HOSTILE.values() if text.isascii() or "\ud83d" not in text]
"""Half a character is no text of protobuf's: it is sent as bytes."""


def requests_of(
    kind: type[Message], known: Known, *, huge: bool = False
) -> st.SearchStrategy[Message]:
    """Draw requests of this kind; ``known`` says what exists, ``huge`` that all is too long."""
    return _Pen({**USUAL, **known}, huge=huge).messages(cast("Descriptor", kind.DESCRIPTOR))


class _Pen:
    """Draws messages, field by field."""

    def __init__(self, known: Known, *, huge: bool) -> None:
        self._known = known
        self._huge = huge

    def messages(self, descriptor: Descriptor) -> st.SearchStrategy[Message]:
        parts = {field.name: self._field(field) for field in descriptor.fields}
        kind: Callable[..., Message] = GetMessageClass(descriptor)
        whole = st.fixed_dictionaries(parts)
        some = st.fixed_dictionaries({}, optional=parts)
        return (whole | some).map(partial(_made, kind))

    def _field(self, field: FieldDescriptor) -> st.SearchStrategy[Any]:
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            return self._map(field.name, field.message_type)
        one = self._value(field)
        if not field.is_repeated:
            return one
        return self._crowds(field) if self._huge else st.lists(one, max_size=3)

    def _crowds(self, field: FieldDescriptor) -> st.SearchStrategy[Any]:
        """Draw one value of a usual length by the thousand, which together fit in a call."""
        usual = _Pen(self._known, huge=False)._value(field)
        return usual.map(lambda value: [value] * CROWD)

    def _map(self, name: str, entry: Descriptor) -> st.SearchStrategy[Any]:
        of_key, of_value = entry.fields
        is_text = of_key.type == FieldDescriptor.TYPE_STRING
        keys = self._texts(name) if is_text else self._value(of_key)
        return st.dictionaries(keys, self._value(of_value), max_size=4)

    def _value(self, field: FieldDescriptor) -> st.SearchStrategy[Any]:
        match field.type:
            case FieldDescriptor.TYPE_STRING:
                return self._texts(field.name)
            case FieldDescriptor.TYPE_BYTES:
                return st.sampled_from(FILES) | st.binary(max_size=100)
            case FieldDescriptor.TYPE_BOOL:
                return st.booleans()
            case FieldDescriptor.TYPE_ENUM:
                enum = cast("EnumDescriptor", field.enum_type)
                names = [value.number for value in enum.values]
                return st.sampled_from(names) | st.sampled_from([-1, 99, 2**31 - 1])
            case FieldDescriptor.TYPE_MESSAGE:
                return self.messages(cast("Descriptor", field.message_type))
            case _:
                return _numbers(_BITS[field.type])

    def _texts(self, name: str) -> st.SearchStrategy[str]:
        """Draw a text; half the time one that this field may well hold."""
        plausible = [*self._known.get(name, ()), *(DAYS if _is_day(name) else ())]
        odd = st.sampled_from(["", *_SENT]) | st.text(max_size=20)
        if self._huge:
            odd = st.sampled_from(HUGE)
        return st.sampled_from(plausible) | odd if plausible else odd


def _made(kind: Callable[..., Message], values: Mapping[str, Any]) -> Message:
    return kind(**values)


def _numbers(bits: int) -> st.SearchStrategy[int]:
    least, most = -(2**bits), 2**bits - 1
    usual = [number for number in NUMBERS if least <= number <= most]
    return st.sampled_from(usual) | st.integers(least, most)


def _is_day(name: str) -> bool:
    return name.endswith(("_day", "_from", "_until", "_start")) or name in {"value", "received_on"}
