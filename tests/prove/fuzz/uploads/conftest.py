"""One reader for all files drawn."""

from collections.abc import Iterator

import pytest

from tests.prove.fuzz.uploads.forked import Reader


@pytest.fixture(scope="session")
def reader() -> Iterator[Reader]:
    """A process that forks for each file."""
    with Reader() as opened:
        yield opened
