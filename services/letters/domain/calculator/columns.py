"""One row of a table of contracts, as agents keep them, read as a question to the engine."""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, TypeVar

from kit.errors import FieldError, InvalidFields
from kit.money import Money
from services.letters.domain.calculator.plan import Question
from services.letters.domain.legal import forms, ground_rows, grounds, questions
from services.letters.domain.legal.codes import CodeFamily, Ground, PolicyholderKind
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.legal.evaluation import is_reasonable
from services.letters.domain.legal.sentences import Catalogue

LONGEST_CELL: Final = 1_200
_Code = TypeVar("_Code", bound=StrEnum)
_FRENCH_DAY: Final = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
_SIGNS: Final = re.compile(r"[^a-z0-9]+")
_ISO_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_SUM: Final = re.compile(r"(\d{1,7})(?:[.,](\d{1,2}))?")
_YES: Final = frozenset({"oui", "o", "yes", "y", "x", "true", "vrai", "1"})
_NO: Final = frozenset({"", "non", "n", "no", "false", "faux", "0"})
_DAYS: Final = ("send_day", "new_start", "first_send_day")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What columns and values are called: their codes, and the French that people write."""

    columns: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    """For each closed list: the name as written -> the code."""

    @classmethod
    def of(cls, catalogue: Catalogue, own: str) -> "Names":
        """Gather the catalogue's labels and the aliases of a TOML text."""
        table = tomllib.loads(own)
        fields = {field.code for type_, ground in _pairs() for field in _fields(type_, ground)}
        columns = {bare(name): code for code in sorted(fields) for name in catalogue.names_of(code)}
        columns |= {bare(code): code for code in sorted(fields)}
        columns |= {bare(name): code for code, names in table["column"].items() for name in names}
        columns |= {code: code for code in table["column"]}
        return cls(
            columns=columns,
            values={
                "contract_type": _named(
                    (one, catalogue.contract_type(one).label) for one in ContractType
                ),
                "ground": _named((one, catalogue.ground(one).label) for one in Ground),
                **_choices(catalogue),
                "policyholder_kind": _aliases(table["policyholder_kind"]),
                "code_family": _aliases(table["code_family"]),
            },
        )


def question(cells: Mapping[str, str], names: Names, *, first_send_day: date) -> Question:
    """Read a row; a column nobody knows is the agent's own and is left alone.

    A row without a ground takes the best one offered. Raises ``InvalidFields`` naming every
    wrong column.
    """
    row = _Row(_known(cells, names), names)
    contract_type = row.code(ContractType, "contract_type", required=True)
    holder = row.code(PolicyholderKind, "policyholder_kind") or PolicyholderKind.PERSON
    family = row.code(CodeFamily, "code_family") or CodeFamily.ASSURANCES
    days = {name: row.day(name) for name in _DAYS}
    ground = row.code(Ground, "ground")
    premium = row.sum("yearly_premium")
    if contract_type and not ground and "ground" not in row.wrong:
        offered = grounds.offered(contract_type, holder, days["first_send_day"] or first_send_day)
        ground = offered[0] if offered else Ground.ECHEANCE
    answers = row.answers(contract_type, ground) if contract_type and ground else {}
    anniversary = row.day("anniversary")
    row.check()
    assert contract_type  # noqa: S101 - row.check() refused the row without one
    assert ground  # noqa: S101
    facts = forms.facts(
        answers,
        contract_type=contract_type,
        ground=ground,
        policyholder=holder,
        code_family=family,
    )
    return Question(
        facts=facts,
        first_send_day=days["first_send_day"] or first_send_day,
        send_day=days["send_day"],
        new_start=days["new_start"],
        yearly_premium=premium,
        paid_from=anniversary,
    )


def bare(text: str) -> str:
    """Return a name without case, accents nor signs: « Début prévu » is ``debut_prevu``."""
    letters = text[:200].lower()
    if not letters.isascii():
        whole = unicodedata.normalize("NFKD", letters)
        letters = "".join(one for one in whole if not unicodedata.combining(one))
    return _SIGNS.sub("_", letters).strip("_")


