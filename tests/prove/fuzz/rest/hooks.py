"""What schemathesis is told about us, in its own process: who asks what, and two checks of ours.

``PREAVIS_FUZZ_SESSIONS`` names a JSON file: a session token for each of ``agent``, ``staff`` and
``passing``.
"""

import json
import os
from pathlib import Path
from typing import Any, Final

import schemathesis
from schemathesis.engine.run import PhaseName

Case = schemathesis.Case[Any]
SESSIONS: Final[dict[str, str]] = json.loads(Path(os.environ["PREAVIS_FUZZ_SESSIONS"]).read_text())
ENDING: Final = r"^(/account)?/sessions$"  # what ends the session that asks
STAFF: Final = r"^/staff/"
ENDED: Final = "/staff/accounts/{account_id}/sessions"
AGENCY: Final = SESSIONS["agency"]
NOBODY: Final = "00000000-0000-7000-8000-000000000000"
OF_SHAPE: Final = frozenset({"field-missing", "field-unknown", "field-unreadable"})
OF_HEADERS: Final = frozenset({"idempotency-key-missing", "precondition-required"})
STEPS: Final = PhaseName.STATEFUL_TESTING
PROBLEM: Final = "application/problem+json"


class _Bearer:
    """Asks with the session of one role."""

    role: str

    def get(self, _case: Case, _context: schemathesis.AuthContext) -> str:
        return SESSIONS[self.role]

    def set(self, case: Case, data: str, _context: schemathesis.AuthContext) -> None:
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.auth(refresh_interval=None).apply_to(path_regex=STAFF)
class Staff(_Bearer):
    """One of us, on the routes that are ours."""

    role = "staff"


@schemathesis.auth(refresh_interval=None).apply_to(path_regex=ENDING, method="DELETE")
class Passing(_Bearer):
    """A session that may end: the others must last to the end of the run."""

    role = "passing"


@schemathesis.auth(refresh_interval=None).skip_for(path_regex=f"{STAFF}|{ENDING}")
class Agent(_Bearer):
    """The agency that has one of each."""

    role = "agent"


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Ask from an address of one's own each time: what visitors may do is counted by address.

    Staff do not end the sessions of the agency that asks all the rest.
    """
    address = "10." + ".".join(str(mark) for mark in case.id.encode()[-3:])
    case.headers["X-Forwarded-For"] = address
    if case.operation.path == ENDED and case.path_parameters.get("account_id") == AGENCY:
        case.path_parameters["account_id"] = NOBODY


@schemathesis.check
def schema_says_what_shapes_take(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: Case
) -> None:
    """What follows the schema may be refused by a rule of the trade, never for its shape."""
    if case.meta is None or not case.meta.generation.mode.is_positive or ctx.phase is STEPS:
        return  # a step may name what another answered under the same name, whatever it is
    problem = _problem(response)
    if problem.get("reason") in OF_HEADERS:
        raise AssertionError(f"a header as the schema has it was refused: {problem['reason']}")
    errors = problem.get("errors", [])
    if any(error["reason"] in OF_SHAPE for error in errors):
        raise AssertionError(f"a value as the schema has it was refused for its shape: {errors}")


@schemathesis.check
def refusals_are_problems(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: Case
) -> None:
    """Each refusal is a problem in French whose reason is in the catalogue, as it says itself."""
    if response.status_code < 400:
        return
    problem = _problem(response)
    if problem.get("status") != response.status_code or "…" in problem.get("detail", "…"):
        raise AssertionError(f"not a whole problem: {response.text[:300]}")
    if problem["reason"] == "internal-error":
        raise AssertionError("a failure of ours")


def _problem(response: schemathesis.Response) -> dict[str, Any]:
    if PROBLEM not in response.headers.get("content-type", [""])[0]:
        return {}
    found: dict[str, Any] = response.json()
    return found
