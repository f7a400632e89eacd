"""How long scans are kept: a rule per situation, applied by the work of ``due.py``."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from kit.days import add_years

ERASE_SCAN: Final = "erase-scan"  # kinds of due work: the row, then the file
ERASE_FILE: Final = "erase-file"


class Situation(StrEnum):
    """What became of a scan."""

    IN_PLACE = "in_place"  # beside a letter not sent yet
    DISCARDED = "discarded"  # replaced, withdrawn or voided, and never sent
    USED = "used"  # a sending was validated with it


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How long, and why."""

    years: int = 0
    days: int = 0
    why: str


RULES: Final = {
    Situation.IN_PLACE: Rule(years=2, why="drafts are erased after two years"),
    Situation.DISCARDED: Rule(days=60, why="as the trash: time to notice a mistake"),
    Situation.USED: Rule(years=7, why="as long as the proofs of the sending"),
}


def retained_until(situation: Situation, since: date) -> date:
    """Return the last Paris day on which a scan in this situation since that day is kept."""
    rule = RULES[situation]
    return add_years(since, rule.years) + timedelta(days=rule.days)
