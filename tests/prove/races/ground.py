"""Where races are run: one open house, two agencies, its databases, its clock, its keys.

The gateway runs twice, each with an address of its own; so does dispatch, whose two processes
share its due work.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, Final

import asyncpg
from google.protobuf.message import Message
from sqlalchemy import make_url

from kit.days import PARIS, paris_date, paris_instant
from kit.tokens import Caller
from local.demo.rest import Rest
from local.house import House
from local.plan import Process
from local.servers import free_port
from local.timemachine.offset import OffsetFile
from tests.e2e.agency import Agency
from tests.prove.checker.checking import check
from tests.prove.checker.reading import READ_ONLY, read_world
from tests.prove.checker.world import Broken
from tests.prove.races.agent import Agent, Letter
from tests.prove.races.barrier import Barrier, barrier
from tests.prove.security.rpcs import Answer, Switchboard, all_rpcs
from tests.prove.storm.quiet import until_quiet
from tests.prove.storm.setting import UNHURRIED, Setting, open_house, prepared
from tests.prove.storm.size import Size

REPEATS: Final = 20
OPENING: Final = time(8)
NOON: Final = time(12)
AT_ONCE: Final = 64
LEFT: Final = frozenset({"in_transit", "deposited", "collected", "signed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Became:
    """What became of one letter, read where it is stored and at the operator's."""

    state: str  # empty: it was never validated
    times_left: int
    holds: tuple[str, ...]  # the state of each generation's money, oldest first
    generation: int = 0
    attaches: bool = False  # whether a signed mandate leaves with it
    mention: str = ""  # what its text says of the mandate


