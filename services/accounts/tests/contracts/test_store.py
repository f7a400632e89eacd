from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from kit.errors import ChangedMeanwhile
from kit.ids import new_id
from services.accounts.domain.access import (
    Link,
    LinkPurpose,
    Login,
    LoginKind,
    Session,
    SessionOver,
    StaffMember,
)
from services.accounts.domain.account import Account, AccountMissing, AccountState, Theme
from services.accounts.domain.facts import AuditEntry
from services.accounts.domain.proof import Proof, ProofKind, ProofMissing, ProofState
from services.accounts.domain.registration import Entry, Registration
from services.accounts.domain.registration import RegistrationStatus as Status
from services.accounts.domain.throttle import Act
from services.accounts.ports import Store
from services.accounts.tests.builders import NOW, a_login, a_proof, an_account

MOMENT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


async def stored(store: Store, account: Account | None = None) -> Account:
    account = account or an_account()
    async with store.everybody("arrange") as tx:
        await tx.accounts.add(account)
        await tx.logins.add(a_login(account))
    return account


async def test_an_account_comes_back_as_it_was(store: Store) -> None:
    entries = (Entry(category="COA", in_force=False, deleted_on=date(2026, 3, 1)),)
    registration = Registration(
        status=Status.LAPSED, checked_at=NOW, siren="1" * 9, entries=entries,
        blocks_from=date(2026, 12, 7),
    )  # fmt: skip
    account = await stored(store, an_account(registration=registration, siret="73282932000074"))

    async with store.account(account.id) as tx:
        assert await tx.accounts.get(account.id, lock=True) == account


async def test_a_save_counts_versions_and_refuses_a_stale_one(store: Store) -> None:
    account = await stored(store)
    async with store.account(account.id) as tx:
        changed = account.with_contact(phone="+33199001234", mobile="", email="b@x.example")
        saved = await tx.accounts.save(changed)

    assert (saved.version, saved.holder.phone) == (1, "+33199001234")
    with pytest.raises(ChangedMeanwhile):
        async with store.account(account.id) as tx:
            await tx.accounts.save(account)


async def test_what_fails_leaves_nothing(store: Store) -> None:
    account = an_account()

    async def fail() -> None:
        async with store.everybody("fail") as tx:
            await tx.accounts.add(account)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with store.everybody("look") as tx:
        with pytest.raises(AccountMissing):
            await tx.accounts.get(account.id)


async def test_one_account_does_not_see_another(store: Store) -> None:
    mine, theirs = await stored(store), await stored(store)
    proof = a_proof(theirs.id)
    async with store.account(theirs.id) as tx:
        await tx.proofs.add(proof)

    async with store.account(mine.id) as tx:
        with pytest.raises(AccountMissing):
            await tx.accounts.get(theirs.id)
        with pytest.raises(ProofMissing):
            await tx.proofs.get(mine.id, proof.id)


async def test_a_login_is_found_whatever_the_case_and_taken_once(store: Store) -> None:
    account = await stored(store)
    async with store.everybody("look") as tx:
        found = await tx.logins.by_email(account.holder.email.upper())

    assert found == a_login(account)
    other = an_account(email=account.holder.email.title())
    with pytest.raises(ChangedMeanwhile):
        async with store.everybody("take") as tx:
            await tx.logins.add(a_login(other))


async def test_an_address_of_another_login_is_not_saved(store: Store) -> None:
    one, two = await stored(store), await stored(store)

    with pytest.raises(ChangedMeanwhile):
        async with store.everybody("take") as tx:
            await tx.logins.save(replace(a_login(one), email=two.holder.email))


async def test_a_principal_is_an_agent_or_staff(store: Store) -> None:
    account = await stored(store)
    member = StaffMember(id=new_id(), first_name="Inès", last_name="Carpentier")
    login = Login(
        id=member.id, kind=LoginKind.STAFF, account_id=None,
        email=f"{member.id}@preavis.example", password_hash="h",
    )  # fmt: skip
    async with store.everybody("arrange") as tx:
        await tx.logins.add_staff(member)
        await tx.logins.add(login)
        await tx.logins.save_staff_theme(member.id, Theme.DARK.value)

    async with store.everybody("look") as tx:
        agent = await tx.logins.principal(account.holder.profile_id)
        staff = await tx.logins.principal(member.id)
        with pytest.raises(SessionOver):
            await tx.logins.principal(uuid4())
    assert (agent.name, agent.account_state, agent.trade_name) == (
        "Hélène Béraud", AccountState.ACTIVE, account.trade_name,
    )  # fmt: skip
    assert (staff.name, staff.account_id, staff.theme) == ("Inès Carpentier", None, Theme.DARK)


