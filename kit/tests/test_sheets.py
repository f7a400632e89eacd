"""What a spreadsheet is given, never a formula; and what one saves, read as it was."""

import csv
import io

import pytest

from kit.sheets import Cell, Cents, SheetUnreadable, TooManyRows, read_table, sheet


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


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_table_is_read_as_spreadsheets_save_it(separator: str, encoding: str) -> None:
    text = f"Référence{separator} Échéance \r\nA1{separator}01/01/2027\r\n\r\nÉ2{separator}\r\n"

    table = read_table(text.encode(encoding), most_rows=10)

    assert table.header == ("Référence", "Échéance")
    assert [table.cells(row) for row in table.rows] == [
        {"Référence": "A1", "Échéance": "01/01/2027"},
        {"Référence": "É2", "Échéance": ""},
    ]


def test_what_was_written_is_read_back_whole() -> None:
    rows = [("a;b", 'dit "oui"'), ("deux\nlignes", "é")]

    assert read_table(sheet(["un", "deux"], rows), most_rows=2).rows == tuple(rows)


def test_a_short_row_lacks_its_last_cells_and_a_long_one_loses_what_has_no_name() -> None:
    table = read_table(b"a;b\n1\n1;2;3\n", most_rows=9)

    assert [table.cells(row) for row in table.rows] == [{"a": "1"}, {"a": "1", "b": "2"}]


def test_of_two_columns_of_one_name_the_first_counts() -> None:
    table = read_table(b"a;a\n1;2\n", most_rows=9)

    assert table.cells(table.rows[0]) == {"a": "1"}


@pytest.mark.parametrize("data", [b"", b"\n\n", b";;\n1;2", b";".join([b"a"] * 101)])
def test_what_is_no_table_is_refused(data: bytes) -> None:
    with pytest.raises(SheetUnreadable):
        read_table(data, most_rows=9)


def test_a_cell_without_an_end_is_refused() -> None:
    with pytest.raises(SheetUnreadable):
        read_table(b'a;b\n"' + b"x" * 200_000, most_rows=9)


def test_one_row_more_than_is_taken_is_refused() -> None:
    assert len(read_table(b"a\n1\n2\n", most_rows=2).rows) == 2
    with pytest.raises(TooManyRows) as refused:
        read_table(b"a\n1\n2\n3\n", most_rows=2)
    assert refused.value.facts == {"max": "2"}
