"""An account that tried too often is let in again by staff, once they know who calls."""

import pytest

from kit.errors import InvalidFields
from services.accounts import usecases
from services.accounts.domain.access import CredentialsUnknown
from services.accounts.domain.facts import AuditEntry
from services.accounts.domain.throttle import Throttled
from services.accounts.tests.builders import GOOD_PASSWORD, a_login, an_account
from services.accounts.tests.fakes import FakeHasher, FakeStore
from services.accounts.usecases.proving import Actor
from tests.support.time import SettableClock

INES = Actor(id=None, name="Inès Carpentier")
WHY = "Titulaire rappelée au numéro du compte."
KNOWN = an_account()
PLACE = "192.0.2.7"


@pytest.fixture(autouse=True)
async def an_agent(store: FakeStore, hasher: FakeHasher) -> None:
    async with store.everybody("arrange") as tx:
        await tx.accounts.add(KNOWN)
        await tx.logins.add(a_login(KNOWN, await hasher.hash(GOOD_PASSWORD)))


async def enter(store: FakeStore, hasher: FakeHasher, password: str = GOOD_PASSWORD) -> None:
    await usecases.log_in(KNOWN.holder.email, password, place=PLACE, store=store, hasher=hasher)


async def shut_out(store: FakeStore, hasher: FakeHasher) -> None:
    for _ in range(8):
        with pytest.raises(CredentialsUnknown):
            await enter(store, hasher, "not-the-password")
    with pytest.raises(Throttled):
        await enter(store, hasher)


async def lift(store: FakeStore, clock: SettableClock, note: str = WHY) -> bool:
    return await usecases.lift_throttles(KNOWN.id, note=note, by=INES, store=store, clock=clock)


async def history(store: FakeStore) -> list[AuditEntry]:
    async with store.account(KNOWN.id) as tx:
        return await tx.proofs.history(KNOWN.id)


async def test_staff_open_the_door_again_and_say_why(
    store: FakeStore, hasher: FakeHasher, clock: SettableClock
) -> None:
    await shut_out(store, hasher)

    assert await lift(store, clock)

    await enter(store, hasher)
    (entry,) = await history(store)
    assert (entry.actor, entry.action, entry.facts) == (
        "Inès Carpentier", "throttles-lifted", {"note": WHY},
    )  # fmt: skip


async def test_lifting_again_records_nothing_more(
    store: FakeStore, hasher: FakeHasher, clock: SettableClock
) -> None:
    await shut_out(store, hasher)
    await lift(store, clock)

    assert not await lift(store, clock)
    assert len(await history(store)) == 1


async def test_the_place_stays_counted_for_others(
    store: FakeStore, hasher: FakeHasher, clock: SettableClock
) -> None:
    await shut_out(store, hasher)
    before = sum(len(tries) for tries in store.state.tries.values())

    await lift(store, clock)

    assert sum(len(tries) for tries in store.state.tries.values()) == before - 8


async def test_a_reason_is_kept_as_it_prints(
    store: FakeStore, hasher: FakeHasher, clock: SettableClock
) -> None:
    await shut_out(store, hasher)

    await lift(store, clock, note=f" {WHY}\u202e\r\n\r\n\x1b[31m\u200bVu. ")

    (entry,) = await history(store)
    assert entry.facts == {"note": f"{WHY}\n\n[31mVu."}


async def test_without_a_reason_the_door_stays_shut(
    store: FakeStore, hasher: FakeHasher, clock: SettableClock
) -> None:
    await shut_out(store, hasher)

    with pytest.raises(InvalidFields):
        await lift(store, clock, note="ok\u200b\u200b\u200b\u200b\u200b\u200b\u200b\u200b")
    with pytest.raises(Throttled):
        await enter(store, hasher)
