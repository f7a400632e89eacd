"""Agencies that may send, and letters ready to be validated, made through the front door."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final, TypeVar
from uuid import uuid4

import httpx

from kit.days import PARIS, next_working_day, paris_date
from local.demo.rest import Rest
from local.house import House
from tests.e2e.agency import Agency
from tests.e2e.outside import Outside

T = TypeVar("T")
R = TypeVar("R")
MORNING: Final = time(9)  # letters leave at once until the evening
AT_ONCE: Final = 6
TIMEOUT_S: Final = 120.0
PRICE_CENTS: Final = 540
LEAST_CENTS: Final = 2_000  # of one purchase
MOST_CENTS: Final = 500_000
BODY: Final = "assurances"
CONTRACT: Final = {
    "contract_type": "autre",
    "ground": "CUSTOM",
    "fields": {
        "type_label": "Assurance d’un instrument de musique",
        "ground_text": "Ce contrat prend fin d’un commun accord, sans frais ni pénalité.",
        "reviewed": "true",
    },
}


@dataclass(frozen=True, slots=True)
class Ready:
    """A letter that only waits for the button, and what its agency confirms."""

    agency: Agency
    letter_id: str
    confirmed: dict[str, Any]


@asynccontextmanager
async def clients(house: House) -> AsyncIterator[tuple[httpx.AsyncClient, Outside]]:
    """Open the front door and the partners' own, on the morning of a working day."""
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
    async with (
        Outside.connect(house.plan.sandbox_url) as outside,
        httpx.AsyncClient(base_url=house.plan.public_url, timeout=TIMEOUT_S, limits=limits) as http,
    ):
        today = next_working_day(paris_date(await outside.now()) + timedelta(days=1))
        await outside.advance(datetime.combine(today, MORNING, PARIS))
        yield http, outside


async def an_agency(http: httpx.AsyncClient, outside: Outside) -> Agency:
    """Open an account, prove who it is."""
    agency = await Agency.open(Rest(http), outside)
    await agency.prove()
    return agency


async def some_ready(agencies: Sequence[Agency], count: int) -> list[Ready]:
    """Write letters, the agencies in turn; each has its mandate decided and its dates known."""
    shares = [count // len(agencies) + (n < count % len(agencies)) for n in range(len(agencies))]
    for agency, share in zip(agencies, shares, strict=True):
        await _afford(agency, share)
    written = await each(
        [agency for agency, share in zip(agencies, shares, strict=True) for _ in range(share)],
        _write,
    )
    confirmed = {
        agency.email: await agency.confirmed(letter_id, {"now": True})
        for agency, letter_id in {agency.email: (agency, one) for agency, one in written}.values()
    }
    return [Ready(agency, one, confirmed[agency.email]) for agency, one in written]


async def each(
    things: Sequence[T], act: Callable[[T], Awaitable[R]], *, at_once: int = AT_ONCE
) -> list[R]:
    """Do something to each thing, a few at a time; return the results in their order."""
    gate = asyncio.Semaphore(at_once)

    async def one(thing: T) -> R:
        async with gate:
            return await act(thing)

    return list(await asyncio.gather(*(one(thing) for thing in things)))


async def _afford(agency: Agency, letters: int) -> None:
    lacking = letters * PRICE_CENTS
    while lacking > 0:
        euros = -(-lacking // 100)
        cents = min(max(100 * euros, LEAST_CENTS), MOST_CENTS)
        await agency.buy(cents)
        lacking -= cents


async def _write(agency: Agency) -> tuple[Agency, str]:
    reference = uuid4().hex  # each letter ends another contract
    letter = await agency.write(body=BODY, reference=reference, **CONTRACT)  # type: ignore[arg-type]  # a plain mapping
    await agency.leave_mandate_out(letter["letter_id"])
    return agency, str(letter["letter_id"])
