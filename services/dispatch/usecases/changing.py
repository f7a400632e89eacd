"""Until the eve: another day, or none."""

from dataclasses import replace
from uuid import UUID

from kit.errors import ChangedMeanwhile
from kit.failpoints import failpoint
from services.dispatch.domain.sending import Sending, State
from services.dispatch.domain.timing import Timing
from services.dispatch.ports import Desk
from services.dispatch.usecases import consequences, finalising, giving_back, planning, preparing


async def reschedule(
    account_id: UUID, sending_id: UUID, timing: Timing, *, version: int, key: str, desk: Desk
) -> Sending:
    """Move a scheduled sending to another day; its letter is frozen anew with the new dates.

    Asking for the day it already has changes nothing. When the new day is refused, what stood
    stands. Raises ``CancelTooLate``, ``ChangedMeanwhile``, ``NotPossible``.
    """
    async with desk.store.account(account_id) as work:
        sending = await work.look(sending_id)
    if sending.order.change_key == key:
        return await preparing.carry_on(sending, desk=desk)
    _check_version(sending, version)
    plan = await planning.plan(account_id, sending.letter_id, timing, desk=desk)
    day = finalising.check_dates(plan, sending.order.mail_kind, None)
    now = desk.clock()
    order = replace(
        sending.order,
        change_key=key,
        send_day=day,
        last_covered_day=plan.planned.last_covered_day,
        new_start=plan.planned.new_start,
        leaves_now=plan.leaves_now,
        wanted_new_start=timing.new_start,
    )
    if (order.send_day, order.new_start) == (sending.order.send_day, sending.order.new_start):
        return sending
    async with desk.store.account(account_id) as work:
        found = await work.get(sending_id)
        if found.version != sending.version:
            raise ChangedMeanwhile
        asked, fact = found.reschedule(order, now)
        saved = await work.save(asked, fact)
        await preparing.plan_rescue(work, saved, now)
        await consequences.follow_up(work, saved, [fact], desk=desk)
    failpoint("dispatch.reschedule.asked")
    return await preparing.carry_on(saved, desk=desk)


async def cancel(account_id: UUID, sending_id: UUID, *, version: int, desk: Desk) -> Sending:
    """Stop a scheduled sending and give its credit back; once cancelled, it stays so.

    Raises ``CancelTooLate`` from midnight of its day, checked in the transaction that cancels.
    """
    async with desk.store.account(account_id) as work:
        sending = await work.get(sending_id)
        if sending.state is State.CANCELLED:
            return sending
        _check_version(sending, version)
        cancelled, fact = sending.cancel(desk.clock())
        saved = await work.save(cancelled, fact)
        await consequences.follow_up(work, saved, [fact], desk=desk)
    failpoint("dispatch.cancel.cancelled")
    await giving_back.try_now(saved, desk=desk)
    return saved


def _check_version(sending: Sending, version: int) -> None:
    if version not in (0, sending.version):
        raise ChangedMeanwhile
