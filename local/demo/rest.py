"""A small client of our own REST ``/v1``: the demonstration is made through the front door."""

import asyncio
from dataclasses import dataclass, replace
from typing import Any, Final

import httpx

TRIES: Final = 40
TOO_MANY, UNAVAILABLE, BAD_REQUEST = 429, 503, 400


class Refused(RuntimeError):
    """The API said no; the message holds its problem as it came."""

    def __init__(self, method: str, path: str, answer: httpx.Response) -> None:
        super().__init__(f"{method} {path}: {answer.status_code} {answer.text[:800]}")
        self.status = answer.status_code


@dataclass(frozen=True, slots=True)
class Rest:
    """Calls of one visitor or of one session; a busy house is asked again."""

    client: httpx.AsyncClient
    token: str = ""

    def logged_in(self, token: str) -> "Rest":
        """Return the same door for the bearer of a session."""
        return replace(self, token=token)

    async def get(self, path: str, **query: str) -> Any:  # noqa: ANN401 - JSON
        """Read a resource."""
        return await self.call("GET", path, query=query)

    async def post(self, path: str, body: Any = None, *, key: str = "", **query: str) -> Any:  # noqa: ANN401 - JSON
        """Create something; the same ``key`` creates it once."""
        return await self.call("POST", path, body=body, key=key, query=query)

    async def put(self, path: str, body: Any, *, version: int) -> Any:  # noqa: ANN401 - JSON
        """Replace a part of the resource at this version."""
        return await self.call("PUT", path, body=body, version=version)

    async def delete(self, path: str, *, version: int) -> Any:  # noqa: ANN401 - JSON
        """Take back the resource at this version."""
        return await self.call("DELETE", path, version=version)

    async def call(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,  # noqa: ANN401 - JSON, or the bytes of a file
        key: str = "",
        version: int | None = None,
        query: dict[str, str] | None = None,
    ) -> Any:  # noqa: ANN401 - JSON
        """Call, again while the house asks for patience. Raises ``Refused``."""
        headers = {"Idempotency-Key": key} if key else {}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        raw = body if isinstance(body, bytes) else None
        given = {"content": raw} if raw is not None else {"json": body}
        answer = await self._ask(method, path, headers, query or {}, given)
        if answer.status_code >= BAD_REQUEST:
            raise Refused(method, path, answer)
        return answer.json() if answer.content else None

    async def _ask(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        query: dict[str, str],
        given: dict[str, Any],
    ) -> httpx.Response:
        """Ask until the house is not too busy to answer, or patience ends."""
        for _ in range(TRIES):
            answer = await self.client.request(
                method, f"/v1{path}", headers=headers, params=query, **given
            )
            if answer.status_code not in {TOO_MANY, UNAVAILABLE}:
                return answer
            await asyncio.sleep(min(float(answer.headers.get("Retry-After", "1")), 2))
        raise TimeoutError(f"{method} {path}: the house stays busy")
