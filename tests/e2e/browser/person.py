"""One person in front of the pages: finds things by their words, and no fault goes unseen."""

import asyncio
import re
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final, Literal, Self

from PIL import Image
from playwright.async_api import (
    ConsoleMessage,
    FilePayload,
    Locator,
    Page,
    Response,
    expect,
)

from tests.e2e.axe import Auditor

WIDE: Final = (1440, 900)
NARROW: Final = (400, 800)
Scheme = Literal["light", "dark"]
LOOKS: Final[tuple[tuple[tuple[int, int], Scheme], ...]] = ((NARROW, "dark"), (WIDE, "light"))
EVERY_LOOK: Final[tuple[tuple[tuple[int, int], Scheme], ...]] = (
    (NARROW, "light"),
    (WIDE, "dark"),
    *LOOKS,
)
expect.set_options(timeout=15_000)
_OPTIONAL: Final = r"(\s*facultatif)?"


def words(text: str, *, whole: bool = False, optional: bool = False) -> re.Pattern[str]:
    """Return a pattern for a text as a page may write it: any space, either apostrophe."""
    spelled = (
        re.escape(text)
        .replace(r"\ ", r"\s+")
        .replace("’", "'")
        .replace("'", "[’']")
        .replace("/", "[/]")
    )
    end = (_OPTIONAL if optional else "") + (r"\s*$" if whole else "")
    return re.compile(r"^\s*" + spelled + end)


def said(text: str) -> re.Pattern[str]:
    """Return a pattern that finds a text anywhere."""
    return re.compile(words(text).pattern.removeprefix(r"^\s*"))


def _is_near(one: object, other: tuple[int, int, int]) -> bool:
    """Whether two colours look the same: screens round."""
    return isinstance(one, tuple) and all(abs(a - b) < 16 for a, b in zip(one, other, strict=True))


@dataclass
class Person:
    """A browser window, and what its owner does with it."""

    page: Page
    audit: Auditor
    faults: list[str] = field(default_factory=list)

    @classmethod
    def at(cls, page: Page, audit: Auditor) -> Self:
        """Sit down at a window; from now on its faults are noted."""
        person = cls(page, audit)
        page.on("console", person._noted)
        page.on("pageerror", lambda error: person.faults.append(f"{page.url}: {error}"))
        page.on("response", person._answered)
        return person

    def _noted(self, message: ConsoleMessage) -> None:
        """Note errors, a violated content policy among them; refused forms are told by status."""
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"{self.page.url}: {message.text}")

    def _answered(self, response: Response) -> None:
        """Note what was not found or failed; a form that is refused says so on its page."""
        told = response.request.resource_type == "document" or response.status == 422
        refused = response.status >= 400 and not told
        if refused or response.status in (500, 502):
            self.faults.append(f"{response.url}: {response.status}")

    def check_faultless(self) -> None:
        """Fail with everything the browser complained about."""
        assert not self.faults, "\n".join(self.faults)

    async def open(self, path: str) -> None:
        """Type an address."""
        await self.page.goto(path)

    async def follow(self, link: str, *, within: Locator | None = None) -> None:
        """Click a link."""
        await (within or self.page).get_by_role("link", name=words(link)).first.click()

    def button(self, name: str) -> Locator:
        """Return a button."""
        return self.page.get_by_role("button", name=words(name))

    async def press(self, name: str) -> None:
        """Click a button."""
        await self.button(name).first.click()

    def field(self, label: str) -> Locator:
        """Return the visible field of this label, marked optional or not."""
        found = self.page.get_by_label(words(label, whole=True, optional=True))
        return found.locator("visible=true")

    async def fill(self, label: str, value: str) -> None:
        """Type into a field."""
        await self.field(label).fill(value)

    async def fill_all(self, values: dict[str, str]) -> None:
        """Type into several fields."""
        for label, value in values.items():
            await self.fill(label, value)

    async def choose(self, name: str) -> None:
        """Choose one of several."""
        await self.page.get_by_role("radio", name=words(name)).first.check()

    async def tick(self, name: str) -> None:
        """Tick a box."""
        await self.page.get_by_role("checkbox", name=words(name)).check()

    async def attach(self, label: str, name: str, data: bytes) -> None:
        """Choose a file."""
        kind = "application/pdf" if name.endswith(".pdf") else "text/plain"
        file: FilePayload = {"name": name, "mimeType": kind, "buffer": data}
        await self.field(label).set_input_files(file)

    async def sees(self, text: str) -> None:
        """Wait until a text is visible."""
        await expect(
            self.page.get_by_text(said(text)).locator("visible=true").first
        ).to_be_visible()

    async def sees_heading(self, text: str) -> None:
        """Wait until the page's heading says this."""
        await expect(self.page.get_by_role("heading", level=1)).to_have_text(said(text))

    async def sees_colour(self, frame: Locator, colour: tuple[int, int, int]) -> None:
        """Wait until a frame shows this colour on a tenth of its surface: its file is there."""
        for _ in range(60):
            shown = Image.open(BytesIO(await frame.screenshot())).convert("RGB")
            colours = shown.getcolors(shown.width * shown.height) or []
            count = sum(found for found, one in colours if _is_near(one, colour))
            if count * 10 > shown.width * shown.height:
                return
            await asyncio.sleep(0.25)
        raise AssertionError(f"{self.page.url}: nothing {colour} in the frame")

    async def is_told(self, sentence: str, *, beside: str = "") -> None:
        """Wait until the page refuses with this sentence: in its summary, and beside the field."""
        await expect(self.page.get_by_role("alert").first).to_contain_text(said(sentence))
        await expect(self.page).to_have_title(words("Erreur :"))
        if beside:
            await expect(self.field(beside)).to_have_accessible_description(said(sentence))

    async def look(self, *, thoroughly: bool = False) -> None:
        """Look at the page wide and narrow, light and dark: nothing overflows, axe finds nothing.

        The last look leaves the window wide and light.
        """
        for (width, height), scheme in EVERY_LOOK if thoroughly else LOOKS:
            await self.page.set_viewport_size({"width": width, "height": height})
            await self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            beyond = await self.page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert beyond <= 0, f"{self.page.url} is {beyond} px too wide at {width} px"
            await self.audit(self.page)
        self.check_faultless()
