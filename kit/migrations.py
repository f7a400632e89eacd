"""Alembic for every service: one runner, the plumbing's tables, and the locks on the doors.

A service keeps ``services/<service>/migrations/versions/0001_*.py`` and a file ``HEAD`` that holds
the name of the last revision, so that two migrations written side by side conflict in review. Roles
``<service>_app`` and ``<service>_worker`` exist before the first migration (see ``provision``).
"""

import argparse
import asyncio
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, make_url, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

from kit.db import async_url

SERVICES: Final = Path(__file__).resolve().parent.parent / "services"
_LOCK: Final = text("SELECT pg_advisory_xact_lock(7262836)")
_LOCK_TIMEOUT: Final = text("SET LOCAL lock_timeout = '5s'")
_NAME: Final = re.compile(r"^[a-z][a-z_]*$")
_MINE: Final = (  # as sub-selects, settings are read once for a statement, and not for each row
    "(account_id = (SELECT nullif(current_setting('app.account_id', true), '')::uuid)"
    " OR (SELECT current_setting('app.scope', true)) = 'all')"
)


class Op(Protocol):
    """What we need of Alembic's ``op``, which is a module or an object."""

    def execute(self, sqltext: str) -> None:
        """Run one statement."""

    def get_context(self) -> MigrationContext:
        """Return where the migration runs."""


class HeadMismatch(Exception):
    """The HEAD file does not name the last revision: two migrations were written side by side."""


