"""What /v1 says of itself: whole, in words, and true of what it takes."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema_rs import validator_for
from starlette.datastructures import State

from services.gateway import api
from services.gateway.api.refusals import REFUSALS
from services.gateway.api.shape import Asked
from services.gateway.wording.reasons import Reasons

DOCUMENT = api.build(State()).openapi()
SCHEMAS = DOCUMENT["components"]["schemas"]
TAGS = {tag["name"] for tag in DOCUMENT["tags"]}
Operation = dict[str, Any]
OPERATIONS: list[tuple[str, Operation]] = [
    (f"{method.upper()} {path}", operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]
every_operation = pytest.mark.parametrize(
    ("name", "operation"), OPERATIONS, ids=[name for name, _ in OPERATIONS]
)


def asked() -> Iterator[type[Asked]]:
    left = [Asked]
    while left:
        kind = left.pop()
        left += kind.__subclasses__()
        if kind is not Asked:
            yield kind


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for inner in part.values():
            yield from references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from references(inner)


@every_operation
def test_each_operation_says_what_it_does(name: str, operation: Operation) -> None:
    assert operation["summary"]
    assert operation["description"].endswith(".")
    assert set(operation["tags"]) <= TAGS
    assert len(operation["tags"]) == 1
    for parameter in operation.get("parameters", []):
        closed = {"enum", "default"} & set(parameter["schema"])
        assert parameter.get("description") or closed, parameter["name"]
        assert "anyOf" not in parameter["schema"], parameter["name"]


@every_operation
def test_each_answer_is_described_and_each_refusal_is_a_problem(
    name: str, operation: Operation
) -> None:
    answers = operation["responses"]

    assert {"500", "503"} <= set(answers)
    for status, answer in answers.items():
        if status.startswith("2"):
            assert answer["description"] != "Successful Response"
            assert status in {"202", "204"} or answer["content"]
        else:
            assert answer["$ref"].startswith("#/components/responses/")


@every_operation
def test_what_an_operation_takes_tells_how_it_may_refuse(name: str, operation: Operation) -> None:
    answers = set(operation["responses"])
    takes = {one["name"]: one for one in operation.get("parameters", [])}

    assert ("401" in answers) == ("security" in operation)
    assert ("428" in answers) == ("If-Match" in takes)
    assert "412" in answers or "If-Match" not in takes
    assert ("413" in answers) == ("requestBody" in operation)
    for header in {"If-Match", "Idempotency-Key"} & set(takes):
        assert takes[header]["required"]
        assert takes[header]["schema"]["pattern"]


def test_operations_and_schemas_have_names_fit_for_a_client() -> None:
    ids = [operation["operationId"] for _, operation in OPERATIONS]

    assert len(set(ids)) == len(ids)
    assert all(one.isidentifier() and "__" not in one for one in ids)
    assert all(name.isidentifier() and "__" not in name for name in SCHEMAS)
    assert not {"HTTPValidationError", "ValidationError"} & set(SCHEMAS)


def test_every_reference_leads_somewhere() -> None:
    for reference in set(references(DOCUMENT)):
        found: Any = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        assert found


def test_every_reason_told_is_in_the_catalogue() -> None:
    reasons = Reasons.load()

    assert {reason for one in REFUSALS for reason in one.reasons if reason not in reasons} == set()
    assert {
        error.reason for one in REFUSALS for error in one.errors if error.reason not in reasons
    } == set()
    told = json.dumps([operation["responses"] for _, operation in OPERATIONS])
    assert {one for one in re.findall("`([a-z]+-[a-z-]+)`", told) if one not in reasons} == set()
    assert "…" not in json.dumps(DOCUMENT["components"]["responses"], ensure_ascii=False)


def test_the_examples_of_refusals_fit_their_schema() -> None:
    problem = validator_for({"$ref": "#/components/schemas/Problem", **DOCUMENT})
    for response in DOCUMENT["components"]["responses"].values():
        (content,) = response["content"].values()
        for example in content["examples"].values():
            assert problem.is_valid(example["value"])


BODIES = [kind for kind in asked() if kind.model_config.get("json_schema_extra")]


@pytest.mark.parametrize("kind", BODIES, ids=lambda kind: kind.__name__)
def test_the_examples_of_bodies_are_taken(kind: type[Asked]) -> None:
    for example in SCHEMAS[kind.__name__]["examples"]:
        kind.model_validate(example)


def test_every_body_has_an_example() -> None:
    wanted = {
        content["schema"]["$ref"].rpartition("/")[2]
        for _, operation in OPERATIONS
        for content in operation.get("requestBody", {}).get("content", {}).values()
        if "$ref" in content["schema"]
    }

    assert wanted <= {kind.__name__ for kind in BODIES}
