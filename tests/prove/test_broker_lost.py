"""The broker's memory is deleted in mid-run: the outboxes tell everything again."""

import asyncio
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from local.demo.partners import until
from local.house import House
from local.servers import Nats
from tests.prove.checker.checking import check
from tests.prove.checker.world import World
from tests.prove.storm.operating import republish
from tests.prove.storm.people import Recipients
from tests.prove.storm.quiet import until_quiet
from tests.prove.storm.setting import Setting, open_house, prepared
from tests.prove.storm.size import Size
from tests.prove.storm.storm import Report, Storm

pytestmark = [pytest.mark.servers, pytest.mark.prove, pytest.mark.timeout(900)]

SIZE = Size(letters=24, kills=0, seed=7, agencies=2, asking=6)
FOLLOWED = {"every-fact-heard", "projections"}


async def lose_the_broker(house: House) -> None:
    """Kill NATS and delete all that it kept; start it again, empty."""
    nats = house.nats
    assert nats is not None
    nats.process.kill()
    await asyncio.to_thread(nats.process.wait)
    shutil.rmtree(nats.data_dir / "jetstream")
    house.nats = await asyncio.to_thread(Nats.start, nats.data_dir, port=nats.port)


def followed(world: World) -> dict[str, tuple[str, int]]:
    """Return what letters keeps of the sendings."""
    return {
        row["id"]: (row["tracking_state"], row["tracking_version"])
        for row in world.rows("letters.letter")
    }


async def lose_what_nobody_had_read(setting: Setting, storm: Storm) -> None:
    """Have dispatch tell things while letters is away, and lose them before it is back."""
    house = setting.house
    await house.supervisor.halt("letters")
    answers = Recipients(outside=setting.outside, size=SIZE)
    for letter in await setting.outside.waiting_letters():
        await answers.outside.decide(letter["id"], "accept")
    dispatch_only = until_quiet(house, but=("consumer letters-tracking",), tell=storm.report.tell)
    await dispatch_only
    await lose_the_broker(house)
    letters = next(one for one in house.plan.processes() if one.name == "letters")
    await house.supervisor.begin(letters)
    await until_quiet(house, tell=storm.report.tell)


async def test_every_consumer_comes_to_the_same_state_from_the_outboxes(tmp_path: Path) -> None:
    began = datetime.now(UTC)
    async with open_house(tmp_path / "house") as house, prepared(house, tmp_path, SIZE) as setting:
        report = Report(seed=SIZE.seed, letters=SIZE.letters)
        storm = Storm(setting=setting, folder=tmp_path, report=report)
        writing = asyncio.create_task(storm.write_all())
        await until(storm.is_partly_written, what="a third of the letters", patience_s=300)
        await lose_the_broker(house)  # while all are at work, and nobody is restarted
        report.tell("the broker lost its memory in mid-run")
        await writing
        await until_quiet(house, tell=report.tell)
        await lose_what_nobody_had_read(setting, storm)

        lost = await storm.look()
        assert {one.rule for one in check(lost)} == FOLLOWED

        republish(house, began)
        await until_quiet(house, tell=report.tell)
        found = await storm.look()

    assert check(found) == []
    stale = followed(lost)
    changed = [name for name, state in followed(found).items() if stale[name] != state]
    assert changed