async def upgrade(service: str, owner_url: str) -> str:
    """Bring a service's database to its last revision; return that revision's name.

    All of it commits or none; two runners wait for each other. Raises ``HeadMismatch``.
    """
    script = _scripts(service)
    head = head_of(service)
    engine = create_async_engine(async_url(owner_url), poolclass=pool.NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(_LOCK)
            await connection.execute(_LOCK_TIMEOUT)
            await connection.run_sync(_run, script, service, head)
    finally:
        await engine.dispose()
    return head


def head_of(service: str) -> str:
    """Return the last revision of a service's code. Raises ``HeadMismatch``."""
    said = (SERVICES / service / "migrations" / "HEAD").read_text("utf-8").strip()
    heads = _scripts(service).get_heads()
    if heads != [said]:
        raise HeadMismatch(f"{service}: HEAD says {said}, the revisions say {', '.join(heads)}")
    return said


def create_plumbing(op: Op) -> None:
    """Create the tables of ``kit.events``, ``kit.due`` and ``kit.mail``, with their grants."""
    app, worker = _roles(op)
    for statement in _PLUMBING:
        op.execute(statement)
    for table in ("outbox", "scheduled_item", "outgoing_mail"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY own_rows ON {table} TO {app}"
            f" USING (account_id IS NULL OR {_MINE}) WITH CHECK (account_id IS NULL OR {_MINE})"
        )
        op.execute(f"CREATE POLICY all_rows ON {table} TO {worker} USING (true) WITH CHECK (true)")
    # the app role writes mail and facts, and cannot read them back
    op.execute(f"GRANT INSERT ON outbox, outgoing_mail TO {app}")
    op.execute(f"GRANT SELECT (key, account_id) ON outgoing_mail TO {app}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON scheduled_item TO {app}")
    op.execute(f"GRANT SELECT ON alembic_version TO {app}, {worker}")
    op.execute(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON"
        f" outbox, inbox, dead_letter, scheduled_item, outgoing_mail TO {worker}"
    )


def protect(
    op: Op, table: str, *, grants: Sequence[str] = ("SELECT", "INSERT", "UPDATE", "DELETE")
) -> None:
    """Close a table that has an ``account_id``: each transaction sees the account it named.

    Row-level security is forced, on the owner too, and fails closed: no account named, no row.
    Both roles get ``grants``; an append-only table passes ``("SELECT", "INSERT")``.
    """
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_rows ON {table} USING {_MINE} WITH CHECK {_MINE}")
    _grant(op, table, grants)


def share(
    op: Op, table: str, *, grants: Sequence[str] = ("SELECT", "INSERT", "UPDATE", "DELETE")
) -> None:
    """Open to both roles a table whose rows belong to no account (directories, price lists)."""
    _grant(op, table, grants)


def open_to_worker(op: Op, table: str) -> None:
    """Let the plumbing's role see every row of a protected table, to erase what is over."""
    _, worker = _roles(op)
    op.execute(f"CREATE POLICY all_rows ON {table} TO {worker} USING (true)")


def create_pace(op: Op) -> None:
    """Create the table of ``kit.pace``, for a service whose partners count our calls."""
    _, worker = _roles(op)
    op.execute("CREATE TABLE partner_pace (partner text PRIMARY KEY, next_at timestamptz NOT NULL)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON partner_pace TO {worker}")


async def provision(
    admin_url: str, service: str, *, password: str, database: str | None = None
) -> None:
    """Create, once, a service's database, its owner and its two roles.

    The roles are ``<service>_owner``, ``<service>_app`` and ``<service>_worker``, all with this
    password; production makes them by its own means. ``database`` defaults to the service's name.
    """
    name = database or service
    if not _NAME.match(service) or not re.match(r"^[a-z][a-z0-9_]*$", name):
        raise ValueError(f"not a name for a database: {service!r}, {name!r}")
    secret = password.replace("'", "''")
    engine = create_async_engine(
        async_url(admin_url), poolclass=pool.NullPool, isolation_level="AUTOCOMMIT"
    )
    try:
        async with engine.connect() as connection:
            for role in (f"{service}_owner", f"{service}_app", f"{service}_worker"):
                known = await connection.scalar(
                    text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}
                )
                verb = "ALTER" if known else "CREATE"
                await connection.execute(
                    text(f"{verb} ROLE {role} LOGIN NOBYPASSRLS PASSWORD '{secret}'")
                )
            known = await connection.scalar(
                text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}
            )
            if not known:
                await connection.execute(text(f"CREATE DATABASE {name} OWNER {service}_owner"))
            await connection.execute(text(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC"))
            await connection.execute(
                text(f"GRANT CONNECT ON DATABASE {name} TO {service}_app, {service}_worker")
            )
    finally:
        await engine.dispose()


def role_url(admin_url: str, service: str, role: str, *, password: str, database: str = "") -> str:
    """Return the address of a service's database for ``owner``, ``app`` or ``worker``."""
    url = make_url(admin_url).set(
        username=f"{service}_{role}", password=password, database=database or service
    )
    return url.render_as_string(hide_password=False)


def _scripts(service: str) -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(SERVICES / service / "migrations"))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def _run(connection: Connection, script: ScriptDirectory, service: str, head: str) -> None:
    def steps(revision: object, _context: MigrationContext) -> object:
        return script._upgrade_revs(head, revision)  # type: ignore[arg-type]  # noqa: SLF001

    config = Config()
    with EnvironmentContext(config, script, fn=steps, destination_rev=head) as environment:
        environment.configure(
            connection=connection, target_metadata=None, transactional_ddl=True, service=service
        )
        environment.run_migrations()


def _roles(op: Op) -> tuple[str, str]:
    service = op.get_context().opts["service"]
    return f"{service}_app", f"{service}_worker"


def _grant(op: Op, table: str, grants: Sequence[str]) -> None:
    app, worker = _roles(op)
    op.execute(f"GRANT {', '.join(grants)} ON {table} TO {app}, {worker}")


_PLUMBING: Final = (
    """
    CREATE TABLE outbox (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        event_id uuid NOT NULL UNIQUE,
        account_id uuid,
        aggregate_id text NOT NULL,
        aggregate_version bigint NOT NULL,
        subject text NOT NULL,
        headers jsonb NOT NULL,
        payload bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        attempts int NOT NULL DEFAULT 0,
        next_attempt_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        published_at timestamptz,
        republished int NOT NULL DEFAULT 0,
        last_error text
    ) WITH (autovacuum_vacuum_scale_factor = 0.02)
    """,
    "CREATE INDEX outbox_waiting ON outbox (id) WHERE published_at IS NULL",
    "CREATE INDEX outbox_order ON outbox (aggregate_id, id) WHERE published_at IS NULL",
    "CREATE INDEX outbox_since ON outbox (created_at)",
    """
    CREATE TABLE inbox (
        consumer text NOT NULL,
        event_id uuid NOT NULL,
        received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (consumer, event_id)
    ) WITH (autovacuum_vacuum_scale_factor = 0.02)
    """,
    "CREATE INDEX inbox_age ON inbox (received_at)",
    """
    CREATE TABLE dead_letter (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        consumer text NOT NULL,
        event_id uuid NOT NULL,
        subject text NOT NULL,
        headers jsonb NOT NULL,
        payload bytea NOT NULL,
        deliveries int NOT NULL,
        error text NOT NULL,
        state text NOT NULL DEFAULT 'dead' CHECK (state IN ('dead', 'replaying', 'taken')),
        died_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        UNIQUE (consumer, event_id)
    )
    """,
    """
    CREATE TABLE scheduled_item (
        key text PRIMARY KEY,
        kind text NOT NULL,
        account_id uuid,
        due_at timestamptz NOT NULL,
        local_date date,
        zone text NOT NULL DEFAULT 'Europe/Paris',
        payload jsonb NOT NULL DEFAULT '{}',
        state text NOT NULL DEFAULT 'pending'
            CHECK (state IN ('pending', 'leased', 'done', 'cancelled')),
        fence bigint NOT NULL DEFAULT 0,
        attempts int NOT NULL DEFAULT 0,
        retry_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        lease_until timestamptz,
        last_error text,
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
    ) WITH (autovacuum_vacuum_scale_factor = 0.02)
    """,
    """
    CREATE INDEX scheduled_item_due ON scheduled_item (due_at)
    WHERE state IN ('pending', 'leased')
    """,
    """
    CREATE INDEX scheduled_item_over ON scheduled_item (changed_at)
    WHERE state IN ('done', 'cancelled')
    """,
    """
    CREATE TABLE outgoing_mail (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        key text NOT NULL UNIQUE,
        account_id uuid,
        mail jsonb,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        attempts int NOT NULL DEFAULT 0,
        next_attempt_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        sent_at timestamptz,
        last_error text
    ) WITH (autovacuum_vacuum_scale_factor = 0.02)
    """,
    "CREATE INDEX outgoing_mail_waiting ON outgoing_mail (next_attempt_at) WHERE sent_at IS NULL",
    "CREATE INDEX outgoing_mail_over ON outgoing_mail (created_at) WHERE mail IS NULL",
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run ``python -m kit.migrations upgrade billing`` with ``BILLING_OWNER_DATABASE_URL`` set."""
    parser = argparse.ArgumentParser(prog="kit.migrations")
    parser.add_argument("command", choices=["upgrade", "head"])
    parser.add_argument("service")
    chosen = parser.parse_args(arguments)
    if chosen.command == "head":
        print(head_of(chosen.service))  # noqa: T201 - the answer of a command
        return
    owner_url = os.environ[f"{chosen.service.upper()}_OWNER_DATABASE_URL"]
    print(asyncio.run(upgrade(chosen.service, owner_url)))  # noqa: T201 - same


if __name__ == "__main__":
    main()
