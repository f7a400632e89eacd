"""A database that holds the plumbing and one business table, for the tests of ``kit``."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from kit.db import Database, async_url
from kit.events import Bus
from kit.migrations import create_pace, create_plumbing, protect, provision, role_url, share
from tests.support.servers import PASSWORD, Cluster, ServiceDatabase


def _migrate(connection: Connection) -> None:
    context = MigrationContext.configure(connection, opts={"service": "sample"})
    op = Operations(context)
    op.execute("CREATE TABLE alembic_version (version_num text)")
    create_plumbing(op)
    create_pace(op)
    op.execute("CREATE TABLE note (id uuid PRIMARY KEY, account_id uuid NOT NULL, body text)")
    protect(op, "note")
    op.execute("CREATE TABLE place (name text PRIMARY KEY)")
    share(op, "place", grants=("SELECT",))


@pytest.fixture(scope="module")
async def sample_place(postgres: Cluster) -> ServiceDatabase:
    """The addresses of a fresh database of the sample service."""
    name = f"sample_{uuid4().hex[:10]}"
    await provision(postgres.admin_url, "sample", password=PASSWORD, database=name)
    urls = {
        role: role_url(postgres.admin_url, "sample", role, password=PASSWORD, database=name)
        for role in ("owner", "app", "worker")
    }
    engine = create_async_engine(async_url(urls["owner"]))
    async with engine.begin() as connection:
        await connection.run_sync(_migrate)
    await engine.dispose()
    return ServiceDatabase(
        name=name, owner_url=urls["owner"], app_url=urls["app"], worker_url=urls["worker"]
    )


@pytest.fixture(scope="module")
async def db(sample_place: ServiceDatabase) -> AsyncIterator[Database]:
    database = Database(sample_place.app_url, sample_place.worker_url)
    yield database
    await database.close()


@pytest.fixture
async def emptied(db: Database) -> Database:
    """The same database with empty plumbing."""
    async with db.worker() as session:
        for table in ("outbox", "inbox", "dead_letter", "scheduled_item"):
            await session.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - names of this file
    return db


@pytest.fixture(scope="module")
async def bus(nats_url: str) -> AsyncIterator[Bus]:
    connected = await asyncio.wait_for(Bus.connect(nats_url, name="tests"), 10)
    yield connected
    await connected.close()
