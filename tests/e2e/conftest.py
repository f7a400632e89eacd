"""One real house for all journeys: Postgres, NATS, sandbox, services; and a real browser."""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright

from local.house import House
from tests.e2e.axe import Auditor
from tests.e2e.outside import Outside
from tests.e2e.staff import furnish
from tests.support.servers import reachable_folder

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=Translate,OptimizationHints,MediaRouter",
]


@pytest.fixture(scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """The whole product on free ports, with the directory imported and one staff member."""
    with reachable_folder() as directory:
        opened = await House.open(directory, environment="test")
        try:
            furnish(opened)
            yield opened
        finally:
            await opened.close()
            kept = os.environ.get("PREAVIS_KEEP_LOGS") or tmp_path_factory.mktemp("logs")
            shutil.copytree(directory / "logs", kept, dirs_exist_ok=True)


@pytest.fixture(scope="session")
async def outside(house: House) -> AsyncIterator[Outside]:
    """The other side of every partner: mailbox, card page, recipient's portal, faults, time."""
    async with Outside.connect(house.plan.sandbox_url) as connected:
        yield connected


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium, headless."""
    found = next(
        path
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (path := shutil.which(name))
    )
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=found, headless=True, args=CHROMIUM_ARGUMENTS
        )
        yield started
        await started.close()


@pytest.fixture
async def page(browser: Browser, house: House) -> AsyncIterator[Page]:
    """A new person's browser window, French, on this house."""
    context = await browser.new_context(
        base_url=house.plan.public_url, locale="fr-FR", timezone_id="Europe/Paris"
    )
    context.set_default_timeout(15_000)
    yield await context.new_page()
    await context.close()


@pytest.fixture
def audit() -> Auditor:
    """Asks axe about each page; the test fails on its first finding."""
    return Auditor(Path(".assets/axe.min.js").read_text())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest file, so that two workers end together."""
    items.sort(key=lambda item: "test_survive_kills" not in item.nodeid)
