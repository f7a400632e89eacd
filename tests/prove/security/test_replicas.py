"""Limits are kept in Postgres: two replicas let through together what one would."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from kit.clock import system_clock
from kit.db import Database
from kit.errors import TurnedDown
from services.accounts import usecases
from services.accounts.partners.mails import Mails
from services.accounts.store import SqlStore
from services.accounts.tests.fakes import FakeHasher
from services.accounts.usecases import discretion
from services.gateway import main
from services.gateway.rates import VISITOR_BURST
from services.gateway.store import Store
from services.gateway.tests.edge import product
from services.gateway.tests.pages import rig
from tests.support.servers import ServiceDatabase

pytestmark = pytest.mark.servers
Place = Callable[[str], Awaitable[ServiceDatabase]]
BURST = 5
HARDLY = 0.0001  # a second: nothing comes back while the test runs


@pytest.fixture
async def replicas(service_database: Place) -> AsyncIterator[list[FastAPI]]:
    """Two gateways, each with its own connections to one database."""
    place = await service_database("gateway")
    databases = [Database(place.app_url, place.worker_url) for _ in range(2)]
    settings = product.settings(
        requests_burst=BURST, requests_per_second=HARDLY, visitor_requests_per_minute=60 * HARDLY
    )
    house: Any = product.fresh().state.house
    yield [main.build(settings, house, Store(database)) for database in databases]
    for database in databases:
        await database.close()


async def statuses(asked: list[tuple[FastAPI, str, str, str]]) -> Counter[int]:
    """Ask all at once: which replica, which path, as whom (a session, or none), from where."""

    async def ask(app: FastAPI, path: str, session: str, address: str) -> int:
        transport = httpx.ASGITransport(app=app, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url=product.HTTPS) as http:
            if session:
                http.headers["authorization"] = f"Bearer {session}"
                http.cookies.set("__Host-preavis", session)
            return (await http.get(path)).status_code

    return Counter(await asyncio.gather(*(ask(*one) for one in asked)))


async def test_an_account_spends_one_bucket_on_all_replicas(replicas: list[FastAPI]) -> None:
    asked = [(replicas[n % 2], "/v1/credit", rig.AGENT, "192.0.2.1") for n in range(4 * BURST)]

    found = await statuses(asked)

    assert found == {200: BURST, 429: 3 * BURST}


async def test_pages_and_programs_spend_the_same_bucket(replicas: list[FastAPI]) -> None:
    paths = ("/v1/credit", "/compte")
    asked = [(replicas[n % 2], paths[n % 2], rig.AGENT, "192.0.2.1") for n in range(4 * BURST)]

    found = await statuses(asked)

    assert found == {200: BURST, 429: 3 * BURST}


async def test_another_account_has_a_bucket_of_its_own(replicas: list[FastAPI]) -> None:
    await statuses([(replicas[0], "/v1/credit", rig.AGENT, "192.0.2.1")] * (2 * BURST))

    found = await statuses([(replicas[1], "/equipe/comptes", rig.STAFF, "192.0.2.1")] * BURST)

    assert found == {200: BURST}


@pytest.mark.parametrize(
    "addresses",
    [
        ["192.0.2.1"] * 4,
        ["::ffff:192.0.2.1", "192.0.2.1", "192.0.2.1", "::ffff:192.0.2.1"],
        ["2001:db8:0:1::1", "2001:db8:0:1::2", "2001:db8:0:1:ffff::9", "2001:db8:0:1:a:b:c:d"],
    ],
    ids=["one address", "one address written twice", "one subscriber's network"],
)
async def test_a_visitor_spends_one_bucket_wherever_it_seems_to_come_from(
    replicas: list[FastAPI], addresses: list[str]
) -> None:
    asked = [
        (replicas[n % 2], "/v1/prices", "", addresses[n % 4]) for n in range(2 * VISITOR_BURST)
    ]

    assert await statuses(asked) == {200: VISITOR_BURST, 429: VISITOR_BURST}
    assert await statuses([(replicas[0], "/v1/prices", "", "2001:db8:0:2::1")]) == {200: 1}


async def test_guesses_are_counted_on_all_replicas_together(
    service_database: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discretion, "EVEN_S", 0.0)
    place = await service_database("accounts")
    databases = [Database(place.app_url, place.worker_url) for _ in range(2)]
    stores = [SqlStore(each, Mails("http://localhost").compose) for each in databases]
    hasher = FakeHasher()

    async def outcome(n: int, how: str) -> str:
        address, store = "helene@beraud.example", stores[n % 2]
        try:
            if how == "guess":
                await usecases.log_in(address, "x", place="", store=store, hasher=hasher)
            else:
                await usecases.request_password_reset(
                    address, place="", store=store, clock=system_clock
                )
        except TurnedDown as refusal:
            return refusal.reason
        return "taken"

    guesses = Counter(await asyncio.gather(*(outcome(n, "guess") for n in range(20))))
    links = Counter(await asyncio.gather(*(outcome(n, "link") for n in range(12))))

    assert guesses == {"credentials-unknown": 8, "throttled": 12}
    assert links == {"taken": 4, "throttled": 8}
    for each in databases:
        await each.close()
