"""Money that follows the letter: captured, reversed when it bounces, compared every night."""

from datetime import datetime, time
from typing import Final
from uuid import UUID

import structlog

from kit.days import next_paris_time, paris_date
from kit.errors import TurnedDown
from kit.failpoints import failpoint
from kit.ids import parse_id
from services.dispatch.domain import cutoffs
from services.dispatch.domain.sending import RESTARTABLE, Sending, State
from services.dispatch.domain.timeline import Happened
from services.dispatch.ports import Desk, SendingMissing
from services.dispatch.usecases import consequences

NIGHT: Final = time(3, 30)
_log = structlog.get_logger()


async def capture(account_id: UUID, sending_id: UUID, *, desk: Desk) -> None:
    """Take the credit held, as of the Paris date of the deposit, however late its news came."""
    async with desk.store.account(account_id) as work:
        sending = await work.look(sending_id)
    if sending.deposited_at is not None:
        day = cutoffs.legal_day(sending.deposited_at).send_day
        await desk.credit.capture(account_id, sending.hold_key, on_day=day)
        failpoint("dispatch.capture.captured")


async def reverse(account_id: UUID, sending_id: UUID, *, desk: Desk) -> None:
    """Give back what a letter cost that was deposited and could not be delivered, and tell.

    The deposit stays proven, and its date stays the legal one. The capture is asked first: its own
    work may not be done yet.
    """
    async with desk.store.account(account_id) as work:
        sending = await work.look(sending_id)
    if sending.state is not State.BOUNCED or sending.ended_at is None or sending.letter is None:
        return
    await capture(account_id, sending_id, desk=desk)
    reversal = await desk.credit.reverse(
        account_id,
        sending.hold_key,
        cause=sending.letter.number,
        on_day=paris_date(sending.ended_at),
        buyer=sending.agency,
    )
    failpoint("dispatch.reverse.reversed")
    given = {"credit_note": reversal.credit_note, "gross_cents": str(reversal.gross_cents)}
    fact = Happened(code="credit-returned", at=reversal.at, facts=given)
    async with desk.store.account(account_id) as work:
        current = await work.get(sending_id)
        await work.note(current, fact)
        await consequences.follow_up(work, current, [fact], desk=desk)
    failpoint("dispatch.reverse.told")


async def plan_night(now: datetime, *, desk: Desk) -> None:
    """Compare with billing on the next night, at 03:30 in Paris."""
    await desk.store.plan_for_all("reconcile", "reconcile", next_paris_time(now, NIGHT))


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
        sending = await work.look(parse_id(sending_id))
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
