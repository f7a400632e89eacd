"""The table of moves, walked; and the README that draws it."""

import re
from collections.abc import Callable
from datetime import date
from itertools import product
from pathlib import Path

import pytest

from services.dispatch.domain.cutoffs import CancelTooLate
from services.dispatch.domain.sending import (
    ENDED,
    NEXT,
    RESTARTABLE,
    AlreadyFinalised,
    ImpossibleMove,
    Sending,
    State,
)
from services.dispatch.domain.tracking import SHOWN_AS
from services.dispatch.tests.builders import NOON, a_sending, an_attempt, an_order
from services.dispatch.tests.peers import AGENCY
from tests.support.time import paris

Verb = Callable[[Sending], Sending]
README = Path(__file__).parents[2] / "README.md"

VERBS: dict[str, tuple[State, Verb]] = {
    "schedule": (State.SCHEDULED, lambda s: s.schedule(NOON)[0]),
    "turn_down": (State.TURNED_DOWN, lambda s: s.turn_down("why", {}, NOON)[0]),
    "cancel": (State.CANCELLED, lambda s: s.cancel(NOON)[0]),
    "come_due": (State.DUE, lambda s: s.come_due(NOON)[0]),
    "block": (State.BLOCKED, lambda s: s.block("why", {}, NOON)[0]),
    "hand_over": (State.SUBMITTING, lambda s: s.hand_over(an_attempt())[0]),
    "accepted": (State.IN_TRANSIT, lambda s: s.accepted("400001", NOON)[0]),
    "lost_track": (State.UNKNOWN, lambda s: s.lost_track(NOON)[0]),
    "not_handed_over": (State.DUE, lambda s: s.not_handed_over(NOON)[0]),
    "fail": (State.FAILED, lambda s: s.fail("why", {}, NOON)[0]),
    "deposit": (State.DEPOSITED, lambda s: s.deposit(NOON)[0]),
    "end": (State.SIGNED, lambda s: s.end(State.SIGNED, NOON)[0]),
    "reschedule": (State.PREPARING, lambda s: s.reschedule(an_order(), NOON)[0]),
}


@pytest.mark.parametrize(("verb", "state"), list(product(VERBS, State)))
def test_a_verb_moves_where_the_table_says_and_nowhere_else(verb: str, state: State) -> None:
    target, act = VERBS[verb]
    sending = a_sending(state, attempt=an_attempt())

    if target in NEXT.get(state, frozenset()) and not _guarded(verb, state):
        assert act(sending).state is target
    elif target not in NEXT.get(state, frozenset()):
        with pytest.raises(ImpossibleMove):
            act(sending)


def _guarded(verb: str, state: State) -> bool:
    return verb == "reschedule" and state in RESTARTABLE


def test_every_move_of_the_table_has_a_verb_that_makes_it() -> None:
    reached = {target for target, _ in VERBS.values()} | ENDED

    assert reached >= {target for targets in NEXT.values() for target in targets}


def test_the_readme_draws_the_table() -> None:
    drawn = set(re.findall(r"^\s*(\w+) --> (\w+)$", README.read_text("utf-8"), re.MULTILINE))

    assert drawn == {(one.value, two.value) for one, targets in NEXT.items() for two in targets}


def test_final_states_lead_nowhere() -> None:
    assert not ENDED & NEXT.keys()


def test_every_state_is_shown_to_the_agent() -> None:
    assert SHOWN_AS.keys() == set(State)


@pytest.mark.parametrize("state", sorted(RESTARTABLE))
def test_after_a_side_exit_a_new_generation_starts_clean(state: State) -> None:
    old = a_sending(state, held_cents=540, reason="why", locked=True)

    new, fact = old.begin_again(order=an_order(key="press-2"), agency=AGENCY)

    assert (new.generation, new.state, new.held_cents, new.reason) == (2, State.PREPARING, 0, "")
    assert new.hold_key != old.hold_key
    assert new.locked
    assert fact.code == "validated"


@pytest.mark.parametrize("state", sorted(set(State) - RESTARTABLE))
def test_what_is_alive_or_has_left_is_not_started_again(state: State) -> None:
    with pytest.raises(AlreadyFinalised):
        a_sending(state).begin_again(order=an_order(), agency=AGENCY)


@pytest.mark.parametrize(
    ("now", "allowed"),
    [
        ("Wed 2027-01-13 12:00", True),
        ("Thu 2027-01-14 23:59:59", True),
        ("Fri 2027-01-15 00:00", False),
        ("Fri 2027-01-15 08:00", False),
    ],
)
def test_a_sending_of_friday_is_changeable_until_the_eve_is_over(now: str, allowed: bool) -> None:
    sending = a_sending(State.SCHEDULED)

    assert sending.changeable(paris(now)) is allowed
    if not allowed:
        with pytest.raises(CancelTooLate):
            sending.cancel(paris(now))


@pytest.mark.parametrize("state", sorted(RESTARTABLE))
def test_what_waits_for_no_day_is_not_moved_but_validated_again(state: State) -> None:
    with pytest.raises(ImpossibleMove):
        a_sending(state).reschedule(an_order(send_day=date(2027, 1, 18)), NOON)


def test_a_refused_new_day_goes_back_to_the_one_that_stood() -> None:
    moved, _ = a_sending(State.SCHEDULED).reschedule(an_order(send_day=date(2027, 1, 18)), NOON)

    back, fact = moved.keep_day("too-late", NOON)

    assert (back.state, back.order.send_day) == (State.SCHEDULED, date(2027, 1, 15))
    assert fact.facts == {"reason": "too-late"}


def test_the_deposit_tells_its_paris_day() -> None:
    _, fact = a_sending(State.IN_TRANSIT).deposit(paris("Thu 2027-07-01 00:30"))

    assert fact.facts == {"send_day": "2027-07-01"}
