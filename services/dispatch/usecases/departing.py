"""The day: come due, look once more, hand over, once, and note which of three answers came."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from prometheus_client import Counter

from kit.days import paris_date
from kit.errors import Kind, TurnedDown
from kit.failpoints import failpoint
from kit.ids import new_id, new_token, token_hash
from services.dispatch.domain import cutoffs
from services.dispatch.domain.attempts import Attempt
from services.dispatch.domain.letter import FrozenLetter
from services.dispatch.domain.sending import IN_HAND, Sending, State
from services.dispatch.domain.timeline import Happened
from services.dispatch.ports import (
    Desk,
    OperatorDown,
    OperatorRefused,
    OperatorSilent,
    Parcel,
    Work,
)
from services.dispatch.usecases import consequences, senders

Step = tuple[Sending, Happened]
HANDED: Final = Counter("dispatch_handovers_total", "Hand-overs, by answer", ["operator", "answer"])


async def depart(account_id: UUID, sending_id: UUID, *, desk: Desk) -> None:
    """Make a sending leave if its day has come; carry on what a crash left half-way."""
    sending, sender = await _come_due(account_id, sending_id, desk=desk)
    if sending.state is not State.DUE:
        return
    sending = await _look_once_more(sending, desk=desk)
    if sending.state is State.DUE:
        await _hand_over(sending, sender, desk=desk)


async def _come_due(account_id: UUID, sending_id: UUID, *, desk: Desk) -> tuple[Sending, str]:
    """Return the sending where it stands now, and the agency's number at the operator's."""
    now = desk.clock()
    async with desk.store.account(account_id) as work:
        sending = await work.get(sending_id)
        step: Step | None = None
        if sending.state is State.SUBMITTING:
            # Whoever was handing it over is gone, before or after the call: nobody can tell.
            step = sending.lost_track(now)
        elif sending.state in {State.SCHEDULED, State.BLOCKED} and _may_open(sending, desk):
            step = sending.come_due(now)
        if step is not None:
            sending = await _keep(work, step, desk=desk)
        sender = await senders.known(work, sending, desk=desk)
    failpoint("dispatch.depart.come-due")
    return sending, sender


def _may_open(sending: Sending, desk: Desk) -> bool:
    order = sending.order
    return order.leaves_now or desk.clock() >= cutoffs.opening(order.send_day)


async def _look_once_more(sending: Sending, *, desk: Desk) -> Sending:
    """Check what was checked at validation, unless that was today; block or fail, and tell."""
    today = paris_date(desk.clock())
    if sending.must_leave_by is not None and desk.clock() >= sending.must_leave_by:
        return await _move(sending, sending.fail("left-too-late", {}, desk.clock()), desk=desk)
    if today > sending.order.send_day:
        sending = await _print_again(sending, desk=desk)
    if sending.state is not State.DUE or paris_date(sending.order.validated_at) == today:
        return sending
    address = await desk.letters.address_today(sending.account_id, _letter(sending))
    reason, facts = await _obstacle(sending, address, desk=desk)
    if not reason:
        letter = replace(_letter(sending), recipient_address=address)
        return replace(sending, letter=letter)  # stored with the intention to hand over
    if desk.clock() >= cutoffs.cutoff(today):
        return await _move(sending, sending.fail(reason, facts, desk.clock()), desk=desk)
    return await _move(sending, sending.block(reason, facts, desk.clock()), desk=desk)


async def _obstacle(sending: Sending, address: str, *, desk: Desk) -> tuple[str, dict[str, str]]:
    """Name what forbids leaving today; nothing when all is well."""
    today = paris_date(desk.clock())
    standing, _ = await desk.accounts.standing(sending.account_id, today)
    for blocker in standing.blockers:
        return "standing-blocked", {"why": blocker.facts.get("why", blocker.code)}
    if not address:
        return "recipient-closed", {"recipient": _letter(sending).recipient_name}
    return "", {}


async def _print_again(sending: Sending, *, desk: Desk) -> Sending:
    """Date the letter of the day it really leaves, or fail when the law no longer allows it."""
    today = paris_date(desk.clock())
    order = replace(sending.order, send_day=today)
    try:
        letter, pdf = await desk.letters.freeze(
            replace(sending, order=order), send_day=today, key=f"{sending.hold_key}:{today}"
        )
        late = replace(sending, order=order).frozen(letter)
    except TurnedDown as refusal:
        if refusal.kind in {Kind.LATER, Kind.STALE}:
            raise
        step = sending.fail("left-too-late", {"why": refusal.reason}, desk.clock())
        return await _move(sending, step, desk=desk)
    await desk.vault.put(sending.id, pdf)
    fact = Happened(code="dated-again", at=desk.clock(), facts={"send_day": today.isoformat()})
    return await _move(sending, (late, fact), desk=desk)


async def _hand_over(sending: Sending, sender: str, *, desk: Desk) -> None:
    try:
        sender = sender or await senders.ask(sending, desk=desk)
        files = await _upload(sending, sender, desk=desk)
    except OperatorRefused as refusal:
        step = sending.fail(refusal.reason, refusal.facts, desk.clock())
        await _move(sending, step, desk=desk)
        return
    failpoint("dispatch.depart.uploaded")
    token = new_token()
    attempt = Attempt(
        id=new_id(),
        number=sending.attempt.number + 1 if sending.attempt else 1,
        generation=sending.generation,
        operator=desk.operator.name,
        operator_sender=sender,
        token_hash=token_hash(token),
        handed_at=desk.clock(),
    )
    sending = await _move(sending, sending.hand_over(attempt), desk=desk)
    failpoint("dispatch.depart.intention-stored")
    await _call(sending, _parcel(sending, files, token), desk=desk)


async def _upload(sending: Sending, sender: str, *, desk: Desk) -> Sequence[str]:
    letter = _letter(sending)
    documents = [(f"{letter.number}-lettre.pdf", letter.sha256)]
    if sending.mandate is not None:
        documents.append((sending.mandate.filename, sending.mandate.sha256))
    return [
        await desk.operator.upload(sender, name, await desk.vault.get(sending.id, sha256))
        for name, sha256 in documents
    ]


async def _call(sending: Sending, parcel: Parcel, *, desk: Desk) -> None:
    """Hand over, once. The answer is stored whatever it is, and so is the want of one."""
    try:
        reference = await desk.operator.hand_over(parcel)
    except OperatorRefused as refusal:
        failpoint("dispatch.depart.refused")
        await _answered(sending, "fail", refusal, desk=desk)
    except OperatorDown as down:
        await _answered(sending, "absent", down, desk=desk)
        raise  # nothing was handed over: the due work tries again
    except OperatorSilent as silent:
        failpoint("dispatch.depart.silent")
        await _answered(sending, "unknown", silent, desk=desk)
    else:
        failpoint("dispatch.depart.accepted")
        HANDED.labels(desk.operator.name, "accepted").inc()
        await accept(sending.account_id, sending.id, parcel.attempt_id, reference, desk=desk)
        failpoint("dispatch.depart.acceptance-stored")


async def accept(
    account_id: UUID, sending_id: UUID, attempt_id: UUID, reference: str, *, desk: Desk
) -> None:
    """Note that the operator has it, even if we had given up waiting for its answer."""
    async with desk.store.account(account_id) as work:
        sending = await work.get(sending_id)
        if _still_about(sending, attempt_id):
            await _keep(work, sending.accepted(reference, desk.clock()), desk=desk)


async def _answered(sending: Sending, answer: str, why: TurnedDown, *, desk: Desk) -> None:
    HANDED.labels(desk.operator.name, answer).inc()
    attempt_id = sending.attempt.id if sending.attempt else None
    now = desk.clock()
    async with desk.store.account(sending.account_id) as work:
        found = await work.get(sending.id)
        if not _still_about(found, attempt_id) or found.state is not State.SUBMITTING:
            return
        called = await work.hinted(attempt_id) if attempt_id else None
        if answer == "fail":
            step = found.fail(why.reason, why.facts, now)
        elif answer == "absent" and called is None:
            step = found.not_handed_over(now)
        else:  # an operator that called about it has it, whatever it answered
            step = found.lost_track(now)
        await _keep(work, step, desk=desk)


def _still_about(sending: Sending, attempt_id: UUID | None) -> bool:
    attempt = sending.attempt
    return sending.state in IN_HAND and attempt is not None and attempt.id == attempt_id


def _parcel(sending: Sending, files: Sequence[str], token: str) -> Parcel:
    letter, attempt = _letter(sending), sending.attempt
    if attempt is None:
        raise ValueError("a parcel belongs to an attempt")
    return Parcel(
        attempt_id=attempt.id,
        sender=attempt.operator_sender,
        kind=sending.order.mail_kind,
        recipient_name=letter.recipient_name,
        recipient_address=letter.recipient_address,
        letter_number=letter.number,
        files=files,
        secret=token,
    )


def _letter(sending: Sending) -> FrozenLetter:
    if sending.letter is None:
        raise ValueError(f"sending {sending.id} has no frozen letter")
    return sending.letter


async def _move(sending: Sending, step: Step, *, desk: Desk) -> Sending:
    async with desk.store.account(sending.account_id) as work:
        return await _keep(work, step, desk=desk)


async def _keep(work: Work, step: Step, *, desk: Desk) -> Sending:
    new, fact = step
    saved = await work.save(new, fact)
    await consequences.follow_up(work, saved, [fact], desk=desk)
    return saved
