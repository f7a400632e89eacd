"""``preavis legal``: plan contracts, or run legal vectors through what production calls."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cli.legal import plan
from cli.legal.functions import FUNCTIONS
from cli.legal.reading import Vector
from kit.outside import read_json

_UNREADABLE: Final = 2


def main(arguments: Sequence[str]) -> int:
    """Return 0 when all passes or is planned, 1 when something is not, 2 for what is unreadable."""
    parser = argparse.ArgumentParser(prog="preavis legal", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="run the vectors of a file")
    check.add_argument("file", type=Path, help="JSON file; docs/law/README.md gives its schema")
    plan.add_to(commands)
    asked = parser.parse_args(arguments)
    return plan.run(asked) if asked.command == "plan" else _check(asked.file)


def differences(vector: Vector) -> list[str]:
    """Return how the answer differs from the expected one, on the expected keys only."""
    function = FUNCTIONS.get(vector.function)
    if function is None:
        return [f"function {vector.function!r} is not built"]
    try:
        answer, expected = function(vector), dict(vector.expected)
    except Exception as problem:  # noqa: BLE001 - a broken vector must not hide the others
        return [f"{type(problem).__name__}: {problem}"]
    return [
        f"{key}: expected {wanted!r}, got {answer.get(key)!r}"
        for key, wanted in expected.items()
        if answer.get(key) != wanted
    ]


def _check(file: Path) -> int:
    try:
        vectors = [Vector(dict(raw)) for raw in read_json(file.read_bytes())["vectors"]]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        print(f"{file}: not a file of legal vectors ({problem})", file=sys.stderr)
        return _UNREADABLE
    failed = 0
    for vector in vectors:
        problems = differences(vector)
        failed += bool(problems)
        for difference in problems:
            print(f"{vector.id}: {difference}")
    print(f"{len(vectors) - failed} passed, {failed} failed")
    return 1 if failed else 0
