"""The broker's memory may be lost: what is told next finds its stream again."""

import asyncio

import pytest

from kit.db import Database
from kit.events import Bus, Relay, announce
from kit.events.bus import stream_name
from kit.ids import new_id
from kit.tests.sample import new_facts

pytestmark = pytest.mark.servers


async def test_a_stream_that_the_broker_lost_is_made_again_without_a_restart(
    emptied: Database, bus: Bus
) -> None:
    facts, account_id = new_facts(), new_id()
    await bus.provision_stream(facts.service)
    await bus.js.delete_stream(stream_name(facts.service))
    async with emptied.account(account_id) as session:
        fact = facts.changed(text="told to nobody")
        await announce(
            session, fact, aggregate_id=new_id(), aggregate_version=1, account_id=account_id
        )
    relay = Relay(emptied, bus)

    assert await relay.carry() == 0
    await asyncio.sleep(0.5)  # the pause after a first failure
    assert await relay.carry() == 1
    assert (await bus.js.stream_info(stream_name(facts.service))).state.messages == 1
