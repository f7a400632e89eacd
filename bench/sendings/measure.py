"""The whole sending: validated, deposited, accepted, each proof stored, its sheet sealed.

All processes, the partners' sandbox and these clients share the machine; evidence is sealed
within the run. Beside it, a script that does the bare work and remembers nothing.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final
from uuid import uuid4

from bench.agencies import Ready, an_agency, clients, each, some_ready
from bench.ground import ASSETS, Ground, folder
from bench.letters.plain import plain_css
from bench.letters.sample import Pages, a_sheet
from bench.sendings import script
from bench.sendings.watching import Course, Watcher
from bench.sizes import Sizes
from bench.table import Line
from bench.timing import Pair, percentile
from kit.workers import lean_pool, run_in
from local.house import House
from services.dispatch.domain.letter import Agency as Sender
from services.dispatch.partners.sealing import SealingKey
from tests.e2e.outside import Outside

NAME: Final = "sendings"
SCRIPT: Final = "a script without memory"
PROCESSES: Final = 2  # of the script: one for each core
LOOK_S: Final = 0.3
COME_BY: Final = 8  # recipients who answer at once
MANY: Final = 100  # letters from which one round says enough


async def measure(sizes: Sizes, ground: Ground) -> AsyncIterator[Line]:
    """Send more and more letters at once."""
    house = await ground.house()
    watcher = Watcher.of(house)
    async with clients(house) as (http, outside):
        agencies = [await an_agency(http, outside) for _ in range(sizes.agencies)]
        for count in sizes.sendings:
            courses, piles = [], []
            for _ in range(sizes.rounds if count < MANY else 1):
                ready = await some_ready(agencies, count)
                courses.append(await send(ready, outside, watcher))
                piles.append(await by_script(house, count))
            for line in _lines(count, courses, piles):
                yield line
    await watcher.close()


async def send(ready: Sequence[Ready], outside: Outside, watcher: Watcher) -> Course:
    """Press all the buttons, play the recipients, wait for the last sealed sheet."""

    async def press(one: Ready) -> None:
        await one.agency.validate(one.letter_id, one.confirmed, key=uuid4().hex)

    async with _recipients(outside):
        pressing = asyncio.create_task(each(ready, press, at_once=COME_BY))
        course = await watcher.until_sealed([one.letter_id for one in ready])
        await pressing
    return course


async def by_script(house: House, count: int) -> tuple[float, list[float]]:
    """Have the script send as many letters; return the seconds it took, and each letter."""
    loop = asyncio.get_running_loop()
    async with _listener() as webhook_url, folder() as place:
        jobs = [_job(house, webhook_url, place, count, rank) for rank in range(PROCESSES)]
        with lean_pool(PROCESSES, initializer=run_in, initargs=(script.__name__, "ready")) as pool:
            warm = [loop.run_in_executor(pool, run_in, script.__name__, "ready") for _ in jobs]
            await asyncio.gather(*warm)
            start = time.perf_counter()
            sent = [
                loop.run_in_executor(pool, run_in, script.__name__, "send_all", job) for job in jobs
            ]
            took = [one for pile in await asyncio.gather(*sent) for one in pile]
    return time.perf_counter() - start, took


def _lines(
    count: int, courses: Sequence[Course], piles: Sequence[tuple[float, list[float]]]
) -> list[Line]:
    rates = [count / seconds for seconds, _ in piles]
    figures = {
        ("validated to proof of deposit", "/s"): ([c.deposits_per_s for c in courses], rates),
        ("validated to sealed sheet", "/s"): ([c.sheets_per_s for c in courses], rates),
    }
    for share in (0.5, 0.99):
        figures[f"to proof of deposit, p{share * 100:.0f}", "s"] = (
            [percentile(course.waits_s, share) for course in courses],
            [percentile(took, share) for _, took in piles],
        )
    size = f"{count} at once"
    return [
        Pair(ours, theirs).line(measure=NAME, what=what, size=size, unit=unit, instead=SCRIPT)
        for (what, unit), (ours, theirs) in figures.items()
    ]


def _job(house: House, webhook_url: str, place: Path, count: int, rank: int) -> script.Job:
    pages, plan = Pages(), house.plan
    mine = count // PROCESSES + (rank < count % PROCESSES)
    return script.Job(
        letters=tuple(pages.html(a_sheet(10_000 * rank + number)) for number in range(mine)),
        css=plain_css(ASSETS),
        sandbox_url=plan.sandbox_url,
        webhook_url=webhook_url,
        ar24_token=plan.secrets["ar24-token"],
        ar24_key=plan.secrets["ar24-private-key"],
        seal=SealingKey(
            key_pem=plan.authority.seal_key_pem,
            certificate_pem=plan.authority.seal_certificate_pem,
            timestamp_url=f"{plan.sandbox_url}/tsa",
        ),
        folder=place,
        recipient="Assurances du Script",
        to="script@recipient.example",
        sender=_sender(rank),
    )


def _sender(rank: int) -> Sender:
    return Sender(
        trade_name="Agence Béraud Assurances",
        representative_first_name="Camille",
        representative_last_name="Béraud",
        address="12 place du Marché-aux-Herbes",
        postcode="38000",
        town="Grenoble",
        siret="00045812500010",
        orias="07045812",
        email=f"script-{rank}@essai.example",
        phone="0465711234",
        alert_email=f"script-{rank}@essai.example",
    )


@asynccontextmanager
async def _recipients(outside: Outside) -> AsyncIterator[None]:
    """Have every recipient accept what waits, as long as the block lasts."""

    async def come_by() -> None:
        while True:
            waiting = await outside.waiting_letters()
            await each(
                [letter["id"] for letter in waiting if "script" not in letter["to_email"]],
                lambda number: outside.decide(number, "accept"),
                at_once=COME_BY,
            )
            await asyncio.sleep(LOOK_S)

    coming = asyncio.create_task(come_by())
    try:
        yield
    finally:
        coming.cancel()


@asynccontextmanager
async def _listener() -> AsyncIterator[str]:
    """Answer the operator's calls to the script, which asks by itself."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65_536)
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
