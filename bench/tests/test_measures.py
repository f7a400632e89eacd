"""Each measure runs, as small as can be; what it says means nothing then, and is not looked at."""

from collections.abc import AsyncIterator

import pytest

from bench.ground import Ground
from bench.measures import MEASURES
from bench.sizes import TOY

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
async def ground() -> AsyncIterator[Ground]:
    async with Ground() as opened:
        yield opened


@pytest.mark.parametrize("name", MEASURES)
async def test_a_measure_runs_and_names_what_stands_beside(name: str, ground: Ground) -> None:
    lines = [line async for line in MEASURES[name](TOY, ground)]

    assert lines
    for line in lines:
        assert line.measure == name
        assert line.instead
        assert line.ours >= 0
        assert line.theirs > 0
