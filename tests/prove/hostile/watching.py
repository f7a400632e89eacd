"""A window of a real browser that notes whatever a text made happen."""

from dataclasses import dataclass
from typing import Final, Self

from playwright.async_api import Dialog, Page, Request
from typing_extensions import override

from tests.e2e.axe import Auditor
from tests.e2e.browser.person import Person
from tests.prove.hostile.texts import MARK, bears_mark

_INSIDE: Final = ("data:", "blob:", "about:", "chrome-extension://", "chrome://resources/")
"""The browser's own: no page can ask for them, what it shows a PDF with does."""


@dataclass
class Watcher(Person):
    """Somebody who looks at hostile texts; ``ours`` are the addresses that pages may ask."""

    ours: tuple[str, ...] = ()

    @classmethod
    def looking(cls, page: Page, *ours: str) -> Self:
        """Sit down at a window."""
        person = cls.at(page, Auditor(""))
        person.ours = ours
        page.on("request", person._asked)
        page.on("dialog", person._spoken)
        return person

    def _asked(self, request: Request) -> None:
        address = request.url
        if not address.startswith((*self.ours, *_INSIDE)):
            self.faults.append(f"{self.page.url} asks {address}")
        if bears_mark(address.partition("?")[0]):
            self.faults.append(f"{self.page.url} asks for what a text names: {address}")

    async def _spoken(self, dialog: Dialog) -> None:
        self.faults.append(f"{self.page.url} says {dialog.message!r}")
        await dialog.dismiss()

    @override
    async def open(self, path: str) -> None:
        """Open a page, wait until it is at rest; no text ran there."""
        await self.page.goto(path, wait_until="networkidle")
        await self.has_run_nothing()

    async def has_run_nothing(self) -> None:
        """Fail when a text set the name that it tries to set, or anything else was noted."""
        for frame in self.page.frames:
            if frame.url.startswith(self.ours):
                ran = await frame.evaluate(f"typeof window.{MARK}")
                assert ran == "undefined", f"{frame.url}: a text ran"
        self.check_faultless()
