"""How long things are kept, as a dated table, and the day on which each is erased."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from kit.days import add_years

PROOF_YEARS: Final = 7


class Kept(StrEnum):
    """Kinds of things with a term."""

    PROOF = "proof"
    DRAFT = "draft"
    TRASH = "trash"
    PAPER_CONTENT = "paper_content"


TERMS: Final[Mapping[Kept, Callable[[date], date]]] = {
    # The law asks the operator for one year (CPCE art. R. 53-2, R. 53-3); we promise seven.
    Kept.PROOF: lambda start: add_years(start, PROOF_YEARS),
    Kept.DRAFT: lambda start: add_years(start, 2),
    Kept.TRASH: lambda start: start + timedelta(days=60),
    Kept.PAPER_CONTENT: lambda start: start + timedelta(days=14),
}


def purge_day(kind: Kept, start: date) -> date:
    """Return the Paris day on which a thing kept since ``start`` is erased.

    Years go from date to date: a draft of 29 February 2028 goes on 28 February 2030.
    """
    return TERMS[kind](start)
