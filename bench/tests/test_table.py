import json

import pytest

from bench.__main__ import main
from bench.table import Line, as_json, as_markdown, as_rows, as_text, growths
from bench.timing import Pair, in_turn, percentile


def a_line(ours: float, *, what: str = "holds", size: str = "1", instead: str = "pgbench") -> Line:
    return Pair([ours], [200.0]).line(
        measure="ledger", what=what, size=size, unit="/s", instead=instead
    )


def test_growth_is_counted_from_the_first_size_of_the_same_question() -> None:
    lines = [
        a_line(100),
        a_line(50, size="10"),
        a_line(30, size="10", what="captures"),
        a_line(80, instead="a loop"),
    ]

    assert growths(lines) == [1.0, 0.5, 1.0, 1.0]


def test_the_ratio_is_that_of_rounds_and_not_of_medians() -> None:
    pair = Pair([10.0, 30.0, 20.0], [10.0, 10.0, 40.0])  # the machine slowed down in the third

    line = pair.line(measure="m", what="w", size="1", unit="ms", instead="i")

    assert (line.ours, line.theirs) == (20.0, 10.0)
    assert (line.ratio, line.spread) == (1.0, (0.5, 3.0))


async def test_both_ways_are_measured_in_turn() -> None:
    order: list[str] = []

    async def measure(name: str) -> float:
        order.append(name)
        return 1.0

    pair = await in_turn(lambda: measure("ours"), lambda: measure("theirs"), rounds=2)

    assert order == ["ours", "theirs"] * 2
    assert pair.ratios == [1.0, 1.0]


@pytest.mark.parametrize(("share", "found"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_a_percentile_is_a_value_that_was_measured(share: float, found: int) -> None:
    assert percentile([float(n) for n in range(100, 0, -1)], share) == found


def test_a_table_says_the_same_to_people_pages_and_programs() -> None:
    lines = [a_line(100), a_line(51.236, size="10")]

    assert as_rows(lines)[1][3:] == (
        "51.2 /s",
        "pgbench",
        "200 /s",
        "0.256 (0.256–0.256)",
        "0.512×",
    )
    assert as_text(lines).splitlines()[2].endswith("0.512×")
    assert as_markdown(lines).splitlines()[3].endswith("| 0.512× |")
    assert json.loads(as_json(lines))[1]["ours"] == 51.236


def test_a_measure_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["letterz"])

    assert "letterz" in capsys.readouterr().err
