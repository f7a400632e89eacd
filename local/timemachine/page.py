"""``/temps``: the page that advances the demonstration, and the same for commands and tests."""

import asyncio
import tomllib
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Form, HTTPException, Response
from fastapi.responses import RedirectResponse

from kit.days import PARIS, paris_date, paris_instant
from local.sandbox.world import World
from local.timemachine.machine import Backwards, Journey, NotQuiet, TimeMachine
from local.timemachine.watch import PATIENT_TRIES, Activity, Upcoming

SEE_OTHER: Final = 303
WORDS: Final = tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))
MORNING: Final = time(9)
LONGEST: Final = timedelta(days=3 * 366)
BACKWARDS: Final = "Le temps ne recule pas : choisissez un instant à venir."
UNREADABLE: Final = "Cette date ne se lit pas. Écrivez-la ainsi : 31/12/2026, et l’heure 9:00."
TOO_FAR: Final = "Trois ans au plus en une fois."


class Partners:
    """The outside partners, seen as one more part of the house that must settle."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def activity(self, now: datetime) -> Activity:  # noqa: ARG002 - they share the clock
        """Count their due acts and the news not delivered yet."""
        late = self._world.due.late()
        waiting = self._world.webhooks.waiting(below_tries=PATIENT_TRIES)
        refused = self._world.webhooks.waiting() - waiting
        counts = {"partners due": late, "partners webhooks": waiting}
        busy = {what: count for what, count in counts.items() if count}
        return Activity(busy, {"partners webhooks": refused} if refused else {})

    async def upcoming(self, now: datetime) -> list[Upcoming]:
        """Return the next thing a partner does by itself."""
        item = self._world.due.next_item()
        if item is None or item.at <= now:
            return []
        return [Upcoming(owner="partners", key=item.key, kind=item.kind, at=item.at)]

    async def close(self) -> None:
        """Keep the memory open: it is the sandbox's own."""


class TimePage:
    """The routes of the time machine; they listen where the sandbox does, on loopback."""

    def __init__(self, world: World, machine: TimeMachine) -> None:
        self._world = world
        self._machine = machine
        self._background: set[asyncio.Task[None]] = set()

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/temps", self.page)
        router.add_api_route("/temps", self.depart, methods=["POST"])
        router.add_api_route("/temps/state", self.state)
        router.add_api_route("/temps/advance", self.advance, methods=["POST"])
        return router

    async def page(self, refusal: str = "") -> Response:
        """Show the present instant, what comes next, and the three ways to go there."""
        refusals = {"recul": BACKWARDS, "date": UNREADABLE, "loin": TOO_FAR}
        now = self._machine.now()
        running = self._machine.last is not None and self._machine.last.running
        answer = self._world.pages.show(
            "time.html",
            now=now,
            tomorrow=paris_date(now) + timedelta(days=1),
            journey=self._machine.last,
            running=running,
            upcoming=[] if running else await self._machine.upcoming(),
            refusal=refusals.get(refusal, ""),
            owners=WORDS["owners"],
            kinds=WORDS["kinds"],
        )
        if running:
            answer.headers["Refresh"] = "2; url=/temps"
        return answer

    async def depart(
        self,
        way: Annotated[str, Form()],
        day: Annotated[str, Form()] = "",
        hour: Annotated[str, Form()] = "",
    ) -> Response:
        """Set off in the background; the page follows by itself."""
        try:
            target = self._target(way, day, hour)
        except ValueError:
            return RedirectResponse("/temps?refusal=date", SEE_OTHER)
        if target is not None and target < self._machine.now():
            return RedirectResponse("/temps?refusal=recul", SEE_OTHER)
        if target is not None and target > self._machine.now() + LONGEST:
            return RedirectResponse("/temps?refusal=loin", SEE_OTHER)
        task = asyncio.create_task(self._go(target))
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        await asyncio.sleep(0.1)  # short ways are over before the page comes back
        return RedirectResponse("/temps", SEE_OTHER)

    async def state(self) -> dict[str, Any]:
        """Return the present instant and the last journey."""
        last = self._machine.last
        return {
            "now": self._machine.now().isoformat(),
            "journey": None if last is None else _told(last),
        }

    async def advance(self, to: Annotated[str, Body(embed=True)]) -> dict[str, Any]:
        """Go to an instant (ISO, Paris if it has no zone) or ``next``, and answer when there."""
        try:
            if to == "next":
                journey = await self._machine.advance_to_next()
            else:
                wanted = datetime.fromisoformat(to)
                wanted = wanted if wanted.tzinfo else wanted.replace(tzinfo=PARIS)
                journey = await self._machine.advance(wanted)
        except Backwards as error:
            raise HTTPException(409, str(error)) from error
        except ValueError as error:
            raise HTTPException(422, str(error)) from error
        except NotQuiet as error:
            raise HTTPException(504, str(error)) from error
        return {"now": self._machine.now().isoformat(), **_told(journey)}

    async def _go(self, target: datetime | None) -> None:
        try:
            if target is None:
                await self._machine.advance_to_next()
            else:
                await self._machine.advance(target)
        except (NotQuiet, Backwards):
            return  # the page shows the journey's error

    def _target(self, way: str, day: str, hour: str) -> datetime | None:
        if way == "event":
            return None
        if way == "day":
            return self._machine.now() + timedelta(days=1)
        clock = time.fromisoformat(hour.strip().replace("h", ":").zfill(5)) if hour else MORNING
        return paris_instant(_read_day(day), clock)


def _read_day(text: str) -> date:
    """Read ``31/12/2026`` or ``2026-12-31``. Raises ``ValueError``."""
    if "/" in text:
        figures = [int(part) for part in text.split("/")]
        return date(figures[2], figures[1], figures[0])
    return date.fromisoformat(text.strip())


def _told(journey: Journey) -> dict[str, Any]:
    return {
        "steps": [
            {"at": step.at.isoformat(), "owner": step.owner, "kind": step.kind}
            for step in journey.steps
        ],
        "stuck": dict(journey.stuck),
        "error": journey.error,
        "running": journey.running,
    }
