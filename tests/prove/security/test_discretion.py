"""Signing up, coming in, asking for links: a stranger never learns who has an account."""

import asyncio
import re
import statistics
import time
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest

from services.accounts.usecases.discretion import EVEN_S
from tests.e2e.agency import newcomer
from tests.e2e.outside import Outside
from tests.prove.security.browsing import TOKEN, VARYING
from tests.prove.security.world import World

pytestmark = pytest.mark.servers
Told = tuple[int, tuple[str, ...], str]
SLACK_S: Final = 0.25  # what a busy machine may add to one of two equal answers
PASSWORD: Final = "ce-n-est-pas-le-bon-mot"
PAGES: Final = {"sign-up": "/inscription", "activation": "/activation", "reset": "/mot-de-passe"}
REST: Final = {
    "sign-up": "/v1/accounts",
    "activation": "/v1/accounts/activation-links",
    "reset": "/v1/password-resets",
}


@pytest.fixture(scope="module")
async def stranger(world: World) -> dict[str, Any]:
    """What a stranger fills in: a form that nothing is wrong with."""
    async with Outside.connect(world.house.plan.sandbox_url) as outside:
        return await newcomer(outside, "x@essai.example")


@pytest.fixture
async def http(world: World) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=world.house.plan.public_url, timeout=60)


async def by_page(
    http: httpx.AsyncClient, path: str, fields: dict[str, str]
) -> tuple[httpx.Response, float]:
    shown = await http.get(path)
    found = TOKEN.search(shown.text)
    assert found
    start = time.monotonic()
    answer = await http.post(path, data={"jeton": found[1], "cle": uuid4().hex, **fields})
    took = time.monotonic() - start
    return answer, took


async def by_rest(
    http: httpx.AsyncClient, path: str, body: dict[str, Any]
) -> tuple[httpx.Response, float]:
    for _ in range(60):
        start = time.monotonic()
        answer = await http.post(path, json=body, headers={"idempotency-key": uuid4().hex})
        took = time.monotonic() - start
        reason = answer.json().get("reason") if answer.status_code == 429 else ""
        if reason != "too-many-requests":
            return answer, took
        await asyncio.sleep(0.5)
    raise AssertionError("asked too often")


def flat(form: dict[str, Any]) -> dict[str, str]:
    address = form["address"]
    rest = {k: v for k, v in form.items() if k != "address"}
    return {**rest, **address, "conditions": "oui"}


def told(answer: httpx.Response, email: str) -> Told:
    """Return all that a stranger can see of an answer."""
    text = VARYING.sub("", answer.text).replace(email, "…")
    names = tuple(sorted(set(answer.headers) - {"date", "content-length"}))
    return answer.status_code, names, re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("door", ["page", "rest"])
@pytest.mark.parametrize("what", ["sign-up", "activation", "reset"])
async def test_known_and_unknown_get_the_same_answer_in_the_same_time(
    what: str, door: str, world: World, http: httpx.AsyncClient, stranger: dict[str, Any]
) -> None:
    found = []
    for email in (world.theirs.agency.email, f"{uuid4().hex[:12]}@essai.example"):
        body = {**stranger, "email": email} if what == "sign-up" else {"email": email}
        if door == "page":
            fields = flat(body) if what == "sign-up" else body
            answer, took = await by_page(http, PAGES[what], fields)
        else:
            answer, took = await by_rest(http, REST[what], body)
        assert answer.status_code in {200, 202, 204}, answer.text[:500]
        assert took >= EVEN_S
        found.append((told(answer, email), took))
        http.cookies.clear()

    (known, its_time), (unknown, other_time) = found
    assert known == unknown
    assert abs(its_time - other_time) < EVEN_S + SLACK_S


@pytest.mark.parametrize("door", ["page", "rest"])
async def test_a_wrong_password_and_an_unknown_address_are_one(
    door: str, world: World, http: httpx.AsyncClient
) -> None:
    answers: dict[str, set[Told]] = {}
    times: dict[str, list[float]] = {}
    for n in range(3):
        for who, email in (("known", world.theirs.agency.email), ("unknown", f"x{n}@y.example")):
            body = {"email": email, "password": PASSWORD}
            if door == "page":
                answer, took = await by_page(http, "/connexion", body)
            else:
                answer, took = await by_rest(http, "/v1/sessions", body)
            answers.setdefault(who, set()).add(told(answer, email))
            times.setdefault(who, []).append(took)
            http.cookies.clear()

    assert answers["known"] == answers["unknown"]
    medians = [statistics.median(times[who]) for who in ("known", "unknown")]
    assert abs(medians[0] - medians[1]) < SLACK_S


async def test_who_asks_too_often_is_told_so_whoever_the_address_belongs_to(
    world: World, http: httpx.AsyncClient
) -> None:
    found = []
    for email in (world.mine.agency.email, "nobody@essai.example"):
        for _ in range(4):
            await by_rest(http, REST["reset"], {"email": email})
        answer, took = await by_rest(http, REST["reset"], {"email": email})
        assert answer.status_code == 429
        assert took >= EVEN_S
        found.append((told(answer, email)[:2], answer.json()["reason"]))

    assert found[0] == found[1]
    assert found[0][1] == "throttled"
