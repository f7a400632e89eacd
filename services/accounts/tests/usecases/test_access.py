from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from typing_extensions import override

from kit.errors import ChangedMeanwhile, InvalidFields, TurnedDown
from services.accounts import usecases
from services.accounts.domain.access import (
    AccountClosed,
    CredentialsUnknown,
    CurrentPasswordWrong,
    LinkExpired,
    LoginKind,
    SessionOver,
)
from services.accounts.domain.account import Account, AccountState, Theme
from services.accounts.domain.facts import NoticeKind, PasswordChanged
from services.accounts.domain.throttle import Throttled
from services.accounts.tests.builders import GOOD_PASSWORD, a_login, an_account
from services.accounts.tests.fakes import FakeHasher, FakeStore
from tests.support.time import SettableClock

NEW_PASSWORD = "Fauteuil-brun-41?"
MOMENT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


async def an_agent(store: FakeStore, hasher: FakeHasher) -> Account:
    account = an_account()
    async with store.everybody("arrange") as tx:
        await tx.accounts.add(account)
        await tx.logins.add(a_login(account, await hasher.hash(GOOD_PASSWORD)))
    return account


async def enter(
    store: FakeStore, hasher: FakeHasher, account: Account, password: str = GOOD_PASSWORD
) -> str:
    token, _, _ = await usecases.log_in(
        account.holder.email,
        password,
        place="192.0.2.1",
        store=store,
        hasher=hasher,
        now=lambda: MOMENT,
    )
    return token


async def is_in(store: FakeStore, token: str, after: timedelta = timedelta(0)) -> bool:
    try:
        await usecases.authenticate(token, store=store, now=lambda: MOMENT + after)
    except SessionOver:
        return False
    return True


async def test_a_session_says_who_it_is(store: FakeStore, hasher: FakeHasher) -> None:
    account = await an_agent(store, hasher)

    token = await enter(store, hasher, account)
    _, who = await usecases.authenticate(token, store=store, now=lambda: MOMENT)

    assert (who.account_id, who.login_id) == (account.id, account.holder.profile_id)
    assert (who.name, who.roles, who.kind) == ("Hélène Béraud", ("owner",), LoginKind.AGENT)
    assert token not in str(store.state.sessions)  # only its hash is kept


async def test_a_session_left_alone_ends_and_one_in_use_lasts(
    store: FakeStore, hasher: FakeHasher
) -> None:
    account = await an_agent(store, hasher)
    alone, used = [await enter(store, hasher, account) for _ in range(2)]

    assert await is_in(store, used, timedelta(minutes=29))
    assert await is_in(store, used, timedelta(minutes=58))
    assert not await is_in(store, alone, timedelta(minutes=30))


async def test_a_session_in_use_ends_after_twelve_hours(
    store: FakeStore, hasher: FakeHasher
) -> None:
    account = await an_agent(store, hasher)
    token = await enter(store, hasher, account)

    for minutes in range(20, 12 * 60, 20):
        assert await is_in(store, token, timedelta(minutes=minutes))

    assert not await is_in(store, token, timedelta(hours=12))


async def test_logging_out_twice_ends_the_session_once(
    store: FakeStore, hasher: FakeHasher
) -> None:
    token = await enter(store, hasher, await an_agent(store, hasher))

    await usecases.log_out(token, store=store)
    await usecases.log_out(token, store=store)

    assert not await is_in(store, token)


async def test_an_unknown_address_costs_as_much_as_a_wrong_password(
    store: FakeStore, hasher: FakeHasher
) -> None:
    with pytest.raises(CredentialsUnknown):
        await usecases.log_in("no@x.example", "x", place="", store=store, hasher=hasher)

    assert hasher.checks == 1


async def test_guessing_is_stopped_even_with_the_right_word(
    store: FakeStore, hasher: FakeHasher
) -> None:
    account = await an_agent(store, hasher)
    for _ in range(8):
        with pytest.raises(CredentialsUnknown):
            await enter(store, hasher, account, "Faux-mot-passe-1")

    with pytest.raises(Throttled):
        await enter(store, hasher, account)


async def test_coming_in_forgets_earlier_mistakes(store: FakeStore, hasher: FakeHasher) -> None:
    account = await an_agent(store, hasher)
    for _ in range(3):
        for _ in range(6):
            with pytest.raises(CredentialsUnknown):
                await enter(store, hasher, account, "Faux-mot-passe-1")
        assert await enter(store, hasher, account)


async def test_an_office_that_comes_in_all_day_is_not_shut_out(
    store: FakeStore, hasher: FakeHasher
) -> None:
    account = await an_agent(store, hasher)

    for _ in range(70):
        assert await enter(store, hasher, account)


