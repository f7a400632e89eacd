"""Transactions on a service's own Postgres: for one account, across accounts, or for the plumbing.

Row-level security is the second net: it lets a transaction see the rows of the account that it
named, and none when it named none. Queries still filter by account explicitly.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final
from uuid import UUID

from sqlalchemy import TextClause, event, make_url, text
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from kit.errors import ChangedMeanwhile, TryAgain

_LATER_STATES: Final = frozenset(
    {
        "55P03",  # lock_not_available
        "40P01",  # deadlock_detected
        "57014",  # query_canceled: our own statement_timeout
        "57P01",  # admin_shutdown
        "57P03",  # cannot_connect_now
        "53300",  # too_many_connections
    }
)
_STALE_STATES: Final = frozenset({"40001"})  # serialization_failure
_SERVER_SETTINGS: Final = {
    "statement_timeout": "15000",
    "lock_timeout": "5000",
    "idle_in_transaction_session_timeout": "30000",
    "timezone": "UTC",
    "jit": "off",
    # one account's rows, found by an index, in memory or on a disk without a head: the defaults
    # are those of a spinning disk, and would rather read all accounts from end to end
    "random_page_cost": "1.1",
    "max_parallel_workers_per_gather": "0",
}
_RECYCLED_AFTER_S: Final = 300  # whatever stands between may forget a connection that is idle
_SET: Final = text(
    "SELECT set_config('app.account_id', :account_id, true), set_config('app.scope', :scope, true)"
)


class Database:
    """The two pools of one service: role ``<service>_app`` and role ``<service>_worker``.

    ``written`` tells the loops of this process that a commit left work for them; it only saves
    them a wait, they poll anyway.
    """

    def __init__(self, app_url: str, worker_url: str, *, pool_size: int = 5) -> None:
        self._app = _engine(app_url, pool_size)
        self._worker = _engine(worker_url, pool_size)
        self._glances = self._worker.execution_options(isolation_level="AUTOCOMMIT")
        self._app_sessions = async_sessionmaker(self._app, expire_on_commit=False)
        self._worker_sessions = async_sessionmaker(self._worker, expire_on_commit=False)
        self.written = Wakes()

    @asynccontextmanager
    async def account(self, account_id: UUID) -> AsyncIterator[AsyncSession]:
        """Open a transaction that sees one account; it commits when the block ends well.

        Raises ``TryAgain`` when a lock, the pool or the server did not answer in time, and
        ``ChangedMeanwhile`` when Postgres found a conflict.
        """
        async with self._transaction(self._app_sessions, str(account_id), "account") as session:
            yield session

    @asynccontextmanager
    async def across_accounts(self, why: str) -> AsyncIterator[AsyncSession]:
        """Open a transaction that sees every account: staff's screens, or before a login.

        ``why`` is for the reader of the code and of ``pg_stat_activity``.
        """
        async with self._transaction(self._app_sessions, "", "all", why=why) as session:
            yield session

    @asynccontextmanager
    async def worker(self, account_id: UUID | None = None) -> AsyncIterator[AsyncSession]:
        """Open a transaction of the plumbing's role; it sees rows of ``account_id`` alone."""
        name = "" if account_id is None else str(account_id)
        async with self._transaction(self._worker_sessions, name, "account") as session:
            yield session

    async def glance(self, question: TextClause) -> bool:
        """Ask the plumbing one yes-or-no question, outside any transaction: polls stay cheap."""
        with _readable_failures(), _absence_is_later():
            async with self._glances.connect() as connection:
                return bool((await connection.execute(question)).scalar_one())

    async def close(self) -> None:
        """Close both pools."""
        await self._app.dispose()
        await self._worker.dispose()

    @asynccontextmanager
    async def _transaction(
        self,
        sessions: async_sessionmaker[AsyncSession],
        account_id: str,
        scope: str,
        *,
        why: str = "",
    ) -> AsyncIterator[AsyncSession]:
        with _readable_failures():
            async with sessions() as session:
                async with session.begin():
                    with _absence_is_later():
                        connection = await session.connection()
                    await connection.execute(_SET, {"account_id": account_id, "scope": scope})
                    if why:
                        await session.execute(_NAME, {"why": why[:60]})
                    yield session
                self.written.tell(session.info)


class Wakes:
    """Which loops of this process have new work since they last looked."""

    def __init__(self) -> None:
        self.outbox = asyncio.Event()
        self.items = asyncio.Event()
        self.mail = asyncio.Event()

    def tell(self, info: dict[Any, Any]) -> None:
        """Wake the loops that a committed session worked for (see ``wake_after_commit``)."""
        for name in info.pop("wakes", ()):
            getattr(self, name).set()


def wake_after_commit(session: AsyncSession, loop: str) -> None:
    """Ask that a loop (``outbox``, ``items`` or ``mail``) look at once when this commits."""
    session.info.setdefault("wakes", set()).add(loop)


async def act_for(session: AsyncSession, account_id: UUID | None) -> None:
    """Let the rest of this transaction see the rows of one account."""
    name = "" if account_id is None else str(account_id)
    await session.execute(_SET, {"account_id": name, "scope": "account"})


def async_url(url: str) -> str:
    """Return a plain ``postgresql://`` address as SQLAlchemy wants it for asyncpg."""
    plain = make_url(url)
    return plain.set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)


def _engine(url: str, pool_size: int) -> AsyncEngine:
    engine = create_async_engine(
        async_url(url),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=5,
        pool_recycle=_RECYCLED_AFTER_S,
        hide_parameters=True,  # a traceback in the logs names nobody
        connect_args={"server_settings": _SERVER_SETTINGS, "timeout": 5},
    )
    event.listen(engine.sync_engine, "checkout", _only_living)
    return engine


def _only_living(connection: Any, _record: object, _proxy: object) -> None:  # noqa: ANN401
    """Have the pool replace a connection that the driver knows to be over.

    The driver hears of a server's end as it happens. Asking the server would cost a round trip
    for each transaction, and prove no more than that it was there a moment before.
    """
    if connection.driver_connection.is_closed():
        raise DisconnectionError("the server ended this connection")


_NAME: Final = text("SELECT set_config('application_name', :why, true)")


@contextmanager
def _readable_failures() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None) or ""
        if state in _STALE_STATES:
            raise ChangedMeanwhile from error
        if state in _LATER_STATES or state.startswith("08") or error.connection_invalidated:
            raise TryAgain from error
        raise
    except PoolTimeout as error:
        raise TryAgain from error


@contextmanager
def _absence_is_later() -> Iterator[None]:
    try:
        yield
    except OSError as error:  # refused, no such socket, timed out
        raise TryAgain from error
