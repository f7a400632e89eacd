"""All our databases and files are dumped, restored on empty servers, and every promise is kept.

The dump is made the instant after everything of ours was killed in full work: some things are held
and not scheduled, some letters are with the operator and nobody noted it. The partners go on
living, as they would; the broker starts empty.
"""

import asyncio
import shutil
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from local.demo.partners import until
from local.demo.rest import Rest
from local.house import House
from local.servers import Postgres
from tests.e2e.agency import as_staff
from tests.e2e.outside import Outside
from tests.prove.checker.checking import check
from tests.prove.checker.reading import read_world
from tests.prove.storm.client import Client
from tests.prove.storm.operating import dump, republish, restore
from tests.prove.storm.people import Staff
from tests.prove.storm.quiet import until_quiet
from tests.prove.storm.setting import open_house, prepared
from tests.prove.storm.size import Size
from tests.prove.storm.storm import Report, Storm, business_time

pytestmark = [pytest.mark.servers, pytest.mark.prove, pytest.mark.timeout(900)]

BEFORE = Size(letters=24, kills=0, seed=11, agencies=2, asking=6)
AFTER = Size(letters=4, kills=0, seed=12, agencies=1, asking=4)
OLD_NEWS = ("sandbox webhooks",)  # addressed to the house that is no more: read again otherwise
KEPT = ("secrets.json", "timemachine", "blobs", "sandbox")  # the sandbox is the partners' world


async def kill_everything(house: House) -> None:
    """Kill all our processes at once; the partners end in their own time."""
    ours = [name for name in house.supervisor.running if name != "sandbox"]
    for name in ours:
        house.supervisor.running[name].kill()
    for name in (*ours, "sandbox"):
        await house.supervisor.halt(name)


async def restored(directory: Path, password: str) -> Path:
    """Fill an empty server, beside our files and the partners' own world."""
    again = directory / "again"
    again.mkdir()
    for name in KEPT:
        source = directory / "house" / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, again / name)
    postgres = await asyncio.to_thread(Postgres.start, again / "postgres")
    try:
        await restore(postgres, directory / "dumps", password)
    finally:
        await asyncio.to_thread(postgres.stop)
    return again


async def dumped_in_full_work(directory: Path) -> tuple[str, list[str]]:
    """Work, die, dump; return the databases' password and what the clients know."""
    async with (
        open_house(directory / "house") as house,
        prepared(house, directory, BEFORE) as setting,
    ):
        report = Report(seed=BEFORE.seed, letters=BEFORE.letters)
        storm = Storm(setting=setting, folder=directory, report=report)
        writing = asyncio.create_task(storm.write_all())
        await until(storm.is_partly_written, what="a third of the letters", patience_s=300)
        await kill_everything(house)
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        assert house.postgres is not None
        dump(house.postgres, directory / "dumps")
        return house.plan.secrets["database-password"], setting.history.path.read_text().split("\n")


async def settle(house: House, directory: Path) -> None:
    """Let the restored house end what was under way, staff included."""
    async with (
        Outside.connect(house.plan.sandbox_url) as outside,
        httpx.AsyncClient(base_url=house.plan.public_url, timeout=60) as http,
    ):
        token = (await as_staff(Rest(http))).token
        client = Client.alone(http, directory / "staff.jsonl", token=token)
        await until_quiet(house, but=OLD_NEWS)
        await Staff(client=client, outside=outside, size=BEFORE).finish()
        await until_quiet(house, but=OLD_NEWS)


async def test_every_promise_is_kept_on_servers_restored_from_a_dump(tmp_path: Path) -> None:
    began = datetime.now(UTC)
    password, lines = await dumped_in_full_work(tmp_path)
    again = await restored(tmp_path, password)

    async with open_house(again, furnished=True) as house:
        republish(house, began)  # what was on its way in the broker, which is empty now
        await settle(house, tmp_path)
        after = tmp_path / "after"
        after.mkdir()
        async with prepared(house, after, AFTER) as setting:
            report = Report(seed=AFTER.seed, letters=AFTER.letters)
            storm = Storm(setting=setting, folder=after, report=report)
            await storm.write_all()
            await settle(house, tmp_path)
            lines += setting.history.path.read_text().split("\n")
            world = await read_world(
                house.plan.postgres_url, again, filter(None, lines), now=business_time(house)
            )

    assert report.failures == []
    assert len(world.rows("dispatch.sending")) > AFTER.letters
    assert check(world) == []
