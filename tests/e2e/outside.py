"""The other side of every partner, played through the sandbox's own doors."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, time
from typing import Any, Self

import httpx

from kit.days import PARIS
from local.demo.partners import Partners, until


class Outside(Partners):
    """What journeys ask of the sandbox, beyond what the demonstration does."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        super().__init__(client)
        self.http = client

    @classmethod
    @asynccontextmanager
    async def connect(cls, url: str) -> AsyncIterator[Self]:
        """Talk to the sandbox at ``url``."""
        async with httpx.AsyncClient(base_url=url, timeout=120) as http:
            yield cls(http)

    async def mails_to(self, address: str, *, subject: str = "") -> list[dict[str, Any]]:
        """List the e-mails caught for an address, oldest first."""
        found: list[dict[str, Any]] = await self._get("/sandbox/mails", to=address, subject=subject)
        return found

    async def mail_to(self, address: str, *, subject: str = "") -> dict[str, Any]:
        """Wait for an e-mail to an address whose subject holds some words; return the newest."""

        async def look() -> dict[str, Any] | None:
            mails = await self.mails_to(address, subject=subject)
            return mails[-1] if mails else None

        return await until(look, what=f"an e-mail to {address} about {subject!r}")

    async def all_letters(self) -> list[dict[str, Any]]:
        """List every letter the operator ever took."""
        letters: list[dict[str, Any]] = await self._get("/sandbox/letters")
        return letters

    async def letters_of(self, agency: str, number: str) -> list[dict[str, Any]]:
        """Return what the operator took of one letter; agencies number theirs from one each."""
        return [
            one
            for one in await self.all_letters()
            if (one["from_email"], one["ref_client"]) == (agency, number)
        ]

    async def letters_named(self, our_reference: str) -> list[dict[str, Any]]:
        """Look in the operator's customer area for the letters that bear our reference."""
        found: list[dict[str, Any]] = await self._get("/sandbox/letters", ours=our_reference)
        return found

    async def waiting_letters(self) -> list[dict[str, Any]]:
        """List the letters whose recipients have not answered."""
        found: list[dict[str, Any]] = await self._get("/sandbox/letters", status="sent")
        return found

    async def decide(self, number: str, move: str) -> None:
        """Accept or refuse one letter; one whose window has closed is left alone."""
        answer = await self.http.post(f"/sandbox/letters/{number}/{move}")
        if answer.status_code != httpx.codes.CONFLICT:
            answer.raise_for_status()

    async def pay_with(self, checkout_url: str, card: str) -> bool:
        """Try a card; False when it is declined. A page already paid is left alone."""
        session = checkout_url.rsplit("/", 1)[1]
        answer = await self.http.post(f"/sandbox/cards/{session}/pay", json={"card": card})
        if answer.status_code in {httpx.codes.PAYMENT_REQUIRED, httpx.codes.CONFLICT}:
            return answer.status_code == httpx.codes.CONFLICT
        answer.raise_for_status()
        return True

    async def live_until(self, day: str, hour: int = 12) -> None:
        """Let business time pass until an hour of a Paris day, all due work done on the way."""
        noon = datetime.combine(datetime.fromisoformat(day).date(), time(hour), PARIS)
        await self.advance(noon)

    async def faults(self, partner: str, switches: dict[str, Any]) -> None:
        """Replace the fault switches of a partner."""
        (await self.http.put(f"/sandbox/faults/{partner}", json=switches)).raise_for_status()

    async def record(self, partner: str) -> list[dict[str, Any]]:
        """Return every request and effect that a partner saw."""
        found: list[dict[str, Any]] = await self._get("/sandbox/record", partner=partner)
        return found

    async def intermediary(self, state: str = "active", *, skip: int = 0) -> dict[str, Any]:
        """Return somebody of the registry's population."""
        found: list[dict[str, Any]] = await self._get("/sandbox/intermediaries", state=state)
        return found[skip]
