"""What was blocked is looked at again as soon as the obstacle may be gone."""

from datetime import datetime

from services.dispatch.domain.sending import State
from services.dispatch.ports import Work


async def wake_blocked(work: Work, now: datetime) -> None:
    """Try again, at once, each blocked sending of the account."""
    for sending in await work.with_state(State.BLOCKED):
        await work.plan(
            "depart",
            f"depart:{sending.id}",
            now,
            local_date=sending.order.send_day,
            payload={"sending_id": str(sending.id)},
        )
