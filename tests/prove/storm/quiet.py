"""Waiting until nothing is left to do: in our tables, on the bus, at the partners."""

import asyncio
import time
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Final

import asyncpg
import httpx
from sqlalchemy import make_url

from local.house import House
from local.plan import SERVICES
from local.timemachine.offset import OffsetFile
from local.timemachine.watch import Bus

PATIENCE_S: Final = 900.0
CALM_LOOKS: Final = 3
PAUSE_S: Final = 0.5
TELL_EVERY_S: Final = 15.0
LEFT: Final = """
    SELECT
      (SELECT count(*) FROM scheduled_item
        WHERE state IN ('pending', 'leased') AND due_at <= $1) AS items,
      (SELECT count(*) FROM outbox WHERE published_at IS NULL) AS facts,
      (SELECT count(*) FROM outgoing_mail WHERE sent_at IS NULL AND mail IS NOT NULL) AS mails
"""


class NeverQuiet(Exception):
    """Something is still to be done after all that time; the message says what."""


async def until_quiet(
    house: House,
    *,
    patience_s: float = PATIENCE_S,
    tell: Callable[[str], None] = print,
    but: Collection[str] = (),
) -> None:
    """Wait until there is nothing to do at this business instant, what is named in ``but`` apart.

    Raises ``NeverQuiet``.
    """
    until, told, calm = time.monotonic() + patience_s, time.monotonic(), 0
    left: dict[str, int] = {}
    while calm < CALM_LOOKS:
        left = {what: count for what, count in (await _left(house)).items() if what not in but}
        calm = 0 if left else calm + 1
        if left and time.monotonic() > until:
            raise NeverQuiet(str(left))
        if left and time.monotonic() - told > TELL_EVERY_S:
            tell(f"still to do: {left}")
            told = time.monotonic()
        await asyncio.sleep(PAUSE_S)


async def _left(house: House) -> dict[str, int]:
    now = OffsetFile(house.plan.data_dir / "timemachine").now()
    left: dict[str, int] = {}
    for service in SERVICES:
        left |= await _left_in(house, service, now)
    bus = Bus(house.plan.nats_url)
    try:
        left |= (await bus.activity(now)).busy
    finally:
        await bus.close()
    async with httpx.AsyncClient(base_url=house.plan.sandbox_url, timeout=30) as client:
        due = (await client.get("/sandbox/due")).json()
    return left | {f"sandbox {what}": due[what] for what in ("late", "webhooks") if due[what]}


async def _left_in(house: House, service: str, now: datetime) -> dict[str, int]:
    url = make_url(house.plan.postgres_url).set(drivername="postgresql")
    plain = url.render_as_string(hide_password=False)
    connection = await asyncpg.connect(plain, database=service)
    try:
        row = await connection.fetchrow(LEFT, now)
    finally:
        await connection.close()
    return {f"{service} {what}": count for what, count in row.items() if count}
