import pytest

from services.accounts.tests.builders import BROKER, NOW
from services.accounts.tests.fakes import FakeFiles, FakeHasher, FakeRegistry, FakeStore
from services.accounts.usecases import discretion
from tests.support.time import SettableClock


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even answers take their time; these tests need not wait for it."""
    monkeypatch.setattr(discretion, "EVEN_S", 0.0)


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def hasher() -> FakeHasher:
    return FakeHasher()


@pytest.fixture
def registry() -> FakeRegistry:
    return FakeRegistry(BROKER)


@pytest.fixture
def files() -> FakeFiles:
    return FakeFiles()


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(NOW)
