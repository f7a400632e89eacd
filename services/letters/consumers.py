"""Facts from dispatch: each letter shows where its sending stands."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy.ext.asyncio import AsyncSession

from kit.events import Consumer, Incoming
from kit.ids import parse_id
from preavis.dispatch.v1 import dispatch_pb2, events_pb2
from preavis.letters.v1 import letters_pb2
from services.letters.domain.legal.codes import MailKind
from services.letters.domain.tracking import Tracking, TrackingState
from services.letters.usecases.sendings import FollowedLetters, follow_sending

_STATES: Final = {
    dispatch_pb2.TRACKING_NOT_SENT: TrackingState.NOT_SENT,
    dispatch_pb2.TRACKING_SCHEDULED: TrackingState.SCHEDULED,
    dispatch_pb2.TRACKING_IN_TRANSIT: TrackingState.IN_TRANSIT,
    dispatch_pb2.TRACKING_DEPOSITED: TrackingState.DEPOSITED,
    dispatch_pb2.TRACKING_COLLECTED: TrackingState.COLLECTED,
    dispatch_pb2.TRACKING_SIGNED: TrackingState.SIGNED,
    dispatch_pb2.TRACKING_REFUSED: TrackingState.REFUSED,
    dispatch_pb2.TRACKING_UNCLAIMED: TrackingState.UNCLAIMED,
    dispatch_pb2.TRACKING_CANCELLED: TrackingState.CANCELLED,
    dispatch_pb2.TRACKING_BLOCKED: TrackingState.BLOCKED,
    dispatch_pb2.TRACKING_NOT_POSSIBLE: TrackingState.FAILED,
    dispatch_pb2.TRACKING_UNDELIVERABLE: TrackingState.UNDELIVERABLE,
}
_MAIL: Final = {
    letters_pb2.MAIL_KIND_SIMPLE: MailKind.LRE_SIMPLE,
    letters_pb2.MAIL_KIND_ACKNOWLEDGED: MailKind.LRE_ACKNOWLEDGED,
}


LettersOf = Callable[[AsyncSession, UUID], FollowedLetters]
"""Opens the letters of an account on the fact's own transaction."""


def consumer(letters_of: LettersOf) -> Consumer:
    """Return what letters does with the facts of others."""

    async def sending_changed(session: AsyncSession, incoming: Incoming) -> None:
        """Keep the sending's latest news beside its letter."""
        message = incoming.message
        if not isinstance(message, events_pb2.SendingChanged):
            raise TypeError(f"not a sending's fact: {type(message).__name__}")
        letters = letters_of(session, parse_id(message.account_id))
        await follow_sending(letters, parse_id(message.letter_id), tracking_of(message))

    return Consumer("letters", "tracking", {events_pb2.SendingChanged: sending_changed})


def tracking_of(message: events_pb2.SendingChanged) -> Tracking:
    """Read a sending's fact. A preparing sending shows as such, whatever its tracking says."""
    state = _STATES[message.tracking]
    if message.state == dispatch_pb2.SENDING_STATE_PREPARING:
        state = TrackingState.PREPARING
    return Tracking(
        state=state,
        sending_id=parse_id(message.sending_id),
        version=message.aggregate_version,
        generation=message.generation,
        mail_kind=_MAIL.get(message.mail_kind),
        send_day=_day(message.deposit_day or message.send_day),
        deposited_at=_instant(message, "deposited_at"),
        received_at=_instant(message, "received_at"),
        closes_on=_day(message.closes_on),
        changed_at=_instant(message, "changed_at"),
        reason=message.reason,
        may_be_finalised=message.may_be_finalised,
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _instant(message: events_pb2.SendingChanged, field: str) -> datetime | None:
    if not message.HasField(field):  # type: ignore[arg-type]  # the stub lists the names
        return None
    stamp: Timestamp = getattr(message, field)
    return stamp.ToDatetime(tzinfo=UTC)
