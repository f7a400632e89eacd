"""What a letter says of its ground, from data: ``templates/letter/grounds.toml``."""

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from kit import french
from services.letters.domain.legal import questions
from services.letters.domain.legal.codes import Ground
from services.letters.domain.legal.questions import FieldKind
from services.letters.domain.legal.sentences import Catalogue
from services.letters.domain.sheet import Sheet
from services.letters.partners.marking import set_name, set_prose

_BY_FACTS: Final = {"dated", "month", "clause", "thirty", "rights", "loan"}
"""Effects whose last covered day stands in the table of dates."""


class GroundWords:
    """The sentences of the grounds that share one page."""

    def __init__(self, file: Path, catalogue: Catalogue) -> None:
        """Read the table once."""
        self.table: Mapping[str, Any] = tomllib.loads(file.read_text("utf-8"))
        self._catalogue = catalogue

    def said(self, sheet: Sheet) -> Mapping[str, Markup | bool]:
        """Return cause, mention, effect and request of a letter, its facts set in their place."""
        row = self.table.get(sheet.ground or "")
        if row is None:
            return {}
        facts = _Facts(self._facts(sheet), self._catalogue, sheet.ground)
        absent = row.get("needs") and not sheet.shared.get(row["needs"])
        texts = {
            "because": row["because_absent"] if absent else row["because"],
            "mention": row.get("mention", ""),
            "effect": self.table["effect"][row["effect"]],
            "request": row["request"],
        }
        said = {name: set_prose(text).format_map(facts) for name, text in texts.items()}
        return {**said, "dated": row["effect"] in _BY_FACTS}

    def _facts(self, sheet: Sheet) -> dict[str, Markup]:
        days = {
            "end": sheet.last_covered_day,
            "covered_until": sheet.last_covered_day,
            "receipt": sheet.presumed_receipt,
            "contract_end": sheet.contract_end,
            "new_start": sheet.new_start,
        }
        known = {name: _day(day) for name, day in days.items() if day}
        for contract in sheet.contracts[:1]:
            for field in questions.fields_for(contract.type, contract.ground):
                if value := sheet.shared.get(field.code) or field.default:
                    known[field.code] = self._answer(field, value)
        return known

    def _answer(self, field: questions.Field, value: str) -> Markup:
        if field.kind is FieldKind.DAY:
            return _day(date.fromisoformat(value))
        if field.kind is FieldKind.CHOICE:
            label = self._catalogue.choice(field.code, value)
            return set_prose(label[:1].lower() + label[1:])
        return set_name(value)


class _Facts(dict[str, Markup]):
    """Facts by name; one that is still unknown is said to be so, in its place."""

    def __init__(
        self, known: Mapping[str, Markup], catalogue: Catalogue, ground: Ground | None
    ) -> None:
        super().__init__(known)
        self._catalogue = catalogue
        self._ground = ground

    def __missing__(self, name: str) -> Markup:
        label = "date"
        if name not in _DATES:
            label = self._catalogue.field(name, self._ground).label
        label = label[:1].lower() + label[1:]
        return Markup('<mark class="manque">[{} à compléter]</mark>').format(label)


_DATES: Final = {"end", "covered_until", "receipt", "contract_end", "new_start"}


def _day(day: date) -> Markup:
    return set_prose(french.plain_day(day))
