"""Holds placed: credit set aside once per key, on one hot account and spread over many.

Beside them, pgbench on the statement at their heart, alone: no key, no entry, no posting, no fact.
"""

import asyncio
import re
import subprocess
import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from bench.agencies import each
from bench.ground import Ground, Servers, folder
from bench.sizes import Sizes
from bench.table import Line
from bench.timing import in_turn
from kit.db import Database, async_url
from kit.ids import new_id
from services.billing.domain.tariff import Product, Tariff
from services.billing.main import TARIFF
from services.billing.store import SqlStore
from services.billing.usecases.holds import place_hold

NAME: Final = "ledger"
BARE: Final = "pgbench, bare UPDATE"
CLIENTS: Final = 8
NOON: Final = datetime(2026, 11, 24, 12, tzinfo=UTC)
RICH_CENTS: Final = 1_000_000_000
STATEMENT: Final = r"""
\set account random(1, :accounts)
UPDATE bare_wallet SET available_cents = available_cents - 540, held_cents = held_cents + 540
WHERE account = :account AND available_cents >= 540;
"""
BARE_TABLE: Final = text(
    "CREATE TABLE IF NOT EXISTS bare_wallet (account int PRIMARY KEY,"
    " available_cents bigint NOT NULL, held_cents bigint NOT NULL) WITH (fillfactor = 70)"
)
BARE_RICH: Final = text("INSERT INTO bare_wallet VALUES (:account, :cents, 0)")
RICH: Final = text("INSERT INTO wallet (account_id, available_cents) VALUES (:account, :cents)")
TPS: Final = re.compile(r"tps = ([\d.]+)")


async def measure(sizes: Sizes, ground: Ground) -> AsyncIterator[Line]:
    """Place the same number of holds over more and more accounts."""
    servers = await ground.servers()
    place = await servers.cluster.create("billing")
    database = Database(place.app_url, place.worker_url, pool_size=CLIENTS)
    admin = make_url(async_url(servers.cluster.admin_url)).set(database=place.name)
    books = _Books(SqlStore(database))
    async with folder() as scripts:
        script = scripts / "bare.sql"
        script.write_text(STATEMENT)
        for count in sizes.wallets:
            accounts = [new_id() for _ in range(count)]
            await _fill(admin.render_as_string(hide_password=False), accounts)

            async def ours(accounts: Sequence[UUID] = accounts) -> float:
                return await books.place(accounts, sizes.holds)

            async def bare(count: int = count) -> float:
                return await asyncio.to_thread(
                    _pgbench, servers, place.name, script, count, sizes.holds
                )

            pair = await in_turn(ours, bare, rounds=sizes.rounds)
            size = "one hot account" if count == 1 else f"{count} accounts"
            yield pair.line(measure=NAME, what="holds", size=size, unit="/s", instead=BARE)
    await database.close()


class _Books:
    """Our way: the use case behind the RPC, on its real store, as several callers at once."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self._tariff = Tariff.read(TARIFF.read_text("utf-8"))

    async def place(self, accounts: Sequence[UUID], count: int) -> float:
        """Place holds, the accounts in turn; return how many a second."""
        whose = [accounts[number % len(accounts)] for number in range(count)]
        start = time.perf_counter()
        await each(whose, self._place_one, at_once=CLIENTS)
        return count / (time.perf_counter() - start)

    async def _place_one(self, account_id: UUID) -> None:
        await place_hold(
            account_id,
            f"bench:{new_id()}:1",
            Product.LRE_ACKNOWLEDGED,
            cause="26-00042",
            on_day=None,
            expected=None,
            store=self._store,
            tariff=self._tariff,
            clock=lambda: NOON,
        )


async def _fill(admin_url: str, accounts: Sequence[UUID]) -> None:
    """Give each account credit enough, ours and the bare ones alike."""
    engine = create_async_engine(admin_url)
    async with engine.begin() as connection:
        await connection.execute(BARE_TABLE)
        await connection.execute(text("TRUNCATE bare_wallet"))
        rows = [{"account": account, "cents": RICH_CENTS} for account in accounts]
        await connection.execute(RICH, rows)
        bare = [{"account": n, "cents": RICH_CENTS} for n in range(1, len(accounts) + 1)]
        await connection.execute(BARE_RICH, bare)
    await engine.dispose()


def _pgbench(servers: Servers, database: str, script: Path, accounts: int, count: int) -> float:
    """Run the bare statement as often as we placed holds; return how many a second."""
    postgres = servers.postgres
    command = [
        str(postgres.bin_dir / "pgbench"),
        *("-h", str(postgres.socket_dir), "-p", str(postgres.port), "-U", "postgres"),
        *("-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "1"),
        *("-t", str(-(-count // CLIENTS)), "-D", f"accounts={accounts}", "-f", str(script)),
        database,
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - the wheel's
    found = TPS.search(said.stdout)
    if found is None:
        raise RuntimeError(f"pgbench said no rate: {said.stdout}")
    return float(found[1])
