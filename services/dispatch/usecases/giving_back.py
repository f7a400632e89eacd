"""Side exits: the credit released, the mandate freed, the letter given back to its author."""

from contextlib import suppress
from dataclasses import replace
from uuid import UUID

from kit.errors import TurnedDown
from kit.failpoints import failpoint
from services.dispatch.domain.sending import Sending, State
from services.dispatch.ports import Desk, Work


async def plan(work: Work, sending: Sending, *, desk: Desk) -> None:
    """Give back what this generation holds, as soon as the side exit is stored.

    A letter that was scheduled once stays as it was validated: only its date may change.
    """
    thaws = sending.state is State.TURNED_DOWN and not sending.locked
    await work.plan(
        "give-back",
        f"give-back:{sending.hold_key}",
        desk.clock(),
        payload={
            "sending_id": str(sending.id),
            "generation": str(sending.generation),
            "thaws": "yes" if thaws else "no",
        },
    )


async def give_back(
    account_id: UUID, sending_id: UUID, *, generation: int, thaws: bool, desk: Desk
) -> None:
    """Undo a generation outside: each step may be repeated, and may come before what it undoes."""
    async with desk.store.account(account_id) as work:
        sending = replace(await work.look(sending_id), generation=generation)
    await desk.credit.release(account_id, sending.hold_key)
    failpoint("dispatch.give-back.released")
    await desk.mandates.release(sending)
    failpoint("dispatch.give-back.mandate-freed")
    if thaws:
        await desk.letters.thaw(sending, key=f"thaw:{sending.hold_key}")
        failpoint("dispatch.give-back.thawed")


async def try_now(sending: Sending, *, desk: Desk) -> None:
    """Give back at once, so that the next page shows it; the planned work does it anyway."""
    with suppress(TurnedDown):
        await give_back(
            sending.account_id,
            sending.id,
            generation=sending.generation,
            thaws=not sending.locked,
            desk=desk,
        )
