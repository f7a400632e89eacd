"""Spreadsheets: text that people open in one, in French, where no cell starts a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

BYTE_ORDER_MARK: Final = "\ufeff"  # without it, spreadsheets read accents wrongly
MEDIA_TYPE: Final = "text/csv; charset=utf-8"
_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True)
class Cents:
    """A sum, written as a number with its comma: it may begin with a minus, and nothing else."""

    cents: int


Cell = str | Cents


def sheet(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a CSV as French spreadsheets open it: semicolons, commas in sums, UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow([_written(cell) for cell in header])
    writer.writerows([_written(cell) for cell in row] for row in rows)
    return (BYTE_ORDER_MARK + text.getvalue()).encode()


def _written(cell: Cell) -> str:
    if isinstance(cell, Cents):
        whole, rest = divmod(abs(cell.cents), 100)
        return f"{'-' if cell.cents < 0 else ''}{whole},{rest:02d}"
    bare = cell.lstrip(" \u00a0\u202f")  # a spreadsheet may drop what comes before
    return f"'{cell}" if bare.startswith(_STARTS_A_FORMULA) else cell
