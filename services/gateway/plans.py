"""Tables of contracts, planned: read, asked of letters some at a time, and written back."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from kit.rpc_requests import MOST_CHARACTERS, MOST_VALUES
from kit.sheets import Cell, Cents, Table, read_table, sheet
from preavis.letters.v1 import letters_pb2 as pb
from services.gateway.wording.reasons import Reasons

if TYPE_CHECKING:
    from preavis.letters.v1.letters_pb2_grpc import LettersServiceAsyncStub

MOST_ROWS: Final = 10_000
_AT_ONCE: Final = 200  # letters answers others between two calls
_DEADLINE_S: Final = 20
_LONGEST_NAME: Final = 80
_LONGEST_CELL: Final = 900  # a hundred of them, the most of a row, and their names: one request
_ANSWERS: Final = (
    "Réponse", "Pourquoi", "Motif retenu", "Envoyer le", "Dernier jour sûr", "Dernier jour d'envoi",
    "Réception présumée", "Fin de l'ancien contrat", "Début du nouveau contrat",
    "Peut finir à partir du", "Premier jour possible", "Jours sans couverture",
    "Jours payés deux fois", "Prime de ces jours", "Prime à rendre", "À surveiller", "Articles",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlannedTable:
    """A table and the answer to each of its rows, in its order."""

    table: Table
    answers: Sequence[pb.PlannedRow]


async def planned_table(letters: "LettersServiceAsyncStub", data: bytes) -> PlannedTable:
    """Plan each contract of a CSV; nothing of it is kept.

    Raises ``SheetUnreadable`` and ``TooManyRows``.
    """
    table = await asyncio.to_thread(read_table, data, most_rows=MOST_ROWS)
    answers: list[pb.PlannedRow] = []
    for rows in _calls(table):
        request = pb.PlanTerminationsRequest(rows=rows)
        answers += (await letters.PlanTerminations(request, timeout=_DEADLINE_S)).rows
    return PlannedTable(table, answers)


def _calls(table: Table) -> Iterator[list[pb.PlanTerminationsRequest.Row]]:
    """Cut a table where a request of ours is full: wide tables after fewer rows."""
    rows: list[pb.PlanTerminationsRequest.Row] = []
    values = characters = 0
    for row in table.rows:
        cells = _asked(table.cells(row))
        more_values = 1 + len(cells)
        more = sum(len(name) + len(cell) for name, cell in cells.items())
        full = values + more_values > MOST_VALUES or characters + more > MOST_CHARACTERS
        if rows and (full or len(rows) == _AT_ONCE):
            yield rows
            rows, values, characters = [], 0, 0
        rows.append(pb.PlanTerminationsRequest.Row(cells=cells))
        values, characters = values + more_values, characters + more
    if rows:
        yield rows


def _asked(cells: Mapping[str, str]) -> dict[str, str]:
    """Return a row without what no column of ours can be: every row repeats the names."""
    return {
        name: cell[:_LONGEST_CELL] for name, cell in cells.items() if 0 < len(name) <= _LONGEST_NAME
    }


def as_sheet(planned: PlannedTable, reasons: Reasons) -> bytes:
    """Return the table as it came, with our answers on the right of each row."""
    width = len(planned.table.header)
    rows = (
        (*row, *[""] * (width - len(row)), *_cells(answer, reasons))
        for row, answer in zip(planned.table.rows, planned.answers, strict=True)
    )
    return sheet((*planned.table.header, *_ANSWERS), rows)


def why(answer: pb.PlannedRow, reasons: Reasons) -> str:
    """Return what is wrong with a row, or why the law says no; empty when it is planned."""
    if answer.mistakes:
        return " ; ".join(
            f"{one.column} : {reasons.words(one.reason, one.facts).detail}"
            for one in answer.mistakes
        )
    return answer.refusal.sentence


def _cells(answer: pb.PlannedRow, reasons: Reasons) -> Iterator[Cell]:
    refused = answer.HasField("refusal")
    nearest = answer.refusal.nearest_possible_day
    yield "Illisible" if answer.mistakes else "Refusé" if refused else "Planifié"
    yield why(answer, reasons)
    yield answer.ground
    yield from (
        _day(day)
        for day in (
            answer.send_day,
            answer.latest_safe_send_day,
            answer.latest_send_day,
            answer.presumed_receipt_day,
            answer.last_covered_day,
            answer.new_start,
            answer.ends_from,
            nearest,
        )
    )
    cover, kind = answer.cover, answer.cover.kind
    yield str(cover.days) if kind == pb.CoverBetween.KIND_GAP else ""
    yield str(cover.days) if kind == pb.CoverBetween.KIND_DOUBLE else ""
    yield Cents(cover.premium_cents) if cover.premium_cents else ""
    yield Cents(answer.refund.amount_cents) if answer.HasField("refund") else ""
    yield " ".join(one.sentence for one in answer.warnings)
    yield " ; ".join(answer.articles)


def _day(iso: str) -> str:
    return date.fromisoformat(iso).strftime("%d/%m/%Y") if iso else ""
