"""Each suite here runs on the fake and on the real thing."""

from collections.abc import Awaitable, Callable

import pytest

from kit.db import Database
from services.accounts.partners.mails import Mails
from services.accounts.ports import Store
from services.accounts.store import SqlStore
from services.accounts.tests.fakes import FakeStore

FAKE_AND_REAL = ["fake", pytest.param("real", marks=pytest.mark.servers)]


@pytest.fixture(params=FAKE_AND_REAL)
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "fake":
        return FakeStore()
    return SqlStore(request.getfixturevalue("accounts_db"), Mails("http://localhost").compose)


@pytest.fixture(scope="module")
async def accounts_db(database: Callable[[str], Awaitable[Database]]) -> Database:
    return await database("accounts")
