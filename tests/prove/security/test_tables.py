"""Row-level security on every table of a running house, and rights, read from Postgres's catalogue.

A table that is neither closed nor named here fails, and so does a policy that nobody wrote down.
What the policy of ``kit.migrations`` lets through is tried by ``kit/tests``.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import asyncpg
import pytest
from sqlalchemy import make_url

from local.house import House
from local.plan import EVERYBODY

pytestmark = pytest.mark.servers

OPEN: Final[Mapping[str, set[str]]] = {
    "accounts": {"attempt", "link", "login", "session", "staff_member"},  # read before it is known
    "billing": {"card_news", "paper_series"},  # by payment; one series of numbers for all
    "dispatch": set(),
    "gateway": {"bucket"},  # by hash
    "letters": {"recipient"},  # the directory
    "signature": set(),
}
"""Tables whose rows belong to no account, or are how one is found."""
PLUMBING: Final = {"alembic_version", "dead_letter", "inbox", "partner_pace"}
WRITTEN_ONCE: Final[Mapping[str, set[str]]] = {
    "accounts": {"audit_entry"},
    "billing": {"entry", "posting", "staff_act"},
    "dispatch": {"evidence_sheet", "hint", "proof", "timeline"},
    "gateway": set(),
    "letters": {"frozen_version"},
    "signature": {"decision"},
}
"""Tables whose rows neither role may change or erase, but for what is named beneath."""
LET_GO_OF: Final = {("evidence_sheet", "evidence")}  # it is in the sealed sheet then
FOR_THE_LOOPS: Final = {"kept_answer", "outbox", "outgoing_mail", "scheduled_item"}
"""Tables that the plumbing's role sees whole, to send on, to begin, and to erase what is over."""

OF_NAMED: Final = (
    "((account_id = ( SELECT (NULLIF(current_setting('app.account_id'::text, true), "
    "''::text))::uuid AS \"nullif\")) OR (( SELECT current_setting('app.scope'::text, true)"
    " AS current_setting) = 'all'::text))"
)
OF_NAMED_OR_NOBODY: Final = f"((account_id IS NULL) OR {OF_NAMED})"
_TABLES: Final = """
    SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
"""
_POLICIES: Final = """
    SELECT tablename, policyname, permissive, roles::text[], cmd, qual, with_check FROM pg_policies
"""
_CHANGED: Final = """
    SELECT relname, attname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
    WHERE relname = ANY($1) AND relkind = 'r' AND attnum > 0 AND NOT attisdropped AND EXISTS (
        SELECT FROM unnest($2::text[]) AS role WHERE has_column_privilege(
            role, pg_class.oid, attnum, 'UPDATE'
        )
    )
"""
_ERASED: Final = """
    SELECT relname FROM pg_class, unnest($2::text[]) AS role
    WHERE relname = ANY($1) AND has_table_privilege(role, pg_class.oid, 'DELETE, TRUNCATE')
"""
_ABOVE_POLICIES: Final = "SELECT rolname FROM pg_roles WHERE rolsuper OR rolbypassrls"


@dataclass(frozen=True, slots=True, order=True)
class Policy:
    """One policy of a table: for whom, and which rows."""

    table: str
    name: str
    roles: str
    reads: str
    writes: str


@asynccontextmanager
async def catalogue(house: House, service: str) -> AsyncIterator[asyncpg.Connection]:
    url = make_url(house.plan.postgres_url).set(drivername="postgresql", database=service)
    connection = await asyncpg.connect(url.render_as_string(hide_password=False))
    try:
        yield connection
    finally:
        await connection.close()


async def tables(connection: asyncpg.Connection) -> dict[str, bool]:
    """Return each table, and whether it is closed, to its owner too."""
    return dict(tuple(row) for row in await connection.fetch(_TABLES))


async def policies(connection: asyncpg.Connection) -> set[Policy]:
    rows = await connection.fetch(_POLICIES)
    assert {(row["permissive"], row["cmd"]) for row in rows} <= {("PERMISSIVE", "ALL")}
    return {
        Policy(
            table=row["tablename"], name=row["policyname"], roles=" ".join(row["roles"]),
            reads=row["qual"], writes=row["with_check"] or "",
        )
        for row in rows
    }  # fmt: skip


def wanted(service: str, table: str) -> set[Policy]:
    """Return the policies of a closed table."""
    app, worker = f"{service}_app", f"{service}_worker"
    if table in FOR_THE_LOOPS - {"kept_answer"}:
        return {
            Policy(table, "own_rows", app, OF_NAMED_OR_NOBODY, OF_NAMED_OR_NOBODY),
            Policy(table, "all_rows", worker, "true", "true"),
        }
    own = {Policy(table, "own_rows", "public", OF_NAMED, OF_NAMED)}
    return own | {Policy(table, "all_rows", worker, "true", "")} if table in FOR_THE_LOOPS else own


@pytest.mark.parametrize("service", EVERYBODY)
async def test_every_table_is_closed_or_named(service: str, house: House) -> None:
    async with catalogue(house, service) as connection:
        found, rules = await tables(connection), await policies(connection)

    open_ones = {table for table, is_closed in found.items() if not is_closed}
    assert open_ones - PLUMBING == OPEN[service]
    closed = found.keys() - open_ones
    assert rules == {rule for table in closed for rule in wanted(service, table)}


@pytest.mark.parametrize("service", EVERYBODY)
async def test_no_role_of_ours_stands_above_the_policies(service: str, house: House) -> None:
    async with catalogue(house, service) as connection:
        above = {row[0] for row in await connection.fetch(_ABOVE_POLICIES)}

    assert not {f"{service}_{role}" for role in ("owner", "app", "worker")} & above


async def changeable(
    connection: asyncpg.Connection, service: str, names: Iterable[str]
) -> set[tuple[str, str]]:
    """Return what either role may change in these tables: (table, column), or all of a row."""
    given = [*names], [f"{service}_app", f"{service}_worker"]
    changed = {tuple(row) for row in await connection.fetch(_CHANGED, *given)}
    return changed | {(row[0], "*") for row in await connection.fetch(_ERASED, *given)}


@pytest.mark.parametrize("service", EVERYBODY)
async def test_what_happened_stays_written(service: str, house: House) -> None:
    names = WRITTEN_ONCE[service]
    async with catalogue(house, service) as connection:
        there = (await tables(connection)).keys()
        found = await changeable(connection, service, names)

    assert names <= there
    assert found == {one for one in LET_GO_OF if one[0] in names}


async def test_a_table_left_open_and_a_rule_too_wide_are_seen(house: House) -> None:
    async with catalogue(house, "letters") as connection:
        planted = connection.transaction()
        await planted.start()
        await connection.execute("CREATE TABLE planted (account_id uuid)")
        await connection.execute("CREATE POLICY all_rows ON planted USING (true)")
        await connection.execute("GRANT UPDATE (account_id), DELETE ON planted TO letters_app")
        found, rules = await tables(connection), await policies(connection)
        changed = await changeable(connection, "letters", ["planted"])
        await planted.rollback()

    assert found["planted"] is False
    assert changed == {("planted", "account_id"), ("planted", "*")}
    assert Policy("planted", "all_rows", "public", "true", "") in rules