async def test_one_place_does_not_try_every_login(store: FakeStore, hasher: FakeHasher) -> None:
    async def guess() -> None:
        for n in range(61):
            with pytest.raises(CredentialsUnknown):
                await usecases.log_in(
                    f"a{n}@x.example", "x", place="192.0.2.9", store=store, hasher=hasher
                )

    with pytest.raises(Throttled):
        await guess()
    assert hasher.checks == 60


async def test_nobody_enters_a_closed_account(store: FakeStore, hasher: FakeHasher) -> None:
    account = await an_agent(store, hasher)
    token = await enter(store, hasher, account)
    async with store.everybody("arrange") as tx:
        await tx.accounts.save(replace(account, state=AccountState.CLOSED))

    with pytest.raises(AccountClosed):
        await enter(store, hasher, account)
    assert not await is_in(store, token)


async def test_an_old_hash_is_made_anew_at_login(store: FakeStore, hasher: FakeHasher) -> None:
    account = await an_agent(store, hasher)
    hasher.outdated = True

    await enter(store, hasher, account)

    assert store.state.logins[account.holder.profile_id].password_version == 2


async def test_a_password_that_changes_while_it_is_checked_opens_nothing(
    store: FakeStore, hasher: FakeHasher
) -> None:
    account = await an_agent(store, hasher)

    class Slow(FakeHasher):
        @override
        async def matches(self, password_hash: str | None, password: str) -> bool:
            login = store.state.logins[account.holder.profile_id]
            store.state.logins[login.id] = login.with_password("another")
            return await super().matches(password_hash, password)

    with pytest.raises(CredentialsUnknown):
        await enter(store, Slow(), account)
    assert store.state.sessions == {}


async def test_a_forgotten_password_is_replaced_and_every_session_ends(
    store: FakeStore, hasher: FakeHasher, clock: SettableClock
) -> None:
    account = await an_agent(store, hasher)
    old = await enter(store, hasher, account)
    email = account.holder.email

    await usecases.request_password_reset(email, place="", store=store, clock=clock)
    token = str(store.notices[-1].facts["token"])
    await usecases.reset_password(token, NEW_PASSWORD, store=store, hasher=hasher, clock=clock)

    assert not await is_in(store, old)
    with pytest.raises(CredentialsUnknown):
        await enter(store, hasher, account)
    assert await enter(store, hasher, account, NEW_PASSWORD)
    assert isinstance(store.state.facts[-1], PasswordChanged)
    assert store.notices[-1].kind is NoticeKind.PASSWORD_CHANGED
    with pytest.raises(LinkExpired):
        await usecases.reset_password(token, NEW_PASSWORD, store=store, hasher=hasher, clock=clock)


async def test_a_weak_new_password_leaves_the_link_working(
    store: FakeStore, hasher: FakeHasher, clock: SettableClock
) -> None:
    account = await an_agent(store, hasher)
    email = account.holder.email
    await usecases.request_password_reset(email, place="", store=store, clock=clock)
    token = str(store.notices[-1].facts["token"])

    with pytest.raises(InvalidFields):
        await usecases.reset_password(token, "court", store=store, hasher=hasher, clock=clock)
    await usecases.reset_password(token, NEW_PASSWORD, store=store, hasher=hasher, clock=clock)


async def test_a_reset_link_lives_an_hour_and_the_newest_alone(
    store: FakeStore, hasher: FakeHasher, clock: SettableClock
) -> None:
    account = await an_agent(store, hasher)
    tokens = []
    for _ in range(2):
        email = account.holder.email
        await usecases.request_password_reset(email, place="", store=store, clock=clock)
        tokens.append(str(store.notices[-1].facts["token"]))

    async def reset(token: str) -> None:
        await usecases.reset_password(token, NEW_PASSWORD, store=store, hasher=hasher, clock=clock)

    with pytest.raises(LinkExpired):
        await reset(tokens[0])
    clock.advance(timedelta(minutes=60))
    with pytest.raises(LinkExpired):
        await reset(tokens[1])


async def test_who_has_no_account_is_told_by_e_mail_alone(
    store: FakeStore, clock: SettableClock
) -> None:
    await usecases.request_password_reset("no@x.example", place="", store=store, clock=clock)

    assert [notice.kind for notice in store.notices] == [NoticeKind.NO_ACCOUNT]


