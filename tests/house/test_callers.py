"""Who may call an RPC is who does: a key that opens more than its service needs is a way in."""

import importlib
import re
from functools import cache

import pytest

from tests.house.source import SERVICES, python_files

CALL = re.compile(r"\.([A-Z][A-Za-z]+)\(")
NOT_YET = {"billing.Quote"}  # for programs that ask the price of one product


@cache
def called_by(service: str) -> frozenset[str]:
    """Every name in capitals that a service's own code calls on something."""
    return frozenset(
        name
        for path in python_files(f"services/{service}")
        if "tests" not in path.parts
        for name in CALL.findall(path.read_text())
    )


@pytest.mark.parametrize("service", SERVICES)
def test_nobody_may_call_what_it_does_not_call(service: str) -> None:
    rules = importlib.import_module(f"services.{service}.servicer").RULES

    too_wide = {
        f"{service}.{rpc}": caller
        for rpc, rule in rules.items()
        for caller in rule.callers
        if rpc not in called_by(caller) and f"{service}.{rpc}" not in NOT_YET
    }
    assert not too_wide


def test_what_nobody_calls_yet_is_still_so() -> None:
    for name in NOT_YET:
        rpc = name.partition(".")[2]
        assert not any(rpc in called_by(service) for service in (*SERVICES, "gateway"))
