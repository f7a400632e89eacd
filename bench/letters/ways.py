"""Ways to compose a letter, each in one warm worker process of its own."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from typing import Final, Protocol

from bench.ground import ASSETS
from bench.letters import by_typst, plain, resident
from bench.letters.sample import Pages, a_sheet
from kit.pdf import Renderer
from kit.workers import lean_pool, run_in
from services.letters.domain.sheet import Sheet
from services.letters.partners.page_words import words_of
from services.letters.partners.typesetter import JinjaTypesetter, catalogue

PLAIN: Final = "a plain WeasyPrint call"
TYPST: Final = "a plain Typst call"


class Way(Protocol):
    """One way to make letters into PDFs."""

    def load(self, sheets: Sequence[Sheet]) -> None:
        """Take in what is to be composed next; what a rival needs besides is made here."""

    async def compose(self) -> bytes:
        """Return the next letter."""

    async def memory_mib(self) -> float:
        """Return what the worker holds in memory."""


class Ours:
    """What production does, page and page count included: our typesetter on ``kit.pdf``."""

    def __init__(self) -> None:
        self.renderer = Renderer(workers=1, assets_dir=ASSETS)
        self.typesetter = JinjaTypesetter(self.renderer, catalogue())
        self._next: list[Sheet] = []

    def load(self, sheets: Sequence[Sheet]) -> None:
        """Take in the letters."""
        self._next = list(reversed(sheets))

    async def compose(self) -> bytes:
        """Return the next letter."""
        return (await self.typesetter.typeset(self._next.pop())).pdf

    async def memory_mib(self) -> float:
        """Return what the present worker holds: after some hundred letters it is a new one."""
        return await _memory_mib(self.renderer._living_pool())  # noqa: SLF001 - its own worker


class Rival:
    """Another way: a function of a module, in a worker, given the finished page or its words."""

    def __init__(self, pool: ProcessPoolExecutor, module: str, *, wants_words: bool) -> None:
        self._pool = pool
        self._module = module
        self._wants_words = wants_words
        self._pages = Pages()
        self._next: list[str] = []

    def load(self, sheets: Sequence[Sheet]) -> None:
        """Write the pages beforehand: the call alone is measured."""
        pages = [self._pages.html(sheet) for sheet in reversed(sheets)]
        if self._wants_words:
            pages = [json.dumps(words_of(page), ensure_ascii=False) for page in pages]
        self._next = pages

    async def compose(self) -> bytes:
        """Return the next letter."""
        loop, page = asyncio.get_running_loop(), self._next.pop()
        return bytes(await loop.run_in_executor(self._pool, run_in, self._module, "compose", page))

    async def memory_mib(self) -> float:
        """Return what the worker holds."""
        return await _memory_mib(self._pool)


@asynccontextmanager
async def all_ways() -> AsyncIterator[tuple[Ours, dict[str, Rival]]]:
    """Open our way and its rivals by name, each with its worker loaded."""
    ours = Ours()
    pools = [
        lean_pool(1, initializer=run_in, initargs=(module, "start", ASSETS))
        for module in (plain.__name__, by_typst.__name__)
    ]
    try:
        rivals = {
            PLAIN: Rival(pools[0], plain.__name__, wants_words=False),
            TYPST: Rival(pools[1], by_typst.__name__, wants_words=True),
        }
        ways: list[Way] = [ours, *rivals.values()]
        for way in ways:  # a first letter loads what the others find
            way.load([a_sheet(0)])
            await way.compose()
        yield ours, rivals
    finally:
        await ours.renderer.close()
        for pool in pools:
            await asyncio.to_thread(pool.shutdown, cancel_futures=True)


async def _memory_mib(pool: ProcessPoolExecutor) -> float:
    loop = asyncio.get_running_loop()
    return float(await loop.run_in_executor(pool, run_in, resident.__name__, "resident_mib"))
