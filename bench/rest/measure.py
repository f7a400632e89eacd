"""REST with a session: a letter read, a letter written, by more and more clients at once.

Beside them, what the frameworks alone cost: a bare FastAPI route with the same body, and a bare
gRPC hop. Ours is a session looked up, a rate counted, a right checked, a row read or written.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

import grpc

from bench.agencies import an_agency, clients, each, some_ready
from bench.ground import Ground
from bench.rest import bare
from bench.rest.line import HttpLine
from bench.sizes import Sizes
from bench.table import Line
from bench.timing import Pair, percentile
from local.house import House
from local.plan import ROOT
from local.servers import free_port, wait_listening

NAME: Final = "rest"
FASTAPI: Final = "a bare FastAPI route"
GRPC: Final = "a bare grpc.aio hop"
START_S: Final = 20.0

Act = Callable[[], Awaitable[object]]
"""What one client does again and again, each time once it has its answer."""


@dataclass(frozen=True, slots=True)
class _Side:
    """One way to serve letters: what each of its clients does to read and to write its own."""

    reads: Sequence[Act]
    writes: Sequence[Act]


async def measure(sizes: Sizes, ground: Ground) -> AsyncIterator[Line]:
    """Ask with more and more clients, each for a letter of its own."""
    house = await ground.house()
    async with clients(house) as (http, outside):
        agency = await an_agency(http, outside)
        ready = await some_ready([agency], max(sizes.clients))
    letters = [one.letter_id for one in ready]
    async with _ours(house, agency.rest.token, letters) as ours, _bare(len(letters)) as rivals:
        for count in sizes.clients:
            for name, rival in rivals.items():
                sides = (ours, rival)
                reads = [
                    [await _waits(s.reads[:count], sizes) for s in sides]
                    for _ in range(sizes.rounds)
                ]
                writes = [
                    [await _waits(s.writes[:count], sizes) for s in sides]
                    for _ in range(sizes.rounds)
                ]
                for verb, rounds in (("read", reads), ("write", writes)):
                    for line in _lines(f"{count} clients", f"{verb} a letter", name, rounds):
                        yield line


def _lines(
    size: str, what: str, rival: str, rounds: Sequence[Sequence[Sequence[float]]]
) -> list[Line]:
    return [
        Pair(*([1000 * percentile(one[side], share) for one in rounds] for side in (0, 1))).line(
            measure=NAME, what=f"{what}, p{share * 100:.0f}", size=size, unit="ms", instead=rival
        )
        for share in (0.5, 0.99)
    ]


async def _waits(acts: Sequence[Act], sizes: Sizes) -> list[float]:
    """Have each client act in its turn, all at once; return each wait, in seconds."""
    waits: list[float] = []

    async def client(act: Act) -> None:
        await act()  # not timed: a line that was idle may have to be opened again
        for _ in range(max(1, sizes.requests // len(acts))):
            start = time.perf_counter()
            await act()
            waits.append(time.perf_counter() - start)

    await asyncio.gather(*(client(act) for act in acts))
    return waits


@asynccontextmanager
async def _ours(house: House, token: str, letters: Sequence[str]) -> AsyncIterator[_Side]:
    """Open a line to the front door for each letter."""
    lines = await each(letters, lambda _: HttpLine.open(house.plan.public_url))
    agents = [_Agent(line, token, letter) for line, letter in zip(lines, letters, strict=True)]
    for agent in agents:
        await agent.read()  # and learns its version
    yield _Side([agent.read for agent in agents], [agent.write for agent in agents])
    await each(lines, HttpLine.close)


@dataclass(slots=True)
class _Agent:
    """One client at the front door, with its session, its letter and the version it knows."""

    line: HttpLine
    token: str
    letter_id: str
    version: int = 0

    async def read(self) -> None:
        """Read the letter."""
        await self._ask("GET", f"/v1/letters/{self.letter_id}", {})

    async def write(self) -> None:
        """Change its free text, at the version read or written last."""
        text = {"free_text": f"Version {self.version}.", "former_agent_email": ""}
        path = f"/v1/letters/{self.letter_id}/extras"
        await self._ask("PUT", path, {"If-Match": f'"{self.version}"'}, text)

    async def _ask(
        self, method: str, path: str, headers: dict[str, str], body: dict[str, str] | None = None
    ) -> None:
        bearer = {"Authorization": f"Bearer {self.token}"}
        answer = await self.line.ask(method, path, body=body, headers=bearer | headers)
        self.version = int(json.loads(answer)["version"])


@asynccontextmanager
async def _bare(count: int) -> AsyncIterator[dict[str, _Side]]:
    """Start the bare server, and open as many lines and channels to it."""
    http_port, grpc_port = free_port(), free_port()
    command = [sys.executable, "-m", bare.__name__, str(http_port), str(grpc_port)]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
    try:
        if not await wait_listening(http_port, timeout_s=START_S):
            raise RuntimeError("the bare server does not listen")
        url = f"http://127.0.0.1:{http_port}"
        lines = await each(range(count), lambda _: HttpLine.open(url))
        channels = [grpc.aio.insecure_channel(f"127.0.0.1:{grpc_port}") for _ in range(count)]
        echoes = [_echoing(channel) for channel in channels]
        yield {
            FASTAPI: _Side([_reading(line) for line in lines], [_writing(line) for line in lines]),
            GRPC: _Side(echoes, echoes),
        }
        await each(lines, HttpLine.close)
        await each(channels, lambda channel: channel.close(None))
    finally:
        process.terminate()
        await process.wait()


def _reading(line: HttpLine) -> Act:
    return partial(line.ask, "GET", "/letters/1")


def _writing(line: HttpLine) -> Act:
    text = {"free_text": "Version 1.", "former_agent_email": ""}
    return partial(line.ask, "PUT", "/letters/1/extras", body=text)


def _echoing(channel: grpc.aio.Channel) -> Act:
    path = f"/{bare.SERVICE}/{bare.METHOD}"
    hop = channel.unary_unary(path, request_serializer=None, response_deserializer=None)
    letter = bytes(bare.LETTER_BYTES)

    async def act() -> None:
        await hop(letter, timeout=30)

    return act
