"""Says what this machine lacks, each with the line that mends it."""

import importlib
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from local.plan import ROOT

LEAST_FREE_BYTES: Final = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    what: str
    well: bool
    cure: str = ""


def _python() -> Finding:
    return Finding("Python 3.11 or newer", sys.version_info >= (3, 11), "install python3.11")


_PANGO: Final = "Pango, for what bench compares our letters with"


def _pango() -> Finding:
    try:
        importlib.import_module("weasyprint")
    except OSError:
        cure = "sudo apt-get install -y libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
        return Finding(_PANGO, well=False, cure=cure)
    return Finding(_PANGO, well=True)


def _fonts() -> Finding:
    there = (ROOT / ".assets" / "fonts" / "lettre-400-normal.ttf").exists()
    return Finding("The typefaces of the letters", there, "make setup")


def _nats() -> Finding:
    return Finding("NATS server", (ROOT / ".venv/bin/nats-server").exists(), "make setup")


def _chromium() -> Finding:
    there = any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return Finding("Chromium (tests only)", there, "sudo apt-get install -y chromium")


def _disk() -> Finding:
    free = shutil.disk_usage(ROOT).free
    return Finding(f"Disk: {free // 1024**3} GiB free", free > LEAST_FREE_BYTES, "free some room")


CHECKS: Final[tuple[Callable[[], Finding], ...]] = (
    _python,
    _pango,
    _fonts,
    _nats,
    _chromium,
    _disk,
)


def examine() -> Iterator[Finding]:
    """Look at everything the house needs of a machine."""
    for check in CHECKS:
        yield check()


def report() -> int:
    """Print what was found. Returns 1 when something is missing."""
    missing = 0
    for finding in examine():
        print(f"{'✓' if finding.well else '✗'} {finding.what}")
        if not finding.well:
            missing += 1
            print(f"    {finding.cure}")
    return 1 if missing else 0
