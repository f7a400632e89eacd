"""A sending as its page shows it: where it stands, what happened, what is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.dispatch.domain.proofs import Proof
from services.dispatch.domain.sending import Sending
from services.dispatch.ports import Desk, Line, SendingMissing


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One sending with its timeline and its proofs."""

    sending: Sending
    lines: Sequence[Line]
    proofs: Sequence[Proof]


async def of_letter(account_id: UUID, letter_id: UUID, *, desk: Desk) -> Read:
    """Return the sending of a letter. Raises ``SendingMissing`` before the first validation."""
    async with desk.store.account(account_id) as work:
        sending = await work.look_for(letter_id)
        if sending is None:
            raise SendingMissing
        return Read(
            sending=sending,
            lines=await work.timeline(sending.id),
            proofs=await work.proofs(sending.id),
        )
