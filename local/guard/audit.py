"""Asks OSV.dev, in one request, whether a locked dependency is known to be vulnerable.

The answer is kept a day for the same locks. A machine from which OSV cannot be reached is told so:
the check is then not done, which is no reason to stop the work.
"""

import hashlib
import json
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx

from local.guard import cache
from local.guard.cache import ROOT

KNOWN: Final = Path(__file__).with_name("known.toml")
URL: Final = "https://api.osv.dev/v1/querybatch"
FRESH: Final = timedelta(days=1)
_PIN: Final = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
_TIMEOUT: Final = httpx.Timeout(10.0, connect=2.0)


class NotAsked(Exception):
    """The database of vulnerabilities gave no answer."""


@dataclass(frozen=True, slots=True, order=True)
class Package:
    """One locked dependency."""

    ecosystem: str  # "PyPI" or "npm", as OSV spells them
    name: str
    version: str


def packages(root: Path = ROOT) -> list[Package]:
    """Return every package that the locks name, ours and the tools'."""
    found = {
        Package("PyPI", name.lower(), version)
        for lock in ("requirements.lock", "requirements-dev.lock")
        for name, version in _PIN.findall((root / lock).read_text())
    }
    npm = json.loads((root / "package-lock.json").read_text())["packages"]
    found |= {
        Package("npm", place.rpartition("node_modules/")[2], one["version"])
        for place, one in npm.items()
        if place
    }
    return sorted(found)


def ask(asked: Sequence[Package], *, url: str = URL) -> dict[str, list[str]]:
    """Return the vulnerabilities of each package that has some. Raises ``NotAsked``."""
    queries = [
        {"package": {"ecosystem": one.ecosystem, "name": one.name}, "version": one.version}
        for one in asked
    ]
    try:
        answer = httpx.post(url, json={"queries": queries}, timeout=_TIMEOUT).raise_for_status()
        results = answer.json()["results"]
        if len(results) != len(asked):
            raise NotAsked("it answered about other packages than those asked about")
        return {
            f"{one.name} {one.version}": [found["id"] for found in result["vulns"]]
            for one, result in zip(asked, results, strict=True)
            if result.get("vulns")
        }
    except (httpx.HTTPError, KeyError, TypeError, ValueError) as error:
        raise NotAsked(f"{type(error).__name__}: {error}") from error


def accepted(today: date, file: Path = KNOWN) -> dict[str, str]:
    """Return why each vulnerability that is lived with may stay, until its day."""
    listed: list[dict[str, Any]] = tomllib.loads(file.read_text()).get("lived-with", [])
    return {one["id"]: one["why"] for one in listed if today <= one["until"]}


def judge(found: Mapping[str, Sequence[str]], lived_with: Mapping[str, str]) -> list[str]:
    """Return a line for each package with a vulnerability that is not lived with."""
    lines = []
    for package, ids in sorted(found.items()):
        if left := [one for one in ids if one not in lived_with]:
            lines.append(f"{package}: {', '.join(left)} (https://osv.dev/{left[0]})")
    return lines


def main(*, folder: Path = cache.FOLDER) -> int:
    """Say what is known; return an exit code."""
    now, asked = datetime.now(UTC), packages()
    locks = hashlib.sha256(repr(asked).encode()).hexdigest()
    kept = cache.read("audit", folder)
    same = kept.get("locks") == locks
    if not same or now - datetime.fromisoformat(kept["at"]) > FRESH:
        try:
            found = ask(asked, url=os.environ.get("PREAVIS_OSV_URL", URL))
        except NotAsked as why:
            print(f"audit: NOT DONE, {URL} gives no answer here ({why})")
            print(f"audit: these locks were last audited {kept['at']}" if same else _NEVER)
        else:
            kept = {"locks": locks, "at": now.isoformat(timespec="seconds"), "found": found}
            cache.write("audit", kept, folder)
            same = True
    bad = judge(kept["found"], accepted(now.date())) if same else []
    for line in bad:
        print(line)
    if same and not bad:
        print(f"audit: nothing known against {len(asked)} packages on {kept['at']}")
    return 1 if bad else 0


_NEVER: Final = "audit: these locks were never audited on this machine"
