"""The same suite runs on the fake and on Postgres, so that the fake cannot lie."""

import pytest

from services.billing.ports import Store
from services.billing.store import SqlStore
from services.billing.tests.fakes import FakeStore
from tests.support.servers import MakeDatabase


@pytest.fixture(scope="module")
async def sql_store(database: MakeDatabase) -> SqlStore:
    return SqlStore(await database("billing"))


@pytest.fixture(
    scope="module", params=["fake", pytest.param("postgres", marks=pytest.mark.servers)]
)
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "fake":
        return FakeStore()
    found: SqlStore = request.getfixturevalue("sql_store")
    return found
