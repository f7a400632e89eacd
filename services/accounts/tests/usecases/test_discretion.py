"""What a stranger could learn by asking oddly, what closes every door at once, what is written."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from kit.errors import InvalidFields
from services.accounts import usecases
from services.accounts.domain.access import CredentialsUnknown, SessionOver
from services.accounts.domain.throttle import Throttled
from services.accounts.tests.builders import GOOD_PASSWORD, a_login, an_account
from services.accounts.tests.fakes import FakeHasher, FakeStore
from services.accounts.usecases.proving import Actor
from tests.support.time import SettableClock

Ask = Callable[..., Awaitable[None]]
KNOWN = an_account()
UNKNOWN = "nobody@beraud.example"
MOMENT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def an_agent(store: FakeStore, hasher: FakeHasher) -> None:
    async with store.everybody("arrange") as tx:
        await tx.accounts.add(KNOWN)
        await tx.logins.add(a_login(KNOWN, await hasher.hash(GOOD_PASSWORD)))


async def enter(store: FakeStore, hasher: FakeHasher, password: str = GOOD_PASSWORD) -> str:
    token, _, _ = await usecases.log_in(
        KNOWN.holder.email, password, place="", store=store, hasher=hasher, now=lambda: MOMENT
    )
    return token


async def is_in(store: FakeStore, token: str) -> bool:
    try:
        await usecases.authenticate(token, store=store, now=lambda: MOMENT + timedelta(minutes=1))
    except SessionOver:
        return False
    return True


ODDLY = ["{}", " {} ", "{}\n", "\t{}", "{}\u00a0", "{}\r\nBcc: x@y.example", "{},x@y.example",
         "<{}>", '"x" <{}>', "{}\0"]  # fmt: skip


@pytest.mark.parametrize("oddly", ODDLY)
@pytest.mark.parametrize("ask", [usecases.resend_activation, usecases.request_password_reset])
async def test_an_address_written_oddly_is_read_or_refused_alike_whoever_has_it(
    store: FakeStore, clock: SettableClock, oddly: str, ask: Ask
) -> None:
    outcomes: list[object] = []
    for address in (KNOWN.holder.email, UNKNOWN):
        try:
            await ask(oddly.format(address), place="", store=store, clock=clock)
        except InvalidFields as refusal:
            outcomes.append([(error.field, error.reason) for error in refusal.errors])
        else:
            outcomes.append("told by e-mail")

    assert outcomes[0] == outcomes[1]
    assert {notice.to for notice in store.notices} <= {KNOWN.holder.email, UNKNOWN}


async def test_every_session_of_a_login_ends_at_once(store: FakeStore, hasher: FakeHasher) -> None:
    first, second = await enter(store, hasher), await enter(store, hasher)

    await usecases.end_sessions(KNOWN.holder.profile_id, store=store)

    assert first != second
    assert not await is_in(store, first)
    assert not await is_in(store, second)
    assert await is_in(store, await enter(store, hasher))


async def test_staff_end_the_sessions_of_an_account_and_are_named_for_it(
    store: FakeStore, hasher: FakeHasher, clock: SettableClock
) -> None:
    token = await enter(store, hasher)

    await usecases.end_sessions_of(
        KNOWN.id, by=Actor(id=None, name="Inès Carpentier"), store=store, clock=clock
    )

    assert not await is_in(store, token)
    async with store.account(KNOWN.id) as tx:
        (entry,) = await tx.proofs.history(KNOWN.id)
    assert (entry.actor, entry.action) == ("Inès Carpentier", "sessions-ended")


async def test_who_came_in_and_who_failed_is_written_without_a_name(
    store: FakeStore, hasher: FakeHasher, clock: SettableClock
) -> None:
    with capture_logs() as written:
        await enter(store, hasher)
        with pytest.raises(CredentialsUnknown):
            await enter(store, hasher, "Faux-mot-passe-1")
        with pytest.raises(CredentialsUnknown):
            await usecases.log_in(UNKNOWN, "x", place="192.0.2.9", store=store, hasher=hasher)
        for _ in range(4):
            await usecases.resend_activation(UNKNOWN, place="", store=store, clock=clock)
        with pytest.raises(Throttled):
            await usecases.resend_activation(UNKNOWN, place="", store=store, clock=clock)

    known = str(KNOWN.holder.profile_id)
    assert [(line["event"], line.get("login_id")) for line in written] == [
        ("logged_in", known),
        ("log_in_failed", known),
        ("log_in_failed", ""),
        ("tries_throttled", None),
    ]
    for private in (KNOWN.holder.email, UNKNOWN, GOOD_PASSWORD, "192.0.2.9", "Béraud"):
        assert private not in str(written)
