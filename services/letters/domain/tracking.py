"""Where the sending of a letter stands, as its facts tell it: a projection, never a decision."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.letters.domain.legal.codes import MailKind


class TrackingState(StrEnum):
    """The states that agents see."""

    NOT_SENT = "not_sent"
    PREPARING = "preparing"
    MANDATE_TO_SIGN = "mandate_to_sign"
    SCHEDULED = "scheduled"
    BLOCKED = "blocked"
    IN_TRANSIT = "in_transit"
    DEPOSITED = "deposited"
    COLLECTED = "collected"
    SIGNED = "signed"
    REFUSED = "refused"
    UNCLAIMED = "unclaimed"
    RETRANSMITTED = "retransmitted"
    CANCELLED = "cancelled"
    CANCELLED_MANDATE_UNSIGNED = "cancelled_mandate_unsigned"
    SIGNATURE_OVERDUE = "signature_overdue"
    FAILED = "failed"
    UNDELIVERABLE = "undeliverable"


SENT: Final = frozenset(
    {
        TrackingState.IN_TRANSIT,
        TrackingState.DEPOSITED,
        TrackingState.COLLECTED,
        TrackingState.SIGNED,
        TrackingState.REFUSED,
        TrackingState.UNCLAIMED,
        TrackingState.RETRANSMITTED,
        TrackingState.UNDELIVERABLE,
    }
)
WAITING_FOR_THE_DAY: Final = frozenset({TrackingState.SCHEDULED, TrackingState.PREPARING})


class View(StrEnum):
    """The lists an agent switches between; each letter is in one of them, and in all."""

    TO_FINISH = "to_finish"
    SCHEDULED = "scheduled"
    SENT = "sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """What the last fact about the letter's sending said. ``version`` is the sending's."""

    state: TrackingState = TrackingState.NOT_SENT
    sending_id: UUID | None = None
    version: int = 0
    generation: int = 0
    mail_kind: MailKind | None = None
    send_day: date | None = None
    deposited_at: datetime | None = None
    received_at: datetime | None = None
    closes_on: date | None = None
    changed_at: datetime | None = None
    reason: str = ""
    may_be_finalised: bool = True

    @property
    def view(self) -> View:
        """The list this letter belongs to."""
        if self.state in SENT:
            return View.SENT
        return View.SCHEDULED if self.state in WAITING_FOR_THE_DAY else View.TO_FINISH

    @property
    def sent_on(self) -> date | None:
        """The day it left; none before."""
        return self.send_day if self.state in SENT else None


NOT_SENT: Final = Tracking()


def supersedes(news: Tracking, standing: Tracking) -> bool:
    """Say whether ``news`` is later than what stands: late and repeated facts change nothing.

    Versions order the facts of one sending; between two sendings of one letter the instant does.
    """
    if news.sending_id == standing.sending_id:
        return news.version > standing.version
    if standing.changed_at is None or news.changed_at is None:
        return True
    return news.changed_at >= standing.changed_at
