"""The sandbox's French pages: one template folder, one look, the same strip on each."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from fastapi.responses import HTMLResponse

from kit.days import PARIS, paris_date
from kit.french import NO_BREAK, long_day, short_day
from kit.templating import environment

HERE: Final = Path(__file__).parent
POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self';"
    " base-uri 'none'; frame-ancestors 'self'"
)
INSTANT_BEFORE: Final = timedelta(microseconds=1)


class Pages:
    """Renders templates; everything an HTML template prints is escaped."""

    def __init__(self) -> None:
        self._templates = environment(HERE / "templates")
        self._templates.filters |= {"instant": instant, "eve": eve}

    def show(self, template: str, *, status: int = 200, **facts: object) -> HTMLResponse:
        """Return a page with a policy that lets it load nothing from elsewhere."""
        return HTMLResponse(
            self.text(template, facts),
            status_code=status,
            headers={
                "Content-Security-Policy": POLICY,
                "Referrer-Policy": "no-referrer",
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "no-store",
            },
        )

    def text(self, template: str, facts: Mapping[str, object]) -> str:
        """Return a rendered template, for e-mails as for pages."""
        return self._templates.get_template(template).render(**facts)


def instant(value: datetime | str) -> str:
    """Write an instant in Paris time, to the second: ``29 nov. 2026, 08:00:12``."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    local = moment.astimezone(PARIS)
    return f"{short_day(local.date())},{NO_BREAK}{local:%H:%M:%S}"


def eve(closing: datetime) -> str:
    """Write the last Paris day before an instant that closes a period, ``mercredi 4 mars 2026``."""
    return long_day(paris_date(closing - INSTANT_BEFORE))
