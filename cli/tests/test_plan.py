"""``preavis legal plan``: one contract in words, or a table with each row's answer."""

from pathlib import Path

import pytest

from cli.__main__ import main
from kit.sheets import read_table

TODAY = "2026-11-22"
HEALTH = ("--type", "sante_individuelle", "--family", "mutuelle", "--today", TODAY)


def test_one_contract_is_explained_step_by_step(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(
        ["legal", "plan", *HEALTH, "--first-subscription", "01/02/2022", "--new-start",
         "2027-01-01", "--premium", "1200"]
    )  # fmt: skip

    told = capsys.readouterr().out.replace("\u00a0", " ")
    assert code == 0
    assert "Envoi de la lettre : 2026-11-29" in told
    assert "[Art. L. 221-10-2 du code de la mutualité" in told
    assert "3,29 €" in told


def test_a_refusal_gives_the_nearest_date_and_its_own_code(
    capsys: pytest.CaptureFixture[str],
) -> None:
    since = "first_subscription=2026-06-01"

    code = main(["legal", "plan", *HEALTH, "--set", since, "--new-start", "2027-01-01"])

    assert code == 1
    assert "Refusé" in capsys.readouterr().out


def test_what_is_wrong_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["legal", "plan", "--type", "fusée"]) == 2
    assert "contract_type: value-unknown" in capsys.readouterr().err


def test_each_row_of_a_file_is_answered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given, out = tmp_path / "contracts.csv", tmp_path / "plans.csv"
    given.write_text(
        "Référence;Contrat;Première souscription;Reprise\n"
        "A-1;Auto;05/02/2020;15/03/2027\n"
        "=2;Fusée;;\n"
        "A-3;Auto;01/06/2026;15/12/2026\n"
    )

    code = main(["legal", "plan", str(given), "--out", str(out), "--today", TODAY])

    table = read_table(out.read_bytes(), most_rows=9)
    rows = [table.cells(row) for row in table.rows]
    assert code == 1
    assert capsys.readouterr().err == "1 planned, 2 not\n"
    assert [row["answer"] for row in rows] == ["planned", "unreadable", "refused"]
    assert rows[0]["send_day"] == "2027-02-13"
    assert rows[1]["Référence"] == "'=2"
    assert rows[2]["reason"] == "one-year-not-elapsed"
    assert rows[2]["nearest_possible_day"]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert main(["legal", "plan", str(tmp_path / "none.csv")]) == 2
