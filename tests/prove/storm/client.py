"""A good client of REST ``/v1``: it keeps its keys, waits, and asks again until it knows."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

import httpx

from tests.prove.storm.history import History

PATIENCE: Final = 200  # tries of one request: minutes, whatever is down
LONGEST_PAUSE_S: Final = 4.0
IN_HAND: Final = "idempotency-key-in-use"
LATER: Final = frozenset({429, 500, 502, 503, 504})


class Refused(Exception):
    """A definite no; ``reason`` is the problem's."""

    def __init__(self, reason: str, problem: Mapping[str, Any]) -> None:
        super().__init__(f"{reason}: {problem}")
        self.reason = reason
        self.problem = problem

    @property
    def why(self) -> str:
        """What a turned down preparation was refused for."""
        return str(self.problem.get("facts", {}).get("why", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One request, as the history and the wire need it."""

    act: str
    subject: str
    method: str
    path: str
    body: Any = None
    key: str = ""
    version: int | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    noted: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Client:
    """The software of one agency."""

    http: httpx.AsyncClient
    history: History
    gate: asyncio.Semaphore
    account: str
    token: str
    troubles: Counter[str]

    @classmethod
    def alone(cls, http: httpx.AsyncClient, history: Path, *, token: str) -> Self:
        """Return a client with a history of its own."""
        return cls(
            http=http, history=History(history), gate=asyncio.Semaphore(1), account="", token=token,
            troubles=Counter(),
        )  # fmt: skip

    async def read(self, path: str, **query: str) -> Any:
        """Read a resource, again until it answers. Raises ``Refused``."""
        return await self._until_known(
            Wanted(act="", subject="", method="GET", path=path, query=query), ""
        )

    async def ask(self, wanted: Wanted) -> Any:
        """Ask until it is known to be done. Raises ``Refused``."""
        name = self.history.ask(
            wanted.act,
            account=self.account,
            subject=wanted.subject,
            key=wanted.key,
            wanted=wanted.noted,
        )
        try:
            answer = await self._until_known(wanted, name)
        except Refused as refusal:
            self.history.refuse(name, refusal.reason)
            raise
        self.history.acknowledge(name, _short(answer))
        return answer

    async def _until_known(self, wanted: Wanted, name: str) -> Any:
        pause = 0.5
        for _ in range(PATIENCE):
            try:
                async with self.gate:
                    answer = await self._once(wanted)
            except httpx.HTTPError as error:
                why = type(error).__name__
            else:
                if not _is_open(answer):
                    return _read(answer)
                why = f"{answer.status_code} {_reason(answer)}"
            self.troubles[why] += 1
            if name:
                self.history.lose(name, why)
            await asyncio.sleep(pause)
            pause = min(pause * 1.6, LONGEST_PAUSE_S)
        raise TimeoutError(f"{wanted.method} {wanted.path}: no answer that settles it")

    async def _once(self, wanted: Wanted) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        if wanted.key:
            headers["Idempotency-Key"] = wanted.key
        if wanted.version is not None:
            headers["If-Match"] = f'"{wanted.version}"'
        raw = isinstance(wanted.body, bytes)
        body = {"content": wanted.body} if raw else {"json": wanted.body}
        return await self.http.request(
            wanted.method,
            f"/v1{wanted.path}",
            headers=headers,
            params=dict(wanted.query),
            **({} if wanted.body is None else body),
        )


def _is_open(answer: httpx.Response) -> bool:
    """Tell whether this answer settles nothing: asked again, it may be another one."""
    if answer.status_code in LATER:
        return True
    return answer.status_code == httpx.codes.CONFLICT and _reason(answer) == IN_HAND


def _read(answer: httpx.Response) -> Any:
    if answer.is_error:
        raise Refused(_reason(answer), answer.json())
    return answer.json() if answer.content else None


def _reason(answer: httpx.Response) -> str:
    try:
        return str(answer.json().get("reason", ""))
    except ValueError:
        return ""


def _short(answer: Any) -> dict[str, Any]:
    """Keep what names the effect: ids, numbers, versions, states."""
    kept = (str, int, type(None))
    return {k: v for k, v in (answer or {}).items() if isinstance(v, kept)}
