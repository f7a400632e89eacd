"""Transactions on a service's own Postgres: for one account, across accounts, or for the plumbing.

Row-level security is the second net: it lets a transaction see the rows of the account that it
named, and none when it named none. Queries still filter by account explicitly.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import cache
from typing import Any, Final, Literal
from uuid import UUID

import asyncpg
from sqlalchemy import Select, TextClause, Update, event, make_url, text
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.exc import DBAPIError, DisconnectionError, EmulatedDBAPIException
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.util import greenlet_spawn
from typing_extensions import override

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
Statement = TextClause | Select[Any] | Update
_RECYCLED_AFTER_S: Final = 300  # whatever stands between may forget a connection that is idle
_SET: Final = text(
    "SELECT set_config('app.account_id', :account_id, true),"
    " set_config('app.scope', 'account', true)"
)
_POSTGRES: Final = dialect()  # type: ignore[no-untyped-call]  # half typed


class Database:
    """The two pools of one service: role ``<service>_app`` and role ``<service>_worker``.

    ``written`` tells the loops of this process that a commit left work for them; it only saves
    them a wait, they poll anyway.
    """

    def __init__(self, app_url: str, worker_url: str, *, pool_size: int = 5) -> None:
        self._app = _engine(app_url, pool_size)
        self._worker = _engine(worker_url, pool_size)
        self.written = Wakes()

    @asynccontextmanager
    async def account(self, account_id: UUID) -> AsyncIterator[AsyncSession]:
        """Open a transaction that sees one account; it commits when the block ends well.

        Raises ``TryAgain`` when a lock, the pool or the server did not answer in time, and
        ``ChangedMeanwhile`` when Postgres found a conflict.
        """
        async with self._transaction(self._app, _naming(account_id)) as session:
            yield session

    @asynccontextmanager
    async def across_accounts(self, why: str) -> AsyncIterator[AsyncSession]:
        """Open a transaction that sees every account: staff's screens, or before a login.

        ``why`` is for the reader of the code and of ``pg_stat_activity``.
        """
        named = why[:60].replace("'", "''")
        naming = f"{_naming(None, 'all')}; SET LOCAL application_name = '{named}'"
        async with self._transaction(self._app, naming) as session:
            yield session

    @asynccontextmanager
    async def worker(self, account_id: UUID | None = None) -> AsyncIterator[AsyncSession]:
        """Open a transaction of the plumbing's role; it sees rows of ``account_id`` alone."""
        async with self._transaction(self._worker, _naming(account_id)) as session:
            yield session

    async def alone(
        self, statement: TextClause, values: Mapping[str, object] | None = None
    ) -> list[dict[str, Any]]:
        """Run one statement of the plumbing's role, which commits by itself; return its rows.

        It goes to the driver as it is: one round trip, and a fifth of the processor time of a
        transaction. It names no account, and sees the plumbing alone. Raises as ``account`` does.
        """
        sql, asked = _as_sent(statement, values or {})
        with _readable_failures(), _absence_is_later():
            pooled = await self._worker.raw_connection()
            driver: Any = pooled.driver_connection
            try:
                return [dict(row) for row in await driver.fetch(sql, *asked)]
            except asyncpg.PostgresError:
                raise
            except BaseException:  # given up half-way: nobody uses this connection again
                driver.terminate()
                raise
            finally:
                await greenlet_spawn(pooled.close)

    async def glance(
        self, question: TextClause, values: Mapping[str, object] | None = None
    ) -> bool:
        """Ask the plumbing one yes-or-no question: polls stay cheap."""
        (row,) = await self.alone(question, values)
        return any(row.values())

    async def close(self) -> None:
        """Close both pools."""
        await self._app.dispose()
        await self._worker.dispose()

    @asynccontextmanager
    async def _transaction(self, engine: AsyncEngine, naming: str) -> AsyncIterator[AsyncSession]:
        """Lend a connection that begins when first asked, by ``run`` or by SQLAlchemy."""
        with _readable_failures():
            async with AsyncExitStack() as stack:
                with _absence_is_later():
                    connection = await stack.enter_async_context(engine.connect())
                driver: Any = _driver_of(connection)
                driver.naming = naming
                session = AsyncSession(connection, expire_on_commit=False)
                session.info["driver"] = driver
                try:
                    yield session
                    if session.in_transaction():  # what SQLAlchemy began, or joined
                        await session.commit()
                    await driver.end("COMMIT")
                except BaseException:
                    if session.in_transaction():
                        await session.rollback()
                    await driver.end("ROLLBACK")
                    raise
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
    await run(session, _SET, {"account_id": name})


