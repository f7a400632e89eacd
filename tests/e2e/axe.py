"""WCAG 2.2 A and AA, asked of axe on the page as the browser shows it."""

from dataclasses import dataclass, field
from typing import Any, Final

from playwright.async_api import Page

TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@dataclass(slots=True)
class Auditor:
    """Runs axe, by the debugger's door: the page's own policy forbids foreign scripts."""

    script: str
    audited: set[str] = field(default_factory=set)

    async def __call__(self, page: Page) -> None:
        """Fail with every violation found on the page in hand."""
        await page.evaluate(self.script)
        result: dict[str, Any] = await page.evaluate(
            "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS
        )
        self.audited.add(page.url)
        found = [
            f"{violation['id']}: {violation['help']}\n    "
            + "\n    ".join(node["html"][:200] for node in violation["nodes"][:3])
            for violation in result["violations"]
        ]
        assert not found, f"{page.url}\n" + "\n".join(found)
