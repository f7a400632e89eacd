"""The partners' bad days: switches of the sandbox, changed every few seconds."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from tests.e2e.outside import Outside
from tests.prove.storm.size import Size

LONGEST_S: Final = 8.0
Switches = dict[str, Any]


def _times(dice: Random, most: int, **settings: float) -> Switches:
    return {"times": dice.randint(1, most), **settings}


OPERATOR: Final[dict[str, Callable[[Random], Switches]]] = {
    "timeout_after_accept": lambda dice: _times(dice, 3, seconds=0.5),
    "error_before_accept": lambda dice: _times(dice, 3),
    "outage": lambda dice: _times(dice, 20),
    "maintenance": lambda dice: _times(dice, 10),
    "slow": lambda dice: _times(dice, 10, seconds=0.7),
    "duplicated": lambda dice: _times(dice, 30),
    "reordered": lambda dice: _times(dice, 30),
    "lost": lambda dice: _times(dice, 10),
    "delayed": lambda dice: _times(dice, 10, seconds=3),
    "held": lambda dice: _times(dice, 3, seconds=60),
    "bounce": lambda dice: _times(dice, 1),
    "rejected": lambda dice: _times(dice, 1),
    "answers": lambda dice: {"mode": dice.choice(("clear", "result", "whole"))},
}
CARDS: Final[dict[str, Callable[[Random], Switches]]] = {
    name: OPERATOR[name]
    for name in (
        "timeout_after_accept",
        "error_before_accept",
        "outage",
        "slow",
        "duplicated",
        "reordered",
        "lost",
        "delayed",
    )
}
STAMPS: Final[dict[str, Callable[[Random], Switches]]] = {
    name: OPERATOR[name] for name in ("error_before_accept", "outage", "slow")
}
PARTNERS: Final = {"ar24": OPERATOR, "stripe": CARDS, "tsa": STAMPS}
MOST_AT_ONCE: Final = 3
RARE: Final[tuple[dict[str, Switches], ...]] = (
    {
        "timeout_after_accept": {"times": 2, "seconds": 0.5, "path": "/mail"},
        "lost": {"times": 4},  # else the news tell what the answer did not
    },
    {"error_before_accept": {"times": 2, "path": "/mail"}},
    {"rejected": {"times": 1}},
)


@dataclass(slots=True, kw_only=True)
class Weather:
    """Changes the switches until told to stop, then turns them all off."""

    outside: Outside
    size: Size
    seen: Counter[str] = field(default_factory=Counter)
    rare: bool = False  # only the operator is unwell, in the ways that few letters live through

    async def blow(self, stop: asyncio.Event) -> None:
        """Change one partner's switches at a time."""
        dice = self.size.random("weather")
        while not stop.is_set():
            partner, chosen = ("ar24", dice.choice(RARE)) if self.rare else _any(dice)
            await self.outside.faults(partner, chosen)
            self.seen.update(f"{partner} {name}" for name in chosen)
            await asyncio.sleep(dice.uniform(1.0, LONGEST_S))
        await self.clear()

    async def clear(self) -> None:
        """Let every partner be well again."""
        for partner in PARTNERS:
            await self.outside.faults(partner, {})


def _any(dice: Random) -> tuple[str, dict[str, Switches]]:
    partner = dice.choice(list(PARTNERS))
    offered = PARTNERS[partner]
    chosen = dice.sample(sorted(offered), dice.randint(0, MOST_AT_ONCE))
    return partner, {name: offered[name](dice) for name in chosen}
