"""Asking the registry of intermediaries, and drawing the conclusions."""

from dataclasses import replace
from uuid import UUID

from kit.clock import Clock
from services.accounts.domain.facts import AuditEntry
from services.accounts.domain.registration import Registration, RegistrationStatus
from services.accounts.domain.throttle import Act
from services.accounts.ports import Registry, Store
from services.accounts.usecases.discretion import count_try
from services.accounts.usecases.proving import Actor
from services.accounts.usecases.standings import tell_standing


async def check_registration(
    account_id: UUID,
    *,
    asked_by: Actor | None,
    store: Store,
    registry: Registry,
    clock: Clock,
) -> Registration:
    """Ask the registry and keep its answer; plan the next time.

    ``asked_by`` is nobody for planned checks, which are not counted. Raises ``Throttled``, and
    a refusal of kind LATER when the registry does not answer: what stood before still stands.
    """
    async with store.account(account_id) as tx:
        account = await tx.accounts.get(account_id)
    if account.registration.status is RegistrationStatus.NOT_NEEDED:
        return account.registration
    if asked_by is not None:
        subject = str(account_id)
        await count_try(Act.CHECK_REGISTRY, subject=subject, place="", store=store)
    answer = await registry.look_up(account.orias_number)
    async with store.account(account_id) as tx:
        account = await tx.accounts.get(account_id, lock=True)
        now = clock()
        found = account.registration.after(answer, declared_siren=account.siren, at=now)
        account = await tx.accounts.save(replace(account, registration=found))
        if asked_by is not None:
            facts = {"status": found.status.value}
            entry = AuditEntry(
                at=now,
                actor_id=asked_by.id,
                actor=asked_by.name,
                action="registration-checked",
                facts=facts,
            )
            await tx.proofs.note(account_id, entry)
        await tell_standing(tx, account, now=now)
        if (again := found.next_check(now)) is not None:
            await tx.outbox.plan_check(account_id, again)
    return found
