"""Money that follows the letter: captured at deposit, and compared with billing every night."""

from datetime import datetime, time, timedelta
from typing import Final
from uuid import UUID

import structlog

from kit.days import paris_date, paris_instant
from kit.errors import TurnedDown
from kit.failpoints import failpoint
from kit.ids import parse_id
from services.dispatch.domain import cutoffs
from services.dispatch.domain.sending import RESTARTABLE, Sending, State
from services.dispatch.ports import Desk, SendingMissing

NIGHT: Final = time(3, 30)
_log = structlog.get_logger()


async def capture(account_id: UUID, sending_id: UUID, *, desk: Desk) -> None:
    """Take the credit held, as of the Paris date of the deposit, however late its news came."""
    async with desk.store.account(account_id) as work:
        sending = await work.get(sending_id)
    if sending.deposited_at is not None:
        day = cutoffs.legal_day(sending.deposited_at).send_day
        await desk.credit.capture(account_id, sending.hold_key, on_day=day)
        failpoint("dispatch.capture.captured")


async def plan_night(now: datetime, *, desk: Desk) -> None:
    """Compare with billing on the next night, at 03:30 in Paris."""
    tonight = paris_instant(paris_date(now), NIGHT)
    at = tonight if tonight > now else paris_instant(paris_date(now) + timedelta(days=1), NIGHT)
    await desk.store.plan_for_all("reconcile", "reconcile", at)


async def reconcile(*, desk: Desk) -> None:
    """Settle each open hold whose sending no longer waits for it, and say how many."""
    settled = 0
    for account_id, key in await desk.credit.open_holds():
        try:
            settled += await _settle(account_id, key, desk=desk)
        except SendingMissing:
            _log.error("hold_without_sending", key=key)  # a person must look: nothing is guessed
        except TurnedDown as refusal:
            _log.warning("hold_not_settled", key=key, reason=refusal.reason)
    _log.info("holds_reconciled", settled=settled)
    await plan_night(desk.clock(), desk=desk)


async def _settle(account_id: UUID, key: str, *, desk: Desk) -> bool:
    _, sending_id, generation = key.split(":")
    async with desk.store.account(account_id) as work:
        sending = await work.get(parse_id(sending_id))
    if _is_left_over(sending, int(generation)):
        await desk.credit.release(account_id, key)
        return True
    if sending.deposited_at is not None:
        await capture(account_id, sending.id, desk=desk)
        return True
    return False


def _is_left_over(sending: Sending, generation: int) -> bool:
    gone = sending.state in RESTARTABLE
    undelivered = sending.state is State.BOUNCED and sending.deposited_at is None
    return generation < sending.generation or gone or undelivered
