"""Refusals that reach the caller: six kinds, each saying what the caller can do about it."""

import dataclasses
from collections.abc import Mapping, Sequence
from enum import Enum, auto


class Kind(Enum):
    """What the caller can do about a refusal."""

    INVALID = auto()  # fix the request
    DENIED = auto()  # ask someone who may
    MISSING = auto()  # ask for something else
    REFUSED = auto()  # a rule says no: retrying changes nothing
    STALE = auto()  # someone was faster: read again, decide again
    LATER = auto()  # something is down or busy: retry with the same idempotency key


class TurnedDown(Exception):
    """A foreseen refusal: it reaches the caller and pages nobody.

    ``reason`` is stable, kebab-case and machine-readable; ``facts`` fill the placeholders of the
    sentence that people read. Facts travel to the caller: no secret, no other person's data.
    """

    kind: Kind = Kind.REFUSED  # a class says it once; only an answer relayed from a peer differs
    reason: str

    def __init__(self, message: str = "", **facts: str) -> None:
        super().__init__(message or self.reason)
        self.facts: Mapping[str, str] = facts


@dataclasses.dataclass(frozen=True, slots=True)
class FieldError:
    """One field that cannot be read as it stands."""

    field: str
    reason: str
    facts: Mapping[str, str] = dataclasses.field(default_factory=dict)


class InvalidFields(TurnedDown):
    """Some fields of the request are wrong; all of them are named at once."""

    kind = Kind.INVALID
    reason = "invalid-fields"

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(", ".join(f"{error.field}: {error.reason}" for error in errors))
        self.errors: tuple[FieldError, ...] = tuple(errors)


class ChangedMeanwhile(TurnedDown):
    """Somebody else changed the same thing first."""

    kind = Kind.STALE
    reason = "changed-meanwhile"


class TryAgain(TurnedDown):
    """What we need is busy or away for a moment; the same request may succeed later."""

    kind = Kind.LATER
    reason = "try-again"
