"""Spreadsheets: no cell starts a formula."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Final

from tests.prove.hostile.checks.text import hidden

_SUM: Final = re.compile(r"-?\d+,\d{2}")
_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def faults_of_sheet(data: bytes) -> Iterator[str]:
    """Yield each cell of a CSV, read as spreadsheets read it, that would not stay a text."""
    for rank, row in enumerate(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";")):
        for cell in row:
            if cell.lstrip().startswith(_STARTS) and not _SUM.fullmatch(cell):
                yield f"line {rank + 1}: a formula: {cell[:60]!r}"
            if marks := hidden(cell):
                yield f"line {rank + 1}: {marks}"
