"""An operator's commands, on a real database."""

from collections.abc import Awaitable, Callable

import pytest

from kit import operate
from tests.support.servers import ServiceDatabase

pytestmark = pytest.mark.servers


@pytest.fixture
async def sample(
    service_database: Callable[[str], Awaitable[ServiceDatabase]], monkeypatch: pytest.MonkeyPatch
) -> ServiceDatabase:
    """A service's database, named in the environment as a deployment does."""
    place = await service_database("letters")
    monkeypatch.setenv("LETTERS_DATABASE_URL", place.app_url)
    monkeypatch.setenv("LETTERS_WORKER_DATABASE_URL", place.worker_url)
    return place


async def ask(*arguments: str) -> str:
    return await operate.operate(operate._parser().parse_args(["letters", *arguments]))


async def test_nothing_is_dead_at_first(sample: ServiceDatabase) -> None:
    assert await ask("dead-letters") == "no dead letter"


async def test_republishing_needs_a_choice(sample: ServiceDatabase) -> None:
    with pytest.raises(ValueError, match="since when"):
        await ask("republish")


async def test_republishing_since_an_instant_says_how_many(sample: ServiceDatabase) -> None:
    assert await ask("republish", "--since", "2020-01-01T00:00:00+00:00") == (
        "0 facts will be sent again"
    )


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(SystemExit):
        operate._parser().parse_args(["letters", "republish", "--since", "2026-11-21"])
