"""A barrier: a lock of ours in a service's database, at which its processes wait until let go.

What two of them do at once is otherwise left to chance; here each is brought to its point first.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import asyncpg
from sqlalchemy import make_url

from local.demo.partners import until

A_SENDING: Final = "SELECT FROM sending WHERE id = ANY($1::uuid[]) FOR UPDATE"
A_HOLD: Final = "SELECT FROM hold WHERE key = ANY($1::text[]) FOR UPDATE"
A_LETTER: Final = "SELECT FROM letter WHERE id = ANY($1::uuid[]) FOR UPDATE"
A_WALLET: Final = "SELECT FROM wallet WHERE account_id = ANY($1::uuid[]) FOR UPDATE"
ALL_SESSIONS: Final = "LOCK TABLE session IN SHARE ROW EXCLUSIVE MODE"  # none opens or ends
THE_DIRECTORY: Final = "LOCK TABLE recipient IN SHARE ROW EXCLUSIVE MODE"  # it can be read
THE_ATTEMPTS: Final = "LOCK TABLE attempt IN SHARE ROW EXCLUSIVE MODE"  # no intention is stored
THE_TIMELINE: Final = "LOCK TABLE timeline IN SHARE ROW EXCLUSIVE MODE"  # none can be added to
PATIENCE_S: Final = 4.0
"""Our services wait five seconds for a lock, then ask their caller to come again."""
_WAITING: Final = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'"
)


@dataclass(slots=True, kw_only=True)
class Barrier:
    """One that is down; ``let_go`` lifts it, and so does the end of its block."""

    service: str
    holder: asyncpg.Connection
    watcher: asyncpg.Connection
    is_down: bool = field(default=True)

    async def reached_by(self, count: int, *, patience_s: float = PATIENCE_S) -> None:
        """Wait until this many transactions of the service wait. Raises ``TooLong``."""

        async def look() -> bool:
            waiting: int = await self.watcher.fetchval(_WAITING, self.service)
            return waiting >= count

        await until(look, what=f"{count} waiting in {self.service}", patience_s=patience_s)

    async def let_go(self) -> None:
        """Let all that wait go on, in the order in which they came."""
        if self.is_down:
            self.is_down = False
            await self.holder.execute("ROLLBACK")


@asynccontextmanager
async def barrier(
    postgres_url: str, service: str, statement: str, *names: str
) -> AsyncIterator[Barrier]:
    """Keep what a statement locks, for the rows of these names. The URL is a superuser's."""
    plain = make_url(postgres_url).set(drivername="postgresql")
    address = plain.render_as_string(hide_password=False)
    holder = await asyncpg.connect(address, database=service)
    watcher = await asyncpg.connect(address, database=service)
    lowered = Barrier(service=service, holder=holder, watcher=watcher)
    try:
        await holder.execute("BEGIN")
        await holder.fetch(statement, *((list(names),) if names else ()))
        yield lowered
    finally:
        await lowered.let_go()
        await holder.close()
        await watcher.close()
