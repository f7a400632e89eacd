"""News of a letter: hints kept at once, the operator asked, its word applied as far as it goes."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import structlog

from kit.errors import Kind, TurnedDown
from kit.failpoints import failpoint
from kit.ids import token_hash
from services.dispatch.domain.sending import Sending, State
from services.dispatch.domain.tracking import News, follow
from services.dispatch.ports import Desk, Hint, OperatorRefused
from services.dispatch.usecases import consequences, proving

ON_THE_WAY: Final = (State.IN_TRANSIT, State.DEPOSITED)
_log = structlog.get_logger()


class WebhookUnknown(TurnedDown):
    """The address called was never given to that partner."""

    kind = Kind.DENIED
    reason = "webhook-unknown"


async def take_hint(hint: Hint, *, desk: Desk) -> None:
    """Keep what a partner's call says, and plan to ask the partner; believe nothing yet.

    A call may come before the answer to the hand-over is stored: the transaction that stores the
    answer finds it here. Raises ``WebhookUnknown`` for an address that no attempt was given.
    """
    found = await desk.store.by_token(token_hash(hint.secret))
    if found is None or found.attempt.operator != hint.operator:
        raise WebhookUnknown
    now = desk.clock()
    reference = desk.operator.letter_named(hint.body, hint.headers)
    async with desk.store.account(found.account_id) as work:
        await work.get(found.sending_id)  # one at a time with what stores the answer
        await work.keep_hint(found.attempt.id, hint.body, now, reference=reference)
        await work.plan(
            "news",
            f"news:{found.sending_id}",
            now,
            payload={"sending_id": str(found.sending_id), "reference": reference},
        )
    failpoint("dispatch.news.hint-kept")


async def read_news(account_id: UUID, sending_id: UUID, *, reference: str = "", desk: Desk) -> None:
    """Ask the operator about one letter and apply its answer.

    ``reference`` comes from a hint: it is used only while we do not know the operator's number,
    and only if the letter of that number bears our own reference.
    """
    async with desk.store.account(account_id) as work:
        sending = await work.look(sending_id)
    attempt = sending.attempt
    if attempt is None or not (attempt.reference or reference):
        return
    if sending.state is State.SUBMITTING:
        return  # what stores the answer to the hand-over plans another look
    news = await desk.operator.read(attempt.operator_sender, attempt.reference or reference)
    await apply(account_id, sending_id, news, desk=desk)


async def apply(account_id: UUID, sending_id: UUID, news: News, *, desk: Desk) -> None:
    """Apply what the operator says, then fetch the proofs that it now offers."""
    async with desk.store.account(account_id) as work:
        sending = await work.get(sending_id)
        before = sending.state
        sending, facts = follow(sending, news, desk.clock())
        moved = [fact for fact in facts if fact.applied]
        if moved:
            sending = await work.save(sending, *moved)
            await consequences.follow_up(work, sending, moved, desk=desk)
        await work.note(sending, *(fact for fact in facts if not fact.applied))
        if sending.state is State.IN_TRANSIT:  # the deposit is due today: do not wait for a call
            await consequences.plan_next_look(work, sending, desk)
        stored = await proving.stored_kinds(work, sending)
    if sending.state is not before:
        failpoint("dispatch.news.applied")
    await proving.fetch_missing(sending, news, stored, desk=desk)


async def sweep(account_id: UUID, *, desk: Desk) -> None:
    """Ask about all of an account's letters on their way; calls may have been lost."""
    async with desk.store.account(account_id) as work:
        live = await work.with_state(*ON_THE_WAY)
    by_reference = {
        sending.attempt.reference: sending
        for sending in live
        if sending.attempt and sending.attempt.reference
    }
    for sender, references in _by_sender(list(by_reference.values())).items():
        for news in await _read_all(sender, references, desk=desk):
            sending = by_reference.get(news.reference)
            if sending is not None:
                await apply(account_id, sending.id, news, desk=desk)
    async with desk.store.account(account_id) as work:
        left = await work.with_state(*ON_THE_WAY)
        if left:
            await consequences.plan_next_sweep(work, left[0], desk)


async def _read_all(sender: str, references: Sequence[str], *, desk: Desk) -> Sequence[News]:
    """Read letters together, or one by one when the operator refuses the whole for one of them."""
    try:
        return await desk.operator.sweep(sender, references)
    except OperatorRefused:
        found = []
        for reference in references:
            try:
                found.append(await desk.operator.read(sender, reference))
            except OperatorRefused:
                _log.error("letter_unknown_to_operator", reference=reference)
        return found


def _by_sender(live: Sequence[Sending]) -> dict[str, list[str]]:
    grouped: defaultdict[str, list[str]] = defaultdict(list)
    for sending in live:
        if sending.attempt:
            grouped[sending.attempt.operator_sender].append(sending.attempt.reference)
    return grouped
