"""How figures are taken: both ways in turn, several times, and the ratio pair by pair."""

import math
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bench.table import Line

Round = Callable[[], Awaitable[float]]
"""Measures once and returns the figure."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What each round gave, ours and theirs, in the order in which they ran."""

    ours: Sequence[float]
    theirs: Sequence[float]

    @property
    def ratios(self) -> list[float]:
        """Ours over theirs, round by round: the machine's moods weigh on both."""
        return [a / b for a, b in zip(self.ours, self.theirs, strict=True)]

    def line(self, *, measure: str, what: str, size: str, unit: str, instead: str) -> Line:
        """Return the line of the table: medians, and the ratios' median and ends."""
        ratios = self.ratios
        return Line(
            measure=measure,
            what=what,
            size=size,
            unit=unit,
            ours=statistics.median(self.ours),
            instead=instead,
            theirs=statistics.median(self.theirs),
            ratio=statistics.median(ratios),
            spread=(min(ratios), max(ratios)),
        )


async def in_turn(ours: Round, theirs: Round, *, rounds: int) -> Pair:
    """Measure both ways, one after the other, ``rounds`` times."""
    figures: list[tuple[float, float]] = [(await ours(), await theirs()) for _ in range(rounds)]
    return Pair([a for a, _ in figures], [b for _, b in figures])


async def timed(work: Callable[[], Awaitable[object]]) -> float:
    """Return how long some work took, in seconds."""
    start = time.perf_counter()
    await work()
    return time.perf_counter() - start


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that ``share`` of the values do not exceed (nearest rank)."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
