"""Steps from due instant to due instant, waiting each time until the whole house is quiet."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from local.timemachine.offset import OffsetFile
from local.timemachine.watch import Activity, Upcoming, Watched, overall

POLL_S: Final = 0.04
CALM_LOOKS: Final = 2
"""How many looks in a row must find nothing: work may be between two tables when we look once."""
TICK: Final = timedelta(hours=26)
"""What comes back sooner, daily housekeeping included, is lived in passing once it is known."""


class Backwards(ValueError):
    """Somebody asked for an instant that is already past."""


class NotQuiet(Exception):
    """The house is still busy after the time allowed; the message says with what."""


@dataclass(slots=True, kw_only=True)
class Journey:
    """One advance: where it goes, where it is, what happened on the way."""

    target: datetime | None
    steps: list[Upcoming] = field(default_factory=list)
    stuck: Mapping[str, int] = field(default_factory=dict)
    error: str = ""
    running: bool = True


class TimeMachine:
    """The only one who moves business time; one journey at a time."""

    def __init__(
        self, file: OffsetFile, parts: Sequence[Watched], *, patience_s: float = 30.0
    ) -> None:
        self._file = file
        self._parts = parts
        self._patience_s = patience_s
        self._one_at_a_time = asyncio.Lock()
        self._visited: dict[tuple[str, str], datetime] = {}
        self._ticking: set[tuple[str, str]] = set()
        self.last: Journey | None = None

    def now(self) -> datetime:
        """Return the present business instant."""
        return self._file.now()

    async def advance(self, target: datetime) -> Journey:
        """Live through everything due until ``target``, then be there.

        Raises ``Backwards`` for an instant already past and ``NotQuiet`` when the house does not
        settle; what was lived until then stays lived.
        """
        if target < self.now():
            raise Backwards(f"{target.isoformat()} is already past")
        async with self._journey(target) as journey:
            while (stop := await self._next()) and stop[0].at <= target:
                await self._visit(stop, journey)
            self._file.reach(target)
            await self._settle(journey)
        return journey

    async def advance_to_next(self) -> Journey:
        """Live until the next thing that happens by itself, whatever it is. Raises ``NotQuiet``."""
        async with self._journey(None) as journey:
            if stop := await self._next():
                await self._visit(stop, journey)
        return journey

    async def upcoming(self, limit: int = 10) -> list[Upcoming]:
        """Return what will happen next by itself, soonest first."""
        try:
            return (await self._upcoming())[:limit]
        finally:
            if not self._one_at_a_time.locked():
                await self._close()

    @asynccontextmanager
    async def _journey(self, target: datetime | None) -> AsyncIterator[Journey]:
        """Begin from a settled house, alone, and leave nothing open behind."""
        async with self._one_at_a_time:
            journey = self.last = Journey(target=target)
            try:
                await self._settle(journey)
                yield journey
            except Exception as error:
                journey.error = str(error)
                raise
            finally:
                journey.running = False
                await self._close()

    async def _upcoming(self) -> list[Upcoming]:
        found = [each for part in self._parts for each in await part.upcoming(self.now())]
        return sorted(found, key=lambda each: each.at)

    async def _close(self) -> None:
        for part in self._parts:
            await part.close()

    async def _visit(self, stop: Sequence[Upcoming], journey: Journey) -> None:
        for step in stop:
            known = (step.owner, step.key)
            if known in self._visited and step.at - self._visited[known] < TICK:
                self._ticking.add(known)
            self._visited[known] = step.at
        journey.steps.extend(stop)
        self._file.reach(stop[0].at)
        await self._settle(journey)

    async def _next(self) -> Sequence[Upcoming]:
        """Return what happens at the next stop; what comes back all the time is no reason to."""
        found = [e for e in await self._upcoming() if (e.owner, e.key) not in self._ticking]
        return [each for each in found if each.at == found[0].at]

    async def _settle(self, journey: Journey) -> None:
        """Wait until nobody has anything to do at this instant. Raises ``NotQuiet``."""
        until, calm = time.monotonic() + self._patience_s, 0
        activity = Activity()
        while calm < CALM_LOOKS:
            activity = await overall(self._parts, self.now())
            calm = calm + 1 if activity.is_quiet else 0
            if time.monotonic() > until:
                busy = ", ".join(f"{what}: {count}" for what, count in activity.busy.items())
                raise NotQuiet(busy or "the house does not settle")
            await asyncio.sleep(POLL_S)
        journey.stuck = activity.stuck
