"""``python -m bench.where``: whose processor time a whole sending takes, on Linux.

With ``--flames DIR``, py-spy also draws where each process spends it (it needs root).
"""

import argparse
import asyncio
import os
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from bench.agencies import an_agency, clients, some_ready
from bench.ground import Ground, end_in_order
from bench.sendings.measure import send
from bench.sendings.watching import Course, Watcher
from local.house import House

WARM_UP: Final = 12  # letters: connections, plans and caches are then as they stay
SETTLED_S: Final = 3.0  # what the last draft left to do is then done
IDLE_S: Final = 10.0
TICKS_S: Final = os.sysconf("SC_CLK_TCK")
OURSELVES: Final = "these clients"
PY_SPY: Final = Path(sys.executable).with_name("py-spy")


async def look(letters: int, agencies: int, flames: Path | None) -> None:
    """Send letters, and print the processor time of each process for one of them."""
    async with Ground() as ground:
        house = await ground.house()
        watcher = Watcher.of(house)
        async with clients(house) as (http, outside):
            senders = [await an_agency(http, outside) for _ in range(agencies)]
            await send(await some_ready(senders, WARM_UP), outside, watcher)
            ready = await some_ready(senders, letters)
            await asyncio.sleep(SETTLED_S)
            idle = await _idle(house)
            before, start = spent(house), time.monotonic()
            async with _drawing(house, flames):
                course = await send(ready, outside, watcher)
            _tell(course, _since(before, house), idle, time.monotonic() - start)
        await watcher.close()


async def _idle(house: House) -> Mapping[str, float]:
    """Return what each part of a house takes in a second in which nothing is sent."""
    before = spent(house)
    await asyncio.sleep(IDLE_S)
    return {name: one / IDLE_S for name, one in _since(before, house).items()}


def _since(before: Mapping[str, float], house: House) -> Mapping[str, float]:
    return {name: one - before.get(name, 0.0) for name, one in spent(house).items()}


def spent(house: House) -> dict[str, float]:
    """Return the processor seconds that each part of a house has taken so far."""
    parents, seconds = _processes()
    owners = _owners(house)
    total: defaultdict[str, float] = defaultdict(float)
    for pid, taken in seconds.items():
        ancestor, hops = pid, 0
        while ancestor not in owners and ancestor in parents:
            ancestor, hops = parents[ancestor], hops + 1
        owner = owners.get(ancestor)
        if owner is not None and not (owner == OURSELVES and hops):
            is_worker = hops and owner not in {"postgres", "nats"}
            total[f"{owner}'s workers" if is_worker else owner] += taken
    return total


def _owners(house: House) -> Mapping[int, str]:
    owners = {child.pid: name for name, child in house.supervisor.running.items()}
    if house.nats:
        owners[house.nats.process.pid] = "nats"
    if house.postgres:
        kept = house.postgres.data_dir / "postmaster.pid"
        owners[int(kept.read_text().split()[0])] = "postgres"
    return owners | {os.getpid(): OURSELVES}


def _processes() -> tuple[dict[int, int], dict[int, float]]:
    """Return the parent and the processor seconds of every process, its ended children's too."""
    parents, seconds = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        parents[int(folder.name)] = int(fields[1])
        seconds[int(folder.name)] = sum(map(int, fields[11:15])) / TICKS_S
    return parents, seconds


@asynccontextmanager
async def _drawing(house: House, flames: Path | None) -> AsyncIterator[None]:
    """Have py-spy watch every process of the house, workers included, while the block lasts."""
    watching = []
    if flames is not None:
        await asyncio.to_thread(flames.mkdir, parents=True, exist_ok=True)
        for name, child in house.supervisor.running.items():
            watching.append(
                await asyncio.create_subprocess_exec(
                    *(PY_SPY, "record", "--subprocesses", "--pid", str(child.pid)),
                    *("--output", flames / f"{name}.svg"),
                    stdout=asyncio.subprocess.DEVNULL,
                    stderr=asyncio.subprocess.DEVNULL,
                )
            )
    yield
    for spy in watching:
        if spy.returncode is None:
            spy.send_signal(2)  # it writes what it saw
        await spy.wait()


def _tell(
    course: Course, taken: Mapping[str, float], idle: Mapping[str, float], seconds: float
) -> None:
    """Print what each process took for a letter, and how much of it was not for the letters."""
    letters = len(course.begun)
    rows = [(name, one / letters, idle.get(name, 0.0)) for name, one in taken.items()]
    rows.sort(key=lambda row: -row[1])
    rows.append(("all", sum(taken.values()) / letters, sum(idle.values())))
    for name, one, at_rest in rows:
        of_its_own = one - at_rest * seconds / letters
        print(
            f"{name:24}{1000 * one:8.0f} ms a letter, {1000 * of_its_own:6.0f} without what it"
            f" takes at rest, {1000 * at_rest:6.1f} ms a second"
        )
    print(f"{course.deposits_per_s:.2f} deposits/s, {course.sheets_per_s:.2f} sealed sheets/s")


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="bench.where", description=__doc__)
    parser.add_argument("--letters", type=int, default=60)
    parser.add_argument("--agencies", type=int, default=6)
    parser.add_argument("--flames", type=Path, metavar="DIR")
    asked = parser.parse_args()
    end_in_order()
    asyncio.run(look(asked.letters, asked.agencies, asked.flames))
    return 0


if __name__ == "__main__":
    sys.exit(main())
