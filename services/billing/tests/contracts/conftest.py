"""The same suite runs on the fake and on Postgres, so that the fake cannot lie."""

from collections.abc import AsyncIterator

import pytest
import stripe

from local.sandbox.testing import sandbox_server
from services.billing.partners.stripe_cards import StripeCards
from services.billing.ports import Store
from services.billing.store import SqlStore
from services.billing.tests.contracts.desks import Desk, FakeDesk, SandboxDesk
from services.billing.tests.fakes import FakeStore
from services.billing.tests.outside import FakeCards
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


@pytest.fixture(scope="module")
async def sandbox_desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SandboxDesk]:
    async with sandbox_server(tmp_path_factory.mktemp("sandbox")) as sandbox:
        key = sandbox.settings.stripe_secret_key.get_secret_value()
        base = f"{sandbox.url}/stripe"
        cards = StripeCards(api_key=key, webhook_secret="whsec_of_tests", base=base)
        http = stripe.HTTPXClient()
        client = stripe.StripeClient(key, base_addresses={"api": base}, http_client=http)
        yield SandboxDesk(cards, sandbox.url, client)
        await cards.close()
        await http.close_async()  # type: ignore[no-untyped-call]  # half typed


@pytest.fixture(scope="module", params=["fake", pytest.param("sandbox", marks=pytest.mark.servers)])
def desk(request: pytest.FixtureRequest) -> Desk:
    if request.param == "fake":
        return FakeDesk(FakeCards())
    found: SandboxDesk = request.getfixturevalue("sandbox_desk")
    return found
