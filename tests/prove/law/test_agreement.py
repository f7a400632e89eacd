"""The engine and the sentences of the law, taken day by day, agree on every case drawn."""

import json
import os
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from random import SystemRandom
from typing import Any

import pytest

from cli.legal.functions import FUNCTIONS
from cli.legal.reading import Answer, Vector
from tests.prove.law.agreement import compare
from tests.prove.law.cases import DRAWN, draw
from tests.prove.law.sentences import wanted_of
from tests.prove.law.wanting import differences

pytestmark = pytest.mark.slow

VECTORS = Path(__file__).parents[3] / "docs" / "law" / "legal-vectors.json"
ALWAYS, A_FEW, MANY = 2026, 240, 5_000
BY_SEED = int(os.environ.get("PREAVIS_PROVE_SEED") or SystemRandom().randrange(10**9))


def _vectors() -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = json.loads(VECTORS.read_text("utf-8"))["vectors"]
    return read


def test_every_function_of_the_engine_is_said_again() -> None:
    assert set(FUNCTIONS) <= set(DRAWN)
    assert len(FUNCTIONS) * MANY >= 100_000


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_a_few_cases_always_the_same(function: str) -> None:
    tally = compare(draw(function, ALWAYS, A_FEW))

    assert not tally.disagreements, tally.report()
    assert tally.cases == A_FEW


@pytest.mark.prove
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_many_cases_new_each_time(function: str) -> None:
    tally = compare(draw(function, BY_SEED, MANY))

    print(f"{function}: {tally.cases} cases agree (seed {BY_SEED})")
    assert not tally.disagreements, tally.report()
    assert tally.cases == MANY


def _can_be_said(vector: Mapping[str, Any]) -> bool:
    return vector["function"] in DRAWN and vector["id"] not in _WIDER


_WIDER = frozenset({"WD-TRAVEL-SHORT"})
"""Names a contract type by a wider word than the tables."""


@pytest.mark.parametrize(
    "vector", [one for one in _vectors() if _can_be_said(one)], ids=lambda one: one["id"]
)
def test_the_sentences_answer_the_vectors_a_lawyer_checked(vector: dict[str, Any]) -> None:
    said, expected = wanted_of(vector), vector["expected"]
    settled = {key: value for key, value in said.items() if key in expected}

    assert settled
    assert differences(settled, expected) == []


@pytest.mark.parametrize("function", sorted(set(DRAWN) - {"eligibility", "letter_compat"}))
def test_an_engine_one_day_off_is_found_out(function: str) -> None:
    """What the comparison would say of an engine that counts a day too many, or allows wrongly."""

    def one_day_off(vector: Vector) -> Answer:
        return {key: _later(value) for key, value in FUNCTIONS[function](vector).items()}

    assert compare(draw(function, ALWAYS, 40), one_day_off).disagreements


def _later(value: object) -> object:
    """Move a day, an instant or a list; turn a permission round."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, list):
        return [*value, "PIGEON"]
    if isinstance(value, str) and value[:4].isdigit() and value[4:5] == "-":
        day = date.fromisoformat(value[:10]) + timedelta(days=1)
        return day.isoformat() + value[10:]
    return value
