"""Rows are locked alone: in one statement, what is joined to a row that was waited for is stale."""

from pathlib import Path

from tests.house.source import ROOT

ON_A_JOIN = "with_for_update(of="


def stores() -> list[Path]:
    return sorted(path for path in (ROOT / "services").rglob("*.py") if "store" in str(path))


def test_no_statement_locks_one_table_of_a_join() -> None:
    """Postgres reads the locked row again after the wait, and not the rows joined to it."""
    wrong = [str(path) for path in stores() if ON_A_JOIN in path.read_text("utf-8")]

    assert stores()
    assert wrong == []
