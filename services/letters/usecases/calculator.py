"""The calculator: what the law makes of contracts that nobody keeps."""

from collections.abc import Iterable, Mapping
from datetime import date

from kit.clock import Clock
from kit.errors import InvalidFields
from services.letters.domain.calculator.columns import Names, question
from services.letters.domain.calculator.plan import Plan, Question, plan
from services.letters.domain.leaving import leaving_day

RowAnswer = tuple[Question, Plan]


def plan_rows(
    rows: Iterable[Mapping[str, str]], names: Names, *, first_send_day: date | None, clock: Clock
) -> list[RowAnswer | InvalidFields]:
    """Plan each row of a table; a wrong one gets its own refusal, and the others their plan."""
    first = first_send_day or leaving_day(clock())
    return [_planned(row, names, first) for row in rows]


def _planned(
    row: Mapping[str, str], names: Names, first_send_day: date
) -> RowAnswer | InvalidFields:
    try:
        asked = question(row, names, first_send_day=first_send_day)
        return asked, plan(asked, neighbours=False)
    except InvalidFields as refusal:
        return refusal
