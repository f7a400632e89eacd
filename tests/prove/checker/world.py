"""All that can be known afterwards: what was asked, what is stored, what the partners did."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from typing_extensions import override

Row = Mapping[str, Any]
ACKNOWLEDGED: Final = "acknowledged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One thing a client wanted, whatever number of times it had to ask.

    ``outcome`` is ``acknowledged``, ``refused``, or ``unknown``: nobody knows, so both are right.
    """

    id: str
    act: str
    account: str
    subject: str  # the client's own name of the letter, or of the purchase
    key: str
    wanted: Row = field(default_factory=dict)
    outcome: str = "unknown"
    answer: Row = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything, read once. ``tables`` are named ``<owner>.<table>``."""

    now: datetime  # business time
    requests: Sequence[Request]
    tables: Mapping[str, Sequence[Row]]
    blobs: Mapping[str, Mapping[str, str]]  # service -> name of a file -> hash of its bytes

    def rows(self, name: str) -> Sequence[Row]:
        """Return the rows of a table; one that nobody read is a mistake of ours."""
        return self.tables[name]

    def by(self, name: str, column: str) -> Mapping[Any, Row]:
        """Return the rows of a table by a column whose values differ."""
        return {row[column]: row for row in self.rows(name)}

    def grouped(self, name: str, column: str) -> Mapping[Any, Sequence[Row]]:
        """Return the rows of a table by a column."""
        return grouped(self.rows(name), column)

    def asked(self, act: str, *outcomes: str) -> Iterator[Request]:
        """Return the requests of one kind, with one of these outcomes (any, when none is named)."""
        for request in self.requests:
            if request.act == act and (not outcomes or request.outcome in outcomes):
                yield request


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise that was not kept, and by what."""

    rule: str
    about: str
    told: str

    @override
    def __str__(self) -> str:
        return f"{self.rule}: {self.about}: {self.told}"


def grouped(rows: Iterable[Row], column: str) -> Mapping[Any, Sequence[Row]]:
    """Return rows by the value of a column; a value nobody has leads to no rows."""
    found: defaultdict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found
