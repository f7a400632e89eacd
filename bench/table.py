"""What a measure says: a figure of ours beside another way to do the same, and how it grows."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Final

HEAD: Final = (
    "measure", "what", "size", "ours", "instead", "theirs", "ours / theirs", "growth",
)  # fmt: skip
RIGHT: Final = frozenset({"ours", "theirs", "ours / theirs", "growth"})
LARGE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One figure at one size.

    ``ratio`` is ours over theirs, the median over rounds that measured both in turn; ``spread`` is
    its least and its greatest. Lines of one ``what`` are the same question at growing sizes.
    """

    measure: str
    what: str
    size: str
    unit: str
    ours: float
    instead: str
    theirs: float
    ratio: float
    spread: tuple[float, float]


def growths(lines: Sequence[Line]) -> list[float | None]:
    """Return, for each line, ours over ours at the first size of the same question."""
    first: dict[tuple[str, str, str], float] = {}
    return [
        line.ours / start
        if (start := first.setdefault((line.measure, line.what, line.instead), line.ours))
        else None
        for line in lines
    ]


def as_rows(lines: Sequence[Line]) -> list[tuple[str, ...]]:
    """Return the table as text, cell by cell, without its head."""
    return [
        (
            line.measure,
            line.what,
            line.size,
            f"{_number(line.ours)} {line.unit}",
            line.instead,
            f"{_number(line.theirs)} {line.unit}",
            f"{_number(line.ratio)} ({_number(line.spread[0])}–{_number(line.spread[1])})",
            "" if growth is None else f"{_number(growth)}×",
        )
        for line, growth in zip(lines, growths(lines), strict=True)
    ]


def as_text(lines: Sequence[Line]) -> str:
    """Return the table for a terminal."""
    rows = [HEAD, *as_rows(lines)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEAD))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if name in RIGHT else cell.ljust(width)
            for cell, width, name in zip(row, widths, HEAD, strict=True)
        ).rstrip()
        for row in rows
    )


def as_markdown(lines: Sequence[Line]) -> str:
    """Return the table for a page of documentation."""
    marks = ["---:" if name in RIGHT else "---" for name in HEAD]
    return "\n".join(f"| {' | '.join(row)} |" for row in (HEAD, marks, *as_rows(lines)))


def as_json(lines: Iterable[Line]) -> str:
    """Return every figure, for a program."""
    return json.dumps([asdict(line) for line in lines], ensure_ascii=False, indent=1)


def _number(value: float) -> str:
    """Write three figures that mean something, and no more."""
    if abs(value) >= LARGE:
        return f"{value:.0f}"
    return f"{value:.3g}"
