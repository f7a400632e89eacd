"""A few hundred invented intermediaries: always the same ones, renewing each February or not."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Final

RENEWAL_MONTH: Final = 3
FIRST_YEAR: Final = 2007
NOW_ISH: Final = 2026
COUNT: Final = 300
LAPSING_PERCENT: Final = 6
SURNAMES: Final = (
    "Abadie", "Aubry", "Barbier", "Bastide", "Bellanger", "Besson", "Bonnafous", "Bourdin",
    "Brossard", "Cadiou", "Carlier", "Chabert", "Chastel", "Collet", "Coste", "Dalmas",
    "Delattre", "Desnoyers", "Duvivier", "Escande", "Fabre", "Faucher", "Favier", "Garrigue",
    "Gaudin", "Gicquel", "Granier", "Guillou", "Hamelin", "Jacquin", "Jourdan", "Kerlan",
    "Lacombe", "Lagarde", "Lambert", "Lavigne", "Lebrun", "Lescure", "Maillard", "Marchal",
    "Mercadier", "Montel", "Navarre", "Nogaret", "Oriol", "Pascal", "Peyre", "Poulain",
    "Quentin", "Ravel", "Rigaud", "Rouvière", "Sabatier", "Serres", "Tavernier", "Teissier",
    "Valette", "Vasseur", "Vidalin", "Ziegler",
)  # fmt: skip
SHAPES: Final = (
    "{} Assurances",
    "Cabinet {}",
    "{} et Fils",
    "Courtage {}",
    "{} Conseil",
    "Agence {}",
    "{} Patrimoine",
    "Groupe {} Courtage",
)
CATEGORIES: Final = ("COA", "AGA", "COA", "MIA", "AGA", "MA", "COA", "COBSP")


class State(StrEnum):
    """How the register speaks of a firm on a given day."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REMOVED = "removed"


@dataclass(frozen=True)
class Intermediary:
    """One firm. ``last_year`` is the last year it renewed for, None when it always renews."""

    number: str
    siren: str
    name: str
    categories: tuple[str, ...]
    registered_on: date
    removed_on: date | None = None
    last_year: int | None = None

    def state(self, day: date) -> State:
        """Return how the firm stands: registrations end on the last day of February, each year."""
        if self.removed_on is not None and self.removed_on <= day:
            return State.REMOVED
        if self.last_year is not None and day >= date(self.last_year + 1, RENEWAL_MONTH, 1):
            return State.EXPIRED
        return State.ACTIVE

    def ended_on(self, day: date) -> date | None:
        """Return the day its registration ended, None while it is active."""
        match self.state(day):
            case State.REMOVED:
                return self.removed_on
            case State.EXPIRED if self.last_year is not None:
                return date(self.last_year + 1, RENEWAL_MONTH, 1)
            case _:
                return None

    def valid_until(self, day: date) -> date | None:
        """Return the end of the present registration: the last day of February to come."""
        if self.state(day) is not State.ACTIVE:
            return None
        year = day.year + (day.month >= RENEWAL_MONTH)
        return date.fromordinal(date(year, RENEWAL_MONTH, 1).toordinal() - 1)


KNOWN: Final = (
    # The demonstration's own firms, as its documents show them.
    ("07045812", 45812, "Béraud Assurances", ("AGA", "COA"), None),
    ("19003271", 65140, "Lazare Courtage", ("COA",), None),
    ("13904417", 65141, "Assurances Delporte", ("AGA",), None),
    ("21907733", 65142, "Azur Protection Conseil", ("COA", "MIA"), None),
    ("15902268", 65143, "Agence Morvan et Fils", ("AGA",), 2025),
)


def siren_of(rank: int) -> str:
    """Return SIREN number ``rank`` of the fictional range: ``000``, five figures, Luhn's check.

    INSEE gives no number beginning with ``000``, so none of ours can be somebody's.
    """
    root = f"000{rank:05d}"
    doubled = (int(figure) * (1 + (place % 2)) for place, figure in enumerate(root))
    total = sum(value // 10 + value % 10 for value in doubled)
    return root + str(-total % 10)


class Population:
    """All the intermediaries, found by either of their numbers."""

    def __init__(self, count: int = COUNT) -> None:
        self._count = count

    def all(self) -> tuple[Intermediary, ...]:
        """Return everyone, in order of number."""
        return tuple(sorted(self._by_number.values(), key=lambda each: each.number))

    def find(self, *, number: str = "", siren: str = "") -> Intermediary | None:
        """Return the firm that bears this number, None for a stranger."""
        return self._by_number.get(number) if number else self._by_siren.get(siren)

    @cached_property
    def _by_number(self) -> dict[str, Intermediary]:
        return {each.number: each for each in (*_known(), *self._invented())}

    @cached_property
    def _by_siren(self) -> dict[str, Intermediary]:
        return {each.siren: each for each in self._by_number.values()}

    def _invented(self) -> Iterator[Intermediary]:
        for rank in range(self._count):
            draw = _draws(rank)
            year = FIRST_YEAR + draw[0] % (NOW_ISH - FIRST_YEAR)
            name = SHAPES[draw[1] % len(SHAPES)].format(SURNAMES[rank % len(SURNAMES)])
            removed = lapsed = None
            if draw[2] % 100 < LAPSING_PERCENT:
                removed = date(min(year + 3, NOW_ISH), 1 + draw[3] % 9, 1 + draw[4] % 28)
            elif draw[5] % 100 < LAPSING_PERCENT:
                lapsed = year + 1 + draw[6] % (NOW_ISH + 2 - year)
            yield Intermediary(
                number=f"{year % 100:02d}9{rank:05d}",  # real ones never reach 900 000 in a year
                siren=siren_of(1000 + rank),
                name=name,
                categories=(CATEGORIES[draw[7] % len(CATEGORIES)],),
                registered_on=date(year, 1 + draw[8] % 12, 1 + draw[9] % 28),
                removed_on=removed,
                last_year=lapsed,
            )


def _known() -> Iterator[Intermediary]:
    for number, rank, name, categories, last_year in KNOWN:
        yield Intermediary(
            number=number,
            siren=siren_of(rank),
            name=name,
            categories=categories,
            registered_on=date(2000 + int(number[:2]), 3, 12),
            last_year=last_year,
        )


def _draws(rank: int) -> bytes:
    """Return the same 32 dice for the same rank, always."""
    return hashlib.sha256(f"intermediary {rank}".encode()).digest()
