"""What became of the letters of a run, read where dispatch wrote it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from kit.db import async_url
from local.house import House

BEGUN: Final = "validated"
DEPOSITED: Final = "proof-deposit"
SEALED: Final = "proof-evidence"
POLL_S: Final = 0.25
PATIENCE_S: Final = 400.0
_TIMES: Final = text(
    """
    SELECT sending_id, code, min(recorded_at) AS at
    FROM timeline JOIN sending ON sending.id = sending_id
    WHERE letter_id = ANY(CAST(:letters AS uuid[])) AND code = ANY(:codes)
    GROUP BY sending_id, code
    """
)


class NotSent(RuntimeError):
    """Some letters did not get to their sealed sheet in time."""


@dataclass(frozen=True, slots=True)
class Course:
    """When each letter of a run was validated, proven deposited, and its sheet sealed."""

    begun: Sequence[datetime]
    deposited: Sequence[datetime]
    sealed: Sequence[datetime]

    @property
    def deposits_per_s(self) -> float:
        """Letters a second, from the first validation to the last proof of deposit stored."""
        return len(self.begun) / (max(self.deposited) - min(self.begun)).total_seconds()

    @property
    def sheets_per_s(self) -> float:
        """Letters a second, from the first validation to the last sheet sealed and stored."""
        return len(self.begun) / (max(self.sealed) - min(self.begun)).total_seconds()

    @property
    def waits_s(self) -> list[float]:
        """How long each letter took from its validation to its proof of deposit."""
        return [
            (end - start).total_seconds()
            for start, end in zip(self.begun, self.deposited, strict=True)
        ]


class Watcher:
    """Reads dispatch's own timeline, as no service may."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @classmethod
    def of(cls, house: House) -> Self:
        """Look into a house's database as its superuser."""
        url = make_url(async_url(house.plan.postgres_url)).set(database="dispatch")
        return cls(create_async_engine(url, pool_size=1))

    async def until_sealed(self, letters: Sequence[str]) -> Course:
        """Wait until each of these letters has its sealed sheet. Raises ``NotSent``."""
        found: dict[str, dict[object, datetime]] = {}
        for _ in range(int(PATIENCE_S / POLL_S)):
            found = await self._times(letters)
            if len(found[SEALED]) == len(letters):
                order = list(found[BEGUN])
                return Course(*([found[code][one] for one in order] for code in found))
            await asyncio.sleep(POLL_S)
        counts = ", ".join(f"{len(times)} {code}" for code, times in found.items())
        raise NotSent(f"of {len(letters)} letters: {counts}")

    async def close(self) -> None:
        """Close the connection."""
        await self._engine.dispose()

    async def _times(self, letters: Sequence[str]) -> dict[str, dict[object, datetime]]:
        found: dict[str, dict[object, datetime]] = {BEGUN: {}, DEPOSITED: {}, SEALED: {}}
        asked = {"letters": list(letters), "codes": list(found)}
        async with self._engine.connect() as connection:
            for row in await connection.execute(_TIMES, asked):
                found[row.code][row.sending_id] = row.at
        return found
