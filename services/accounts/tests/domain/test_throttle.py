from datetime import UTC, datetime, timedelta

import pytest

from services.accounts.domain.throttle import Limit, Throttled, check

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
LIMIT = Limit(3, timedelta(minutes=15))


def ago(*minutes: int) -> list[datetime]:
    return [NOW - timedelta(minutes=m) for m in minutes]


@pytest.mark.parametrize("earlier", [(), (1, 2), (1, 2, 15), (20, 30, 40, 50)])
def test_few_recent_tries_are_let_through(earlier: tuple[int, ...]) -> None:
    check(LIMIT, ago(*earlier), now=NOW)


@pytest.mark.parametrize(
    ("earlier", "minutes"), [((1, 2, 3), "12"), ((0, 0, 0), "15"), ((1, 2, 14, 14), "1")]
)
def test_too_many_wait_until_the_oldest_that_counts_is_forgotten(
    earlier: tuple[int, ...], minutes: str
) -> None:
    with pytest.raises(Throttled) as refused:
        check(LIMIT, ago(*earlier), now=NOW)

    assert refused.value.facts == {"minutes": minutes}
