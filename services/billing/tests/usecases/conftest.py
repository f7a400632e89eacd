"""A purchase begun, on fakes."""

import pytest

from services.billing.domain.top_up import TopUp
from services.billing.tests.fakes import FakeStore
from services.billing.tests.outside import FakeCards
from tests.support.time import SettableClock

from .buying import ACCOUNT, begin


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def cards() -> FakeCards:
    return FakeCards()


@pytest.fixture
async def begun(store: FakeStore, cards: FakeCards, clock: SettableClock) -> TopUp:
    return await begin(store, cards, clock, account_id=ACCOUNT)
