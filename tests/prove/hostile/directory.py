"""A directory whose bodies bear hostile names, as staff would type its file."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Final

from stdnum import luhn

from services.letters.domain.directory_file import read_directory
from tests.prove.hostile.doors import Record
from tests.prove.hostile.texts import HOSTILE, LOCAL_PARTS, MARK

IMPORT: Final = "import-directory"
COLUMNS: Final = ("name", "postal_lines", "town", "contact_name", "aliases")
_INNOCENT: Final = {
    "name": "Assurances Zénith", "postal_lines": "1 RUE HAUTE", "town": "GRENOBLE",
    "contact_name": "", "aliases": "",
}  # fmt: skip
_LEGAL: Final = ("formula", "pipe", "quote", "percent", "hyphen")  # of LOCAL_PARTS
_REASON: Final = re.compile(r"[a-z]+(-[a-z]+)+")

Row = dict[str, str]


def hostile_bodies(record: Record) -> Sequence[Row]:
    """Return one body for each hostile text; innocent cells stand where the import refuses one."""
    return [_taken(_body(rank, text), record) for rank, text in enumerate(HOSTILE.values())]


def as_file(rows: Sequence[Mapping[str, str]]) -> bytes:
    """Return a directory file as a spreadsheet writes it."""
    target = io.StringIO(newline="")
    writer = csv.DictWriter(target, list(rows[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue().encode()


def _body(rank: int, text: str) -> Row:
    text = text.replace("\0", "").encode("utf-8", "replace").decode()  # as a CSV can hold it
    return {
        "body_id": f"ZZ-{rank:04d}",
        "name": text,
        "kind": "insurer",
        "siren": _siren(rank),
        "code_family": "A",
        "postal_lines": text.replace("|", " ")[:38],
        "postcode": "38000",
        "town": text[:32],
        "electronic_address": f"{LOCAL_PARTS[_LEGAL[rank % len(_LEGAL)]]}.{rank}@corps.example",
        "contact_name": text,
        "aliases": f"{MARK}{rank:04d} | {text}",
    }


def _siren(rank: int) -> str:
    """Return a SIREN of the demonstration's range, which nobody has."""
    start = f"0009{rank:04d}"
    return start + luhn.calc_check_digit(start)


def _taken(row: Row, record: Record) -> Row:
    _, wrong = read_directory(as_file([row]))
    for cell in wrong:
        assert _REASON.fullmatch(cell.reason), cell
        record.refuse(IMPORT, cell.column, cell.reason)
    refused = {cell.column for cell in wrong}
    record.carry(IMPORT, {*COLUMNS} - refused)
    return row | {name: _INNOCENT[name] for name in refused}
