"""Protos, rules, events and migrations keep their promises to each other."""

import importlib
import re

import pytest

from tests.house.source import ROOT, SERVICES

RPC = re.compile(r"^\s*rpc (\w+)\((\w+)\) returns \((?:stream )?(\w+)\)", re.MULTILINE)
MESSAGE = re.compile(r"^message (\w+)", re.MULTILINE)


def rpcs(service: str) -> list[tuple[str, str, str]]:
    return RPC.findall((ROOT / f"proto/preavis/{service}/v1/{service}.proto").read_text())


@pytest.mark.parametrize("service", SERVICES)
def test_every_rpc_says_who_may_call_it(service: str) -> None:
    rules = importlib.import_module(f"services.{service}.servicer").RULES

    assert set(rules) == {name for name, _, _ in rpcs(service)}


@pytest.mark.parametrize("service", SERVICES)
def test_every_rpc_has_its_own_request_and_response(service: str) -> None:
    assert all(
        (request, response) == (f"{name}Request", f"{name}Response")
        for name, request, response in rpcs(service)
    )


@pytest.mark.parametrize("service", SERVICES)
def test_every_fact_is_told_in_the_events_page_with_who_listens(service: str) -> None:
    page = (ROOT / "docs/events.md").read_text()
    facts = MESSAGE.findall((ROOT / f"proto/preavis/{service}/v1/events.proto").read_text())

    missing = [
        fact for fact in facts if f"`{service}.v1.{fact}`" not in page and _is_fact(service, fact)
    ]
    assert not missing


def _is_fact(service: str, message: str) -> bool:
    """A fact carries the header fields; other messages of the file are its parts."""
    text = (ROOT / f"proto/preavis/{service}/v1/events.proto").read_text()
    body = text.split(f"message {message} ", 1)[1]
    return "aggregate_version" in body.split("\n}", 1)[0]


@pytest.mark.parametrize("service", [*SERVICES, "gateway"])
def test_migrations_are_numbered_without_gap_and_the_head_file_names_the_last(service: str) -> None:
    folder = ROOT / f"services/{service}/migrations"
    names = sorted(path.stem for path in (folder / "versions").glob("[0-9]*.py"))

    assert [name[:4] for name in names] == [f"{n + 1:04d}" for n in range(len(names))]
    assert (folder / "HEAD").read_text().strip() == names[-1]


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_with_plumbing_plans_its_pruning_and_does_it(service: str) -> None:
    folder = ROOT / f"services/{service}"

    assert "pruning.plan" in (folder / "main.py").read_text()
    assert "PRUNE: Pruning(" in (folder / "due.py").read_text()
