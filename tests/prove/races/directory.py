"""The recipients' directory as its keepers change it: a file of some bodies, imported."""

import asyncio
import csv
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.e2e.staff import DIRECTORY
from tests.prove.races.barrier import THE_DIRECTORY, Barrier
from tests.prove.races.ground import Ground
from tests.prove.storm.setting import BOUNCING

START_S: Final = 30.0  # a command's process starts, and comes to its write


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A body with one electronic address."""

    recipient_id: str
    row: Mapping[str, str]

    @property
    def address(self) -> str:
        """Its address in the directory it started with."""
        return self.row["electronic_address"]

    @property
    def moved(self) -> dict[str, str]:
        """Its line once its address is another."""
        return {**self.row, "electronic_address": self.new_address}

    @property
    def new_address(self) -> str:
        """Where it is written to once it has moved."""
        return f"nouvelle.{self.address}"

    @property
    def closed(self) -> dict[str, str]:
        """Its line once it is closed."""
        return {**self.row, "open": "no"}


async def bodies(ground: Ground, count: int) -> list[Body]:
    """Return bodies with one electronic address, which does not bounce."""
    with DIRECTORY.open(encoding="utf-8", newline="") as file:
        rows = {row["body_id"]: row for row in csv.DictReader(file, delimiter=";")}
    known = await ground.rows("letters", "SELECT id::text, body_id FROM recipient ORDER BY body_id")
    found = [Body(recipient_id=one["id"], row=rows[one["body_id"]]) for one in known]
    return [one for one in found if _is_plain(one)][:count]


def _is_plain(body: Body) -> bool:
    return (
        bool(body.address)
        and not body.row["group_electronic_address"]
        and not body.address.startswith(BOUNCING)
        and body.row["open"] == "yes"
    )


@asynccontextmanager
async def importing(
    ground: Ground, path: Path, rows: Sequence[Mapping[str, str]]
) -> AsyncIterator[Barrier]:
    """Bring an import of these lines to the point where it writes; it ends with the block."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    command = ("services.letters.main", "import-directory", str(path))
    async with ground.barrier("letters", THE_DIRECTORY) as gate:
        work = asyncio.create_task(asyncio.to_thread(ground.house.run, *command, service="letters"))
        await gate.reached_by(1, patience_s=START_S)
        yield gate
        await gate.let_go()
        await work


async def restore(ground: Ground, path: Path, changed: Sequence[Body]) -> None:
    """Give bodies back the lines they had."""
    async with importing(ground, path, [body.row for body in changed]):
        pass
