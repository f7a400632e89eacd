"""``preavis legal check``: the vectors of ``docs/law`` and how failures are told."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.__main__ import main
from cli.legal.command import differences
from cli.legal.functions import FUNCTIONS
from cli.legal.reading import Vector

VECTORS = Path(__file__).parents[2] / "docs" / "law" / "legal-vectors.json"


def _vectors() -> list[dict[str, Any]]:
    vectors: list[dict[str, Any]] = json.loads(VECTORS.read_text(encoding="utf-8"))["vectors"]
    return vectors


@pytest.mark.parametrize("vector", _vectors(), ids=lambda vector: vector["id"])
def test_the_engine_agrees_with_every_vector(vector: dict[str, Any]) -> None:
    assert differences(Vector(vector)) == []


def test_every_function_of_the_vectors_is_built_and_no_other() -> None:
    assert {vector["function"] for vector in _vectors()} == set(FUNCTIONS)


def test_the_command_counts_what_passed(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["legal", "check", str(VECTORS)])

    assert code == 0
    assert capsys.readouterr().out == f"{len(_vectors())} passed, 0 failed\n"


def _write(path: Path, *vectors: dict[str, Any]) -> str:
    path.write_text(json.dumps({"vectors": vectors}), encoding="utf-8")
    return str(path)


FORWARD = {
    "id": "X",
    "function": "forward_effect",
    "ground": "HAMON",
    "inputs": {"send_date": "2026-11-29"},
}


def test_only_the_expected_keys_are_compared_and_null_means_absent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = {"new_start": "2026-12-31", "refusal": None}

    code = main(["legal", "check", _write(tmp_path / "v.json", {**FORWARD, "expected": expected})])

    assert code == 0
    assert capsys.readouterr().out == "1 passed, 0 failed\n"


def test_a_difference_is_printed_with_both_values(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = {**FORWARD, "expected": {"new_start": "2026-12-30"}}

    code = main(["legal", "check", _write(tmp_path / "v.json", wrong)])

    assert code == 1
    assert capsys.readouterr().out.splitlines() == [
        "X: new_start: expected '2026-12-30', got '2026-12-31'",
        "0 passed, 1 failed",
    ]


def test_a_vector_that_cannot_be_read_fails_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = {**FORWARD, "id": "BROKEN", "inputs": {}, "expected": {"ok": True}}
    good = {**FORWARD, "expected": {"ok": True}}

    code = main(["legal", "check", _write(tmp_path / "v.json", broken, good)])

    printed = capsys.readouterr().out
    assert code == 1
    assert printed.startswith("BROKEN: KeyError")
    assert printed.endswith("1 passed, 1 failed\n")


def test_a_file_that_holds_no_vectors_is_said_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "v.json").write_text("[]", encoding="utf-8")

    assert main(["legal", "check", str(tmp_path / "v.json")]) == 2
    assert main(["legal", "check", str(tmp_path / "absent.json")]) == 2
    assert "not a file of legal vectors" in capsys.readouterr().err


def test_an_unknown_command_prints_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["unknown"]) == 2
    assert main(["--help"]) == 0
    assert "legal" in capsys.readouterr().out


def test_every_function_and_family_of_vectors_is_explained_in_docs_law() -> None:
    pages = "".join(page.read_text(encoding="utf-8") for page in VECTORS.parent.glob("*.md"))

    assert not [name for name in FUNCTIONS if f"`{name}`" not in pages]
    families = {vector["id"].split("-")[0] for vector in _vectors()}
    assert not [family for family in families if f"{family}-" not in pages]