async def test_changing_a_password_asks_for_the_current_one(
    store: FakeStore, hasher: FakeHasher, clock: SettableClock
) -> None:
    account = await an_agent(store, hasher)
    token = await enter(store, hasher, account)

    async def change(current: str) -> None:
        await usecases.change_password(
            account.holder.profile_id,
            current=current,
            new=NEW_PASSWORD,
            place="",
            store=store,
            hasher=hasher,
            clock=clock,
        )

    with pytest.raises(CurrentPasswordWrong):
        await change("pas le bon mot")
    assert await is_in(store, token)
    await change(GOOD_PASSWORD)
    assert not await is_in(store, token)
    assert await enter(store, hasher, account, NEW_PASSWORD)


async def contact(
    store: FakeStore, hasher: FakeHasher, clock: SettableClock, account: Account, **wanted: str
) -> Account:
    holder = account.holder
    values = {"email": holder.email, "phone": holder.phone, "mobile": holder.mobile}
    return await usecases.update_contact(
        account.id,
        wanted={**values, **{k: v for k, v in wanted.items() if k in values}},
        current_password=wanted.get("password", ""),
        version=int(wanted.get("version", "0")),
        store=store,
        hasher=hasher,
        clock=clock,
    )


async def test_a_phone_changes_at_once_and_an_e_mail_once_confirmed(
    store: FakeStore, hasher: FakeHasher, clock: SettableClock
) -> None:
    account = await an_agent(store, hasher)
    new = "nouveau@beraud.example"

    changed = await contact(
        store, hasher, clock, account, phone="01 99 00 12 34", email=new, password=GOOD_PASSWORD
    )
    link = store.notices[-1]
    confirmed = await usecases.activate(str(link.facts["token"]), store=store, clock=clock)

    assert changed.holder.phone == "+33199001234"
    assert changed.holder.email == account.holder.email
    assert link.to == new
    assert confirmed == (new, True)
    assert store.notices[-1].to == account.holder.email  # the old address is told
    moved = await usecases.read_account(account.id, store=store)
    assert await enter(store, hasher, moved)


async def test_an_e_mail_does_not_change_without_the_password(
    store: FakeStore, hasher: FakeHasher, clock: SettableClock
) -> None:
    account = await an_agent(store, hasher)

    with pytest.raises(CurrentPasswordWrong):
        await contact(store, hasher, clock, account, email="voleur@x.example")


async def test_an_address_that_another_took_meanwhile_is_not_given(
    store: FakeStore, hasher: FakeHasher, clock: SettableClock
) -> None:
    account, other = await an_agent(store, hasher), await an_agent(store, hasher)
    await contact(store, hasher, clock, account, email=other.holder.email, password=GOOD_PASSWORD)

    with pytest.raises(LinkExpired):
        await usecases.activate(str(store.notices[-1].facts["token"]), store=store, clock=clock)


async def test_a_change_of_mind_voids_the_link(
    store: FakeStore, hasher: FakeHasher, clock: SettableClock
) -> None:
    account = await an_agent(store, hasher)
    new = "nouveau@beraud.example"
    await contact(store, hasher, clock, account, email=new, password=GOOD_PASSWORD)
    await contact(store, hasher, clock, account)

    with pytest.raises(LinkExpired):
        await usecases.activate(str(store.notices[-1].facts["token"]), store=store, clock=clock)


async def test_a_stale_change_is_turned_down(
    store: FakeStore, hasher: FakeHasher, clock: SettableClock
) -> None:
    account = await an_agent(store, hasher)
    await contact(store, hasher, clock, account, phone="01 99 00 12 34")

    with pytest.raises(ChangedMeanwhile):
        await contact(store, hasher, clock, account, phone="01 99 00 99 99", version="99")


async def test_a_staff_member_logs_in_like_anybody(store: FakeStore, hasher: FakeHasher) -> None:
    async def hire(password: str) -> None:
        await usecases.create_staff(
            address="ines@preavis.example",
            first_name="Inès",
            last_name="Carpentier",
            password=password,
            store=store,
            hasher=hasher,
        )

    await hire(GOOD_PASSWORD)
    await hire(NEW_PASSWORD)
    _, _, who = await usecases.log_in(
        "INES@preavis.example", NEW_PASSWORD, place="", store=store, hasher=hasher
    )
    await usecases.set_theme(who.login_id, None, Theme.DARK, store=store)

    assert (who.roles, who.account_id, who.name) == (("staff",), None, "Inès Carpentier")
    assert store.state.staff[who.login_id].theme is Theme.DARK


async def test_an_agents_address_never_becomes_staff(store: FakeStore, hasher: FakeHasher) -> None:
    account = await an_agent(store, hasher)

    with pytest.raises(TurnedDown):
        await usecases.create_staff(
            address=account.holder.email,
            first_name="A",
            last_name="B",
            password=GOOD_PASSWORD,
            store=store,
            hasher=hasher,
        )
