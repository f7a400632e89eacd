"""The directory's CSV file: each line becomes a body, or a list of what is wrong with it."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from stdnum.fr import siren as siren_number

from kit.ids import derived_id
from kit.text import tidy
from services.letters.domain.legal.codes import CodeFamily
from services.letters.domain.legal.contract_types import Section
from services.letters.domain.policyholder import is_email, phone_number
from services.letters.domain.recipient import (
    AddressScope,
    ElectronicAddress,
    PostalAddress,
    Recipient,
    RecipientKind,
    RegisterContact,
)

REQUIRED: Final = (
    "body_id",
    "name",
    "kind",
    "siren",
    "code_family",
    "postal_lines",
    "postcode",
    "town",
)
OPTIONAL: Final = (
    "electronic_address", "group_postal_lines", "group_postcode", "group_town",
    "group_electronic_address", "families", "identified", "contact_name", "contact_phone",
    "contact_email", "group_contact_name", "group_contact_phone", "group_contact_email", "aliases",
    "open",
)  # fmt: skip
WINDOW_WIDTH: Final = 38
"""Characters of one line of the postal norm (NF Z 10-011)."""
LONGEST: Final = {"name": 120, "town": 32, "group_town": 32, "contact_name": 80,
                  "group_contact_name": 80, "aliases": 400}  # fmt: skip
"""Characters of the other texts: a town stands after its postcode on one line."""
_FAMILIES: Final = {
    "A": CodeFamily.ASSURANCES,
    "S": CodeFamily.SECURITE_SOCIALE,
    "M": CodeFamily.MUTUALITE,
}
_SECTIONS: Final = frozenset(section.lower() for section in Section)
_WITHOUT_SIREN: Final = frozenset({RecipientKind.MANAGER, RecipientKind.MEDIATOR})
_BODY_ID: Final = re.compile(r"[A-Z0-9-]{2,20}")
_T = TypeVar("_T")
_YES_NO: Final = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class BadCell:
    """What is wrong, where: the file's line (the header is 1), the column and a stable reason."""

    line: int
    column: str
    reason: str
    value: str = ""


