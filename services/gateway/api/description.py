"""What ``/v1`` says of itself: FastAPI's description, and each refusal that it leaves out.

Which refusals a route has follows from what it takes: a session, a version, a key, a path, a body.
"""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute
from typing_extensions import override

from services.gateway.api.problems import MEDIA_TYPE, FieldProblem, Problem
from services.gateway.api.refusals import REFUSALS, Refusal
from services.gateway.wording.reasons import Reasons

Json = dict[str, Any]

REPEATED: Final[Json] = {
    "Idempotent-Replayed": {
        "description": "`true` when the key was used before: this is the answer given then.",
        "schema": {"type": "string", "const": "true"},
    }
}
OF_ACCOUNT: Final = ("/letters", "/account", "/credit", "/staff")  # where a rule may say no
EXPLAINED: Final = "/problems/{reason}"  # read here: no other service is asked, nothing counted
OF_FASTAPI: Final = ("HTTPValidationError", "ValidationError")  # we answer problems instead


class Described(FastAPI):
    """An application whose description names all that it answers."""

    @override
    def openapi(self) -> Json:
        """Return the description; made once."""
        if self.openapi_schema is None:
            self.openapi_schema = described(super().openapi(), Reasons.load())
        return self.openapi_schema


def operation_id(route: APIRoute) -> str:
    """Name an operation by its function: what a generated client calls it."""
    return route.name


def described(document: Json, reasons: Reasons) -> Json:
    """Add the refusals, and the headers that every answer of a kind carries."""
    parts = document["components"]
    parts["schemas"] |= {
        kind.__name__: kind.model_json_schema(ref_template="#/components/schemas/{model}")
        for kind in (Problem, FieldProblem)
    }
    parts["schemas"]["Problem"].pop("$defs", None)
    for name in OF_FASTAPI:
        parts["schemas"].pop(name, None)
    for schema in parts["schemas"].values():
        for part in schema.get("properties", {}).values():
            part.pop("title", None)  # the name again, in capitals
    parts["responses"] = {one.name: _response(one, reasons) for one in REFUSALS}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            _tell_success(operation, parts["schemas"])
            _complete(operation, path, method)
    return document


def _complete(operation: Json, path: str, method: str) -> None:
    parameters = operation.get("parameters", [])
    for parameter in parameters:
        _plain(parameter)
    takes = {str(one["name"]) for one in parameters}
    answers: Json = operation["responses"]
    if "Idempotency-Key" in takes:
        for status, answer in answers.items():
            if status.startswith("2"):
                answer.setdefault("headers", {}).update(REPEATED)
    wanted = set(_statuses(operation, path, method, takes))
    for refusal in REFUSALS:
        if refusal.status in wanted:
            status = str(int(refusal.status))
            own = answers.pop(status, {}) if refusal.status is HTTPStatus.CONFLICT else {}
            answers[status] = own | {"$ref": f"#/components/responses/{refusal.name}"}


def _tell_success(operation: Json, schemas: Json) -> None:
    """Describe what is answered by what it is."""
    for status, answer in operation["responses"].items():
        schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
        shape = schemas.get(schema.get("$ref", "").rpartition("/")[2], {})
        if status == "204":
            answer["description"] = "Done."
        elif "description" in shape:
            answer["description"] = shape["description"]


def _plain(parameter: Json) -> None:
    """Say an optional parameter as what it is: it is left out, it cannot be null."""
    schema = parameter["schema"]
    kinds = [kind for kind in schema.pop("anyOf", []) if kind != {"type": "null"}]
    if kinds:
        schema |= kinds[0]
    for repeated in ("title", "description"):
        schema.pop(repeated, None)
    if schema.pop("x-required", False):
        parameter["required"] = True


def _statuses(operation: Json, path: str, method: str, takes: set[str]) -> Iterator[HTTPStatus]:
    """Say which refusals may come."""
    named, has_body = "{" in path, "requestBody" in operation
    of_account = path.startswith(OF_ACCOUNT)
    when = {
        HTTPStatus.BAD_REQUEST: of_account or has_body or named,
        HTTPStatus.UNAUTHORIZED: bool(operation.get("security")),
        HTTPStatus.FORBIDDEN: of_account or has_body,
        HTTPStatus.NOT_FOUND: named or has_body or of_account,
        HTTPStatus.CONFLICT: named or has_body or method != "get",
        HTTPStatus.PRECONDITION_FAILED: of_account and method != "get",
        HTTPStatus.PRECONDITION_REQUIRED: "If-Match" in takes,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: has_body,
        HTTPStatus.UNPROCESSABLE_ENTITY: bool(takes) or has_body,
        HTTPStatus.TOO_MANY_REQUESTS: path != EXPLAINED,
        HTTPStatus.INTERNAL_SERVER_ERROR: True,
        HTTPStatus.SERVICE_UNAVAILABLE: True,
    }
    return (status for status, may_come in when.items() if may_come)


def _response(refusal: Refusal, reasons: Reasons) -> Json:
    examples = {
        reason: {"value": _example(refusal, reason, facts, reasons)}
        for reason, facts in refusal.reasons.items()
    }
    schema = {"$ref": "#/components/schemas/Problem"}
    answer: Json = {
        "description": refusal.when,
        "content": {MEDIA_TYPE: {"schema": schema, "examples": examples}},
    }
    if refusal.headers:
        answer["headers"] = dict(refusal.headers)
    return answer


def _example(refusal: Refusal, reason: str, facts: Mapping[str, str], reasons: Reasons) -> Json:
    words = reasons.words(reason, facts)
    return Problem(
        type=f"/v1/problems/{reason}",
        title=words.title,
        status=refusal.status,
        detail=words.detail,
        instance="/v1/letters",
        reason=reason,
        facts=dict(facts),
        errors=list(refusal.errors),
    ).model_dump()
