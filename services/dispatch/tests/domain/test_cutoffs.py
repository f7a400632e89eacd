"""Hours in Paris, tables that a lawyer can read."""

from datetime import UTC, date, datetime

import pytest

from services.dispatch.domain import cutoffs
from services.dispatch.domain.cutoffs import CancelTooLate, MandateSigned
from services.dispatch.domain.retention import Kept, purge_day
from services.dispatch.domain.timing import FirstDay
from services.dispatch.domain.tracking import last_day_to_answer
from tests.support.time import day, paris


@pytest.mark.parametrize(
    ("validated", "first", "leaves"),
    [
        ("Tue 2026-07-14 19:59:59", False, "Tue 2026-07-14"),  # a public holiday counts
        ("Tue 2026-07-14 20:00", False, "Wed 2026-07-15"),
        ("Sun 2026-11-29 19:00", False, "Sun 2026-11-29"),  # so does a Sunday
        ("Thu 2026-09-10 17:59:59", True, "Thu 2026-09-10"),
        ("Thu 2026-09-10 18:00", True, "Fri 2026-09-11"),
        ("Thu 2026-12-31 20:00", False, "Fri 2027-01-01"),
    ],
)
def test_validated_before_the_cutoff_it_leaves_the_same_day(
    validated: str, first: bool, leaves: str
) -> None:
    assert cutoffs.send_day_of(paris(validated), first_sending=first) == day(leaves)


@pytest.mark.parametrize(
    ("utc", "leaves"),
    [
        ("2026-10-25T18:30", "Sun 2026-10-25"),  # clocks back: 19:30 in Paris
        ("2026-10-25T19:00", "Mon 2026-10-26"),
        ("2026-03-29T17:59", "Sun 2026-03-29"),  # clocks forward: 19:59 in Paris
        ("2026-03-29T18:30", "Mon 2026-03-30"),
        ("2026-03-28T18:30", "Sat 2026-03-28"),  # the eve still has winter time
        ("2026-03-28T19:00", "Sun 2026-03-29"),
    ],
)
def test_the_cutoff_follows_the_clock_changes(utc: str, leaves: str) -> None:
    validated = datetime.fromisoformat(utc).replace(tzinfo=UTC)

    assert cutoffs.send_day_of(validated) == day(leaves)


@pytest.mark.parametrize(
    ("send_day", "opens", "mandate", "closes"),
    [
        ("Thu 2026-12-10", "2026-12-10T07:00", "2026-12-10T19:00", "2026-12-09T23:00"),
        ("Sun 2026-03-29", "2026-03-29T06:00", "2026-03-29T18:00", "2026-03-28T23:00"),
        ("Sun 2026-10-25", "2026-10-25T07:00", "2026-10-25T19:00", "2026-10-24T22:00"),
    ],
)
def test_the_hours_of_a_sending_day_in_utc(
    send_day: str, opens: str, mandate: str, closes: str
) -> None:
    found = day(send_day)

    assert cutoffs.opening(found) == datetime.fromisoformat(opens).replace(tzinfo=UTC)
    assert cutoffs.mandate_deadline(found) == datetime.fromisoformat(mandate).replace(tzinfo=UTC)
    assert cutoffs.changeable_until(found) == datetime.fromisoformat(closes).replace(tzinfo=UTC)


def test_an_electronic_mandate_once_signed_forbids_any_change() -> None:
    with pytest.raises(MandateSigned):
        cutoffs.check_changeable(
            day("Thu 2026-12-31"), paris("Sun 2026-12-20 10:00"), mandate_signed=True
        )


@pytest.mark.parametrize(
    ("now", "in_time"),
    [("Wed 2026-12-30 23:59", True), ("Thu 2026-12-31 00:00", False)],
)
def test_the_eve_is_the_last_day_to_change(now: str, in_time: bool) -> None:
    if in_time:
        cutoffs.check_changeable(day("Thu 2026-12-31"), paris(now))
        return
    with pytest.raises(CancelTooLate):
        cutoffs.check_changeable(day("Thu 2026-12-31"), paris(now))


@pytest.mark.parametrize(
    ("stamped", "send_day", "presumed"),
    [
        ("2026-06-30T22:30", "Wed 2026-07-01", "Thu 2026-07-02"),
        ("2026-06-30T21:59", "Tue 2026-06-30", "Wed 2026-07-01"),
        ("2026-12-31T23:00", "Fri 2027-01-01", "Sat 2027-01-02"),
    ],
)
def test_the_legal_day_is_the_paris_day_of_the_stamp(
    stamped: str, send_day: str, presumed: str
) -> None:
    found = cutoffs.legal_day(datetime.fromisoformat(stamped).replace(tzinfo=UTC))

    assert (found.send_day, found.presumed_receipt) == (day(send_day), day(presumed))


@pytest.mark.parametrize(
    ("deposited", "last"),
    [
        ("Mon 2026-03-02 00:00", "Tue 2026-03-17"),
        ("Mon 2026-03-02 23:59", "Tue 2026-03-17"),
        ("Sat 2026-03-14 10:00", "Sun 2026-03-29"),  # over the clock change, on a Sunday
        ("Fri 2026-12-18 09:00", "Sat 2027-01-02"),
    ],
)
def test_the_recipient_has_fifteen_whole_days_after_the_notice(deposited: str, last: str) -> None:
    assert last_day_to_answer(paris(deposited)) == day(last)


@pytest.mark.parametrize(
    ("kind", "start", "erased"),
    [
        (Kept.TRASH, "2026-01-31", "2026-04-01"),
        (Kept.DRAFT, "2028-02-29", "2030-02-28"),
        (Kept.PROOF, "2026-05-04", "2033-05-04"),
        (Kept.PAPER_CONTENT, "2026-02-20", "2026-03-06"),
    ],
)
def test_each_kind_of_thing_has_its_term(kind: Kept, start: str, erased: str) -> None:
    assert purge_day(kind, date.fromisoformat(start)) == date.fromisoformat(erased)


def test_the_first_day_says_the_cutoff_of_today_even_when_it_is_past() -> None:
    found = FirstDay.at(paris("Wed 2027-01-13 21:00"), first_sending=False)

    assert found.day == day("Thu 2027-01-14")
    assert found.cutoff == paris("Wed 2027-01-13 20:00")
