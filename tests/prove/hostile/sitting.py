"""A browser without an engine: a session's cookies, the forms' tokens, and pages as text."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

import httpx

PATIENCE: Final = 60
BUSY: Final = {429, 503}
_TOKEN: Final = re.compile(r'name="jeton" value="([0-9a-f]{64})"')
_VERSION: Final = re.compile(r'name="version" value="(\d+)"')


@dataclass(frozen=True, slots=True)
class Sitting:
    """Somebody in front of our pages; without a session, a stranger."""

    http: httpx.AsyncClient
    session: str = ""

    async def open(self, path: str, **query: str) -> httpx.Response:
        """Open a page."""
        return await self._ask("GET", path, self._session(), params=query)

    async def send(
        self, page: str, fields: Mapping[str, str], *, to: str = "", files: object = None
    ) -> httpx.Response:
        """Fill in the form of a page and send it; ``to`` when it is sent elsewhere."""
        shown = await self.open(page)
        visit = shown.headers.get("set-cookie", "").split(";")[0]
        token, version = _TOKEN.search(shown.text), _VERSION.search(shown.text)
        assert token, f"{page} has no form: {shown.status_code}"
        sent = {"jeton": token[1], "cle": uuid4().hex, **fields}
        sent |= {"version": version[1]} if version else {}
        cookie = "; ".join(one for one in (self._session(), visit) if one)
        return await self._ask("POST", to or page, cookie, data=sent, files=files)

    def _session(self) -> str:
        return f"preavis={self.session}" if self.session else ""

    async def _ask(self, method: str, path: str, cookie: str, **more: object) -> httpx.Response:
        headers = {"cookie": cookie} if cookie else {}
        if method == "POST":
            headers["sec-fetch-site"] = "same-origin"
        for _ in range(PATIENCE):
            answer = await self.http.request(method, path, headers=headers, **more)  # type: ignore[arg-type]  # httpx's own
            self.http.cookies.clear()
            if answer.status_code not in BUSY:
                return answer
            await asyncio.sleep(0.5)
        raise TimeoutError(f"{method} {path}: the house stays busy")
