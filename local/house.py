"""The whole house on one machine: servers, databases, processes, in order, and down again."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from kit.migrations import provision, upgrade
from local.plan import EVERYBODY, ROOT, Plan
from local.servers import Nats, Postgres
from local.supervisor import Supervisor

DEMO_PAUSE_S: Final = 10.0  # between two starts of a process that keeps dying
TEST_PAUSE_S: Final = 0.5  # tests kill on purpose, and often


@dataclass(slots=True, kw_only=True)
class House:
    """Everything that runs, so that it can be stopped."""

    plan: Plan
    supervisor: Supervisor
    postgres: Postgres | None
    nats: Nats | None

    @classmethod
    async def open(cls, data_dir: Path, *, environment: str = "demo", restart: bool = True) -> Self:
        """Start Postgres and NATS (unless their URLs are given), migrate, start all processes.

        ``PREAVIS_POSTGRES_URL`` (a superuser's) and ``PREAVIS_NATS_URL`` name servers used instead
        of the bundled ones.
        """
        postgres_url, nats_url = os.getenv("PREAVIS_POSTGRES_URL"), os.getenv("PREAVIS_NATS_URL")
        postgres = (
            None if postgres_url else await asyncio.to_thread(Postgres.start, data_dir / "postgres")
        )
        nats = None if nats_url else await asyncio.to_thread(Nats.start, data_dir / "nats")
        plan = Plan.load(
            data_dir,
            postgres_url=postgres_url or _url(postgres),
            nats_url=nats_url or (nats.url if nats else ""),
            environment=environment,
        )
        house = cls(
            plan=plan,
            supervisor=Supervisor(
                data_dir=data_dir,
                restart=restart,
                longest_pause_s=DEMO_PAUSE_S if environment == "demo" else TEST_PAUSE_S,
            ),
            postgres=postgres,
            nats=nats,
        )
        try:
            await house.migrate()
            await house.supervisor.start(plan.processes())
        except BaseException:
            await house.close()
            raise
        return house

    async def migrate(self) -> None:
        """Make each service's database when absent, and bring it to the newest revision."""
        for service in EVERYBODY:
            await provision(
                self.plan.postgres_url, service, password=self.plan.secrets["database-password"]
            )
            await upgrade(service, self.plan.database_url(service, "owner"))

    async def close(self) -> None:
        """Stop the processes, then the servers this house started. Data stays."""
        await self.supervisor.stop()
        if self.nats:
            await asyncio.to_thread(self.nats.stop)
        if self.postgres:
            await asyncio.to_thread(self.postgres.stop)

    def run(
        self, module: str, *arguments: str, service: str, env: Mapping[str, str] | None = None
    ) -> None:
        """Run one command of a service to its end. Raises ``CalledProcessError``."""
        env = {**os.environ, **self.plan.service_env(service), **(env or {})}
        subprocess.run(  # noqa: S603 - our own modules
            [sys.executable, "-m", module, *arguments], cwd=ROOT, env=env, check=True
        )


def data_dir() -> Path:
    """Return where the laptop keeps its data: ``PREAVIS_DATA_DIR``, else ``.data``."""
    return Path(os.getenv("PREAVIS_DATA_DIR") or ROOT / ".data").resolve()


def forget(directory: Path) -> None:
    """Delete all data of a house that is not running."""
    shutil.rmtree(directory, ignore_errors=True)


def _url(postgres: Postgres | None) -> str:
    return postgres.url("postgres") if postgres else ""
