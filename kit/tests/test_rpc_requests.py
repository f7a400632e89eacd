from datetime import date

import pytest
from google.protobuf.struct_pb2 import NULL_VALUE, ListValue, Struct, Value
from google.protobuf.timestamp_pb2 import Timestamp
from google.protobuf.wrappers_pb2 import StringValue

from kit.errors import InvalidFields
from kit.rpc_requests import (
    MOST_CHARACTERS,
    MOST_VALUES,
    RequestTooLong,
    RequestUnreadable,
    read_day,
    read_request,
)


def test_a_message_is_read() -> None:
    sent = StringValue(value="bonjour 😀")

    assert read_request(sent.SerializeToString(), StringValue.FromString) == sent


@pytest.mark.parametrize("data", [b"\xff", b"\x0a\x05abc", b"\x0a\x02\xc3\x28", b"\x0b" * 500])
def test_bytes_that_are_no_message_are_refused(data: bytes) -> None:
    with pytest.raises(RequestUnreadable):
        read_request(data, StringValue.FromString)


def struct() -> Struct:
    made = Struct()
    made["good"] = "x"
    made["bad"] = ["x", "\0"]
    return made


@pytest.mark.parametrize(
    ("message", "path", "reason"),
    [
        (StringValue(value="a\0b"), "value", "text-invalid"),
        (StringValue(value="a" + "\u0300\u0316" * 101), "value", "text-invalid"),
        (struct()["bad"], "values.1.string_value", "text-invalid"),
        (Struct(fields={"a\0": Value(null_value=NULL_VALUE)}), "fields", "text-invalid"),
        (struct(), "fields.list_value.values.1.string_value", "text-invalid"),
    ],
)
def test_a_text_that_no_store_takes_is_named(
    message: StringValue | Struct | ListValue, path: str, reason: str
) -> None:
    with pytest.raises(InvalidFields) as refused:
        read_request(message.SerializeToString(), type(message).FromString)

    assert [(error.field, error.reason) for error in refused.value.errors] == [(path, reason)]


@pytest.mark.parametrize(
    "instant",
    [
        Timestamp(seconds=2**62),
        Timestamp(seconds=-(2**62)),
        Timestamp(nanos=-1),
        Timestamp(nanos=2**30),
    ],
)
def test_an_instant_outside_the_calendar_is_refused(instant: Timestamp) -> None:
    with pytest.raises(InvalidFields):
        read_request(instant.SerializeToString(), Timestamp.FromString)


def listed(count: int, text: str) -> ListValue:
    return ListValue(values=[Value(string_value=text)] * count)


@pytest.mark.parametrize(
    "message",
    [
        StringValue(value="x" * (MOST_CHARACTERS + 1)),
        listed(11, "x" * (MOST_CHARACTERS // 10)),
        listed(MOST_VALUES + 1, ""),
        Struct(fields={str(rank): Value(bool_value=True) for rank in range(MOST_VALUES + 1)}),
    ],
)
def test_more_than_anybody_needs_is_refused(message: StringValue | ListValue | Struct) -> None:
    with pytest.raises(RequestTooLong):
        read_request(message.SerializeToString(), type(message).FromString)


def test_the_longest_text_is_read() -> None:
    sent = StringValue(value="x" * MOST_CHARACTERS)

    assert read_request(sent.SerializeToString(), StringValue.FromString) == sent


@pytest.mark.parametrize(
    ("text", "day"),
    [("", None), ("1900-01-01", date(1900, 1, 1)), ("2199-12-31", date(2199, 12, 31))],
)
def test_a_day_of_our_time_is_read(text: str, day: date | None) -> None:
    assert read_day(text, "on_day") == day


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0001-01-01", "day-out-of-range"),
        ("1899-12-31", "day-out-of-range"),
        ("2200-01-01", "day-out-of-range"),
        ("9999-12-31", "day-out-of-range"),
        ("2027-02-30", "day-unreadable"),
        ("20270131", "day-unreadable"),
        ("2027-W05-7", "day-unreadable"),
        ("+2027-01-01", "day-unreadable"),
        ("٢٠٢٧-٠١-٠١", "day-unreadable"),
        ("x" * 5_000, "day-unreadable"),
    ],
)
def test_any_other_day_is_refused_by_its_field(text: str, reason: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        read_day(text, "on_day")

    assert [(e.field, e.reason) for e in refused.value.errors] == [("on_day", reason)]
