"""The manners of a background loop: naps that end early, and rests after a failure."""

import asyncio
import random

import structlog

_log = structlog.get_logger(__name__)


async def nap(seconds: float, stop: asyncio.Event, wake: asyncio.Event | None = None) -> None:
    """Sleep, give or take a tenth, unless told to stop or woken; a wake is used up."""
    length = seconds * random.uniform(0.9, 1.1)  # noqa: S311 - spreads the polls, guards nothing
    waits = [asyncio.ensure_future(event.wait()) for event in (stop, wake) if event is not None]
    try:
        await asyncio.wait(waits, timeout=length, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
    if wake is not None:
        wake.clear()


async def rest_after_failure(loop: str, error: Exception, stop: asyncio.Event) -> None:
    """Log a failed turn of a loop and rest for about a second before the next one."""
    _log.warning("loop_failed", loop=loop, error=type(error).__name__, detail=str(error)[:300])
    await nap(1.0, stop)
