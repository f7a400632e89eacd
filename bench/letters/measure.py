"""Letters composed: a second and core, the wait for one, and the memory that a thousand take."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

from bench.ground import Ground
from bench.letters.sample import a_sheet, paragraphs_for
from bench.letters.ways import Way, all_ways
from bench.sizes import Sizes
from bench.table import Line
from bench.timing import Pair, percentile

NAME: Final = "letters"
MEMORY_ROUNDS: Final = 10  # letters are loaded in so many parts, so that their pages take no room


async def measure(sizes: Sizes, ground: Ground) -> AsyncIterator[Line]:
    """Compose letters of more and more pages, then many of one page."""
    await ground.clear()  # what composes letters needs no server
    async with all_ways() as (ours, rivals):
        for pages in sizes.pages:
            paragraphs = await paragraphs_for(pages, ours.typesetter.typeset)
            letters = _Letters(paragraphs)
            for name, rival in rivals.items():
                rounds = [
                    (
                        await letters.compose(ours, sizes.renders),
                        await letters.compose(rival, sizes.renders),
                    )
                    for _ in range(sizes.rounds)
                ]
                for line in _speed(f"{pages} p.", name, rounds):
                    yield line
        ways: list[Way] = [ours, *rivals.values()]
        held = await asyncio.gather(*(_memory(way, sizes.remembered) for way in ways))
        for name, theirs in zip(rivals, held[1:], strict=True):
            yield Pair([held[0]], [theirs]).line(
                measure=NAME,
                what="memory of a worker",
                size=f"after {sizes.remembered}",
                unit="MiB",
                instead=name,
            )


@dataclass(slots=True)
class _Letters:
    """Letters of one length, none twice: what was composed once is remembered."""

    paragraphs: int
    _number: int = 0

    async def compose(self, way: Way, count: int) -> list[float]:
        """Compose new letters one after the other; return how long each took, in seconds."""
        first, self._number = self._number + 1, self._number + count
        way.load([a_sheet(n, paragraphs=self.paragraphs) for n in range(first, first + count)])
        took = []
        for _ in range(count):
            start = time.perf_counter()
            await way.compose()
            took.append(time.perf_counter() - start)
        return took


def _speed(
    size: str, name: str, rounds: Sequence[tuple[Sequence[float], Sequence[float]]]
) -> list[Line]:
    rates = Pair(*zip(*((len(a) / sum(a), len(b) / sum(b)) for a, b in rounds), strict=True))
    waits = Pair(
        *zip(
            *((1000 * percentile(a, 0.5), 1000 * percentile(b, 0.5)) for a, b in rounds),
            strict=True,
        )
    )
    return [
        rates.line(measure=NAME, what="a second and core", size=size, unit="/s", instead=name),
        waits.line(measure=NAME, what="one, warm, p50", size=size, unit="ms", instead=name),
    ]


async def _memory(way: Way, count: int) -> float:
    """Compose many letters; return the memory that the worker then holds."""
    letters = _Letters(paragraphs=0)
    for part in range(MEMORY_ROUNDS):
        await letters.compose(way, count // MEMORY_ROUNDS + (part < count % MEMORY_ROUNDS))
    return await way.memory_mib()
