"""The broker dies and comes back: nothing is lost, and nobody has to be restarted."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import Database
from kit.events import Bus, Consumer, Incoming, Listener, Relay, announce
from kit.ids import new_id
from kit.tests.sample import new_facts
from local.servers import Nats

pytestmark = pytest.mark.servers


async def test_relay_and_consumer_outlive_the_broker(emptied: Database, tmp_path: Path) -> None:
    facts, heard, stop = new_facts(), asyncio.Queue[str](), asyncio.Event()

    async def hear(_session: AsyncSession, incoming: Incoming) -> None:
        heard.put_nowait(incoming.aggregate_id)

    async def tell() -> str:
        name = str(new_id())
        async with emptied.worker() as session:
            await announce(
                session, facts.changed(), aggregate_id=name, aggregate_version=1, account_id=None
            )
        return name

    server = Nats.start(tmp_path / "nats")
    bus = await Bus.connect(server.url, name="tests")
    await bus.provision_stream(facts.service)
    listener = Listener(Consumer("tests", "hear", {facts.changed: hear}), emptied, bus)
    loops = [
        asyncio.create_task(Relay(emptied, bus).run(stop)),
        asyncio.create_task(listener.run(stop)),
    ]
    try:
        before = await tell()
        assert await asyncio.wait_for(heard.get(), 20) == before

        server.process.kill()
        server.process.wait()
        during = await tell()  # the transaction does not need the broker
        await asyncio.sleep(0.5)
        server = Nats.start(tmp_path / "nats", port=server.port)

        assert await asyncio.wait_for(heard.get(), 40) == during
    finally:
        stop.set()
        await asyncio.wait_for(asyncio.gather(*loops), 20)
        await bus.close()
        server.stop()
