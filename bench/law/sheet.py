"""A table of contracts planned by the command an agency would run, and by a script of its own."""

import csv
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from bench.law import by_dateutil
from bench.timing import Round
from cli.legal.command import main

TODAY: Final = date(2026, 1, 1)
HEAD: Final = ("contract_type", "ground", "first_subscription", "new_start", "yearly_premium")
KINDS: Final = (
    ("auto", "HAMON"),
    ("sante_individuelle", "RIA"),
    ("habitation_locataire", "HAMON"),
    ("mobile", "HAMON"),
)


def write(file: Path, rows: int) -> None:
    """Write a table of contracts to end, no two alike."""
    with file.open("w", encoding="utf-8", newline="") as opened:
        table = csv.writer(opened)
        table.writerow(HEAD)
        table.writerows(_rows(rows))


def _rows(number: int) -> Iterator[tuple[str, ...]]:
    for n in range(number):
        contract_type, ground = KINDS[n % len(KINDS)]
        subscribed = date(2015, 1, 1) + timedelta(days=n % 3600)
        start = TODAY + timedelta(days=60 + n % 700)
        premium = f"{200 + n % 900}.{n % 100:02d}"
        yield contract_type, ground, subscribed.isoformat(), start.isoformat(), premium


def by_command(file: Path) -> Round:
    """Plan it by ``preavis legal plan``: every answer explained, with its articles and sums."""

    async def measured() -> float:
        before = time.process_time()
        out = file.with_suffix(".out.csv")
        main(["plan", str(file), "--out", str(out), "--today", TODAY.isoformat()])
        return time.process_time() - before

    return measured


def by_script(file: Path) -> Round:
    """Plan it by dateutil: one sentence for each row."""

    async def measured() -> float:
        before = time.process_time()
        with file.open(encoding="utf-8", newline="") as opened:
            rows = list(csv.DictReader(opened))
        with file.with_suffix(".script.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([_sentence(row)] for row in rows)
        return time.process_time() - before

    return measured


def _sentence(row: dict[str, str]) -> str:
    start, subscribed = (date.fromisoformat(row[key]) for key in ("new_start", HEAD[2]))
    return by_dateutil.letter_for(start, TODAY, subscribed)
