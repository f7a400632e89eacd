"""Windows of a browser, and an agency that may send: what most journeys begin with."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import date, time, timedelta

import httpx
import pytest
from playwright.async_api import Browser, StorageState

from kit.days import PARIS, paris_date, paris_instant
from local.demo.rest import Rest
from local.house import House
from tests.e2e.agency import PASSWORD, Agency
from tests.e2e.axe import Auditor
from tests.e2e.browser.person import Person
from tests.e2e.outside import Outside
from tests.e2e.staff import STAFF_EMAIL, STAFF_PASSWORD

Window = Callable[..., Awaitable[Person]]
MORNING, AFTERNOON = time(9), time(16)


@pytest.fixture(scope="session")
async def first_morning(outside: Outside) -> date:
    """The Paris day of business time on which everything begins, at nine in the morning."""
    return await next_morning(outside, latest=MORNING)


@pytest.fixture
async def today(outside: Outside, first_morning: date) -> date:
    """The Paris day it is in business time, early enough for a letter to leave on it."""
    del first_morning  # it has come
    return await next_morning(outside, latest=AFTERNOON)


async def next_morning(outside: Outside, *, latest: time) -> date:
    """Live until nine in the morning, unless it is that and not yet ``latest``."""
    now = (await outside.now()).astimezone(PARIS)
    if MORNING <= now.time() < latest:
        return paris_date(now)
    day = paris_date(now) + timedelta(days=now.time() >= MORNING)
    await outside.advance(paris_instant(day, MORNING))
    return day


@pytest.fixture
async def window(browser: Browser, house: House, audit: Auditor) -> AsyncIterator[Window]:
    """Open a new person's window; at the end, nothing went wrong unseen in any of them."""
    people: list[Person] = []
    async with AsyncExitStack() as stack:

        async def opened(*, state: StorageState | None = None, scripts: bool = True) -> Person:
            context = await browser.new_context(
                base_url=house.plan.public_url,
                locale="fr-FR",
                timezone_id="Europe/Paris",
                storage_state=state,
                java_script_enabled=scripts,
                reduced_motion="reduce",
            )
            stack.push_async_callback(context.close)
            context.set_default_timeout(20_000)
            people.append(Person.at(await context.new_page(), audit))
            return people[-1]

        yield opened
        for person in people:
            person.check_faultless()


@pytest.fixture
async def visitor(window: Window) -> Person:
    """Somebody whom nobody knows yet."""
    return await window()


async def logged_in(person: Person, email: str, password: str) -> StorageState:
    """Log in by the page; return what the browser keeps of it."""
    await person.open("/connexion")
    await person.fill_all({"Adresse électronique": email, "Mot de passe": password})
    await person.press("Se connecter")
    await person.page.wait_for_url(lambda url: not url.endswith("/connexion"))
    return await person.page.context.storage_state()


@pytest.fixture(scope="session")
async def agency(house: House, outside: Outside, first_morning: date) -> AsyncIterator[Agency]:
    """An agency that may send, with credit for all journeys, from this morning on."""
    del first_morning  # it has come
    async with httpx.AsyncClient(base_url=house.plan.public_url, timeout=60) as client:
        opened = await Agency.open(Rest(client), outside)
        await opened.prove()
        await opened.buy(20_000)
        yield opened


@pytest.fixture(scope="session")
async def poor_agency(house: House, outside: Outside, first_morning: date) -> AsyncIterator[Agency]:
    """An agency that has just opened: no proof handed in, no credit."""
    del first_morning
    async with httpx.AsyncClient(base_url=house.plan.public_url, timeout=60) as client:
        yield await Agency.open(Rest(client), outside)


@pytest.fixture(scope="session")
async def states() -> dict[str, StorageState]:
    """Sessions already open, by e-mail address: one login serves all journeys."""
    return {}


async def _known(
    window: Window, states: dict[str, StorageState], email: str, password: str, *, scripts: bool
) -> Person:
    if email not in states:
        states[email] = await logged_in(await window(), email, password)
    return await window(state=states[email], scripts=scripts)


@pytest.fixture
async def agent(window: Window, agency: Agency, states: dict[str, StorageState]) -> Person:
    """The agency's holder, logged in."""
    return await _known(window, states, agency.email, PASSWORD, scripts=True)


@pytest.fixture
async def poor(window: Window, poor_agency: Agency, states: dict[str, StorageState]) -> Person:
    """The holder of the agency that has just opened, logged in."""
    return await _known(window, states, poor_agency.email, PASSWORD, scripts=True)


@pytest.fixture
async def bare_agent(window: Window, agency: Agency, states: dict[str, StorageState]) -> Person:
    """The agency's holder, whose browser runs no script."""
    return await _known(window, states, agency.email, PASSWORD, scripts=False)


@pytest.fixture
async def staff(window: Window, states: dict[str, StorageState]) -> Person:
    """A member of the team, logged in."""
    return await _known(window, states, STAFF_EMAIL, STAFF_PASSWORD, scripts=True)
