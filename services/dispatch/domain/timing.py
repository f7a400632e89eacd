"""When a letter should leave: the user's wish, and what it comes to."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from kit.days import paris_date
from kit.errors import FieldError, InvalidFields
from services.dispatch.domain import cutoffs


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Exactly one wish: now, a day, or the start of the new contract."""

    now: bool = False
    send_day: date | None = None
    new_start: date | None = None

    def __post_init__(self) -> None:
        if self.now + (self.send_day is not None) + (self.new_start is not None) != 1:
            raise InvalidFields([FieldError("timing", "timing-missing")])


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstDay:
    """The earliest day a sending validated now can leave, and until when that holds."""

    day: date
    cutoff: datetime
    first_sending: bool

    @classmethod
    def at(cls, now: datetime, *, first_sending: bool) -> Self:
        """Apply the cutoff to this instant; ``cutoff`` is today's, passed or not."""
        return cls(
            day=cutoffs.send_day_of(now, first_sending=first_sending),
            cutoff=cutoffs.cutoff(paris_date(now), first_sending=first_sending),
            first_sending=first_sending,
        )
