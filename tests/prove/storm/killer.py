"""Kills real processes with SIGKILL: at random instants, and at every named failpoint."""

import asyncio
import os
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Final

from kit.failpoints import KILLED, declared_in
from local.house import House
from local.plan import SERVICES
from local.servers import Nats, Postgres, wait_listening

TARGETS: Final = {
    "dispatch": 24,
    "billing": 16,
    "letters": 11,
    "signature": 10,
    "gateway": 9,
    "accounts": 6,
    "nats": 10,
    "postgres": 7,
    "postgres-backend": 7,
}
AT_A_POINT: Final = 0.8  # of the kills of a service: the restarted process dies at a failpoint
MORE_POINTS: Final = 2
ALONE: Final = 0.8  # of the armed processes: only points that nobody died at yet
ELSEWHERE: Final = frozenset(  # what no letter calls for: the services' own tests die there
    {
        "accounts.erase.erased",  # thirty days after a refusal
        "billing.transfer.recorded",
        "billing.wallet.unfrozen",
    }
)
SHORTEST_GAP_S: Final = 0.4
MOST_DOWN: Final = 2  # a house of which nothing stands gets no work done, and proves nothing
WATCH_S: Final = 0.05
LATE_S: Final = 60.0  # an armed process that reached nothing by then is killed all the same
PAUSES_S: Final = (0.1, 1.5)  # how long a server stays away


@dataclass(slots=True, kw_only=True)
class Killer:
    """Keeps the number of deaths in step with what the clients have got done."""

    house: House
    wanted: int
    progress: Callable[[], float]  # 0 to 1
    dice: Random
    folder: Path
    deaths: Counter[str] = field(default_factory=Counter)  # by target
    points: Counter[str] = field(default_factory=Counter)  # by failpoint
    unasked: Counter[str] = field(default_factory=Counter)  # ends that are not ours, by target
    hunting: bool = False  # whoever may still die where nobody did is armed for nothing else
    _armed: dict[str, tuple[Path, float]] = field(default_factory=dict)
    _pids: dict[str, int] = field(default_factory=dict)
    _ours: set[int] = field(default_factory=set)
    _round: int = 0

    @property
    def total(self) -> int:
        """How many processes died by our hand."""
        return self.deaths.total()

    @property
    def left(self) -> set[str]:
        """Which failpoints nobody died at yet."""
        return all_points() - set(self.points)

    async def work(self, stop: asyncio.Event) -> None:
        """Kill as the work goes on, until told to stop; then let everything live again."""
        watching = asyncio.create_task(self._watch(stop))
        try:
            while not stop.is_set():
                behind = self.total < min(self.wanted, self.progress() * self.wanted + 1)
                if self.hunting and not await self._down():
                    self._hunt()
                elif behind and await self._down() < MOST_DOWN:
                    await self._strike()
                await asyncio.sleep(self.dice.uniform(SHORTEST_GAP_S, 3 * SHORTEST_GAP_S))
        finally:
            await watching
            await self._calm()

    async def _down(self) -> int:
        """Count the processes that do not answer: they get their time to come back."""
        answers = [
            await wait_listening(process.port, timeout_s=0.01)
            for process in self.house.plan.processes()
        ]
        return answers.count(False)

    # --- striking ----------------------------------------------------------------------------

    async def _strike(self) -> None:
        target = self.dice.choices(list(TARGETS), weights=list(TARGETS.values()))[0]
        match target:
            case "nats":
                await self._kill_nats()
            case "postgres":
                await self._kill_postgres()
            case "postgres-backend":
                self._kill_backend()
            case _:
                self._kill_service(target)

    def _hunt(self) -> None:
        """Strike a service that has points left; the armed ones live until they reach one."""
        names = [name for name in SERVICES if name not in self._armed and self._fresh(name)]
        if names:
            self._kill_service(self.dice.choice(names))

    def _kill_service(self, name: str) -> None:
        child = self.house.supervisor.running[name]
        if child.returncode is not None or name in self._armed:
            return  # already dead, or about to die where it was told to
        if self.hunting or self.dice.random() < AT_A_POINT:
            self._arm(name, self._points_for(name))
        self._ours.add(child.pid)
        child.kill()
        self.deaths[name] += 1

    def _arm(self, name: str, points: Sequence[str]) -> None:
        """Have the next process of this name die at the first of these points it reaches."""
        if not points:
            return
        self._round += 1
        folder = self.folder / f"{self._round:04d}-{name}"
        folder.mkdir(parents=True)
        self._armed[name] = (folder, time.monotonic())
        self.house.supervisor.more_env[name] = {
            "PREAVIS_FAILPOINT": ",".join(points),
            "PREAVIS_FAILPOINT_ONCE": str(folder),
        }

    def _points_for(self, name: str) -> list[str]:
        """Return the points nobody died at yet: the first reached is it.

        Now and then a few more are among them, so that no point is died at only once; not
        always, since the common ones would be reached before the rare.
        """
        points, fresh = points_of(name), self._fresh(name)
        if fresh and (self.hunting or self.dice.random() < ALONE):
            return fresh
        return fresh + self.dice.sample(points, min(len(points), MORE_POINTS))

    def _fresh(self, name: str) -> list[str]:
        return [point for point in points_of(name) if point in self.left]

    async def _kill_nats(self) -> None:
        nats = self.house.nats
        if nats is None:
            return
        nats.process.kill()
        await asyncio.to_thread(nats.process.wait)
        self.deaths["nats"] += 1
        await asyncio.sleep(self.dice.uniform(*PAUSES_S))
        self.house.nats = await asyncio.to_thread(Nats.start, nats.data_dir, port=nats.port)

    async def _kill_postgres(self) -> None:
        postgres = self.house.postgres
        if postgres is None:
            return
        pid = _postmaster(postgres)
        os.kill(pid, signal.SIGKILL)
        self.deaths["postgres"] += 1
        await asyncio.sleep(self.dice.uniform(*PAUSES_S))
        await until_gone(pid)
        self.house.postgres = await restarted(postgres)

    def _kill_backend(self) -> None:
        """Kill one of the server's own processes: it ends all connections, and recovers."""
        if self.house.postgres is None:
            return
        children = _children(_postmaster(self.house.postgres))
        if children:
            with suppress(ProcessLookupError):
                os.kill(self.dice.choice(children), signal.SIGKILL)
                self.deaths["postgres-backend"] += 1

    # --- watching ----------------------------------------------------------------------------

    async def _watch(self, stop: asyncio.Event) -> None:
        """Note each end of a process, and whose doing it was."""
        while not stop.is_set():
            for name, child in self.house.supervisor.running.items():
                if child.returncode is not None and self._pids.get(name) != child.pid:
                    self._pids[name] = child.pid
                    self._note_end(name, child.pid, child.returncode)
            for name, (_, since) in list(self._armed.items()):
                if time.monotonic() - since > LATE_S:
                    self._end_armed(name)
            await asyncio.sleep(WATCH_S)

    def _note_end(self, name: str, pid: int, code: int) -> None:
        if pid in self._ours:
            return
        if name in self._armed and code == KILLED:
            folder, _ = self._armed[name]
            for path in folder.iterdir():
                self.points[path.name] += 1
                self.deaths[name] += 1
            self._disarm(name)
        else:
            self.unasked[f"{name} ({code})"] += 1

    def _end_armed(self, name: str) -> None:
        """Kill a process that reached none of its points, so that the next one is not armed."""
        self._disarm(name)
        child = self.house.supervisor.running[name]
        if child.returncode is None:
            self._ours.add(child.pid)
            child.kill()
            self.deaths[name] += 1

    def _disarm(self, name: str) -> None:
        self._armed.pop(name, None)
        self.house.supervisor.more_env.pop(name, None)

    async def _calm(self) -> None:
        """Wait until every process serves, none of them armed."""
        for process in self.house.plan.processes():
            if process.name in self._armed:
                self._end_armed(process.name)
                await self.house.supervisor.running[process.name].wait()
        for process in self.house.plan.processes():
            await until_served(self.house, process.name)
        shutil.rmtree(self.folder, ignore_errors=True)


