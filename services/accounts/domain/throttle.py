"""How often a stranger may try: counted by what is tried and by where it comes from."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from kit.errors import Kind, TurnedDown


class Throttled(TurnedDown):
    """Too many tries; fact ``minutes`` until the next one."""

    kind = Kind.LATER
    reason = "throttled"


class Act(StrEnum):
    """What is tried. Stored: never renamed."""

    LOG_IN = "log_in"
    SIGN_UP = "sign_up"
    ASK_LINK = "ask_link"
    CHECK_REGISTRY = "check_registry"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``tries`` within any ``window``."""

    tries: int
    window: timedelta


# By the address typed, then by the network address they come from: an office shares one.
BY_SUBJECT: Final = {
    Act.LOG_IN: Limit(8, timedelta(minutes=15)),
    Act.SIGN_UP: Limit(4, timedelta(hours=1)),
    Act.ASK_LINK: Limit(4, timedelta(hours=1)),
    Act.CHECK_REGISTRY: Limit(10, timedelta(hours=1)),
}
BY_PLACE: Final = {
    Act.LOG_IN: Limit(60, timedelta(minutes=15)),
    Act.SIGN_UP: Limit(20, timedelta(hours=1)),
    Act.ASK_LINK: Limit(20, timedelta(hours=1)),
}
LONGEST_WINDOW: Final = timedelta(hours=1)


def check(limit: Limit, earlier: list[datetime], *, now: datetime) -> None:
    """Raise ``Throttled`` when the tries within the window reach the limit.

    ``earlier`` are instants of technical time, in any order; those turned down are not counted,
    so that insisting does not shut the door for longer.
    """
    recent = sorted(instant for instant in earlier if now - instant < limit.window)
    if len(recent) < limit.tries:
        return
    opens = recent[-limit.tries] + limit.window
    minutes = -int(-(opens - now).total_seconds() // 60)
    raise Throttled("too many tries", minutes=str(max(minutes, 1)))
