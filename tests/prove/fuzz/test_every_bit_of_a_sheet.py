"""`preavis verify` refuses a sheet with any one bit changed: each byte of a file is tried."""

import logging
from collections.abc import Iterable, Iterator
from typing import Final

import pytest

from cli.seal_check import examine, load_anchors
from cli.seal_refusals import NotGenuine
from kit import pdf_worker
from services.dispatch.tests.seals import a_sealed_sheet, an_authority
from tests.house.source import ROOT

BITS: Final = 8
ASSETS: Final = ROOT / ".assets"
TEMPLATE: Final = ROOT / "kit/tests/sample.typ"
PRINTED: Final = {"title": "26-1", "heading": "Feuille de preuve", "paragraphs": ["26-1"]}
OF_CASE: Final = 5  # the bit that makes `A` of `a`: the same hexadecimal digit, another byte


class Sheet:
    """A sealed sheet, and who vouches for it."""

    def __init__(self, page: bytes = b"") -> None:
        issuer = an_authority()
        self.pdf = a_sealed_sheet(issuer, page=page)
        self.anchors = load_anchors(issuer.certificate_pem.encode())
        assert examine(self.pdf, self.anchors).issuer_trusted

    def unnoticed(self, changes: Iterable[int]) -> list[str]:
        """Say which bits can be flipped without being found out."""
        logging.disable(logging.CRITICAL)  # pyHanko says at length what it thinks of each
        try:
            return [
                f"bit {change % BITS} of byte {change // BITS} of {len(self.pdf)}"
                for change in changes
                if self._is_taken(change)
            ]
        finally:
            logging.disable(logging.NOTSET)

    def _is_taken(self, change: int) -> bool:
        byte, bit = divmod(change, BITS)
        flipped = self.pdf[:byte] + bytes([self.pdf[byte] ^ 1 << bit]) + self.pdf[byte + 1 :]
        try:
            examine(flipped, self.anchors)
        except NotGenuine:
            return False
        return True  # whoever it says has sealed it


def one_of_each_byte(pdf: bytes) -> Iterator[int]:
    """Draw one bit of each byte, not always the same, and the one that changes a letter's case."""
    for byte, value in enumerate(pdf):
        yield byte * BITS + byte % BITS
        if byte % BITS != OF_CASE and chr(value).isalpha():
            yield byte * BITS + OF_CASE


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_byte_of_a_sheet_can_be_changed_unnoticed() -> None:
    sheet = Sheet()

    assert sheet.unnoticed(one_of_each_byte(sheet.pdf)) == []


@pytest.mark.prove
@pytest.mark.timeout(1800)
def test_no_bit_of_a_sheet_can_be_changed_unnoticed() -> None:
    sheet = Sheet()

    assert sheet.unnoticed(range(len(sheet.pdf) * BITS)) == []


@pytest.mark.prove
@pytest.mark.timeout(1800)
def test_no_byte_of_a_printed_sheet_can_be_changed_unnoticed() -> None:
    pdf_worker.start(ASSETS, ROOT)
    sheet = Sheet(pdf_worker.render([PRINTED], TEMPLATE)[0])

    assert sheet.unnoticed(one_of_each_byte(sheet.pdf)) == []
