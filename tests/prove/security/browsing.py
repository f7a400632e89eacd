"""A browser and a program that come through the gateway's real doors, as anybody."""

import asyncio
import json
import re
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

import httpx

from tests.prove.security.routes import BODIES, QUERIES, WARNING
from tests.support.routes import Door

TOKEN: Final = re.compile(r'name="jeton" value="([0-9a-f]{64})"')
VARYING: Final = re.compile(r'name="(?:jeton|cle)" value="[^"]*"|Heure de Paris : [^<]*')
TOO_MANY: Final = 429
PATIENCE: Final = 120


@dataclass
class Visitor:
    """One session, or none, tried on pages and on ``/v1`` alike; a busy house is asked again."""

    http: httpx.AsyncClient
    session: str = ""
    warning: str = ""  # the version of it that is in force, for who accepts it
    _tokens: dict[str, str] = field(default_factory=dict)

    async def ask(self, door: Door, path: str) -> httpx.Response:
        """Come through a door, with all that a well-made request has."""
        if door.path.startswith(("/v1/", "/hooks/")):
            return await self._program(door, path)
        return await self._browser(door, path)

    async def _program(self, door: Door, path: str) -> httpx.Response:
        headers = {"if-match": '"1"', "idempotency-key": uuid4().hex}
        if self.session:
            headers["authorization"] = f"Bearer {self.session}"
        body = BODIES.get(str(door), {})
        if not isinstance(body, bytes):
            body = json.dumps(body).replace(WARNING, self.warning).encode()
            headers["content-type"] = "application/json"
        query = QUERIES.get(str(door), "")
        path = f"{path}?{query}" if query else path
        return await self._send(door.method, path, headers=headers, content=body)

    async def _browser(self, door: Door, path: str) -> httpx.Response:
        cookies = {"preavis": self.session} if self.session else {}
        if door.method == "GET":
            return await self._send("GET", path, cookies=cookies)
        visit, token = await self._token(cookies)
        return await self._send(
            "POST",
            path,
            cookies=cookies | {"preavis-visite": visit},
            data={"jeton": token, "cle": uuid4().hex},
            headers={"sec-fetch-site": "same-origin"},
        )

    async def _token(self, cookies: dict[str, str]) -> tuple[str, str]:
        """Return the browser's name and the token of its forms, found on a page that has one."""
        if not self._tokens:
            for page in ("/compte", "/connexion", "/equipe/comptes", "/"):
                shown = await self._send("GET", page, cookies=cookies)
                if found := TOKEN.search(shown.text):
                    cookie = shown.headers["set-cookie"].split(";")[0]
                    self._tokens = {"visit": cookie.partition("=")[2], "token": found[1]}
                    break
        return self._tokens["visit"], self._tokens["token"]

    async def _send(self, method: str, path: str, **more: Any) -> httpx.Response:
        cookies = more.pop("cookies", {})
        if cookies:
            more.setdefault("headers", {})
            more["headers"] = {
                **more["headers"],
                "cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            }
        for _ in range(PATIENCE):
            answer = await self.http.request(method, path, **more)
            self.http.cookies.clear()
            if answer.status_code != TOO_MANY:
                return answer
            await asyncio.sleep(0.25)
        raise AssertionError(f"{method} {path} is asked too often")


def is_turned_away(door: Door, answer: httpx.Response) -> bool:
    """Whether somebody without a session was told to log in, and nothing else."""
    if door.path.startswith("/v1/"):
        return answer.status_code == httpx.codes.UNAUTHORIZED
    return answer.status_code == httpx.codes.SEE_OTHER and answer.headers["location"].startswith(
        "/connexion"
    )


def told(answer: httpx.Response, values: dict[str, str]) -> str:
    """Return all that an answer tells, but for what was asked and what always varies."""
    text = VARYING.sub("", answer.text)
    for value in sorted(values.values(), key=len, reverse=True):
        text = text.replace(value, "…")
    headers = [
        f"{name}: {value}"
        for name, value in answer.headers.items()
        if name not in {"date", "set-cookie", "content-length"}
    ]
    return "\n".join([str(answer.status_code), *headers, text])
