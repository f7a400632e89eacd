"""Spreadsheets, in French: written so that no cell starts a formula, read as people save them."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from kit.errors import Kind, TurnedDown

BYTE_ORDER_MARK: Final = "\ufeff"  # without it, spreadsheets read accents wrongly
MEDIA_TYPE: Final = "text/csv; charset=utf-8"
MOST_COLUMNS: Final = 100
LONGEST_CELL: Final = 5_000
_SEPARATORS: Final = (";", "\t", ",")
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


class SheetUnreadable(TurnedDown):
    """No table: no line of column names, too many columns, or cells without an end."""

    kind = Kind.INVALID
    reason = "sheet-unreadable"


class TooManyRows(TurnedDown):
    """More rows than are taken at once. Fact: ``max``."""

    kind = Kind.INVALID
    reason = "too-many-rows"


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it was saved: the names of its columns, and its rows, empty lines left out."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def cells(self, row: Sequence[str]) -> dict[str, str]:
        """Return a row by the names of its columns; of two columns of one name, the first."""
        return dict(reversed(list(zip(self.header, row, strict=False))))


def read_table(data: bytes, *, most_rows: int) -> Table:
    """Read a CSV in UTF-8 or as French spreadsheets save it: semicolons, tabs or commas.

    Raises ``SheetUnreadable`` and ``TooManyRows``, before more than that is read.
    """
    lines = csv.reader(io.StringIO(_text(data), newline=""), delimiter=_separator(data))
    rows: list[tuple[str, ...]] = []
    try:
        header = tuple(cell.strip() for cell in next(lines, []))
        for line in lines:
            if any(cell.strip() for cell in line):
                rows.append(tuple(cell[:LONGEST_CELL] for cell in line[: len(header)]))
            if len(rows) > most_rows:
                raise TooManyRows("too many rows", max=str(most_rows))
    except csv.Error as wrong:
        raise SheetUnreadable from wrong
    if not any(header) or len(header) > MOST_COLUMNS:
        raise SheetUnreadable
    return Table(header, tuple(rows))


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")  # what spreadsheets call « CSV »


def _separator(data: bytes) -> str:
    first = data.partition(b"\n")[0].decode("utf-8", errors="replace")
    return max(_SEPARATORS, key=first.count)
