"""The people around the agencies: staff who look, recipients who answer."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.e2e.outside import Outside
from tests.prove.storm.client import Client, Refused, Wanted
from tests.prove.storm.size import Size

LOOK_EVERY_S: Final = 2.0
PATIENCE_S: Final = 6.0
"""Staff look once a call that was under way has surely ended: our operator is never slower."""
TURNS: Final = 300
ANSWERED: Final = 0.25  # of the letters, and as many sealed sheets
MOVES: Final = {"accept": 80, "refuse": 12, "bounce": 8}  # among the answers
LEFT_ASIDE: Final = 0.1  # of the unknown: nobody came to look yet
NOTE: Final = {"evidence_note": "Vu dans l’espace client de l’opérateur."}


@dataclass(slots=True, kw_only=True)
class Staff:
    """The member of staff: settles what no operator answered, after a look at its own record."""

    client: Client
    outside: Outside
    size: Size
    settled: Counter[str] = field(default_factory=Counter)
    _seen: dict[str, float] = field(default_factory=dict)

    async def work(self, stop: asyncio.Event) -> None:
        """Look every other second, until told to stop."""
        while not stop.is_set():
            await self.look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> int:
        """Settle what can be; return how many wait for more than that."""
        waiting = (await self.client.read("/staff/unknown-sendings"))["sendings"]
        mine = [one for one in waiting if not self.is_left_aside(one)]
        for one in mine:
            since = self._seen.setdefault(one["our_reference"], time.monotonic())
            if time.monotonic() - since >= PATIENCE_S:
                await self._settle(one)
        return len(mine)

    async def finish(self) -> None:
        """Work until nothing waits but what is left aside. Raises ``TimeoutError``."""
        for _ in range(TURNS):
            if not await self.look():
                return
            await asyncio.sleep(1)
        raise TimeoutError("sendings stay unknown, whatever staff say")

    def is_left_aside(self, unknown: Mapping[str, Any]) -> bool:
        """Tell whether nobody comes to look at this one before the end."""
        return self.size.random("aside", unknown["letter_number"]).random() < LEFT_ASIDE

    async def _settle(self, unknown: Mapping[str, Any]) -> None:
        reference = unknown["our_reference"]
        found = await self.outside.letters_named(reference)
        outcome = "accepted" if found else "absent"
        known = {"operator_reference": found[0]["id"]} if found else {"our_reference": reference}
        try:
            await self.client.ask(
                Wanted(
                    act=f"confirm-{outcome}",
                    subject=str(unknown["letter_number"]),
                    method="POST",
                    path=f"/staff/unknown-sendings/{unknown['sending_id']}/{outcome}",
                    body={**NOTE, **known},
                    noted={"sending_id": unknown["sending_id"], **known},
                )
            )
        except Refused as refusal:  # news came first: there is nothing left to settle
            self.settled[refusal.reason] += 1
        else:
            self.settled[outcome] += 1


@dataclass(slots=True, kw_only=True)
class Recipients:
    """Those who are written to: some accept, some refuse, most never come; a mailbox is closed."""

    outside: Outside
    size: Size
    answers: Counter[str] = field(default_factory=Counter)
    rare: bool = False  # every other mailbox turns out to be closed
    _done: set[str] = field(default_factory=set)

    async def work(self, stop: asyncio.Event) -> None:
        """Come by now and then, until told to stop."""
        while not stop.is_set():
            await self.come_by()
            await asyncio.sleep(LOOK_EVERY_S)

    async def come_by(self) -> None:
        """Answer what waits, as each one decided long ago."""
        for letter in await self.outside.waiting_letters():
            if letter["id"] in self._done:
                continue
            self._done.add(letter["id"])
            if move := self._decision(letter["ref_client"]):
                await self.outside.decide(letter["id"], move)
                self.answers[move] += 1

    def _decision(self, number: str) -> str:
        dice = self.size.random("answer", number)
        if self.rare:
            return "bounce" if dice.random() < 1 / 2 else ""
        if dice.random() >= ANSWERED:
            return ""
        return dice.choices(list(MOVES), weights=list(MOVES.values()))[0]
