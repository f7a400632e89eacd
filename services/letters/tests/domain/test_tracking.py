from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from services.letters.domain.tracking import NOT_SENT, Tracking, TrackingState, View, supersedes
from services.letters.tests.builders import NOW
from tests.support.time import day

FIRST = Tracking(state=TrackingState.SCHEDULED, sending_id=uuid4(), version=4, changed_at=NOW)


@pytest.mark.parametrize(
    ("state", "view"),
    [
        (TrackingState.NOT_SENT, View.TO_FINISH),
        (TrackingState.PREPARING, View.SCHEDULED),
        (TrackingState.MANDATE_TO_SIGN, View.TO_FINISH),
        (TrackingState.SCHEDULED, View.SCHEDULED),
        (TrackingState.BLOCKED, View.TO_FINISH),
        (TrackingState.IN_TRANSIT, View.SENT),
        (TrackingState.DEPOSITED, View.SENT),
        (TrackingState.COLLECTED, View.SENT),
        (TrackingState.SIGNED, View.SENT),
        (TrackingState.REFUSED, View.SENT),
        (TrackingState.UNCLAIMED, View.SENT),
        (TrackingState.RETRANSMITTED, View.SENT),
        (TrackingState.UNDELIVERABLE, View.SENT),
        (TrackingState.CANCELLED, View.TO_FINISH),
        (TrackingState.CANCELLED_MANDATE_UNSIGNED, View.TO_FINISH),
        (TrackingState.SIGNATURE_OVERDUE, View.TO_FINISH),
        (TrackingState.FAILED, View.TO_FINISH),
    ],
)
def test_each_state_belongs_to_one_view(state: TrackingState, view: View) -> None:
    assert Tracking(state=state).view is view


def test_every_state_has_its_row_above() -> None:
    [rows] = [
        mark.args[1]
        for mark in test_each_state_belongs_to_one_view.pytestmark  # type: ignore[attr-defined]
    ]
    assert {state for state, _ in rows} == set(TrackingState)


def test_only_what_left_has_a_day_of_sending() -> None:
    planned = replace(FIRST, send_day=day("Sun 2026-11-29"))

    assert planned.sent_on is None
    left = replace(planned, state=TrackingState.IN_TRANSIT)
    assert left.sent_on == day("Sun 2026-11-29")


@pytest.mark.parametrize(
    ("news", "kept"),
    [
        (replace(FIRST, version=5), True),
        (replace(FIRST, version=4), False),
        (replace(FIRST, version=3, changed_at=NOW + timedelta(hours=1)), False),
        (replace(FIRST, sending_id=uuid4(), version=1), True),  # another sending, the same instant
        (replace(FIRST, sending_id=uuid4(), changed_at=NOW - timedelta(seconds=1)), False),
    ],
)
def test_only_later_news_is_kept(news: Tracking, *, kept: bool) -> None:
    assert supersedes(news, FIRST) is kept


def test_the_first_news_is_always_kept() -> None:
    assert supersedes(FIRST, NOT_SENT)
