"""Words to PDF by Typst, in warm worker processes that open no file but our templates and fonts."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from kit.errors import Kind, TurnedDown
from kit.telemetry import PDF_SECONDS
from kit.workers import lean_pool, run_in

TIMEOUT_S: Final = 60.0
_HOUSE: Final = Path(__file__).resolve().parent.parent
_WORKER: Final = "kit.pdf_worker"  # Typst is loaded by workers alone
_SMALLEST: Final = Path(__file__).with_name("smallest.typ")
_RECYCLE_AFTER: Final = 500  # renders, then a worker starts anew: what it keeps only grows


class RenderBusy(TurnedDown):
    """The workers did not finish in time, or died."""

    kind = Kind.LATER
    reason = "render-busy"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A PDF, and how many pages it has."""

    pdf: bytes
    page_count: int


class Renderer:
    """A pool of warm processes; fonts and what templates have in common stay in memory.

    ``assets_dir`` holds ``fonts/`` under family names of our own (``local/fonts.py``). Templates
    are under ``root``, and may open what stands there: nothing else, nothing from elsewhere.
    """

    def __init__(self, *, workers: int, assets_dir: Path, root: Path = _HOUSE) -> None:
        self._workers = workers
        self._assets = assets_dir.resolve()
        self._root = root.resolve()
        self._pool: ProcessPoolExecutor | None = None

    async def warm(self) -> None:
        """Start the workers and have each load what every document needs."""
        loop, pool = asyncio.get_running_loop(), self._living_pool()
        job = partial(run_in, _WORKER, "render", [{}], _SMALLEST)
        await asyncio.gather(*(loop.run_in_executor(pool, job) for _ in range(self._workers)))

    async def render(self, words: Mapping[str, Any], *, template: Path) -> Rendered:
        """Return a document as a tagged PDF/UA-1.

        ``words`` are JSON: a template reads them as data (``kit/document.typ``), so that nothing
        anybody typed is ever markup. The same words and template give the same bytes; a letter
        that no font has is printed as « \ufffd ». Raises ``RenderBusy``.
        """
        return await self.render_shortest([words], template=template)

    async def render_shortest(
        self, layouts: Sequence[Mapping[str, Any]], *, template: Path
    ) -> Rendered:
        """Return the first of some layouts of a document that has the fewest pages.

        None is looked at after one that holds on a single page. See ``render``.
        """
        start = time.perf_counter()
        loop = asyncio.get_running_loop()
        try:
            job = partial(run_in, _WORKER, "render", layouts, template)
            made = loop.run_in_executor(self._living_pool(), job)
            return Rendered(*await asyncio.wait_for(made, TIMEOUT_S))
        except (TimeoutError, BrokenProcessPool) as error:
            self._abandon()  # a stuck worker cannot be asked to stop
            raise RenderBusy("the document was not rendered in time") from error
        finally:
            PDF_SECONDS.observe(time.perf_counter() - start)

    async def close(self) -> None:
        """Stop the workers."""
        if self._pool is not None:
            pool, self._pool = self._pool, None
            await asyncio.to_thread(pool.shutdown, cancel_futures=True)

    def _living_pool(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = lean_pool(
                self._workers,
                initializer=run_in,
                initargs=(_WORKER, "start", self._assets, self._root),
                max_tasks_per_child=_RECYCLE_AFTER,
            )
        return self._pool

    def _abandon(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            for process in list((pool._processes or {}).values()):  # noqa: SLF001 - no public way
                process.kill()
            pool.shutdown(wait=False, cancel_futures=True)
