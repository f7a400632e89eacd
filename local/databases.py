"""One database and three roles for each service, as the house wants them (ARCHITECTURE §7)."""

from urllib.parse import urlsplit

import asyncpg

ROLES = ("owner", "app", "worker")  # owner: migrations only; app and worker: never owners


async def ensure_database(admin_url: str, service: str, *, name: str | None = None) -> str:
    """Create the service's roles and database when absent. Returns the database's name.

    ``admin_url`` is the asyncpg URL of a superuser. The roles have no password: the bundled
    server listens on a Unix socket only, and a deployed one is made by its own operators.
    """
    name = name or service
    connection = await asyncpg.connect(plain(admin_url))
    try:
        for role in ROLES:
            await _ensure_role(connection, f"{service}_{role}")
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await connection.execute(f'CREATE DATABASE "{name}" OWNER "{service}_owner"')
    finally:
        await connection.close()
    return name


async def _ensure_role(connection: "asyncpg.Connection", role: str) -> None:
    if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
        await connection.execute(f'CREATE ROLE "{role}" LOGIN NOBYPASSRLS')


def plain(url: str) -> str:
    """Turn a SQLAlchemy URL into one that asyncpg reads."""
    return url.replace("postgresql+asyncpg://", "postgresql://", 1)


def with_role(url: str, *, role: str, database: str) -> str:
    """Return the same server's URL for another role and database."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{role}@{host}", path=f"/{database}").geturl()
