"""The preparation: hold, freeze, check, schedule. Each step is stored before the next is tried."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from kit.days import paris_date
from kit.errors import ChangedMeanwhile, Kind, TurnedDown
from kit.failpoints import failpoint
from services.dispatch.domain.letter import Attachment
from services.dispatch.domain.sending import Sending, State
from services.dispatch.domain.whys import PreparationRefused
from services.dispatch.ports import Desk, Work
from services.dispatch.usecases import consequences, giving_back

RESCUE_AFTER: Final = timedelta(seconds=60)
_PASSING: Final = frozenset({Kind.LATER, Kind.STALE})


async def plan_rescue(work: Work, sending: Sending, now: datetime) -> None:
    """Have the preparation carried on later if this process dies meanwhile."""
    await work.plan("prepare", f"prepare:{sending.id}", now + RESCUE_AFTER, payload=_named(sending))


async def rescue(account_id: UUID, sending_id: UUID, *, desk: Desk) -> None:
    """Carry on a preparation that was left half-way; tell the agent if it is turned down."""
    async with desk.store.account(account_id) as work:
        sending = await work.look(sending_id)
    if sending.state is not State.PREPARING:
        return
    try:
        await carry_on(sending, desk=desk)
    except TurnedDown as refusal:
        if refusal.kind in _PASSING:
            raise
        await _tell_turned_down(account_id, sending_id, desk=desk)


async def carry_on(sending: Sending, *, desk: Desk) -> Sending:
    """Bring a preparation to its end, from wherever it stands; what is done is not done again.

    Raises what the refusing step says once all is given back; ``LATER`` refusals change nothing,
    the rescue tries again. A sending already prepared is returned as it is.
    """
    generation = sending.generation
    while sending.state is State.PREPARING and sending.generation == generation:
        try:
            return await _prepare(sending, desk=desk)
        except ChangedMeanwhile:  # another hand carries it on too: look where it stands
            async with desk.store.account(sending.account_id) as work:
                sending = await work.look(sending.id)
    if sending.state is State.TURNED_DOWN:
        raise PreparationRefused(sending.reason, **sending.reason_facts)
    return sending


async def _prepare(sending: Sending, *, desk: Desk) -> Sending:
    try:
        sending = await _hold(sending, desk=desk)
        sending = await _freeze(sending, desk=desk)
        return await _check_mandate(sending, desk=desk)
    except TurnedDown as refusal:
        if refusal.kind in _PASSING:
            raise
        await _refused(sending, refusal, desk=desk)
        raise


async def _hold(sending: Sending, *, desk: Desk) -> Sending:
    if sending.held_cents:
        return sending
    order = sending.order
    held = await desk.credit.hold(
        sending.account_id,
        sending.hold_key,
        order.mail_kind,
        cause=order.letter_number,
        on_day=paris_date(order.validated_at),
        expected_gross_cents=order.gross_cents,
    )
    failpoint("dispatch.prepare.held")
    sending = await _store(sending.held(held), desk=desk)
    failpoint("dispatch.prepare.hold-stored")
    return sending


async def _freeze(sending: Sending, *, desk: Desk) -> Sending:
    order = sending.order
    if sending.letter is not None and sending.letter.bears(order.send_day, order.new_start):
        return sending
    letter, pdf = await desk.letters.freeze(
        sending,
        send_day=order.send_day,
        key=f"{sending.hold_key}:{order.send_day}:{order.new_start}",
    )
    failpoint("dispatch.prepare.frozen")
    await desk.vault.put(sending.id, pdf)
    sending = await _store(sending.frozen(letter), desk=desk)
    failpoint("dispatch.prepare.freeze-stored")
    return sending


async def _check_mandate(sending: Sending, *, desk: Desk) -> Sending:
    content_hash = sending.letter.content_hash if sending.letter else ""
    found = await desk.mandates.check(sending, content_hash=content_hash)
    failpoint("dispatch.prepare.mandate-checked")
    # it is locked from here; until then, the agent may have decided anew
    sending.check_mandate(attached=found is not None)
    attachment = None
    if found is not None:
        name, pdf = found
        attachment = Attachment(filename=name, sha256=await desk.vault.put(sending.id, pdf))
    now = desk.clock()
    async with desk.store.account(sending.account_id) as work:
        scheduled, fact = sending.mandated(attachment).schedule(now)
        saved = await work.save(scheduled, fact)
        await work.unplan(f"prepare:{sending.id}")
        await consequences.follow_up(work, saved, [fact], desk=desk)
    failpoint("dispatch.prepare.scheduled")
    return saved


async def _refused(sending: Sending, refusal: TurnedDown, *, desk: Desk) -> None:
    """Go back to the day that stood, if any; else turn down and give everything back."""
    now = desk.clock()
    async with desk.store.account(sending.account_id) as work:
        if sending.kept_order is not None:
            new, fact = sending.keep_day(refusal.reason, now)
        else:
            new, fact = sending.turn_down(refusal.reason, refusal.facts, now)
        saved = await work.save(new, fact)
        await work.unplan(f"prepare:{sending.id}")
        await consequences.follow_up(work, saved, [fact], desk=desk)
    failpoint("dispatch.prepare.turned-down")
    if saved.state is State.TURNED_DOWN:
        await giving_back.try_now(saved, desk=desk)


async def _tell_turned_down(account_id: UUID, sending_id: UUID, *, desk: Desk) -> None:
    """Nobody waits at the page any more: the refusal goes by e-mail."""
    async with desk.store.account(account_id) as work:
        sending = await work.get(sending_id)
        if sending.state is State.TURNED_DOWN:
            await consequences.tell_turned_down(work, sending, desk=desk)


async def _store(sending: Sending, *, desk: Desk) -> Sending:
    async with desk.store.account(sending.account_id) as work:
        return await work.save(sending)


def _named(sending: Sending) -> dict[str, str]:
    return {"sending_id": str(sending.id)}
