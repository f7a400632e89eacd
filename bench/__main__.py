"""``python -m bench``: measures everything, or what is named, and prints one table."""

import argparse
import asyncio
import dataclasses
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.ground import Ground, end_in_order
from bench.measures import MEASURES
from bench.sizes import TOY, Sizes
from bench.table import Line, as_json, as_markdown, as_rows, as_text


async def take(names: Sequence[str], sizes: Sizes) -> list[Line]:
    """Take these measures, one after the other, saying how far it is."""
    lines: list[Line] = []
    async with Ground() as ground:
        for name in names:
            start = time.monotonic()
            async for line in MEASURES[name](sizes, ground):
                print("  ".join(as_rows([line])[0]).rstrip(), file=sys.stderr)  # if it is cut short
                lines.append(line)
            print(f"{name}: {time.monotonic() - start:.0f} s", file=sys.stderr)
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    asked = _parser().parse_args(arguments)
    given: dict[str, Any] = {
        field.name: tuple(value) if isinstance(value, list) else value
        for field in dataclasses.fields(Sizes)
        if (value := getattr(asked, field.name)) is not None
    }
    sizes = dataclasses.replace(TOY if asked.toy else Sizes(), **given)
    end_in_order()
    lines = asyncio.run(take(asked.measures or list(MEASURES), sizes))
    print(as_text(lines))
    for path, write in ((asked.json, as_json), (asked.markdown, as_markdown)):
        if path is not None:
            path.write_text(write(lines) + "\n", encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument(
        "measures",
        nargs="*",
        choices=[*MEASURES, []],
        metavar="MEASURE",
        help=f"among {', '.join(MEASURES)}; none: all",
    )
    parser.add_argument("--toy", action="store_true", help="as small as can be: does it run?")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every figure")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="also write the table")
    for field in dataclasses.fields(Sizes):
        grows = isinstance(field.default, tuple)
        parser.add_argument(
            f"--{field.name}",
            type=int,
            nargs="+" if grows else None,
            metavar="N",
            help=f"{field.metadata['help']} (default: {field.default})",
        )
    return parser


if __name__ == "__main__":
    sys.exit(main())
