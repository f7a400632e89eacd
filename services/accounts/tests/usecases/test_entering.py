import time
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from kit.errors import InvalidFields, TurnedDown
from services.accounts import usecases
from services.accounts.domain.access import AccountNotActivated, CredentialsUnknown, LinkExpired
from services.accounts.domain.account import AccountKind, AccountState
from services.accounts.domain.facts import AccountActivated, NoticeKind, StandingChanged
from services.accounts.domain.throttle import Throttled
from services.accounts.tests.builders import GOOD_PASSWORD, NOW, TYPED
from services.accounts.tests.fakes import FakeHasher, FakeStore
from services.accounts.usecases import discretion
from tests.support.time import SettableClock

EMAIL = TYPED["email"]


@dataclass
class Entrance:
    """A stranger at the door."""

    store: FakeStore
    hasher: FakeHasher
    clock: SettableClock
    places: list[str] = field(default_factory=lambda: [f"192.0.2.{n}" for n in range(99, 0, -1)])

    async def sign_up(self, key: str = "k1", password: str = GOOD_PASSWORD, **typed: str) -> str:
        return await usecases.sign_up(
            AccountKind.INTERMEDIARY,
            {**TYPED, **typed},
            password=password,
            key=key,
            place=self.places.pop(),
            store=self.store,
            hasher=self.hasher,
            clock=self.clock,
        )

    async def resend(self, email: str = EMAIL) -> None:
        place = self.places.pop()
        await usecases.resend_activation(email, place=place, store=self.store, clock=self.clock)

    async def activate(self, token: str | None = None) -> tuple[str, bool]:
        chosen = token or self.token()
        return await usecases.activate(chosen, store=self.store, clock=self.clock)

    async def log_in(self, password: str = GOOD_PASSWORD) -> str:
        token, _, _ = await usecases.log_in(
            EMAIL, password, place=self.places.pop(), store=self.store, hasher=self.hasher
        )
        return token

    def token(self) -> str:
        return str(self.store.notices[-1].facts["token"])

    def kinds(self) -> list[NoticeKind]:
        return [notice.kind for notice in self.store.notices]


@pytest.fixture
def door(store: FakeStore, hasher: FakeHasher, clock: SettableClock) -> Entrance:
    return Entrance(store, hasher, clock)


async def test_a_stranger_signs_up_activates_and_logs_in(door: Entrance) -> None:
    assert await door.sign_up() == EMAIL
    assert await door.activate() == (EMAIL, False)
    assert await door.log_in()

    account = next(iter(door.store.state.accounts.values()))
    assert account.state is AccountState.ACTIVE
    assert account.orias_number == "07045812"
    assert [type(fact) for fact in door.store.state.facts] == [AccountActivated, StandingChanged]
    assert door.store.state.checks == {account.id: NOW}  # the registry is asked at once


async def test_nobody_logs_in_before_activation(door: Entrance) -> None:
    await door.sign_up()

    with pytest.raises(AccountNotActivated):
        await door.log_in()


async def test_a_wrong_password_does_not_tell_that_the_account_waits(door: Entrance) -> None:
    await door.sign_up()

    with pytest.raises(CredentialsUnknown):
        await door.log_in("Autre-mot-77-vrai")


async def test_wrong_fields_and_a_weak_password_are_told_together(door: Entrance) -> None:
    with pytest.raises(InvalidFields) as refused:
        await door.sign_up(password="court", phone="12")

    assert {error.field for error in refused.value.errors} == {"password", "phone"}
    assert door.store.notices == []


async def test_the_same_request_twice_is_one_e_mail(door: Entrance) -> None:
    await door.sign_up(key="same")
    await door.sign_up(key="same")

    assert door.kinds() == [NoticeKind.ACTIVATION]
    assert len(door.store.state.accounts) == 1


async def test_an_application_not_proven_gives_way_to_the_next_one(door: Entrance) -> None:
    await door.sign_up(key="first", trade_name="Usurpateur")
    old_link = door.token()
    await door.sign_up(key="second", password="Tramway-jaune-39!")

    with pytest.raises(LinkExpired):
        await door.activate(old_link)
    await door.activate()
    assert await door.log_in("Tramway-jaune-39!")
    account = next(iter(door.store.state.accounts.values()))
    assert account.trade_name == TYPED["trade_name"]


async def test_a_taken_address_gets_the_same_answer_and_another_e_mail(door: Entrance) -> None:
    await door.sign_up()
    await door.activate()

    answer = await door.sign_up(key="other", password="Intrus-malin-66!", email=EMAIL.upper())

    assert answer.casefold() == EMAIL
    assert door.kinds() == [NoticeKind.ACTIVATION, NoticeKind.ALREADY_ACTIVE]
    assert await door.log_in()


async def test_a_link_works_once_and_for_two_days(door: Entrance) -> None:
    await door.sign_up()
    token = door.token()
    door.clock.advance(timedelta(hours=48))

    with pytest.raises(LinkExpired):
        await door.activate(token)
    await door.resend()
    await door.activate()
    with pytest.raises(LinkExpired):
        await door.activate()


async def test_an_unknown_link_is_expired_too(door: Entrance) -> None:
    with pytest.raises(LinkExpired):
        await door.activate("never-given")


async def test_asking_again_tells_by_e_mail_alone(door: Entrance) -> None:
    await door.resend("nobody@beraud.example")
    await door.sign_up()
    await door.resend()
    await door.activate()
    await door.resend()

    assert door.kinds() == [
        NoticeKind.NO_ACCOUNT,
        NoticeKind.ACTIVATION,
        NoticeKind.ACTIVATION,
        NoticeKind.ALREADY_ACTIVE,
    ]


async def test_a_mailbox_is_not_flooded(door: Entrance) -> None:
    for _ in range(4):
        await door.resend()

    with pytest.raises(Throttled):
        await door.resend()


async def test_one_place_does_not_try_every_address(door: Entrance) -> None:
    door.places = ["192.0.2.1"] * 40

    async def try_all() -> None:
        for n in range(40):
            await door.resend(f"nobody{n}@beraud.example")

    with pytest.raises(Throttled):
        await try_all()
    assert len(door.store.notices) == 20


@pytest.mark.parametrize("email", [EMAIL, "nobody@beraud.example"])
async def test_the_time_of_an_answer_tells_nothing(
    door: Entrance, monkeypatch: pytest.MonkeyPatch, email: str
) -> None:
    await door.sign_up()
    monkeypatch.setattr(discretion, "EVEN_S", 0.2)

    start = time.monotonic()
    await door.resend(email)

    assert 0.2 <= time.monotonic() - start < 0.4


async def test_a_refusal_takes_as_long_as_a_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discretion, "EVEN_S", 0.2)

    async def refuse() -> None:
        async with discretion.evenly():
            raise Throttled("too many", minutes="1")

    start = time.monotonic()
    with pytest.raises(TurnedDown):
        await refuse()

    assert time.monotonic() - start >= 0.2
