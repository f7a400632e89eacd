"""What follows from each fact, planned in the transaction that makes it true."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from kit.days import paris_date, paris_instant
from services.dispatch.domain import cutoffs
from services.dispatch.domain.attempts import UNKNOWN_ALARM
from services.dispatch.domain.sending import Sending, State
from services.dispatch.domain.timeline import Happened
from services.dispatch.domain.tracking import last_day_to_answer
from services.dispatch.ports import Desk, Work
from services.dispatch.usecases import erasing, giving_back, telling

SWEEP_AT: Final = timedelta(hours=7)
NO_WAIT: Final = timedelta()
FIRST_LOOK: Final = timedelta(minutes=2)
NEXT_LOOK: Final = timedelta(hours=1)
BOUNCE_PROOF: Final = timedelta(minutes=5)

Follow = Callable[[Work, Sending, Desk], Awaitable[None]]


async def follow_up(
    work: Work,
    sending: Sending,
    facts: Sequence[Happened],
    *,
    desk: Desk,
    document: bytes = b"",
) -> None:
    """Plan and queue, once each, all that these facts call for.

    ``document`` is the proof that a fact tells of: it is joined to the e-mails.
    """
    for fact in facts:
        if not fact.applied:
            continue
        for act in AFTER.get(fact.code, ()):
            await act(work, sending, desk)
        await telling.tell(work, sending, fact, desk=desk, document=document)


async def tell_turned_down(work: Work, sending: Sending, *, desk: Desk) -> None:
    """Tell the agent by e-mail that a preparation nobody was waiting for was turned down."""
    fact = Happened(code="turned-down-later", at=desk.clock(), facts={"reason": sending.reason})
    await telling.tell(work, sending, fact, desk=desk)


async def plan_departure(work: Work, sending: Sending, desk: Desk) -> None:
    """Leave at 08:00 on its day; at once when it was validated for now."""
    order = sending.order
    at = desk.clock() if order.leaves_now else cutoffs.opening(order.send_day)
    await _plan(work, sending, "depart", at, local_date=order.send_day)


async def plan_again(work: Work, sending: Sending, desk: Desk) -> None:
    """Leave at once: the operator surely does not have it."""
    await _plan(work, sending, "depart", desk.clock(), local_date=sending.order.send_day)


async def plan_next_look(work: Work, sending: Sending, desk: Desk) -> None:
    """Ask the operator again within the hour: the deposit is owed on the day of sending."""
    await _plan(work, sending, "news", desk.clock() + NEXT_LOOK)


async def plan_next_sweep(work: Work, sending: Sending, desk: Desk) -> None:
    """Ask the operator once a day, at 07:00, in case its calls were lost."""
    today = paris_date(desk.clock())
    await work.plan(
        "sweep",
        f"sweep:{sending.account_id}",
        paris_instant(today + timedelta(days=1)) + SWEEP_AT,
    )


async def _drop_departure(work: Work, sending: Sending, desk: Desk) -> None:
    del desk
    await work.unplan(f"depart:{sending.id}")


async def _plan_block_end(work: Work, sending: Sending, desk: Desk) -> None:
    today = paris_date(desk.clock())
    await _plan(work, sending, "depart", cutoffs.cutoff(today), local_date=today)


async def _plan_first_look(work: Work, sending: Sending, desk: Desk) -> None:
    """Ask within two minutes; at once when the operator called before its answer was stored."""
    waits = sending.state is State.IN_TRANSIT
    called = await _called(work, sending) if waits else None
    await _plan(work, sending, "news", desk.clock() + (FIRST_LOOK if called is None else NO_WAIT))


async def _look_if_called(work: Work, sending: Sending, desk: Desk) -> None:
    """Ask at once when the operator called about what it did not answer: the call has a number."""
    called = await _called(work, sending)
    if called is not None:
        await _plan(work, sending, "news", desk.clock(), reference=called)


async def _called(work: Work, sending: Sending) -> str | None:
    return await work.hinted(sending.attempt.id) if sending.attempt else None


async def _plan_look_now(work: Work, sending: Sending, desk: Desk) -> None:
    await _plan(work, sending, "news", desk.clock())


async def _plan_alarm(work: Work, sending: Sending, desk: Desk) -> None:
    await _plan(work, sending, "alarm", desk.clock() + UNKNOWN_ALARM)


async def _plan_capture(work: Work, sending: Sending, desk: Desk) -> None:
    await _plan(work, sending, "capture", desk.clock())


async def _plan_erasure(work: Work, sending: Sending, desk: Desk) -> None:
    """Keep what was sent, or would have been, as long as its proofs."""
    today = paris_date(desk.clock())
    for kept in (sending.letter, sending.mandate):
        if kept is not None:
            await erasing.plan(work, sending.id, kept.sha256, today)


async def _plan_evidence(work: Work, sending: Sending, desk: Desk) -> None:
    await _plan(work, sending, "evidence", desk.clock())


async def _plan_bounce_evidence(work: Work, sending: Sending, desk: Desk) -> None:
    """Leave the operator time to prove the bounce: it may have no proof of it at all."""
    await _plan(work, sending, "evidence", desk.clock() + BOUNCE_PROOF)


async def _plan_window_end(work: Work, sending: Sending, desk: Desk) -> None:
    """Ask again once the recipient's fifteen days are over: the operator's word decides."""
    del desk
    if sending.deposited_at is not None:
        closed = last_day_to_answer(sending.deposited_at) + timedelta(days=1)
        await _plan(work, sending, "window", paris_instant(closed) + timedelta(minutes=10))


async def _give_back(work: Work, sending: Sending, desk: Desk) -> None:
    await giving_back.plan(work, sending, desk=desk)


async def _uncharge(work: Work, sending: Sending, desk: Desk) -> None:
    """Charge nothing for a letter nobody could be told of, deposited or not."""
    if sending.deposited_at is None:
        await giving_back.plan(work, sending, desk=desk)
    else:
        await _plan(work, sending, "reverse", desk.clock())


AFTER: Final[Mapping[str, Sequence[Follow]]] = {
    "scheduled": (plan_departure, _plan_erasure),
    "rescheduled": (plan_departure, _plan_erasure),
    "reschedule-refused": (plan_departure,),
    "reschedule-asked": (_drop_departure,),
    "turned-down": (_give_back, _plan_erasure),
    "cancelled": (_drop_departure, _give_back),
    "blocked": (_plan_block_end,),
    "failed": (_give_back,),
    "outcome-unknown": (_plan_alarm, _look_if_called),
    "dated-again": (_plan_erasure,),
    "accepted": (_plan_first_look, plan_next_sweep),
    "deposited": (_plan_capture, _plan_window_end, _plan_erasure),
    "proof-receipt": (_plan_evidence,),
    "proof-refusal": (_plan_evidence,),
    "proof-unclaimed": (_plan_evidence,),
    "proof-bounce": (_plan_evidence,),
    "bounced": (_plan_bounce_evidence, _uncharge),
    "confirmed-accepted": (_plan_look_now,),
}


async def _plan(
    work: Work,
    sending: Sending,
    kind: str,
    at: datetime,
    *,
    local_date: date | None = None,
    **more: str,
) -> None:
    await work.plan(
        kind,
        f"{kind}:{sending.id}",
        at,
        local_date=local_date,
        payload={"sending_id": str(sending.id), **more},
    )
