"""What becomes of each letter of a storm, drawn from its seed."""

from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Any, Final

from tests.e2e.agency import PERSON
from tests.prove.storm.size import Size

PRICES: Final = {"simple": 360, "acknowledged": 540}  # cents, VAT included


class Fate(StrEnum):
    """How a client goes about a letter."""

    NOW = "now"
    SCANNED = "scanned"  # now, with a signed mandate
    TWICE = "twice"  # now, the button pressed in two windows
    LATER = "later"  # on a day to come
    MOVED = "moved"
    CANCELLED = "cancelled"
    RESUMED = "resumed"  # cancelled, then validated again: a second generation
    MISPRICED = "mispriced"  # validated at a price that is no more, then at today's


SHARES: Final = {
    Fate.NOW: 58,
    Fate.SCANNED: 4,
    Fate.TWICE: 6,
    Fate.LATER: 12,
    Fate.MOVED: 6,
    Fate.CANCELLED: 7,
    Fate.RESUMED: 5,
    Fate.MISPRICED: 2,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One letter to write."""

    subject: str
    fate: Fate
    kind: str
    recipient: int  # which of the bodies that can be reached
    days: int  # how far ahead, when it is scheduled

    @property
    def policyholder(self) -> dict[str, Any]:
        """Return whose contract it ends; the reference names the letter for the checker."""
        return {**PERSON, "client_reference": self.subject}

    @property
    def contract(self) -> dict[str, Any]:
        """Return the contract it ends: of a kind whose letter may leave on any day."""
        return {
            "contract_type": "autre",
            "ground": "CUSTOM",
            "reference": f"VA-{self.subject}",
            "fields": {
                "type_label": "Assurance d’un instrument de musique",
                "ground_text": f"Ce contrat prend fin d’un commun accord ({self.subject}).",
                "reviewed": "true",
            },
        }


def draw(size: Size) -> list[Script]:
    """Draw every letter of a storm."""
    dice = size.random("letters")
    fates = dice.choices(list(SHARES), weights=list(SHARES.values()), k=size.letters)
    return [_drawn(size, number, fate, dice) for number, fate in enumerate(fates)]


def one_of_each(size: Size, first: int) -> list[Script]:
    """Draw a letter of every fate, numbered from ``first``."""
    dice = size.random("letters", first)
    return [_drawn(size, number, fate, dice) for number, fate in enumerate(Fate, start=first)]


def _drawn(size: Size, number: int, fate: Fate, dice: Random) -> Script:
    return Script(
        subject=f"P{size.seed}-{number:05d}",
        fate=fate,
        kind=dice.choice(list(PRICES)),
        recipient=dice.randrange(10_000),
        days=dice.choice((1, 1, 2)),
    )
