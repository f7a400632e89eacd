"""The guard against ending one contract twice: which letters are recent, and what they ask."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from services.letters.domain.letter import Follows, Letter
from services.letters.domain.recent import (
    GIVEN_UP,
    SameContractLately,
    check_recent,
    counts_from,
    recent_letters,
)
from services.letters.domain.tracking import Tracking, TrackingState
from services.letters.tests.builders import a_contract, a_draft, a_frozen, a_recipient
from tests.support.time import day

TODAY = day("Mon 2026-11-23")
AMBRE = a_recipient()
SILLAGE = a_recipient(name="Groupe Sillage", body_id="AS-0002")
S = TrackingState


def about(*references: str) -> Letter:
    """A draft to Val d'Ambre that ends these contracts."""
    contracts = tuple(a_contract(reference=one) for one in references)
    return a_draft(recipient=AMBRE, contracts=contracts)


def sent(
    *references: str, on: date = TODAY, state: TrackingState = S.DEPOSITED, **more: object
) -> Letter:
    """Another letter to the same body, frozen for a day."""
    letter = replace(about(*references), id=uuid4(), number="26-00041")
    tracking = Tracking(state=state, sending_id=uuid4(), version=4, generation=1, send_day=on)
    frozen = replace(a_frozen(letter), send_day=on)
    return replace(letter, frozen=frozen, tracking=tracking, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("on", "counts"),
    [
        ("Fri 2026-10-23", False),  # thirty-one days ago
        ("Sat 2026-10-24", True),  # the thirtieth day is in
        ("Mon 2026-11-23", True),
        ("Wed 2027-06-30", True),  # waits for its day, finalised whenever it was
    ],
)
def test_a_letter_of_the_last_thirty_days_or_to_come_is_recent(on: str, counts: bool) -> None:
    found = recent_letters(about("A-1"), [sent("A-1", on=day(on))], today=TODAY)

    assert bool(found) is counts


@pytest.mark.parametrize(
    ("today", "since"),
    [("Wed 2026-04-01", "Mon 2026-03-02"), ("Mon 2027-03-01", "Sat 2027-01-30")],
)
def test_thirty_days_are_calendar_days(today: str, since: str) -> None:
    assert counts_from(day(today)) == day(since)


@pytest.mark.parametrize(
    "written", ["VA-88-204417", "va 88 204417", "VA/88.204417", "Va88204417", "vÀ-88-20-44-17"]
)
def test_a_reference_is_the_same_whatever_its_case_and_signs(written: str) -> None:
    [found] = recent_letters(about("VA-88-204417"), [sent(written)], today=TODAY)

    assert found.references == (written,)


@pytest.mark.parametrize("other", ["VA-88-204418", "VA-88", "88204417", "", "---"])
def test_another_reference_is_another_contract(other: str) -> None:
    assert not recent_letters(about("VA-88-204417", other), [sent("Z-1")], today=TODAY)
    assert not recent_letters(about("VA-88-204417"), [sent(other)], today=TODAY)


def test_no_reference_is_the_same_as_none() -> None:
    assert not recent_letters(about("", "-"), [sent("", "-")], today=TODAY)


def test_one_contract_in_common_is_enough_and_is_the_one_named() -> None:
    [found] = recent_letters(about("A-1", "B-2"), [sent("c 3", "b2")], today=TODAY)

    assert found.references == ("b2",)


def test_another_body_has_its_own_contracts() -> None:
    letter = sent("A-1")
    assert letter.frozen
    elsewhere = replace(
        letter,
        recipient=SILLAGE,
        frozen=replace(
            letter.frozen, recipient=replace(letter.frozen.recipient, recipient_id=SILLAGE.id)
        ),
    )

    assert not recent_letters(about("A-1"), [elsewhere], today=TODAY)


def test_neither_a_draft_nor_the_letter_itself_is_another_one() -> None:
    letter = sent("A-1")

    assert not recent_letters(letter, [letter, about("A-1")], today=TODAY)


def test_the_letter_that_this_one_follows_is_no_mistake_and_another_one_is() -> None:
    first, other = sent("A-1"), replace(sent("A-1"), number="26-00047")
    complaint = replace(about("A-1"), follows=Follows(letter_id=first.id, number=first.number))

    found = recent_letters(complaint, [first, other], today=TODAY)

    assert [one.number for one in found] == ["26-00047"]


@pytest.mark.parametrize("state", list(S))
def test_what_was_given_up_does_not_count(state: TrackingState) -> None:
    found = recent_letters(about("A-1"), [sent("A-1", state=state)], today=TODAY)

    assert [one.state for one in found] == ([] if state in GIVEN_UP else [state])


def test_a_letter_validated_again_counts_before_its_news_come() -> None:
    cancelled = sent("A-1", state=S.CANCELLED)
    assert cancelled.frozen
    again = replace(cancelled, frozen=replace(cancelled.frozen, generation=2))

    [found] = recent_letters(about("A-1"), [again], today=TODAY)

    assert found.state is S.PREPARING


def test_the_latest_is_the_one_that_is_told() -> None:
    older, newer = sent("A-1", on=day("Mon 2026-11-02")), sent("A-1", on=day("Fri 2026-11-20"))
    newer = replace(newer, number="26-00047")

    found = recent_letters(about("A-1"), [older, newer], today=TODAY)

    assert [one.number for one in found] == ["26-00047", "26-00041"]
    with pytest.raises(SameContractLately) as refusal:
        check_recent(found, confirmed=False)
    assert refusal.value.facts == {"number": "26-00047", "send_day": "2026-11-20"}
    check_recent(found, confirmed=True)
    check_recent((), confirmed=False)
