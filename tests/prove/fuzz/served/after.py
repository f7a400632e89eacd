"""What must not have changed in the house, and must not be left in it."""

from typing import Final

import asyncpg
from sqlalchemy import make_url

from local.house import House
from local.plan import SERVICES
from tests.prove.storm.quiet import until_quiet

PATIENCE_S: Final = 120.0
_TROUBLES: Final = """
    SELECT 'dead letter ' || consumer || ': ' || error FROM dead_letter
    UNION ALL SELECT 'fact ' || subject || ': ' || last_error FROM outbox
      WHERE last_error IS NOT NULL
    UNION ALL SELECT 'mail ' || key || ': ' || last_error FROM outgoing_mail
      WHERE sent_at IS NULL
    UNION ALL SELECT 'work ' || key || ': ' || last_error FROM scheduled_item
      WHERE state IN ('pending', 'leased') AND last_error IS NOT NULL
"""


def pids(house: House) -> dict[str, int]:
    """Return which process serves what: another one tells that the first died."""
    return {name: process.pid for name, process in house.supervisor.running.items()}


async def troubles(house: House) -> list[str]:
    """Wait until all that was begun is done; return what went wrong behind the answers."""
    await until_quiet(house, patience_s=PATIENCE_S)
    found = []
    for service in SERVICES:
        url = make_url(house.plan.postgres_url).set(drivername="postgresql")
        connection = await asyncpg.connect(
            url.render_as_string(hide_password=False), database=service
        )
        try:
            found += [f"{service}: {row[0]}" for row in await connection.fetch(_TROUBLES)]
        finally:
            await connection.close()
    return found
