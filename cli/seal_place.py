"""Where the seal stands in the file: found in the bytes alone, before any reader of PDF."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cli.seal_refusals import NotGenuine

_RANGE: Final = re.compile(rb"/ByteRange \[(\d{1,10}) (\d{1,10}) (\d{1,10}) (\d{1,10})\]")
_LONG_LENGTH: Final = 0x80


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The two parts of the file that a seal covers, and what stands in the hole between them."""

    byte_range: tuple[int, ...]
    covered: Sequence[bytes]
    envelope: bytes  # DER


def find_place(pdf: bytes) -> Place | None:
    """Return the place of the only seal, written exactly as a sealer writes it.

    ``None`` when nothing looks like a seal. Raises ``NotGenuine`` when a byte of the file is
    neither covered by the seal, nor a digit of it, nor a zero behind its digits.
    """
    found = _RANGE.findall(pdf)
    if not found:
        return None
    start, before, after, length = byte_range = tuple(int(number) for number in found[0])
    if len(found) > 1 or start != 0 or after + length != len(pdf) or not 0 < before < after:
        raise NotGenuine("altered", "the seal does not cover the whole file")
    hole = pdf[before:after]
    envelope = _first_value(bytes.fromhex(hole[1:-1].decode("ascii")))
    digits = envelope.hex().upper().encode()
    if hole != b"<" + digits.ljust(len(hole) - 2, b"0") + b">":
        raise NotGenuine("altered", "the seal is not written as it was")
    return Place(byte_range=byte_range, covered=(pdf[:before], pdf[after:]), envelope=envelope)


def _first_value(padded: bytes) -> bytes:
    """Return the DER value at the beginning, without the zeros behind it."""
    length, header = padded[1], 2
    if length >= _LONG_LENGTH:
        size = length - _LONG_LENGTH
        length, header = int.from_bytes(padded[2 : 2 + size]), 2 + size
    return padded[: header + length]
