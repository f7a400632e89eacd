"""Services that never import each other tell an agent the same hour."""

from datetime import UTC, datetime, timedelta

from services.dispatch.domain.cutoffs import send_day_of
from services.letters.domain.leaving import leaving_day


def test_a_plan_starts_from_the_day_on_which_dispatch_would_send() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    instants = [start + timedelta(minutes=10 * count) for count in range(6 * 24 * 366)]

    assert {leaving_day(one) - send_day_of(one) for one in instants} == {timedelta()}
