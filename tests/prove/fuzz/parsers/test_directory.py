"""The directory's file: bodies, or what is wrong cell by cell; nothing else."""

from typing import Final

import pytest
from hypothesis import given

from services.letters.domain.directory_file import read_directory
from tests.house.source import ROOT
from tests.prove.fuzz.cases import fuzzed
from tests.prove.fuzz.spoiling import spoilt

pytestmark = pytest.mark.slow

FILE: Final = (ROOT / "local/demo/bodies.csv").read_bytes()
HEAD: Final = b"\n".join(FILE.split(b"\n")[:12])
WORDS: Final = (
    b'"', b";", b"\r", b"\n", b"\0", b'"a"b', b"|", b"\xff", b"\xef\xbb\xbf", b"=cmd|' /C calc'!A0",
    "٣٨٠٠٠".encode(), "\u202e".encode(), b"x" * 200_000, b";" * 100,
)  # fmt: skip


@given(data=spoilt([HEAD], WORDS))
@fuzzed(300)
def test_a_file_is_read_or_its_faults_are_told(data: bytes) -> None:
    bodies, wrong = read_directory(data)

    assert all(one.line >= 1 and one.reason for one in wrong)
    for body in bodies:
        assert all(line.isprintable() for address in body.postal for line in address.lines)
        assert all(address.postcode.isascii() for address in body.postal)
        assert body.name.isprintable()