def read_directory(data: bytes) -> tuple[list[Recipient], list[BadCell]]:
    """Return the bodies of a file and everything that is wrong in it, in the file's order."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [], [BadCell(1, "", "file-not-utf-8")]
    reader = csv.DictReader(io.StringIO(text), delimiter=";", strict=True)
    try:
        wrong = _wrong_columns(reader.fieldnames or ())
        return ([], wrong) if wrong else _read_lines(reader)
    except csv.Error:  # a quote out of place: where the next cell begins is anybody's guess
        return [], [BadCell(reader.line_num + 1, "", "line-unreadable")]


def _wrong_columns(columns: Sequence[str]) -> list[BadCell]:
    wrong = [BadCell(1, name, "column-missing") for name in REQUIRED if name not in columns]
    known = {*REQUIRED, *OPTIONAL}
    wrong += [BadCell(1, tidy(name), "column-unknown") for name in columns if name not in known]
    twice = sorted({name for name in columns if columns.count(name) > 1})
    return wrong + [BadCell(1, name, "column-twice") for name in twice if name in known]


def _read_lines(reader: "csv.DictReader[str]") -> tuple[list[Recipient], list[BadCell]]:
    bodies: list[Recipient] = []
    wrong: list[BadCell] = []
    seen: dict[str, int] = {}
    for cells in reader:
        line = reader.line_num
        if None in cells or None in cells.values():
            wrong.append(BadCell(line, "", "cells-do-not-match-columns"))
            continue
        row = _Row(line, {name: tidy(value) for name, value in cells.items()})
        body, bad = row.read()
        if body and body.body_id in seen:
            bad = [BadCell(line, "body_id", "body-id-twice", f"line {seen[body.body_id]}")]
        wrong += bad
        if body and not bad:
            seen[body.body_id] = line
            bodies.append(body)
    return bodies, wrong


class _Row:
    """One line of the file, with the faults found so far."""

    def __init__(self, line: int, cells: Mapping[str, str]) -> None:
        self._line = line
        self._cells = cells
        self._bad: list[BadCell] = []

    def read(self) -> tuple[Recipient | None, list[BadCell]]:
        body_id = self._matching("body_id", _BODY_ID, "body-id-malformed")
        kind = self._one_of("kind", {kind.value: kind for kind in RecipientKind})
        family = self._one_of("code_family", _FAMILIES)
        siren = self._siren(required=kind not in _WITHOUT_SIREN)
        postal, electronic, contacts = self._addresses()
        identified = self._yes_no("identified", default=False)
        is_open = self._yes_no("open", default=True)
        families = self._families()
        name = self._required("name")
        for column, longest in LONGEST.items():
            if len(self._get(column)) > longest:
                self._fault(column, "too-long", self._get(column)[:longest])
        if self._bad or kind is None or family is None:
            return None, self._bad
        return Recipient(
            id=derived_id("recipient", body_id),
            body_id=body_id,
            name=name,
            kind=kind,
            siren=siren,
            code_family=family,
            postal=postal,
            electronic=electronic,
            identified=identified,
            contacts=contacts,
            families=families,
            aliases=self._list("aliases"),
            is_open=is_open,
        ), []

    def _addresses(
        self,
    ) -> tuple[
        tuple[PostalAddress, ...], tuple[ElectronicAddress, ...], tuple[RegisterContact, ...]
    ]:
        """Read the general address, and the group one that narrows it to persons' contracts."""
        split = any(self._get(name) for name in OPTIONAL if name.startswith("group_"))
        general = AddressScope.PERSON if split else AddressScope.ANY
        places = [(general, "")] + ([(AddressScope.COMPANY_GROUP, "group_")] if split else [])
        postal = [one for scope, prefix in places for one in self._postal(scope, prefix)]
        electronic = [one for scope, prefix in places for one in self._electronic(scope, prefix)]
        contacts = [one for scope, prefix in places for one in self._contact(scope, prefix)]
        return tuple(postal), tuple(electronic), tuple(contacts)

    def _postal(self, scope: AddressScope, prefix: str) -> Iterator[PostalAddress]:
        columns = (f"{prefix}postal_lines", f"{prefix}postcode", f"{prefix}town")
        if prefix and not any(self._get(column) for column in columns):
            return
        lines = self._list(columns[0])
        if not 1 <= len(lines) <= 4:  # noqa: PLR2004 - six lines, name and town included
            self._fault(columns[0], "one-to-four-lines")
        for line in lines:
            if len(line) > WINDOW_WIDTH:
                self._fault(columns[0], "line-too-long", line)
        postcode = self._matching(columns[1], re.compile(r"[0-9]{5}"), "postcode-five-digits")
        yield PostalAddress(
            scope=scope, lines=lines, postcode=postcode, town=self._required(columns[2])
        )

    def _electronic(self, scope: AddressScope, prefix: str) -> Iterator[ElectronicAddress]:
        email = self._email(f"{prefix}electronic_address")
        if email:
            yield ElectronicAddress(scope=scope, email=email)

    def _contact(self, scope: AddressScope, prefix: str) -> Iterator[RegisterContact]:
        name = self._get(f"{prefix}contact_name")
        phone = self._get(f"{prefix}contact_phone")
        email = self._email(f"{prefix}contact_email")
        if phone and phone_number(phone) is None:
            self._fault(f"{prefix}contact_phone", "phone-unreadable", phone)
        if name or phone or email:
            yield RegisterContact(
                scope=scope, name=name, phone=phone_number(phone) or "", email=email
            )

    def _get(self, column: str) -> str:
        return self._cells.get(column, "")

    def _list(self, column: str) -> tuple[str, ...]:
        return tuple(part for part in map(tidy, self._get(column).split("|")) if part)

    def _fault(self, column: str, reason: str, value: str = "") -> None:
        self._bad.append(BadCell(self._line, column, reason, value or self._get(column)))

    def _required(self, column: str) -> str:
        value = self._get(column)
        if not value:
            self._fault(column, "field-required")
        return value

    def _matching(self, column: str, pattern: re.Pattern[str], reason: str) -> str:
        value = self._required(column)
        if value and not pattern.fullmatch(value):
            self._fault(column, reason)
        return value

    def _one_of(self, column: str, choices: Mapping[str, _T]) -> _T | None:
        value = self._required(column)
        if value and value not in choices:
            self._fault(column, "value-unknown")
        return choices.get(value)

    def _siren(self, *, required: bool) -> str:
        value = self._get("siren").replace(" ", "")
        if not value and not required:
            return ""
        if not siren_number.is_valid(value):
            self._fault("siren", "siren-malformed")
        return value

    def _email(self, column: str) -> str:
        value = self._get(column)
        if value and not is_email(value):
            self._fault(column, "email-unreadable")
        return value

    def _yes_no(self, column: str, *, default: bool) -> bool:
        value = self._get(column)
        if value and value not in _YES_NO:
            self._fault(column, "yes-or-no")
        return _YES_NO.get(value, default)

    def _families(self) -> tuple[str, ...]:
        families = self._list("families")
        for one in families:
            if one not in _SECTIONS:
                self._fault("families", "family-unknown", one)
        return families
