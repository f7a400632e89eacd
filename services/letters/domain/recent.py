"""Letters lately written to the same recipient about the same contract: said before one more."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from kit.errors import TurnedDown
from services.letters.domain.letter import Frozen, Letter
from services.letters.domain.tracking import Tracking, TrackingState
from services.letters.domain.words import squeezed

LATELY_DAYS: Final = 30
GIVEN_UP: Final = frozenset(
    {
        TrackingState.NOT_SENT,
        TrackingState.CANCELLED,
        TrackingState.CANCELLED_MANDATE_UNSIGNED,
        TrackingState.SIGNATURE_OVERDUE,
        TrackingState.FAILED,
        TrackingState.UNDELIVERABLE,
    }
)
"""Nothing reached the recipient, and what was paid came back: to write again is no mistake."""


class SameContractLately(TurnedDown):
    """Another letter lately ended the same contract: one more is sent only when it is confirmed."""

    reason = "same-contract-lately"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentLetter:
    """Another letter to the same recipient, and which of the same contracts it ends."""

    letter_id: UUID
    number: str
    send_day: date
    state: TrackingState
    references: tuple[str, ...]


def counts_from(today: date) -> date:
    """Return the first sending day that is still recent: thirty days ago, that day included.

    On 23 November 2026, a letter sent on 24 October counts and one of the 23rd does not. A letter
    that waits for its day counts however far that day is.

    Our reading: no text asks for this; a body answers within the month, and a second letter before
    its answer is more often a mistake than a reminder.
    """
    return today - timedelta(days=LATELY_DAYS)


def reference_keys(letter: Letter) -> frozenset[str]:
    """Return the references of its contracts without case, accents, spaces or signs."""
    return frozenset(squeezed(one.reference) for one in letter.contracts) - {""}


def recent_letters(
    letter: Letter, others: Iterable[Letter], *, today: date
) -> tuple[RecentLetter, ...]:
    """Return those of ``others`` that lately went, or will, where this one is to go; latest first.

    The same contract is a reference in common. What was given up does not count, nor the letter
    that this one was prepared to follow.
    """
    keys = reference_keys(letter)
    found = (_recent(other, keys, today) for other in others if _may_be_one_too_many(letter, other))
    return tuple(sorted(filter(None, found), key=_age, reverse=True))


def check_recent(found: tuple[RecentLetter, ...], *, confirmed: bool) -> None:
    """Raise ``SameContractLately`` about the latest, unless the user confirmed knowing of them."""
    if found and not confirmed:
        raise SameContractLately(number=found[0].number, send_day=found[0].send_day.isoformat())


def _recent(other: Letter, keys: frozenset[str], today: date) -> RecentLetter | None:
    frozen = other.frozen
    shared = [one.reference for one in other.contracts if squeezed(one.reference) in keys]
    if frozen is None or not shared or frozen.send_day < counts_from(today):
        return None
    state = _state(frozen, other.tracking)
    if state in GIVEN_UP:
        return None
    return RecentLetter(
        letter_id=other.id,
        number=other.number,
        send_day=frozen.send_day,
        state=state,
        references=tuple(shared),
    )


def _state(frozen: Frozen, tracking: Tracking) -> TrackingState:
    """Return where the sending stands; news of an earlier generation say nothing of this one."""
    known = tracking.generation >= frozen.generation
    return tracking.state if known else TrackingState.PREPARING


def _may_be_one_too_many(letter: Letter, other: Letter) -> bool:
    one, two = letter.written_to, other.written_to
    same_body = one is not None and two is not None and one.recipient_id == two.recipient_id
    earlier = letter.follows and letter.follows.letter_id
    return same_body and other.id not in (letter.id, earlier)


def _age(one: RecentLetter) -> tuple[date, str]:
    return one.send_day, one.number
