"""The house of a storm: furnished, its agencies ready to write, its clock in the morning."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import httpx

from kit.days import PARIS, next_working_day, paris_date
from local.demo.rest import Rest
from local.house import House
from tests.e2e.agency import Agency, as_staff
from tests.e2e.outside import Outside
from tests.e2e.staff import furnish
from tests.prove.storm.agency import Writer
from tests.prove.storm.client import Client
from tests.prove.storm.history import History
from tests.prove.storm.size import Size

MORNING: Final = time(8, 30)  # sendings leave until the evening: a storm lasts less than that
TIMEOUT_S: Final = 40.0
BOUNCING: Final = "rebond"  # how the directory names an address that is out of order
# Many clients write from one address, and none of this is about how fast they may.
UNHURRIED: Final = {
    "GATEWAY_REQUESTS_PER_SECOND": "200",
    "GATEWAY_REQUESTS_BURST": "400",
    "GATEWAY_VISITOR_REQUESTS_PER_MINUTE": "6000",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """All that a storm needs around it."""

    house: House
    outside: Outside
    history: History
    size: Size
    today: date
    writers: list[Writer]
    staff: Client
    troubles: Counter[str]  # answers that settled nothing, by kind


@asynccontextmanager
async def open_house(directory: Path, *, furnished: bool = False) -> AsyncIterator[House]:
    """Open a house whose clients may be many; it is furnished, unless it was before."""
    house = await House.open(directory, environment="test")
    try:
        house.supervisor.more_env["gateway"] = UNHURRIED
        gateway = next(one for one in house.plan.processes() if one.name == "gateway")
        await house.supervisor.replace(gateway)
        if not furnished:
            furnish(house)
        yield house
    finally:
        await house.close()


@asynccontextmanager
async def prepared(house: House, directory: Path, size: Size) -> AsyncIterator[Setting]:
    """Open the agencies in quiet, and let the morning of a working day come."""
    history, troubles = History(directory / "history.jsonl"), Counter[str]()
    async with (
        Outside.connect(house.plan.sandbox_url) as outside,
        httpx.AsyncClient(base_url=house.plan.public_url, timeout=TIMEOUT_S) as http,
    ):
        today = await _morning(outside)
        agencies = [await _agency(http, outside) for _ in range(size.agencies)]
        gate = asyncio.Semaphore(size.asking)

        def client(account: str, token: str) -> Client:
            return Client(
                http=http, history=history, gate=gate, account=account, token=token,
                troubles=troubles,
            )  # fmt: skip

        bodies = await _bodies(agencies[0])
        writers = [
            Writer(
                client=client((await agency.rest.get("/account"))["id"], agency.rest.token),
                outside=outside,
                today=today,
                bodies=bodies,
                dice=size.random("agency", number),
            )
            for number, agency in enumerate(agencies)
        ]
        try:
            yield Setting(
                house=house, outside=outside, history=history, size=size, today=today,
                writers=writers, staff=client("staff", (await as_staff(Rest(http))).token),
                troubles=troubles,
            )  # fmt: skip
        finally:
            history.close()


async def _morning(outside: Outside) -> date:
    """Live until half past eight on the next working day; return that day."""
    day = next_working_day(paris_date(await outside.now()) + timedelta(days=1))
    await outside.advance(datetime.combine(day, MORNING, PARIS))
    return day


async def _agency(http: httpx.AsyncClient, outside: Outside) -> Agency:
    agency = await Agency.open(Rest(http), outside)
    await agency.prove()
    return agency


async def _bodies(agency: Agency) -> list[str]:
    """Return the bodies that a letter can reach."""
    found: list[Mapping[str, Any]] = []
    for words in ("mutuelle", "assurances"):
        found += (await agency.rest.get("/recipients", q=words))["recipients"]
    return sorted({str(one["recipient_id"]) for one in found if _is_reachable(one)})


def _is_reachable(body: Mapping[str, Any]) -> bool:
    addresses = [address["email"] for address in body["electronic_addresses"]]
    return bool(addresses) and not any(one.startswith(BOUNCING) for one in addresses)
