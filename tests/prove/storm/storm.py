"""A storm, from the first letter to the last proof."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from datetime import time as hour
from functools import partial
from pathlib import Path
from typing import Any, Final

from typing_extensions import override

from kit.days import PARIS
from local.house import House
from local.timemachine.offset import OffsetFile
from tests.prove.checker.checking import check
from tests.prove.checker.reading import read_world
from tests.prove.checker.world import Broken, World
from tests.prove.storm.agency import Writer
from tests.prove.storm.client import Refused
from tests.prove.storm.killer import Killer
from tests.prove.storm.letters import Script, draw, one_of_each
from tests.prove.storm.people import Recipients, Staff
from tests.prove.storm.quiet import until_quiet
from tests.prove.storm.setting import Setting
from tests.prove.storm.weather import Weather

AT_ONCE: Final = 8  # letters an agency has in hand: some wait a minute for their key
ASKED_PER_LETTER: Final = 6  # requests, about
OPENING: Final = hour(8, 5)  # scheduled letters leave at eight
AFTER_SWEEP: Final = hour(7, 30)  # lost news are made up for at seven
SETTLE_S: Final = 600.0
PAUSE_S: Final = 0.5
MORE_TURNS: Final = 20  # for the failpoints that nobody died at
MORE_S: Final = 20.0  # what the letters of a turn are waited for: staff look after six
Part = Callable[[asyncio.Event], Coroutine[Any, Any, None]]


@dataclass(slots=True, kw_only=True)
class Report:
    """What happened, in figures."""

    seed: int
    letters: int
    started: float = field(default_factory=time.monotonic)
    figures: dict[str, Any] = field(default_factory=dict)
    not_reached: list[str] = field(default_factory=list)  # failpoints that nobody died at
    broken: list[Broken] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)  # of the clients

    def tell(self, what: str) -> None:
        """Say where the storm is."""
        print(f"[{time.monotonic() - self.started:6.0f} s] {what}", flush=True)

    @override
    def __str__(self) -> str:
        told = [f"storm of seed {self.seed}: {self.letters} letters"]
        told += [f"  {name}: {value}" for name, value in self.figures.items()]
        told += [f"  FAILED {failure}" for failure in self.failures]
        told += [f"  BROKEN {broken}" for broken in self.broken]
        return "\n".join(told)


@dataclass(slots=True, kw_only=True)
class Storm:
    """The parts that play together."""

    setting: Setting
    folder: Path
    report: Report
    scripts: list[Script] = field(default_factory=list)
    written: int = 0

    async def rage(self) -> Report:
        """Live through it, then check every promise."""
        setting, size = self.setting, self.setting.size
        killer = Killer(
            house=setting.house,
            wanted=size.kills,
            progress=self.progress,
            dice=size.random("killer"),
            folder=self.folder / "deaths",
        )
        weather = Weather(outside=setting.outside, size=size)
        staff = Staff(client=setting.staff, outside=setting.outside, size=size)
        recipients = Recipients(outside=setting.outside, size=size)
        async with _during(killer.work, weather.blow, staff.work, recipients.work):
            await self.write_all()
            self.report.tell(f"all written, {killer.total} killed")
            await self._reach_every_point(killer, weather, recipients)
            await self._the_days_after(killer)
        self.report.tell(f"{killer.total} killed, the storm is over")
        await self._settle(staff, recipients)
        self._count(killer, weather, staff, recipients)
        world = await self.look()
        self.report.broken += check(world)
        self.report.figures |= summary(world)
        return self.report

    def progress(self) -> float:
        """Tell how much of the work is done; the kills keep step with it."""
        size = self.setting.size
        asked = self.setting.history.acknowledged / (size.letters * ASKED_PER_LETTER)
        return min(0.9 * asked, 0.9) if self.written < size.letters else 1.0

    async def is_partly_written(self) -> bool:
        """Tell whether a third of the letters are written: the work is in full swing."""
        return self.written * 3 >= self.setting.size.letters

    async def look(self) -> World:
        """Read everything."""
        house = self.setting.house
        lines = self.setting.history.path.read_text(encoding="utf-8").splitlines()
        return await read_world(
            house.plan.postgres_url, house.plan.data_dir, lines, now=business_time(house)
        )

    async def write_all(self) -> None:
        """Have every letter written, validated, moved or cancelled."""
        self.scripts = self.scripts or draw(self.setting.size)
        await self._write_those(self.scripts)

    async def _reach_every_point(
        self, killer: Killer, weather: Weather, recipients: Recipients
    ) -> None:
        """Have what is rare happen to a few more letters, until all failpoints were died at."""
        for _ in range(MORE_TURNS):
            if not killer.left:
                break
            killer.hunting = weather.rare = recipients.rare = True
            more = one_of_each(self.setting.size, len(self.scripts))
            self.scripts += more
            await asyncio.gather(
                self._write_those(more), self.setting.writers[0].top_up(more[0].subject)
            )
            await _until(lambda: not killer.left, MORE_S)
            self.report.tell(f"{len(killer.left)} failpoints left: {sorted(killer.left)}")
        killer.hunting = weather.rare = recipients.rare = False

    async def _write_those(self, scripts: Sequence[Script]) -> None:
        queue = list(reversed(scripts))

        async def hand(number: int) -> None:
            writer = self.setting.writers[number % len(self.setting.writers)]
            while queue:
                await self._write(writer, queue.pop())

        async with asyncio.TaskGroup() as hands:
            for number in range(AT_ONCE * len(self.setting.writers)):
                hands.create_task(hand(number))

    async def _write(self, writer: Writer, script: Script) -> None:
        try:
            await writer.live(script)
        except (Refused, TimeoutError) as error:  # a client that cannot do what it may
            self.report.failures.append(f"{script.subject} ({script.fate}): {error}")
        self.written += 1
        if self.written % max(10, len(self.scripts) // 20) == 0:
            self.report.tell(f"{self.written} letters written")

    async def _the_days_after(self, killer: Killer) -> None:
        """Let the days come on which the scheduled letters leave, while the killing goes on."""
        last = max(script.days for script in self.scripts) + 1
        for ahead in range(1, last + 1):
            await asyncio.sleep(3)
            day = self.setting.today + timedelta(days=ahead)
            instant = datetime.combine(day, OPENING, PARIS)
            OffsetFile(self.setting.house.plan.data_dir / "timemachine").reach(instant)
            self.report.tell(f"the morning of {day}, {killer.total} killed")
            share = killer.total + (killer.wanted - killer.total) * ahead / last
            await _until(partial(_has_killed, killer, share), SETTLE_S)

    async def _settle(self, staff: Staff, recipients: Recipients) -> None:
        """Let staff end their work, and the night make up for the news that were lost."""
        house = self.setting.house
        for turn in range(2):
            await recipients.come_by()
            await staff.finish()
            await until_quiet(house, tell=self.report.tell)
            if turn == 0:
                self.report.broken += check(await self.look())  # nothing waits for a night
                tomorrow = (business_time(house) + timedelta(days=1)).astimezone(PARIS).date()
                OffsetFile(house.plan.data_dir / "timemachine").reach(
                    datetime.combine(tomorrow, AFTER_SWEEP, PARIS)
                )
        self.report.tell("quiet")

    def _count(
        self, killer: Killer, weather: Weather, staff: Staff, recipients: Recipients
    ) -> None:
        self.report.not_reached += sorted(killer.left)
        self.report.figures |= {
            "killed": killer.total,
            "killed by target": dict(killer.deaths.most_common()),
            "died at failpoints": dict(killer.points.most_common()),
            "failpoints not reached": self.report.not_reached,
            "ends that were not ours": dict(killer.unasked),
            "weather": dict(weather.seen.most_common()),
            "unknown settled by staff": dict(staff.settled),
            "recipients": dict(recipients.answers),
            "answers that settled nothing": dict(self.setting.troubles.most_common(12)),
            "seconds": round(time.monotonic() - self.report.started),
        }


def business_time(house: House) -> datetime:
    """Return the present business instant of a house."""
    return OffsetFile(house.plan.data_dir / "timemachine").now().astimezone(UTC)


def summary(world: World) -> dict[str, Any]:
    """Count what became of everything."""
    states: dict[str, int] = {}
    for sending in world.rows("dispatch.sending"):
        states[sending["state"]] = states.get(sending["state"], 0) + 1
    return {
        "letters created": len(world.rows("letters.letter")),
        "sendings": dict(sorted(states.items())),
        "letters at the operator": len(world.rows("operator.letter")),
        "proofs kept": len(world.rows("dispatch.proof")),
        "ledger entries": len(world.rows("billing.entry")),
        "cards paid": sum(1 for row in world.rows("cards.charge") if row["paid"]),
        "requests": len(world.requests),
    }


@asynccontextmanager
async def _during(
    *parts: Callable[[asyncio.Event], Coroutine[Any, Any, None]],
) -> AsyncIterator[None]:
    """Run parts beside a block, and tell them to stop at its end; one that fails ends it."""
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for part in parts:
            group.create_task(part(stop))
        try:
            yield
        finally:
            stop.set()


def _has_killed(killer: Killer, wanted: float) -> bool:
    return killer.total >= wanted


async def _until(reached: Callable[[], bool], patience_s: float) -> None:
    """Wait until something counted elsewhere is reached, or patience ends."""
    for _ in range(int(patience_s / PAUSE_S)):
        if reached():
            return
        await asyncio.sleep(PAUSE_S)