async def run(
    session: AsyncSession, statement: Statement, values: Mapping[str, object]
) -> list[dict[str, Any]]:
    """Run a statement in a transaction of ours, which it begins if nothing did; return its rows.

    It goes to the driver as it is, as ``Database.alone`` does: a third of the processor time that
    SQLAlchemy takes. So values and rows are the driver's: a document is written as JSON text and
    read as what it holds. The statement is kept, compiled, for ever: build it once. It raises what
    the driver raises.
    """
    driver = session.info["driver"]
    sql, asked = _as_sent(statement, values)
    await driver.begin()
    return [dict(row) for row in await driver.fetch(sql, *asked)]


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
        pool_use_lifo=True,  # the one that was used last knows its statements best
        hide_parameters=True,  # a traceback in the logs names nobody
        connect_args={
            "connection_class": _Connection,
            "server_settings": _SERVER_SETTINGS,
            "timeout": 5,
        },
    )
    event.listen(engine.sync_engine, "checkout", _only_living)
    return engine


class _Connection(asyncpg.Connection):  # type: ignore[misc]  # the driver ships no types
    """A connection whose transactions begin by naming whom they work for."""

    __slots__ = ("naming",)

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - the driver's
        super().__init__(*arguments, **options)
        self.naming = _naming(None)

    @override
    def transaction(self, **options: object) -> "_Transaction":
        if any(options.values()):
            raise ValueError("our transactions are read committed, and write")
        return _Transaction(self)

    async def begin(self) -> None:
        """Begin for the account that this names, unless it is done."""
        if self.is_in_transaction():
            return
        try:
            await self.execute(f"BEGIN; {self.naming}")
        except BaseException:  # it may have begun: nobody uses this connection again
            self.terminate()
            raise

    async def end(self, how: Literal["COMMIT", "ROLLBACK"]) -> None:
        """Keep all or nothing of what was begun."""
        if self.is_closed() or not self.is_in_transaction():
            return
        try:
            await self.execute(how)
        except asyncpg.PostgresError:  # refused, and so over
            raise
        except BaseException:  # it may be open still: nobody uses this connection again
            self.terminate()
            raise


class _Transaction:
    """What SQLAlchemy asks of a driver's transaction, which ``run`` may have begun before."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection

    async def start(self) -> None:
        """Begin, for the account that the connection names."""
        await self._connection.begin()

    async def commit(self) -> None:
        """Keep all."""
        await self._connection.end("COMMIT")

    async def rollback(self) -> None:
        """Keep nothing."""
        await self._connection.end("ROLLBACK")


def _naming(account_id: UUID | None, scope: Literal["account", "all"] = "account") -> str:
    """Write what row-level security reads; made anew from its number, a UUID needs no quoting."""
    name = "" if account_id is None else UUID(int=account_id.int)
    return f"SET LOCAL app.account_id = '{name}'; SET LOCAL app.scope = '{scope}'"


def _as_sent(statement: Statement, values: Mapping[str, object]) -> tuple[str, list[object]]:
    """Return a statement as Postgres reads it, and its values in their order."""
    sql, names, fixed = _compiled(statement)
    known = {**fixed, **values} if fixed else values
    return sql, [known[name] for name in names]


@cache
def _compiled(statement: Statement) -> tuple[str, tuple[str, ...], Mapping[str, object]]:
    """Return a statement's text, the names of its values, and the values that it brings along."""
    compiled: Any = statement.compile(dialect=_POSTGRES)
    binds = compiled.binds
    fixed = {name: binds[name].value for name in compiled.positiontup if not binds[name].required}
    return str(compiled), tuple(compiled.positiontup), fixed


def _only_living(connection: Any, _record: object, _proxy: object) -> None:  # noqa: ANN401
    """Have the pool replace a connection that the driver knows to be over.

    The driver hears of a server's end as it happens. Asking the server would cost a round trip
    for each transaction, and prove no more than that it was there a moment before.
    """
    driver = connection.driver_connection
    if driver.is_closed() or driver.is_in_transaction():
        raise DisconnectionError("the server ended this connection, or nobody its transaction")


def _driver_of(connection: AsyncConnection) -> Any:  # noqa: ANN401 - a ``_Connection``
    """Return what SQLAlchemy stands on."""
    found = connection.sync_connection
    return None if found is None else found.connection.driver_connection


@contextmanager
def _readable_failures() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        _read_state(error.orig, error)
        if error.connection_invalidated:
            raise TryAgain from error
        raise
    except (asyncpg.PostgresError, EmulatedDBAPIException) as error:
        _read_state(error, error)  # said to us directly, or while the pool connected
        raise
    except (PoolTimeout, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        raise TryAgain from error


def _read_state(said: BaseException | None, error: Exception) -> None:
    """Raise what our callers know instead of what the server said, where they know it."""
    state = getattr(said, "sqlstate", None) or ""
    if state in _STALE_STATES:
        raise ChangedMeanwhile from error
    if state in _LATER_STATES or state.startswith("08"):
        raise TryAgain from error


@contextmanager
def _absence_is_later() -> Iterator[None]:
    try:
        yield
    except OSError as error:  # refused, no such socket, timed out
        raise TryAgain from error
