"""The page of time, on a sandbox alone: its own partners are the house."""

import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from kit.clock import system_clock
from local.sandbox.operator import life
from local.sandbox.testing import Running, sandbox_server
from local.timemachine.machine import TimeMachine
from local.timemachine.offset import OffsetFile
from local.timemachine.page import WORDS, Partners, TimePage

pytestmark = pytest.mark.slow

DAY = timedelta(days=1)


@pytest.fixture
def file(tmp_path: Path) -> OffsetFile:
    return OffsetFile(tmp_path / "timemachine")


@pytest.fixture
async def sandbox(tmp_path: Path, file: OffsetFile) -> AsyncIterator[Running]:
    async with sandbox_server(tmp_path / "sandbox", clock=file.now) as running:
        yield running
    shutil.rmtree(tmp_path / "sandbox")


@pytest.fixture
async def page(sandbox: Running, file: OffsetFile) -> AsyncIterator[httpx.AsyncClient]:
    machine = TimeMachine(file, [Partners(sandbox.world)])
    app = FastAPI()
    app.include_router(TimePage(sandbox.world, machine).router())
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://time") as client:
        yield client


async def test_it_tells_the_time_and_what_comes(page: httpx.AsyncClient, sandbox: Running) -> None:
    sandbox.world.due.schedule(life.LAPSE, "1", system_clock() + DAY)

    shown = (await page.get("/temps")).text

    assert "fin du délai de quinze jours" in shown
    assert "Démonstration : rien ne part" in shown


async def test_a_due_act_is_lived_on_the_way(page: httpx.AsyncClient, sandbox: Running) -> None:
    lived: list[str] = []
    sandbox.world.due.teach("test", lived.append)
    sandbox.world.due.schedule("test", "one", system_clock() + DAY)

    answer = await page.post("/temps/advance", json={"to": (system_clock() + 2 * DAY).isoformat()})

    assert lived == ["one"]
    assert [step["kind"] for step in answer.json()["steps"]] == ["test"]


@pytest.mark.parametrize(
    ("day", "refusal"),
    [("01/01/2020", "recul"), ("31/02/2030", "date"), ("demain", "date"), ("01/01/2099", "loin")],
)
async def test_a_day_that_cannot_be_reached_is_refused_in_french(
    page: httpx.AsyncClient, day: str, refusal: str
) -> None:
    form = {"way": "to", "day": day, "hour": "9:00"}

    answer = await page.post("/temps", data=form)

    assert answer.headers["location"] == f"/temps?refusal={refusal}"
    shown = await page.get(answer.headers["location"])
    assert 'role="alert"' in shown.text


async def test_a_test_that_asks_for_the_past_or_nonsense_is_told(page: httpx.AsyncClient) -> None:
    past = await page.post("/temps/advance", json={"to": "2020-01-01T09:00"})
    nonsense = await page.post("/temps/advance", json={"to": "tomorrow"})

    assert (past.status_code, nonsense.status_code) == (409, 422)


def test_what_partners_do_has_french_words() -> None:
    assert {life.DEPOSIT, life.REMIND, life.LAPSE} <= set(WORDS["kinds"])