@cache
def points_of(service: str) -> list[str]:
    """Return the failpoints that a service can die at: its own, and those of its plumbing."""
    if service not in SERVICES:
        return []
    declared = declared_in(Path("services") / service) + declared_in(Path("kit"))
    return [point for point in declared if point not in ELSEWHERE]


def all_points() -> set[str]:
    """Return every failpoint of the house."""
    return {point for service in TARGETS for point in points_of(service)}


async def restarted(postgres: Postgres) -> Postgres:
    """Start a server again after its death, once what it left behind has ended."""
    for _ in range(40):
        try:
            again = await asyncio.to_thread(Postgres.start, postgres.data_dir)
        except Exception:  # noqa: BLE001 - its old processes hold its memory: they are leaving
            await asyncio.sleep(0.5)
        else:
            if (again.socket_dir, again.port) != (postgres.socket_dir, postgres.port):
                raise RuntimeError("the server came back elsewhere")
            return again
    raise RuntimeError("PostgreSQL did not come back")


async def until_gone(pid: int) -> None:
    """Wait until a killed process is buried: a dead one still bears its number until then."""
    for _ in range(600):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        await asyncio.sleep(0.05)
    raise RuntimeError(f"process {pid} does not end")


async def until_served(house: House, name: str) -> None:
    """Wait until a restarted process answers; its supervisor starts it again when it falls."""
    process = next(one for one in house.plan.processes() if one.name == name)
    for _ in range(5):
        try:
            await house.supervisor.wait_ready(process)
        except Exception:  # noqa: BLE001 - it fell at its start: a server was away
            await asyncio.sleep(1)
        else:
            return
    raise RuntimeError(f"{name} does not come back: see its log")


def _postmaster(postgres: Postgres) -> int:
    return int((postgres.data_dir / "postmaster.pid").read_text().split()[0])


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(child) for child in task.read_text().split()]
    return found
