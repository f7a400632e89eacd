"""The directory's CSV: good lines become bodies, each fault says its line and column."""

import pytest

from services.letters.domain.directory_file import BadCell, read_directory
from services.letters.domain.legal.codes import CodeFamily
from services.letters.domain.recipient import AddressScope, Recipient, RecipientKind

GOOD = {
    "body_id": "VAL-DAMBRE",
    "name": "Mutuelle Val d’Ambre",
    "kind": "mutuelle",
    "siren": "404 833 048",
    "code_family": "M",
    "postal_lines": "Service Résiliations | 41 avenue des Tanneurs",
    "postcode": "73000",
    "town": "Chambéry",
    "electronic_address": "resiliations@val-dambre.example",
    "families": "health | life",
    "identified": "yes",
    "aliases": "Val Ambre",
}


def file(*rows: dict[str, str]) -> str:
    columns = list(rows[0])
    lines = [";".join(columns), *(";".join(row[name] for name in columns) for row in rows)]
    return "\n".join(lines) + "\n"


def read(**changes: str) -> tuple[list[Recipient], list[BadCell]]:
    return read_directory(file({**GOOD, **changes}).encode())


def test_a_good_line_becomes_a_body() -> None:
    (body,), wrong = read()

    assert wrong == []
    assert (body.name, body.kind, body.code_family) == (
        "Mutuelle Val d’Ambre",
        RecipientKind.MUTUELLE,
        CodeFamily.MUTUALITE,
    )
    assert body.siren == "404833048"
    assert body.postal[0].lines == ("Service Résiliations", "41 avenue des Tanneurs")
    assert body.postal[0].scope is AddressScope.ANY
    assert body.electronic[0].email == "resiliations@val-dambre.example"
    assert (body.families, body.identified, body.is_open) == (("health", "life"), True, True)


@pytest.mark.parametrize(("kind", "faults"), [("manager", 0), ("mediator", 0), ("bank", 1)])
def test_managers_and_mediators_may_have_no_siren(kind: str, faults: int) -> None:
    _, wrong = read(kind=kind, siren="")

    assert len(wrong) == faults


def test_a_body_keeps_its_id_from_one_file_to_the_next() -> None:
    (first,), _ = read()
    (second,), _ = read(name="Mutuelle du Val d’Ambre")

    assert first.id == second.id


def test_a_group_address_narrows_the_general_one_to_persons() -> None:
    (body,), wrong = read(
        group_postal_lines="Service Entreprises | BP 12",
        group_postcode="73001",
        group_town="Chambéry Cedex",
        group_electronic_address="entreprises@val-dambre.example",
    )

    assert wrong == []
    assert [address.scope for address in body.postal] == [
        AddressScope.PERSON,
        AddressScope.COMPANY_GROUP,
    ]
    assert [address.email for address in body.electronic] == [
        "resiliations@val-dambre.example",
        "entreprises@val-dambre.example",
    ]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("body_id", "val d", "body-id-malformed"),
        ("name", "", "field-required"),
        ("kind", "shop", "value-unknown"),
        ("siren", "404833049", "siren-malformed"),
        ("code_family", "X", "value-unknown"),
        ("postal_lines", "", "one-to-four-lines"),
        ("postal_lines", "x" * 39, "line-too-long"),
        ("postcode", "7300", "postcode-five-digits"),
        ("name", "x" * 121, "too-long"),
        ("name", "\u3164\u200b", "field-required"),
        ("town", "x" * 33, "too-long"),
        ("contact_name", "x" * 81, "too-long"),
        ("electronic_address", "val-dambre", "email-unreadable"),
        ("families", "santé", "family-unknown"),
        ("identified", "oui", "yes-or-no"),
    ],
)
def test_a_wrong_cell_is_told_with_its_line_and_column(
    column: str, value: str, reason: str
) -> None:
    bodies, wrong = read(**{column: value})

    assert bodies == []
    assert [(one.line, one.column, one.reason) for one in wrong] == [(2, column, reason)]


def test_the_same_body_twice_is_told_on_its_second_line() -> None:
    bodies, wrong = read_directory(file(GOOD, GOOD).encode())

    assert len(bodies) == 1
    assert [(one.line, one.reason) for one in wrong] == [(3, "body-id-twice")]


def test_a_missing_or_unknown_column_is_told_before_any_line() -> None:
    without = {name: value for name, value in GOOD.items() if name != "siren"}

    bodies, wrong = read_directory(file({**without, "fax": "no"}).encode())

    assert bodies == []
    assert [(one.line, one.column, one.reason) for one in wrong] == [
        (1, "siren", "column-missing"),
        (1, "fax", "column-unknown"),
    ]


def test_a_line_of_another_length_does_not_shift_the_others() -> None:
    text = file(GOOD) + "TROP;court\n" + file(GOOD, {**GOOD, "body_id": "AUTRE"}).split("\n")[2]

    bodies, wrong = read_directory(text.encode())

    assert [body.body_id for body in bodies] == ["VAL-DAMBRE", "AUTRE"]
    assert [(one.line, one.reason) for one in wrong] == [(3, "cells-do-not-match-columns")]


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        (file(GOOD).encode("cp1252"), 1, "file-not-utf-8"),
        (file(GOOD).encode() + b'"a"b;', 3, "line-unreadable"),
        (b'"' + file(GOOD).encode(), 1, "line-unreadable"),
        (file(GOOD).encode() + b"x" * 200_000, 3, "line-unreadable"),
        (file(GOOD).replace(";", ";name;", 1).encode(), 1, "column-twice"),
    ],
    ids=["cp1252", "quote within", "quote open", "cell too long", "column twice"],
)
def test_a_file_that_is_no_table_is_told_as_a_whole(data: bytes, line: int, reason: str) -> None:
    bodies, wrong = read_directory(data)

    assert bodies == []
    assert [(one.line, one.reason) for one in wrong] == [(line, reason)]