class _Row:
    """The known cells of a row, and the mistakes found in them."""

    def __init__(self, cells: Mapping[str, str], names: Names) -> None:
        self._cells = cells
        self._names = names
        self.wrong: dict[str, FieldError] = {}

    def check(self) -> None:
        """Raise ``InvalidFields`` when mistakes were found."""
        if self.wrong:
            raise InvalidFields(list(self.wrong.values()))

    def code(self, kind: type[_Code], column: str, *, required: bool = False) -> _Code | None:
        """Return a code of a closed list."""
        written = self._cells.get(column, "")
        if not written:
            if required:
                self._mistake(column, "field-required")
            return None
        code = self._names.values[column].get(bare(written))
        if code is None:
            self._mistake(column, "value-unknown", value=written[:40])
            return None
        return kind(code)

    def day(self, column: str) -> date | None:
        """Return a day, ISO or as the French write it."""
        return self._read(column, _day, "day-unreadable")

    def sum(self, column: str) -> Money | None:
        """Return a sum of euros."""
        return self._read(column, _money, "sum-unreadable")

    def answers(self, contract_type: ContractType, ground: Ground) -> dict[str, str]:
        """Return the answers to the questions of the pair."""
        asked = _fields(contract_type, ground)
        given = {one.code: self._answer(one) for one in asked if one.code in self._cells}
        try:
            return forms.checked(given, contract_type, ground, partial=True)
        except InvalidFields as refusal:
            for error in refusal.errors:
                self.wrong.setdefault(error.field, error)
            return {}

    def _answer(self, field: questions.Field) -> str:
        written = self._cells[field.code]
        if field.kind is questions.FieldKind.DAY:
            day = self.day(field.code)
            return day.isoformat() if day else ""
        if field.kind is questions.FieldKind.CHOICE:
            return self._names.values[field.code].get(bare(written), written)
        if field.kind is questions.FieldKind.FLAG and bare(written) not in _YES | _NO:
            self._mistake(field.code, "value-unknown", value=written[:40])
        if field.kind is questions.FieldKind.FLAG:
            return "true" if bare(written) in _YES else ""
        return written

    def _read(self, column: str, read: Callable[[str], "_Read"], reason: str) -> "_Read | None":
        written = self._cells.get(column, "")
        if not written:
            return None
        try:
            return read(written)
        except ValueError:
            self._mistake(column, reason)
            return None

    def _mistake(self, column: str, reason: str, **facts: str) -> None:
        self.wrong.setdefault(column, FieldError(column, reason, facts))


_Read = TypeVar("_Read")


def _known(cells: Mapping[str, str], names: Names) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in cells.items():
        code = names.columns.get(bare(name))
        if code and value.strip() and code not in found:
            found[code] = " ".join(value[:LONGEST_CELL].split())
    if wanted := found.pop("wanted_new_start", ""):  # the form's name for the same day
        found.setdefault("new_start", wanted)
    return found


def _day(text: str) -> date:
    if _ISO_DAY.fullmatch(text):
        day = date.fromisoformat(text)
    elif found := _FRENCH_DAY.fullmatch(text):
        day = date(int(found[3]), int(found[2]), int(found[1]))
    else:
        raise ValueError("no day")
    if not is_reasonable(day):
        raise ValueError("too far")
    return day


def _money(text: str) -> Money:
    found = _SUM.fullmatch(re.sub(r"[\s€]", "", text))
    if found is None:
        raise ValueError("no sum")
    return Money(int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0")))


def _fields(contract_type: ContractType, ground: Ground) -> tuple[questions.Field, ...]:
    return questions.fields_for(contract_type, ground)


def _pairs() -> Iterable[tuple[ContractType, Ground]]:
    return ((type_, row.ground) for type_ in ContractType for row in ground_rows.GROUNDS)


def _choices(catalogue: Catalogue) -> dict[str, dict[str, str]]:
    """Return, for each question with a closed list, the names of its answers."""
    asked = {one.code: one for type_, ground in _pairs() for one in _fields(type_, ground)}
    return {
        code: {
            bare(name): value
            for value in one.choices
            for name in (value, catalogue.choice(code, value))
        }
        for code, one in asked.items()
        if one.choices
    }


def _named(entries: Iterable[tuple[StrEnum, str]]) -> dict[str, str]:
    names = {}
    for code, label in entries:
        names[bare(label)] = code.value
        names[bare(code.value)] = code.value
    return names


def _aliases(table: Mapping[str, list[str]]) -> dict[str, str]:
    return {bare(name): code for code, names in table.items() for name in (code, *names)}
