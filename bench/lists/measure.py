"""Pages of the list of letters, in accounts of a thousand, a hundred thousand, a million.

Each view and each filter in each order, first pages and the page after. Beside them, the list as
one writes it first: OFFSET, and an exact count.
"""

import statistics
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bench.ground import Ground
from bench.lists import naive
from bench.lists.load import fill
from bench.lists.questions import Question, after, of_filters, of_views
from bench.sizes import Sizes
from bench.table import Line
from bench.timing import Pair, percentile
from kit.db import Database, async_url
from kit.ids import new_id
from services.letters.store import LetterStore

NAME: Final = "lists"
NAIVE: Final = "OFFSET and count(*)"
NAIVE_EVERY: Final = 11  # one question in so many, of each order, is asked so, once: it is slow

Times = Mapping[str, Sequence[float]]
"""How long each look took, in milliseconds, by question."""


async def measure(sizes: Sizes, ground: Ground) -> AsyncIterator[Line]:
    """Let one account grow, and look at its lists at each size."""
    servers = await ground.servers()
    place = await servers.cluster.create("letters")
    admin = make_url(async_url(servers.cluster.admin_url)).set(database=place.name)
    engine = create_async_engine(admin)
    database = Database(place.app_url, place.worker_url)
    lists, account_id, held = _Lists(LetterStore(database)), new_id(), 0
    for count in sizes.letters:
        await fill(engine, account_id, already=held, until=count)
        held = count
        for what, questions in (("view", of_views()), ("filter", of_filters())):
            ours = await lists.look(account_id, questions, sizes.looks)
            theirs = await _naively(engine, account_id, questions[::NAIVE_EVERY])
            for line in _lines(f"{count} letters", f"each {what} in each order", ours, theirs):
                yield line
    await database.close()
    await engine.dispose()


class _Lists:
    """Our way: the store, through row-level security."""

    def __init__(self, store: LetterStore) -> None:
        self._store = store

    async def look(self, account_id: UUID, questions: Sequence[Question], looks: int) -> Times:
        """Ask each question several times, every other time for the page after."""
        took: dict[str, list[float]] = {question.name: [] for question in questions}
        for question in questions:
            cursor = await self._page(account_id, question)  # warms what any look before warmed
            for look in range(looks):
                asked = after(question, cursor if look % 2 else "")
                start = time.perf_counter()
                await self._page(account_id, asked)
                took[question.name].append(1000 * (time.perf_counter() - start))
        return took

    async def _page(self, account_id: UUID, question: Question) -> str:
        async with self._store.account(account_id) as letters:
            return (await letters.page(question.query)).next_cursor


async def _naively(
    engine: AsyncEngine, account_id: UUID, questions: Sequence[Question]
) -> list[float]:
    """Ask the naive way, as a superuser, whom row-level security does not slow."""
    took = []
    async with engine.connect() as connection:
        for question in questions:
            start = time.perf_counter()
            await naive.page(connection, account_id, question.query)
            took.append(1000 * (time.perf_counter() - start))
    return took


def _lines(size: str, what: str, ours: Times, theirs: Sequence[float]) -> list[Line]:
    looks = [time for times in ours.values() for time in times]
    medians = {name: statistics.median(times) for name, times in ours.items()}
    slowest = max(medians, key=lambda name: medians[name])
    print(f"{size}: the slowest is {slowest!r}, {medians[slowest]:.1f} ms", file=sys.stderr)
    figures = {
        "p50": (percentile(looks, 0.5), percentile(theirs, 0.5)),
        "p99": (percentile(looks, 0.99), percentile(theirs, 0.99)),
        "slowest": (medians[slowest], max(theirs)),
    }
    return [
        Pair([our], [their]).line(
            measure=NAME, what=f"{what}, {name}", size=size, unit="ms", instead=NAIVE
        )
        for name, (our, their) in figures.items()
    ]
