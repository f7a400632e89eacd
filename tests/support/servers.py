"""Real Postgres and NATS for tests: bundled, in containers, or where the environment says.

``PREAVIS_TEST_BACKEND`` is ``bundled`` (from wheels), ``testcontainers``, or ``url`` with
``PREAVIS_TEST_POSTGRES_URL`` (a superuser's) and ``PREAVIS_TEST_NATS_URL``.
"""

import os
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import make_url, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

from kit.db import Database, async_url
from kit.migrations import provision, role_url, upgrade

PASSWORD = "test"
BACKEND = os.environ.get("PREAVIS_TEST_BACKEND", "bundled")


@dataclass
class Cluster:
    """A Postgres server on which each test module gets databases of its own."""

    admin_url: str
    migrated: dict[str, str] = field(default_factory=dict)

    async def create(self, service: str) -> "ServiceDatabase":
        """Return a fresh migrated database of a service: a copy of one made once per session."""
        template = await self._template(service)
        name = f"{service}_{uuid4().hex[:10]}"
        await self._command(f"CREATE DATABASE {name} TEMPLATE {template} OWNER {service}_owner")
        await self._command(f"GRANT CONNECT ON DATABASE {name} TO {service}_app, {service}_worker")
        return ServiceDatabase(
            name=name,
            owner_url=self._url(service, "owner", name),
            app_url=self._url(service, "app", name),
            worker_url=self._url(service, "worker", name),
        )

    async def _template(self, service: str) -> str:
        if service not in self.migrated:
            name = f"{service}_template_{uuid4().hex[:8]}"
            await provision(self.admin_url, service, password=PASSWORD, database=name)
            await upgrade(service, self._url(service, "owner", name))
            self.migrated[service] = name
        return self.migrated[service]

    def _url(self, service: str, role: str, database: str) -> str:
        return role_url(self.admin_url, service, role, password=PASSWORD, database=database)

    async def _command(self, statement: str) -> None:
        engine = create_async_engine(
            async_url(self.admin_url), poolclass=pool.NullPool, isolation_level="AUTOCOMMIT"
        )
        try:
            async with engine.connect() as connection:
                await connection.execute(text(statement))
        finally:
            await engine.dispose()


@dataclass(frozen=True, kw_only=True)
class ServiceDatabase:
    """Where one service's fresh database is, for each role."""

    name: str
    owner_url: str
    app_url: str
    worker_url: str


MakeDatabase = Callable[[str], Awaitable[Database]]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """The session's Postgres server."""
    match BACKEND:
        case "url":
            yield Cluster(os.environ["PREAVIS_TEST_POSTGRES_URL"])
        case "testcontainers":
            with _postgres_container() as url:
                yield Cluster(url)
        case _:
            with _bundled_postgres() as url:
                yield Cluster(url)


@pytest.fixture(scope="session")
def nats_url() -> Iterator[str]:
    """The session's NATS server, with JetStream."""
    match BACKEND:
        case "url":
            yield os.environ["PREAVIS_TEST_NATS_URL"]
        case "testcontainers":
            with _nats_container() as url:
                yield url
        case _:
            with _bundled_nats() as url:
                yield url


@pytest.fixture(scope="module")
async def service_database(postgres: Cluster) -> Callable[[str], Awaitable[ServiceDatabase]]:
    """Make the addresses of fresh databases, for tests that start real processes."""
    return postgres.create


@pytest.fixture(scope="module")
async def database(postgres: Cluster) -> AsyncIterator[MakeDatabase]:
    """Make fresh migrated databases: ``db = await database("letters")``, closed with the module."""
    opened: list[Database] = []

    async def make(service: str) -> Database:
        place = await postgres.create(service)
        opened.append(Database(place.app_url, place.worker_url))
        return opened[-1]

    yield make
    for each in opened:
        await each.close()


@contextmanager
def _bundled_postgres() -> Iterator[str]:
    from local.servers import Postgres  # noqa: PLC0415 - the wheel loads slowly

    with reachable_folder() as folder:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the wheel warns where XDG_RUNTIME_DIR is unset
            server = Postgres.start(folder / "pg")
        try:
            # what a test writes need not survive the machine
            url = make_url(server.url("postgres"))
            yield url.set(drivername="postgresql").render_as_string(hide_password=False)
        finally:
            server.stop(mode="immediate")


@contextmanager
def _bundled_nats() -> Iterator[str]:
    from local.servers import Nats  # noqa: PLC0415 - only where it is started

    with reachable_folder() as folder:
        server = Nats.start(folder / "nats")
        try:
            yield server.url
        finally:
            server.stop()


@contextmanager
def reachable_folder() -> Iterator[Path]:
    """Give a folder that a server under another user may read as long as the block lasts.

    Pytest's own is not: each run of it closes the folder that all runs share to others than its
    user, under the feet of the servers of another run. The path is short, as Unix sockets ask.
    """
    folder = Path(tempfile.mkdtemp(prefix="pv-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _postgres_container() -> Iterator[str]:
    from testcontainers.postgres import PostgresContainer  # noqa: PLC0415 - only where chosen

    with PostgresContainer("postgres:18-alpine", driver=None) as container:
        yield container.get_connection_url()


@contextmanager
def _nats_container() -> Iterator[str]:
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415 - only where chosen
    from testcontainers.core.waiting_utils import wait_for_logs  # noqa: PLC0415 - same

    container = DockerContainer("nats:2.12-alpine").with_command("-js").with_exposed_ports(4222)
    with container:
        wait_for_logs(container, "Server is ready")
        yield f"nats://{container.get_container_host_ip()}:{container.get_exposed_port(4222)}"
