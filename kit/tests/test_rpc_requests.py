import pytest
from google.protobuf.struct_pb2 import NULL_VALUE, ListValue, Struct, Value
from google.protobuf.timestamp_pb2 import Timestamp
from google.protobuf.wrappers_pb2 import StringValue

from kit.errors import InvalidFields
from kit.rpc_requests import RequestUnreadable, read_request


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
