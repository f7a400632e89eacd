"""The life of a sending: one table of moves, and the verbs that make them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, Self
from uuid import UUID

from kit.errors import TurnedDown
from services.dispatch.domain import cutoffs
from services.dispatch.domain.attempts import Attempt, AttemptState
from services.dispatch.domain.letter import Agency, Attachment, FrozenLetter, MailKind
from services.dispatch.domain.timeline import Happened


class State(StrEnum):
    """Where a sending stands. The values are stored: never renamed."""

    PREPARING = "preparing"
    SCHEDULED = "scheduled"
    DUE = "due"
    BLOCKED = "blocked"
    SUBMITTING = "submitting"
    UNKNOWN = "unknown"
    IN_TRANSIT = "in_transit"
    DEPOSITED = "deposited"
    SIGNED = "signed"
    COLLECTED = "collected"
    REFUSED = "refused"
    UNCLAIMED = "unclaimed"
    BOUNCED = "bounced"
    TURNED_DOWN = "turned_down"
    CANCELLED = "cancelled"
    FAILED = "failed"


S = State
NEXT: Final[Mapping[State, frozenset[State]]] = {
    S.PREPARING: frozenset({S.SCHEDULED, S.TURNED_DOWN}),
    S.SCHEDULED: frozenset({S.PREPARING, S.DUE, S.CANCELLED}),
    S.DUE: frozenset({S.SUBMITTING, S.BLOCKED, S.FAILED}),
    S.BLOCKED: frozenset({S.DUE, S.PREPARING, S.CANCELLED, S.FAILED}),
    S.SUBMITTING: frozenset({S.IN_TRANSIT, S.UNKNOWN, S.DUE, S.FAILED}),
    S.UNKNOWN: frozenset({S.IN_TRANSIT, S.DUE, S.FAILED}),
    S.IN_TRANSIT: frozenset({S.DEPOSITED, S.BOUNCED, S.FAILED}),
    S.DEPOSITED: frozenset({S.SIGNED, S.COLLECTED, S.REFUSED, S.UNCLAIMED, S.BOUNCED}),
    S.TURNED_DOWN: frozenset({S.PREPARING}),
    S.CANCELLED: frozenset({S.PREPARING}),
    S.FAILED: frozenset({S.PREPARING}),
}  # absent on the left = final

RESTARTABLE: Final = frozenset({S.TURNED_DOWN, S.CANCELLED, S.FAILED})
MOVABLE: Final = frozenset({S.SCHEDULED, S.BLOCKED})
IN_HAND: Final = frozenset({S.SUBMITTING, S.UNKNOWN})
ENDED: Final = frozenset({S.SIGNED, S.COLLECTED, S.REFUSED, S.UNCLAIMED, S.BOUNCED})
RECEIVED: Final = frozenset({S.SIGNED, S.COLLECTED})


class ImpossibleMove(TurnedDown):
    """The sending is not in a state that allows this."""

    reason = "sending-impossible-move"


class AlreadyFinalised(TurnedDown):
    """The letter is already on its way, by another validation."""

    reason = "sending-already-finalised"


class DatesChanged(TurnedDown):
    """The dates are not the ones that were confirmed."""

    reason = "dates-changed"


class MandateChanged(TurnedDown):
    """Another decision was made about the mandate than the one the letter tells of."""

    reason = "mandate-changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What was validated on the page, and by whom. Days are Paris days."""

    key: str
    mail_kind: MailKind
    send_day: date
    last_covered_day: date | None
    new_start: date | None
    gross_cents: int
    attaches_mandate: bool
    validated_at: datetime
    author_name: str
    letter_number: str = ""
    """What the statement of credit names as the cause."""
    leaves_now: bool = False
    wanted_new_start: date | None = None
    """The start the user gave, when it is what the day was computed from."""
    same_contract_confirmed: bool = False
    """The user knows that another letter lately ended the same contract."""
    change_key: str = ""
    """Key of the last change of day; empty when it was never moved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One letter on its way. A verb returns the new value and the fact to publish with it."""

    id: UUID
    account_id: UUID
    letter_id: UUID
    generation: int = 1
    version: int = 0  # bumped by the store at each save; a stale write is turned down
    state: State = State.PREPARING
    order: Order
    kept_order: Order | None = None  # what stands if moving it to another day is refused
    agency: Agency
    held_cents: int = 0
    letter: FrozenLetter | None = None
    mandate: Attachment | None = None
    attempt: Attempt | None = None
    locked: bool = False  # scheduled at least once: the content never changes again
    deposited_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""
    reason_facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def hold_key(self) -> str:
        """The name of this generation's money at billing."""
        return f"send:{self.id}:{self.generation}"

    @property
    def must_leave_by(self) -> datetime | None:
        """First instant at which leaving would serve no purpose; None when no text sets one."""
        if self.letter is None or self.letter.latest_send_day is None:
            return None
        return cutoffs.must_leave_by(self.letter.latest_send_day)

    def changeable(self, now: datetime) -> bool:
        """Tell whether it can still be moved or cancelled."""
        if self.state is State.SCHEDULED:
            return now < cutoffs.changeable_until(self.order.send_day)
        return self.state is State.BLOCKED

    # --- preparation -------------------------------------------------------------------------

    @classmethod
    def begin(
        cls,
        *,
        sending_id: UUID,
        account_id: UUID,
        letter_id: UUID,
        order: Order,
        agency: Agency,
    ) -> tuple[Self, Happened]:
        """Start the first generation."""
        new = cls(
            id=sending_id, account_id=account_id, letter_id=letter_id, order=order, agency=agency
        )
        return new, _validated(new)

    def begin_again(self, *, order: Order, agency: Agency) -> tuple[Self, Happened]:
        """Start a new generation. Raises ``AlreadyFinalised`` while one is alive or has left."""
        if self.state not in RESTARTABLE:
            raise AlreadyFinalised(state=self.state)
        new = self._to(
            State.PREPARING,
            generation=self.generation + 1,
            order=order,
            agency=agency,
            held_cents=0,
            letter=None,
            mandate=None,
            deposited_at=None,
            ended_at=None,
        )
        return new, _validated(new)

    def held(self, gross_cents: int) -> Self:
        """Note that this much, VAT included, is set aside."""
        return replace(self, held_cents=gross_cents)

    def frozen(self, letter: FrozenLetter) -> Self:
        """Note the frozen letter. Raises ``DatesChanged`` unless it bears the confirmed dates."""
        confirmed, found = self.order, letter
        if (confirmed.send_day, confirmed.last_covered_day, confirmed.new_start) != (
            found.send_day,
            found.last_covered_day,
            found.new_start,
        ):
            raise DatesChanged(
                send_day=found.send_day.isoformat(),
                last_covered_day=iso(found.last_covered_day),
                new_start=iso(found.new_start),
            )
        return replace(self, letter=letter)

    def check_mandate(self, *, attached: bool) -> None:
        """Raise ``MandateChanged`` unless the mandate goes with the letter as its text says."""
        if attached != self.order.attaches_mandate:
            raise MandateChanged

    def mandated(self, attachment: Attachment | None) -> Self:
        """Note the signed mandate that leaves with the letter, or that none does."""
        return replace(self, mandate=attachment)

    def schedule(self, at: datetime) -> tuple[Self, Happened]:
        """All is held, frozen and checked: wait for the day."""
        code = "rescheduled" if self.kept_order else "scheduled"
        new = self._to(State.SCHEDULED, locked=True, kept_order=None)
        return new, Happened(code=code, at=at, facts=_day_facts(new))

    def turn_down(
        self, reason: str, facts: Mapping[str, str], at: datetime
    ) -> tuple[Self, Happened]:
        """Give up the preparation: what is held and frozen is to be given back."""
        new = self._to(State.TURNED_DOWN, reason=reason, reason_facts=facts)
        return new, Happened(code="turned-down", at=at, facts={"reason": reason})

    # --- until the eve -----------------------------------------------------------------------

    def reschedule(self, order: Order, at: datetime) -> tuple[Self, Happened]:
        """Prepare another day. Raises ``CancelTooLate`` once its day has begun.

        What was turned down, cancelled or failed has no day to move: it is validated again.
        """
        if self.state not in MOVABLE:
            raise ImpossibleMove(f"sending {self.id} waits for no day", state=self.state)
        self._check_still_here(at)
        new = self._to(State.PREPARING, order=order, kept_order=self.order)
        return new, Happened(code="reschedule-asked", at=at, facts=_day_facts(new))

    def keep_day(self, reason: str, at: datetime) -> tuple[Self, Happened]:
        """Go back to the day that stood: the other one was refused."""
        if self.kept_order is None:
            raise ImpossibleMove("no day to go back to", state=self.state)
        new = self._to(State.SCHEDULED, order=self.kept_order, kept_order=None)
        return new, Happened(code="reschedule-refused", at=at, facts={"reason": reason})

    def cancel(self, at: datetime) -> tuple[Self, Happened]:
        """Stop it before its day. Raises ``CancelTooLate`` once its day has begun."""
        self._check_still_here(at)
        return self._to(State.CANCELLED), Happened(code="cancelled", at=at)

    # --- the day -----------------------------------------------------------------------------

    def come_due(self, at: datetime) -> tuple[Self, Happened]:
        """Its day has come (or what blocked it is gone): nobody can hold it back any more."""
        return self._to(State.DUE), Happened(code="due", at=at)

    def block(self, reason: str, facts: Mapping[str, str], at: datetime) -> tuple[Self, Happened]:
        """Something forbids leaving; it may be put right before the cutoff."""
        new = self._to(State.BLOCKED, reason=reason, reason_facts=facts)
        return new, Happened(code="blocked", at=at, facts={"reason": reason, **facts})

    def hand_over(self, attempt: Attempt) -> tuple[Self, Happened]:
        """Note that the operator is about to be called: from here, no answer means unknown."""
        new = self._to(State.SUBMITTING, attempt=attempt)
        facts = {"operator": attempt.operator, "attempt": str(attempt.number)}
        return new, Happened(code="handed-over", at=attempt.handed_at, facts=facts)

    def accepted(self, reference: str, at: datetime) -> tuple[Self, Happened]:
        """Note that the operator took it, under this number."""
        new = self._to(State.IN_TRANSIT, attempt=self._current.accepted(reference))
        return new, Happened(code="accepted", at=at, facts={"operator_reference": reference})

    def lost_track(self, at: datetime) -> tuple[Self, Happened]:
        """Wait for news or for staff: the operator did not answer, and may have the letter."""
        new = self._to(State.UNKNOWN, attempt=self._current.ended(AttemptState.UNKNOWN))
        return new, Happened(code="outcome-unknown", at=at)

    def not_handed_over(self, at: datetime) -> tuple[Self, Happened]:
        """Let it be handed over again: the operator surely does not have it."""
        new = self._to(State.DUE, attempt=self._current.ended(AttemptState.ABSENT))
        return new, Happened(code="not-handed-over", at=at)

    def fail(self, reason: str, facts: Mapping[str, str], at: datetime) -> tuple[Self, Happened]:
        """Give up: it does not leave, and what is held is to be given back."""
        attempt = self.attempt
        if attempt is not None and self.state in {*IN_HAND, State.IN_TRANSIT}:
            attempt = attempt.ended(AttemptState.REFUSED)
        new = self._to(State.FAILED, reason=reason, reason_facts=facts, attempt=attempt)
        return new, Happened(code="failed", at=at, facts={"reason": reason})

    # --- what the operator tells (see tracking.py) ----------------------------------------------

    def deposit(self, deposited_at: datetime) -> tuple[Self, Happened]:
        """Note the deposit: the operator's qualified time is the legal one."""
        new = self._to(State.DEPOSITED, deposited_at=deposited_at)
        facts = {"send_day": cutoffs.legal_day(deposited_at).send_day.isoformat()}
        return new, Happened(code="deposited", at=deposited_at, facts=facts)

    def end(self, state: State, ended_at: datetime) -> tuple[Self, Happened]:
        """Note that the recipient answered, or that the window closed on silence."""
        new = self._to(state, ended_at=ended_at)
        return new, Happened(code=state.value.replace("_", "-"), at=ended_at)

    # --- inside ------------------------------------------------------------------------------

    @property
    def _current(self) -> Attempt:
        if self.attempt is None:
            raise ImpossibleMove("never handed over", state=self.state)
        return self.attempt

    def _check_still_here(self, at: datetime) -> None:
        if self.state is State.SCHEDULED:
            cutoffs.check_changeable(self.order.send_day, at)

    def _to(self, state: State, **changes: Any) -> Self:  # noqa: ANN401 - fields of this class
        if state not in NEXT.get(self.state, frozenset()):
            message = f"sending {self.id}: {self.state} -> {state}"
            raise ImpossibleMove(message, state=self.state, asked=state)
        why: dict[str, Any] = {"reason": "", "reason_facts": {}}
        return replace(self, state=state, **(why | changes))


def iso(day: date | None) -> str:
    """Write a day as stored in facts: ISO, or empty when there is none."""
    return day.isoformat() if day else ""


def _validated(sending: Sending) -> Happened:
    order = sending.order
    facts = {"gross_cents": str(order.gross_cents), "by": order.author_name}
    return Happened(code="validated", at=order.validated_at, facts=facts | _day_facts(sending))


def _day_facts(sending: Sending) -> dict[str, str]:
    return {"send_day": sending.order.send_day.isoformat()}
