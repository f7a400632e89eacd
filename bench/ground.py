"""What measures stand on: real servers alone, or the whole house; never both at once."""

import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from sqlalchemy import make_url

from local.house import House
from local.plan import ROOT
from local.servers import Nats, Postgres
from tests.e2e.staff import furnish
from tests.support.servers import Cluster

ASSETS: Final = ROOT / ".assets"
UNHURRIED: Final = {  # the clients are few and from one address, and their haste is the subject
    "GATEWAY_REQUESTS_PER_SECOND": "100000",
    "GATEWAY_REQUESTS_BURST": "100000",
    "GATEWAY_VISITOR_REQUESTS_PER_MINUTE": "100000",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Postgres and NATS, nothing else running."""

    cluster: Cluster
    postgres: Postgres
    nats_url: str


class Ground:
    """Opens what a measure asks for, once; what the measure before stood on is closed first."""

    def __init__(self) -> None:
        self._open = AsyncExitStack()
        self._servers: Servers | None = None
        self._house: House | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.clear()

    async def clear(self) -> None:
        """Stop whatever runs."""
        self._servers = self._house = None
        await self._open.aclose()

    async def servers(self) -> Servers:
        """Return Postgres and NATS; each measure makes databases of its own."""
        if self._servers is None:
            await self.clear()
            self._servers = await self._open.enter_async_context(_servers())
        return self._servers

    async def house(self) -> House:
        """Return the whole product without demonstration data, its directory filled."""
        if self._house is None:
            await self.clear()
            self._house = await self._open.enter_async_context(_house())
        return self._house


def end_in_order() -> None:
    """Have SIGTERM end the command as Ctrl-C does: what it started is stopped, not left behind."""
    signal.signal(signal.SIGTERM, lambda *_: os.kill(os.getpid(), signal.SIGINT))


@asynccontextmanager
async def folder() -> AsyncIterator[Path]:
    """Make a directory for a while; a short name, since a Unix socket's path has a limit."""
    made = _made()
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _made() -> Path:
    made = Path(tempfile.mkdtemp(prefix="pv-"))
    made.chmod(0o755)  # the server may run under another user
    return made


@asynccontextmanager
async def _servers() -> AsyncIterator[Servers]:
    async with folder() as place:
        postgres = Postgres.start(place / "pg")
        nats = Nats.start(place / "nats")
        url = make_url(postgres.url("postgres")).set(drivername="postgresql")
        try:
            yield Servers(
                cluster=Cluster(url.render_as_string(hide_password=False)),
                postgres=postgres,
                nats_url=nats.url,
            )
        finally:
            nats.stop()
            postgres.stop(mode="immediate")


@asynccontextmanager
async def _house() -> AsyncIterator[House]:
    async with folder() as place:
        house = await House.open(place, environment="test")
        try:
            house.supervisor.more_env["gateway"] = UNHURRIED
            gateway = next(one for one in house.plan.processes() if one.name == "gateway")
            await house.supervisor.replace(gateway)
            furnish(house)
            yield house
        finally:
            await house.close()