def a_link(account: Account, name: str, purpose: LinkPurpose = LinkPurpose.PASSWORD) -> Link:
    return Link(
        token_hash=f"{name}{account.id}",
        purpose=purpose,
        login_id=account.holder.profile_id,
        email=account.holder.email,
        expires_at=MOMENT,
    )


async def test_a_link_is_taken_once_for_its_own_purpose(store: Store) -> None:
    account = await stored(store)
    link = a_link(account, "a")
    async with store.everybody("arrange") as tx:
        await tx.logins.add_link(link)

    async with store.everybody("take") as tx:
        assert await tx.logins.take_link(link.token_hash, {LinkPurpose.ACTIVATION}) is None
        assert await tx.logins.take_link(link.token_hash, {LinkPurpose.PASSWORD}) == link
        assert await tx.logins.take_link(link.token_hash, {LinkPurpose.PASSWORD}) is None


async def test_a_newer_link_voids_the_older_of_its_purpose_alone(store: Store) -> None:
    account = await stored(store)
    activation = a_link(account, "c", LinkPurpose.ACTIVATION)
    async with store.everybody("arrange") as tx:
        for link in (activation, a_link(account, "a"), a_link(account, "b")):
            await tx.logins.add_link(link)

    every = set(LinkPurpose)
    async with store.everybody("take") as tx:
        assert await tx.logins.take_link(a_link(account, "a").token_hash, every) is None
        assert await tx.logins.take_link(activation.token_hash, every)
        await tx.logins.drop_links(account.holder.profile_id)
        assert await tx.logins.take_link(a_link(account, "b").token_hash, every) is None


def a_session(account: Account, name: str = "s") -> Session:
    login_id = account.holder.profile_id
    return Session(
        token_hash=f"{name}{account.id}", login_id=login_id, opened_at=MOMENT, seen_at=MOMENT
    )


async def test_sessions_open_are_seen_and_end(store: Store) -> None:
    account = await stored(store)
    one, two = a_session(account, "1"), a_session(account, "2")
    seen = replace(one, seen_at=MOMENT + timedelta(minutes=2))
    async with store.everybody("arrange") as tx:
        await tx.logins.add_session(one)
        await tx.logins.add_session(two)
        await tx.logins.save_session(seen)

    async with store.everybody("look") as tx:
        assert await tx.logins.session(one.token_hash) == seen
        await tx.logins.end_session(one.token_hash)
        assert await tx.logins.session(one.token_hash) is None
        await tx.logins.end_sessions(account.holder.profile_id)
        assert await tx.logins.session(two.token_hash) is None


async def test_tries_are_counted_by_act_and_by_whom(store: Store) -> None:
    who, other = str(uuid4()), str(uuid4())
    async with store.everybody("count") as tx:
        await tx.logins.add_try(Act.LOG_IN, who, MOMENT)
        await tx.logins.add_try(Act.LOG_IN, who, MOMENT)
        await tx.logins.add_try(Act.SIGN_UP, who, MOMENT)
        later = MOMENT + timedelta(microseconds=1)
        await tx.logins.add_try(Act.LOG_IN, who, later)
        await tx.logins.forget_tries(Act.LOG_IN, who, only=later)
        assert await tx.logins.tries(Act.LOG_IN, who) == [MOMENT, MOMENT]
        assert await tx.logins.tries(Act.LOG_IN, other) == []
        await tx.logins.forget_tries(Act.LOG_IN, who)
        assert await tx.logins.tries(Act.LOG_IN, who) == []
        assert await tx.logins.tries(Act.SIGN_UP, who) == [MOMENT]


async def test_what_is_over_is_swept_and_nothing_else(store: Store) -> None:
    account, who = await stored(store), str(uuid4())
    session, link = a_session(account), a_link(account, "a")
    async with store.everybody("arrange") as tx:
        await tx.logins.add_session(session)
        await tx.logins.add_link(link)
        await tx.logins.add_try(Act.LOG_IN, who, MOMENT)

    async def left(after: timedelta) -> tuple[bool, bool, bool]:
        now = MOMENT + after
        async with store.everybody("sweep") as tx:
            await tx.logins.sweep(technical=now, business=now)
            kept = await tx.logins.session(session.token_hash)
            found = await tx.logins.take_link(link.token_hash, {link.purpose})
            if found:
                await tx.logins.add_link(found)
            return bool(kept), bool(found), bool(await tx.logins.tries(Act.LOG_IN, who))

    assert await left(timedelta(0)) == (True, True, True)
    assert await left(timedelta(minutes=31)) == (False, False, True)
    assert await left(timedelta(hours=2)) == (False, False, False)


