"""Facts in: an account that may send again wakes what it had blocked."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import Clock
from kit.events import Consumer, Incoming
from preavis.accounts.v1 import events_pb2
from services.dispatch.ports import Work
from services.dispatch.usecases import waking

OpenWork = Callable[[AsyncSession, UUID], Work]


def accounts_consumer(open_work: OpenWork, clock: Clock) -> Consumer:
    """Return what listens to accounts; ``open_work`` works in the fact's own transaction."""

    async def standing_changed(session: AsyncSession, incoming: Incoming) -> None:
        fact = incoming.message
        if not isinstance(fact, events_pb2.StandingChanged):
            raise TypeError(f"not a change of standing: {type(fact)}")
        if fact.may_send_as_agency:
            await waking.wake_blocked(open_work(session, UUID(fact.account_id)), clock())

    return Consumer("dispatch", "accounts", {events_pb2.StandingChanged: standing_changed})
