"""HTML to PDF by WeasyPrint, in warm worker processes that fetch nothing but our own fonts."""

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from kit.errors import Kind, TurnedDown
from kit.telemetry import PDF_SECONDS
from kit.workers import lean_pool, run_in

TIMEOUT_S: Final = 60.0
_WORKER: Final = "kit.pdf_worker"  # WeasyPrint is loaded by workers alone
_SMALLEST: Final = "<html lang=fr><title>x</title><p>x"
_VARIANT: Final = "pdf/ua-1"
_RECYCLE_AFTER: Final = 500  # renders, then a worker starts anew: font caches only grow


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
    """A pool of warm processes; fonts and parsed stylesheets stay in memory.

    ``assets_dir`` holds ``fonts/``; a stylesheet names a font as ``url("assets:/fonts/x.woff2")``
    under a family name of its own, so that no system font of the same name is mixed in.
    """

    def __init__(self, *, workers: int, assets_dir: Path) -> None:
        self._workers = workers
        self._assets = assets_dir.resolve()
        self._pool: ProcessPoolExecutor | None = None

    async def warm(self) -> None:
        """Start the workers and have each load what every document needs."""
        loop, pool = asyncio.get_running_loop(), self._living_pool()
        job = partial(run_in, _WORKER, "render", [_SMALLEST], None, _VARIANT)
        await asyncio.gather(*(loop.run_in_executor(pool, job) for _ in range(self._workers)))

    async def render(self, html: str, *, stylesheet: Path, variant: str = _VARIANT) -> bytes:
        """Return the document as a PDF of ``variant``.

        The same HTML and stylesheet give the same bytes. Raises ``RenderBusy``; what the document
        asks from elsewhere than ``assets_dir`` is an error, not a gap on the page.
        """
        return (await self.render_shortest([html], stylesheet=stylesheet, variant=variant)).pdf

    async def render_shortest(
        self, layouts: Sequence[str], *, stylesheet: Path, variant: str = _VARIANT
    ) -> Rendered:
        """Return the first of some layouts of a document that has the fewest pages.

        None is looked at after one that holds on a single page. See ``render``.
        """
        start = time.perf_counter()
        loop = asyncio.get_running_loop()
        try:
            job = partial(run_in, _WORKER, "render", layouts, stylesheet, variant)
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
                initargs=(_WORKER, "start", self._assets),
                max_tasks_per_child=_RECYCLE_AFTER,
            )
        return self._pool

    def _abandon(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            for process in list((pool._processes or {}).values()):  # noqa: SLF001 - no public way
                process.kill()
            pool.shutdown(wait=False, cancel_futures=True)