async def test_a_proof_comes_back_and_changes_once_a_version(store: Store) -> None:
    account = await stored(store)
    proof = a_proof(account.id)
    async with store.account(account.id) as tx:
        await tx.proofs.add(proof)
        accepted = proof.accept(by="Inès", at=NOW, valid_until=None, note="Merci.")
        saved = await tx.proofs.save(accepted)
        assert saved == replace(accepted, version=1)
        assert await tx.proofs.get(account.id, proof.id, lock=True) == saved

    with pytest.raises(ChangedMeanwhile):
        async with store.account(account.id) as tx:
            await tx.proofs.save(proof)


async def test_proofs_come_newest_first(store: Store) -> None:
    account = await stored(store)
    old, new = (
        a_proof(account.id, kind, uploaded_at=NOW + timedelta(hours=h))
        for h, kind in enumerate((ProofKind.IDENTITY_DOCUMENT, ProofKind.ORIAS_ATTESTATION))
    )
    async with store.account(account.id) as tx:
        await tx.proofs.add(old)
        await tx.proofs.add(new)
        assert [proof.id for proof in await tx.proofs.of(account.id)] == [new.id, old.id]


async def test_the_queue_holds_whom_staff_should_see_and_pages(store: Store) -> None:
    async def hand_in(hours: int) -> tuple[Account, Proof]:
        account = await stored(store)
        early = datetime(2020, 1, 1, hours, tzinfo=UTC)  # before what other tests left
        proof = a_proof(account.id, uploaded_at=early)
        async with store.account(account.id) as tx:
            await tx.proofs.add(proof)
            await tx.proofs.add(
                a_proof(account.id, ProofKind.IDENTITY_DOCUMENT, state=ProofState.REJECTED)
            )
        return account, proof

    (second, _), (first, _) = await hand_in(2), await hand_in(1)

    async with store.everybody("queue") as tx:
        page = await tx.proofs.waiting(cursor="", limit=1)
        after = await tx.proofs.waiting(cursor=page.next_cursor, limit=1)
    assert [item.account.id for item in (*page.items, *after.items)] == [first.id, second.id]
    assert page.items[0].kinds == (ProofKind.ORIAS_ATTESTATION,)
    assert page.items[0].since == datetime(2020, 1, 1, 1, tzinfo=UTC)
    assert page.total >= 2


async def test_the_audit_tells_the_last_first(store: Store) -> None:
    account, other = await stored(store), await stored(store)
    entries = [
        AuditEntry(at=NOW, actor_id=None, actor="Inès", action=action, facts={"a": "b"})
        for action in ("proof-viewed", "proof-accepted")
    ]
    async with store.account(account.id) as tx:
        for entry in entries:
            await tx.proofs.note(account.id, entry)

    async with store.everybody("history") as tx:
        assert await tx.proofs.history(account.id) == list(reversed(entries))
        assert await tx.proofs.history(other.id) == []


async def test_accounts_are_found_by_what_staff_know_of_them(store: Store) -> None:
    name = f"Zéphyr {uuid4().hex[:6]}"
    siret, orias = "73282932000074", f"{uuid4().int % 10**8:08d}"
    account = await stored(store, an_account(trade_name=name, siret=siret, orias_number=orias))

    async def found(query: str) -> bool:
        async with store.everybody("search") as tx:
            accounts, _ = await tx.accounts.search(query, cursor="", limit=100)
        return account.id in {one.id for one in accounts}

    for query in (name.lower(), account.holder.email[:6], "hélène bér", "grenob", orias, siret[:9]):
        assert await found(query), query
    for query in ("nobody of that name", "%", "_", orias[:7]):
        assert not await found(query), query


async def test_a_search_pages_from_the_newest(store: Store) -> None:
    name = f"Page {uuid4().hex[:6]}"
    accounts = [
        await stored(store, an_account(trade_name=name, created_at=NOW + timedelta(hours=h)))
        for h in range(3)
    ]

    async with store.everybody("search") as tx:
        first, cursor = await tx.accounts.search(name, cursor="", limit=2)
        rest, end = await tx.accounts.search(name, cursor=cursor, limit=2)
    assert [a.id for a in (*first, *rest)] == [a.id for a in reversed(accounts)]
    assert end == ""
