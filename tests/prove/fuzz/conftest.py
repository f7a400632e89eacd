"""A failure tells the seed that drew its cases."""

import pytest

from tests.prove.fuzz.cases import SEED, TIMES


@pytest.fixture(autouse=True)
def _told() -> None:
    print(f"PREAVIS_PROVE_SEED={SEED} PREAVIS_PROVE_TIMES={TIMES}")