@dataclass(slots=True, kw_only=True)
class Ground:
    """The house of all races."""

    setting: Setting
    switchboard: Switchboard
    edges: tuple[str, str]  # where each of the gateway's two replicas listens
    told: set[Broken] = field(default_factory=set)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def house(self) -> House:
        """The processes."""
        return self.setting.house

    def agent(self, number: int = 0) -> Agent:
        """Return the holder of one of the two agencies, with as many windows as it likes."""
        writer = self.setting.writers[number]
        client = replace(writer.client, gate=asyncio.Semaphore(AT_ONCE))
        return Agent(
            client=client, outside=self.setting.outside, bodies=writer.bodies, numbers=self.numbers
        )

    async def funded(self, cents: int, number: int = 0) -> Agent:
        """Return an agent who has at least this to spend."""
        agent = self.agent(number)
        available, _ = await agent.wallet()
        if available < cents:
            await agent.buy(-(-max(cents - available, 2_000) // 100) * 100)
        return agent

    async def newcomer(self) -> Agent:
        """Return the holder of a new account, proven today, without a cent."""
        first = self.setting.writers[0]
        agency = await Agency.open(Rest(first.client.http), self.setting.outside)
        await agency.prove()
        client = replace(
            self.agent().client,
            account=(await agency.rest.get("/account"))["id"],
            token=agency.rest.token,
        )
        return replace(self.agent(), client=client)

    def dice(self, *about: object) -> Random:
        """Return the dice of one race."""
        return self.setting.size.random(*about)

    # --- time --------------------------------------------------------------------------------

    @property
    def _clock(self) -> OffsetFile:
        return OffsetFile(self.house.plan.data_dir / "timemachine")

    def now(self) -> datetime:
        """Return the business instant."""
        return self._clock.now()

    def today(self) -> date:
        """Return the business day in Paris."""
        return paris_date(self.now())

    def tomorrow(self) -> date:
        """Return the next business day in Paris."""
        return self.today() + timedelta(days=1)

    def day(self, ahead: int) -> str:
        """Return a day to come."""
        return (self.today() + timedelta(days=ahead)).isoformat()

    def jump(self, instant: datetime) -> None:
        """Make it this instant for every process, whatever they are at."""
        self._clock.reach(instant)

    async def eve(self, *, ends_in_s: float) -> datetime:
        """Make it the last seconds of this day; return the midnight that ends it."""
        midnight = paris_instant(self.tomorrow())
        self.jump(midnight - timedelta(seconds=ends_in_s))
        return midnight

    async def reach(self, instant: datetime) -> None:
        """Let business time flow until an instant."""
        await asyncio.sleep(max(0.0, (instant - self.now()).total_seconds()))

    async def morning(self, ahead: int = 1) -> None:
        """Live until half past eight some days ahead: sendings leave until the evening."""
        day = self.today() + timedelta(days=ahead)
        await self.setting.outside.advance(datetime.combine(day, time(8, 30), PARIS))

    async def daytime(self) -> None:
        """Live until the next morning, unless it is one."""
        if self.now().astimezone(PARIS).time() > NOON:
            await self.morning()

    # --- looking -----------------------------------------------------------------------------

    def barrier(
        self, service: str, statement: str, *names: str
    ) -> AbstractAsyncContextManager[Barrier]:
        """Make a service's processes wait at these rows."""
        return barrier(self.house.plan.postgres_url, service, statement, *names)

    async def rows(self, service: str, query: str, *values: object) -> list[Any]:
        """Read a service's database."""
        url = make_url(self.house.plan.postgres_url).set(drivername="postgresql")
        connection = await asyncpg.connect(
            url.render_as_string(hide_password=False), database=service, server_settings=READ_ONLY
        )
        try:
            return list(await connection.fetch(query, *values))
        finally:
            await connection.close()

    async def became(self, letter: Letter) -> Became:
        """Return what became of a letter."""
        sending = await self.rows(
            "dispatch", "SELECT state, generation, mandate FROM sending WHERE id = $1::uuid",
            letter.sending_id,
        )  # fmt: skip
        holds = await self.rows(
            "billing", "SELECT state FROM hold WHERE key LIKE $1 || ':%'"
            " ORDER BY split_part(key, ':', 3)::int",
            f"send:{letter.sending_id}",
        )  # fmt: skip
        frozen = await self.rows(
            "letters", "SELECT frozen->>'mandate' AS mandate FROM letter WHERE id = $1::uuid",
            letter.letter_id,
        )  # fmt: skip
        return Became(
            state=sending[0]["state"] if sending else "",
            times_left=len(await self.taken(letter)),
            holds=tuple(row["state"] for row in holds),
            generation=sending[0]["generation"] if sending else 0,
            attaches=bool(sending and sending[0]["mandate"] not in {None, "null"}),
            mention=frozen[0]["mandate"] or "",
        )

    async def taken(self, letter: Letter) -> list[dict[str, Any]]:
        """Return what the operator took in charge for a letter, whatever attempt it was."""
        query = "SELECT id::text FROM attempt WHERE sending_id = $1::uuid"
        ours = {row["id"] for row in await self.rows("dispatch", query, letter.sending_id)}
        letters = await self.setting.outside.all_letters()
        return [one for one in letters if one["ref_dossier"] in ours]

    async def call(
        self, service: str, name: str, request: Message, *, by: str, who: Caller
    ) -> Answer:
        """Call an RPC of a service, as the service ``by`` on behalf of somebody."""
        (rpc,) = (one for one in all_rpcs() if (one.service, one.name) == (service, name))
        return await self.switchboard.call(rpc, request, service=by, who=who)

    async def quiet(self) -> None:
        """Wait until nothing is left to do at this instant."""
        await until_quiet(self.house, patience_s=120)

    async def broken(self) -> list[Broken]:
        """Wait for quiet, then read everything; return the promises broken since last time."""
        await self.quiet()
        lines = self.setting.history.path.read_text(encoding="utf-8").splitlines()
        plan = self.house.plan
        world = await read_world(plan.postgres_url, plan.data_dir, lines, now=self.now())
        fresh = [one for one in check(world) if one not in self.told]
        self.told.update(fresh)
        return fresh


@asynccontextmanager
async def open_ground(directory: Path) -> AsyncIterator[Ground]:
    """Open a house with two agencies, on a working morning."""
    size = Size.of(letters=REPEATS, kills=0)
    print(f"races of seed {size.seed}", flush=True)
    async with (
        open_house(directory / "house") as house,
        prepared(house, directory, size) as setting,
    ):
        await _begin_replica(house, "dispatch", "GRPC_PORT", {})
        edge = await _begin_replica(house, "gateway", "HTTP_PORT", UNHURRIED)
        switchboard = Switchboard(house.plan)
        edges = (house.plan.public_url, f"http://localhost:{edge.port}")
        try:
            yield Ground(setting=setting, switchboard=switchboard, edges=edges)
        finally:
            await switchboard.close()


async def _begin_replica(
    house: House, service: str, listens_at: str, more: Mapping[str, str]
) -> Process:
    """Start a second process of a service, which does its share of the work."""
    first = next(one for one in house.plan.processes() if one.name == service)
    ports = {name: free_port() for name in (listens_at, "METRICS_PORT", "FILES_PORT")}
    moved = {f"{service.upper()}_{name}": str(port) for name, port in ports.items()}
    second = replace(
        first, name=f"{service}-2", env={**first.env, **more, **moved}, port=ports[listens_at]
    )
    await house.supervisor.begin(second)
    return second
