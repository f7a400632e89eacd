from collections.abc import AsyncIterator

import pytest

from services.gateway.tests.api.house import Edge, edge


@pytest.fixture
async def api() -> AsyncIterator[Edge]:
    made = edge()
    yield made
    await made.client.aclose()
