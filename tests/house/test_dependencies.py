"""A service's image holds what the service uses, and nothing else."""

import tomllib

import pytest

from tests.house.dependencies import needed
from tests.house.source import ROOT, SERVICES


@pytest.mark.parametrize("service", [*SERVICES, "gateway"])
def test_a_service_declares_exactly_what_it_imports(service: str) -> None:
    declared = tomllib.loads((ROOT / f"services/{service}/pyproject.toml").read_text())

    assert set(declared["project"]["dependencies"]) == needed(service)
