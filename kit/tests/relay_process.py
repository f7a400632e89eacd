"""One turn of a relay in a process of its own, for a test that kills it: ``APP WORKER NATS``."""

import asyncio
import sys

from kit.db import Database
from kit.events import Bus, Relay


async def main(app_url: str, worker_url: str, nats_url: str) -> None:
    db = Database(app_url, worker_url)
    bus = await Bus.connect(nats_url, name="relay process")
    await Relay(db, bus).carry()
    await bus.close()
    await db.close()


asyncio.run(main(*sys.argv[1:]))
