import pytest

from kit.outside import read_json


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b'{"a": ["\xc3\xa9", 1, null]}', {"a": ["é", 1, None]}),
        ('"\\ud83d\\ude00"', "😀"),
        ("1e3", 1e3),
    ],
)
def test_what_can_be_kept_is_read(data: bytes | str, value: object) -> None:
    assert read_json(data) == value


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff\xff",
        b"[" * 100_000,
        b"[" * 2_000 + b"]" * 2_000,
        b"9" * 5_000,
        b"NaN",
        b"[-Infinity]",
        b'"\\u0000"',
        b'{"a\\u0000": 1}',
        b'[{"a": "\\ud800"}]',
    ],
)
def test_anything_else_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of whichever kind
        read_json(data)
