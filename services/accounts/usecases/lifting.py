"""The way out of a throttle that staff have, once they know who is calling."""

from typing import Final
from uuid import UUID

from kit.clock import Clock
from kit.errors import FieldError, InvalidFields
from kit.text import tidy_lines
from services.accounts.domain.facts import AuditEntry
from services.accounts.domain.throttle import Act
from services.accounts.ports import Store
from services.accounts.usecases.discretion import lift
from services.accounts.usecases.proving import Actor

_SHORTEST_NOTE: Final = 10
_LONGEST_NOTE: Final = 2000
_BY_ADDRESS: Final = (Act.LOG_IN, Act.SIGN_UP, Act.ASK_LINK)


async def lift_throttles(
    account_id: UUID, *, note: str, by: Actor, store: Store, clock: Clock
) -> bool:
    """Let an account try again at once, for a reason kept in its audit; say whether it had to wait.

    What comes from one network address stays counted: an office shares it with others. Where
    nothing was counted nothing is recorded. Raises ``AccountMissing``, ``InvalidFields``.
    """
    why = tidy_lines(note)
    if not _SHORTEST_NOTE <= len(why) <= _LONGEST_NOTE:
        raise InvalidFields([FieldError("note", "staff-note-length")])
    async with store.everybody("staff: lift throttles") as tx:
        account = await tx.accounts.get(account_id)
        lifted = [await lift(act, subject=account.holder.email, tx=tx) for act in _BY_ADDRESS]
        lifted.append(await lift(Act.CHECK_REGISTRY, subject=str(account_id), tx=tx))
        if any(lifted):
            entry = AuditEntry(
                at=clock(),
                actor_id=by.id,
                actor=by.name,
                action="throttles-lifted",
                facts={"note": why},
            )
            await tx.proofs.note(account_id, entry)
    return any(lifted)
