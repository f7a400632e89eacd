"""One run of schemathesis on a running house, in a process of its own, and what it found."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from tests.house.source import ROOT

HOOKS: Final = Path(__file__).with_name("hooks.py")
CHECKS: Final = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "positive_data_acceptance",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
    "use_after_free",
    "ensure_resource_availability",
    "ignored_auth",
    "schema_says_what_shapes_take",
    "refusals_are_problems",
)
# a rule of the trade may refuse what has the right shape: hooks.py looks at why
RULES_SAY_NO: Final = ("400", "401", "403", "404", "409", "412", "413", "422", "428", "429")
JUDGED: Final[Mapping[str, Sequence[str]]] = {
    "positive_data_acceptance": ["2xx"],
    "negative_data_rejection": ["405", "415"],
    "missing_required_header": [],
}
REAL: Final = 0.6
"""How often a path names something that is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is tried, and how much of it."""

    phases: Sequence[str]
    examples: int  # of each operation, in the phase of fuzzing
    seed: int
    learning: bool = True  # what was answered is asked for again
    only: str = ""  # a part of the paths
    document: str = "/v1/openapi.json"  # as served, or a file


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The API that is tried, and what is there to be named."""

    url: str
    known: Mapping[str, Sequence[str]]  # values, by where they go: "path.letter_id"
    sessions: Mapping[str, str]  # tokens by role, and the agency that asks


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a run found, as its report says it."""

    report: Mapping[str, Any]
    told: str  # what was printed, each failure with the line that asks it again

    @classmethod
    def of(cls, report: Path, told: str) -> Self:
        """Read the report. A run that died has none: what it printed is the error."""
        return cls(report=json.loads(report.read_text()) if report.exists() else {}, told=told)

    @property
    def cases(self) -> int:
        """How many requests were made up and asked."""
        return int(self.report["test_cases"]["generated"])

    @property
    def untried(self) -> int:
        """How many operations of its part were not asked at all."""
        operations = self.report["operations"]
        return int(operations["selected"] - operations["tested"])

    @property
    def selected(self) -> int:
        """How many operations were its part."""
        return int(self.report["operations"]["selected"])

    @property
    def operations(self) -> int:
        """How many operations there are."""
        return int(self.report["operations"]["total"])

    @property
    def faults(self) -> list[str]:
        """Each kind of failure, with where it was seen."""
        if not self.report:
            return ["the run died"]
        return [
            f"{one['title']}: {one['count']} at {', '.join(one['operations'])}"
            for one in self.report["failures"]
        ] + [f"{one['title']}: {one['count']}" for one in self.report["errors"]]


async def run(target: Target, folder: Path, scope: Scope) -> Found:
    """Try an API; what is written goes to ``folder``."""
    sessions, config = _written(folder, target, scope)
    document = scope.document
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run"),
        *("--seed", str(scope.seed), "--url", f"{target.url}/v1"),
        *("--phases", ",".join(scope.phases)),
        *(("--include-path-regex", scope.only) if scope.only else ()),
        f"{target.url}{document}" if document.startswith("/v1/") else document,
    ]
    env = {**os.environ, "PREAVIS_FUZZ_SESSIONS": str(sessions), "PYTHONPATH": str(ROOT)}
    with (folder / "told.txt").open("w+") as told:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=folder, env=env, stdout=told, stderr=asyncio.subprocess.STDOUT
        )
        try:
            await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
        told.seek(0)
        return Found.of(folder / "report.json", told.read())


def _written(folder: Path, target: Target, scope: Scope) -> tuple[Path, Path]:
    """Write what the other process reads: the sessions, and its settings."""
    folder.mkdir(parents=True, exist_ok=True)
    sessions, config = folder / "sessions.json", folder / "schemathesis.toml"
    sessions.write_text(json.dumps(dict(target.sessions)))
    config.write_text(_config(folder, target, scope))
    return sessions, config


def _config(folder: Path, target: Target, scope: Scope) -> str:
    lines = [
        f"hooks = {json.dumps(str(HOOKS))}",
        "workers = 1",  # threads that read lambdas at once trip over a fault of Python 3.11
        "continue-on-failure = true",
        "color = false",
        "request-timeout = 40.0",
        'suppress-health-check = ["all"]',
        "[checks]",
        "enabled = false",
        "[cache]",
        "enabled = false",
        "[output.sanitization]",
        "enabled = false",
        "[reports.json]",
        f"path = {json.dumps(str(folder / 'report.json'))}",
        "[generation]",
        f"max-examples = {scope.examples}",
        "no-shrink = true",
        'database = "none"',
    ]
    for check in CHECKS:
        lines += [f"[checks.{check}]", "enabled = true"]
        if check in JUDGED:
            lines.append(f"expected-statuses = {json.dumps([*RULES_SAY_NO, *JUDGED[check]])}")
    learning = json.dumps(scope.learning)
    for phase in ("examples", "coverage", "fuzzing"):
        lines += [f"[phases.{phase}.extra-data-sources]", f"responses = {learning}"]
    # to end a session that is over changes nothing, and needs nobody
    lines += ["[[operations]]", 'include-name = "DELETE /sessions"']
    lines += ["[operations.checks.ignored_auth]", "enabled = false"]
    # any text is a table
    lines += ["[[operations]]", 'include-name = "POST /legal/plans"']
    lines += ["[operations.checks.negative_data_rejection]", "enabled = false"]
    for where, values in target.known.items():
        lines += [f"[dictionaries.{_name(where)}]", f"values = {json.dumps(list(values))}"]
    lines.append("[parameters]")
    lines += [
        f'"{where}" = {{ dictionary = "{_name(where)}", probability = {REAL} }}'
        for where in target.known
    ]
    return "\n".join(lines)


def _name(where: str) -> str:
    return where.replace(".", "-")
