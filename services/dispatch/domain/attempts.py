"""One hand-over of a sending to an operator, and the three answers it can have."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self
from uuid import UUID

UNKNOWN_ALARM: Final = timedelta(minutes=30)


class AttemptState(StrEnum):
    """What we know of a hand-over."""

    HANDED = "handed"  # the call was about to be made, or is being made
    ACCEPTED = "accepted"
    REFUSED = "refused"  # by the operator, for good
    UNKNOWN = "unknown"  # it may have the letter, it may not
    ABSENT = "absent"  # it surely does not have the letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One hand-over. ``id`` is the reference that the operator keeps for us."""

    id: UUID
    number: int
    generation: int
    operator: str
    operator_sender: str
    token_hash: str
    """SHA-256 of the secret in the address that the operator calls about this attempt."""
    handed_at: datetime
    state: AttemptState = AttemptState.HANDED
    reference: str = ""
    """The operator's own number; empty until it accepted."""

    def accepted(self, reference: str) -> Self:
        """Note that the operator has it, under this number."""
        return replace(self, state=AttemptState.ACCEPTED, reference=reference)

    def ended(self, state: AttemptState) -> Self:
        """Note another answer, or the want of one."""
        return replace(self, state=state)

    def is_alarming(self, now: datetime) -> bool:
        """Tell whether nobody has known what became of it for thirty minutes."""
        return self.state is AttemptState.UNKNOWN and now >= self.handed_at + UNKNOWN_ALARM
