"""What the demonstration asks of the sandbox: links in mails, cards, recipients, time."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final, TypeVar

import httpx

T = TypeVar("T")
PATIENCE_S: Final = 20.0
POLL_S: Final = 0.1
GOOD_CARD: Final = "4242424242424242"


class TooLong(RuntimeError):
    """Something that comes by itself did not come."""


async def until(
    look: Callable[[], Awaitable[T | None]], *, what: str, patience_s: float = PATIENCE_S
) -> T:
    """Return the first thing seen. Raises ``TooLong``."""
    for _ in range(int(patience_s / POLL_S)):
        if seen := await look():
            return seen
        await asyncio.sleep(POLL_S)
    raise TooLong(what)


class Partners:
    """The other side of every counter."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def link(self, to: str, containing: str) -> str:
        """Return the end of the newest link mailed to somebody, after ``containing``."""

        async def look() -> str | None:
            mails = await self._get("/sandbox/mails", to=to)
            links = [link for mail in mails for link in mail["links"] if containing in link]
            return links[-1].rsplit(containing, 1)[1] if links else None

        return await until(look, what=f"a mail to {to}")

    async def pay(self, checkout_url: str) -> None:
        """Pay on the card page; a page already paid is left alone."""
        session = checkout_url.rsplit("/", 1)[1]
        answer = await self._client.post(f"/sandbox/cards/{session}/pay", json={"card": GOOD_CARD})
        if answer.status_code != httpx.codes.CONFLICT:
            answer.raise_for_status()

    async def answer(self, to: str, move: str) -> None:
        """Accept or refuse, as the recipient at this address, what waits there."""
        for letter in await self._get("/sandbox/letters", status="sent"):
            if letter["to_email"] == to:
                answer = await self._client.post(f"/sandbox/letters/{letter['id']}/{move}")
                answer.raise_for_status()

    async def hold_next_deposit(self) -> None:
        """Make the operator keep the next letter a day before it deposits it."""
        answer = await self._client.put("/sandbox/faults/ar24", json={"held": {"times": 1}})
        answer.raise_for_status()

    async def now(self) -> datetime:
        """Return the present business instant."""
        return datetime.fromisoformat((await self._get("/temps/state"))["now"])

    async def advance(self, to: datetime) -> None:
        """Live until an instant; one already past changes nothing."""
        if to > await self.now():
            answer = await self._client.post("/temps/advance", json={"to": to.isoformat()})
            if answer.is_error:
                raise TooLong(answer.text)

    async def _get(self, path: str, **query: str) -> Any:  # noqa: ANN401 - JSON
        answer = await self._client.get(path, params=query)
        return answer.raise_for_status().json()
