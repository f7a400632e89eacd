"""What a spreadsheet is given: never a formula, whoever wrote the text."""

import csv
import io

import pytest

from services.gateway.sheets import Cell, Cents, sheet


def read(data: bytes) -> list[list[str]]:
    text = data.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+33465711234",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "  =1",
        "\u00a0=HYPERLINK(1)",
        '=cmd|"/c calc"!A1',
    ],
)
def test_no_cell_starts_a_formula(text: str) -> None:
    header, row = read(sheet([text], [[text]]))

    for cell in (*header, *row):
        assert cell == f"'{text}"


@pytest.mark.parametrize("text", ["Lettre 26-00012", "a;b", 'dit "oui"', "deux\nlignes", ""])
def test_ordinary_text_comes_back_as_it_was(text: str) -> None:
    assert read(sheet(["Cause"], [[text, "fin"]]))[1] == [text, "fin"]


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        (Cents(0), "0,00"),
        (Cents(5), "0,05"),
        (Cents(-540), "-5,40"),
        (Cents(128_440), "1284,40"),
        (Cents(-1), "-0,01"),
    ],
)
def test_a_sum_is_a_number_with_its_comma(cell: Cell, written: str) -> None:
    assert read(sheet(["Montant"], [[cell]]))[1] == [written]


def test_a_spreadsheet_finds_the_accents() -> None:
    data = sheet(["Crédit"], [])

    assert data.startswith(b"\xef\xbb\xbf")
    assert data.endswith(b"\r\n")
