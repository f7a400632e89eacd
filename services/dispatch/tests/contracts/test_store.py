"""The store: one suite on the memory and on real Postgres."""

import asyncio
import hashlib
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text

from kit.errors import ChangedMeanwhile
from kit.ids import new_id, new_token, token_hash
from services.dispatch.domain.attempts import AttemptState
from services.dispatch.domain.evidence import GENESIS
from services.dispatch.domain.letter import Attachment
from services.dispatch.domain.proofs import Proof, ProofKind
from services.dispatch.domain.sending import Sending, State
from services.dispatch.domain.timeline import Happened
from services.dispatch.ports import Hint, SendingMissing, Store
from services.dispatch.store import PgStore
from services.dispatch.tests.builders import NOON, a_room, a_sending, an_attempt
from services.dispatch.tests.memory import MemoryStore
from services.dispatch.tests.peers import FakeLetters
from services.dispatch.usecases import departing, following
from tests.support.servers import MakeDatabase
from tests.support.time import SettableClock


@pytest.fixture(scope="module")
async def pg_store(database: MakeDatabase) -> PgStore:
    return PgStore(await database("dispatch"), SettableClock(NOON))


@pytest.fixture
def memory_store() -> MemoryStore:
    return MemoryStore(SettableClock(NOON))


@pytest.fixture(params=["memory_store", pytest.param("pg_store", marks=pytest.mark.servers)])
def store(request: pytest.FixtureRequest) -> Store:
    found: Store = request.getfixturevalue(request.param)
    return found


def fresh(state: State = State.PREPARING, **changes: object) -> Sending:
    found = a_sending(state, **changes)
    attempt = found.attempt and replace(
        found.attempt, id=new_id(), token_hash=token_hash(new_token()), reference=str(new_id())
    )
    return replace(
        found, id=new_id(), account_id=new_id(), letter_id=new_id(), version=0, attempt=attempt
    )


async def kept(store: Store, sending: Sending, *facts: Happened) -> Sending:
    async with store.account(sending.account_id) as work:
        return await work.save(sending, *facts)


LONG_ENOUGH_S = 0.3  # for the other one to be waiting at the row


@pytest.mark.servers
@pytest.mark.parametrize("state", [State.DUE, State.SUBMITTING])
async def test_a_sending_that_was_waited_for_comes_with_its_attempt_of_now(
    pg_store: PgStore, state: State
) -> None:
    """The operator's number is stored while its own call about it waits: it may not be lost."""
    sending = await kept(pg_store, fresh(state))
    number = str(new_id())

    async def the_other() -> Sending:
        async with pg_store.account(sending.account_id) as work:
            return await work.get(sending.id)

    async with pg_store.account(sending.account_id) as work:
        found = await work.get(sending.id)
        waiting = asyncio.create_task(the_other())
        await asyncio.sleep(LONG_ENOUGH_S)
        if state is State.DUE:
            attempt = an_attempt(id=new_id(), token_hash=token_hash(new_token()))
            found = await work.save(*found.hand_over(attempt))
        await work.save(*found.accepted(number, NOON))

    current = await waiting
    assert current.state is State.IN_TRANSIT
    assert current.attempt is not None
    assert (current.attempt.reference, current.attempt.state) == (number, AttemptState.ACCEPTED)


@pytest.mark.servers
async def test_a_look_waits_for_nobody(pg_store: PgStore) -> None:
    sending = await kept(pg_store, fresh(State.DUE))

    async with pg_store.account(sending.account_id) as work:
        found = await work.get(sending.id)
        await work.save(*found.hand_over(an_attempt(id=new_id(), token_hash=new_token())))
        async with pg_store.account(sending.account_id) as another:
            seen = await asyncio.wait_for(another.look(sending.id), LONG_ENOUGH_S)

    assert seen == sending


def a_proof(kind: ProofKind = ProofKind.DEPOSIT) -> Proof:
    return Proof(
        kind=kind,
        attempt=1,
        filename="26-00042-depot.pdf",
        sha256="a" * 64,
        byte_count=12,
        stamped_at=NOON,
        stored_at=NOON,
        operator_reference="400001",
    )


async def test_a_sending_comes_back_as_it_was_saved(store: Store) -> None:
    letter, _ = await FakeLetters().freeze(a_sending(), send_day=date(2027, 1, 15), key="k")
    sending = fresh(
        State.DEPOSITED,
        letter=letter,
        mandate=Attachment(filename="Mandat.pdf", sha256="b" * 64),
        held_cents=540,
        locked=True,
        deposited_at=NOON,
        reason_facts={"why": "é"},
    )

    saved = await kept(store, sending)

    async with store.account(sending.account_id) as work:
        assert await work.get(sending.id) == saved
        assert await work.find(sending.letter_id) == saved
        assert await work.look(sending.id) == saved
        assert await work.look_for(sending.letter_id) == saved
    assert saved == replace(sending, version=1)


async def test_an_unsaved_change_is_forgotten_when_the_transaction_fails(store: Store) -> None:
    sending = await kept(store, fresh())

    async def fail() -> None:
        async with store.account(sending.account_id) as work:
            await work.save(sending.schedule(NOON)[0])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()

    async with store.account(sending.account_id) as work:
        assert (await work.get(sending.id)).state is State.PREPARING


async def test_a_stale_save_is_turned_down(store: Store) -> None:
    first = await kept(store, fresh())
    await kept(store, first.schedule(NOON)[0])

    with pytest.raises(ChangedMeanwhile):
        await kept(store, first.turn_down("late", {}, NOON)[0])


async def test_a_second_sending_of_a_letter_is_turned_down(store: Store) -> None:
    first = await kept(store, fresh())
    twin = replace(first, version=0)

    with pytest.raises(ChangedMeanwhile):
        await kept(store, twin)


async def test_an_account_does_not_see_anothers_sending(store: Store) -> None:
    sending = await kept(store, fresh())

    async with store.account(new_id()) as work:
        assert await work.find(sending.letter_id) is None
        assert await work.look_for(sending.letter_id) is None
        with pytest.raises(SendingMissing):
            await work.look(sending.id)
        with pytest.raises(SendingMissing):
            await work.get(sending.id)


async def test_a_fact_is_written_once_and_read_in_order(store: Store) -> None:
    sending = await kept(store, fresh(), Happened(code="validated", at=NOON))
    late = Happened(code="news-noted", at=NOON, facts={"why": "late"}, applied=False)

    async with store.account(sending.account_id) as work:
        await work.note(sending, late, late)
        await work.note(sending, late)
        lines = await work.timeline(sending.id)

    assert [(line.fact, line.generation) for line in lines] == [
        (Happened(code="validated", at=NOON), 1),
        (late, 1),
    ]


async def test_a_proof_is_stored_once(store: Store) -> None:
    sending = await kept(store, fresh())

    async with store.account(sending.account_id) as work:
        assert await work.add_proof(sending, a_proof())
        assert not await work.add_proof(sending, replace(a_proof(), sha256="c" * 64))
        assert await work.add_proof(sending, a_proof(ProofKind.RECEIPT))
        assert list(await work.proofs(sending.id)) == [a_proof(), a_proof(ProofKind.RECEIPT)]


async def test_an_attempt_is_found_by_the_hash_of_its_secret(store: Store) -> None:
    sending = await kept(store, fresh(State.UNKNOWN))
    assert sending.attempt is not None

    found = await store.by_token(sending.attempt.token_hash)

    assert found is not None
    assert (found.account_id, found.sending_id) == (sending.account_id, sending.id)
    assert found.attempt == sending.attempt
    assert await store.by_token(token_hash("guessed")) is None


async def test_of_several_attempts_a_sending_comes_with_its_last(store: Store) -> None:
    sending = await kept(store, fresh(State.IN_TRANSIT))
    assert sending.attempt is not None
    again = replace(
        sending.attempt, id=new_id(), number=2, token_hash=token_hash(new_token()),
        reference=str(new_id()),
    )  # fmt: skip

    await kept(store, replace(sending, attempt=again))

    async with store.account(sending.account_id) as work:
        assert (await work.get(sending.id)).attempt == again


async def test_a_changed_attempt_replaces_what_was_known_of_it(store: Store) -> None:
    sending = await kept(store, fresh(State.UNKNOWN))

    accepted = await kept(store, sending.accepted("400777", NOON)[0])

    async with store.account(sending.account_id) as work:
        assert (await work.get(sending.id)).attempt == accepted.attempt


@pytest.mark.parametrize(
    ("state", "sent"), [(State.PREPARING, False), (State.UNKNOWN, True), (State.IN_TRANSIT, True)]
)
async def test_an_account_has_sent_once_it_handed_a_letter_over(
    store: Store, state: State, sent: bool
) -> None:
    sending = await kept(store, fresh(state))

    async with store.account(sending.account_id) as work:
        assert await work.has_sent() is sent


async def test_unknown_sendings_are_listed_oldest_first_for_staff(store: Store) -> None:
    later = fresh(State.UNKNOWN)
    assert later.attempt is not None
    late = replace(later.attempt, handed_at=NOON + timedelta(hours=2))
    later = await kept(store, replace(later, attempt=late))
    sooner = await kept(store, fresh(State.UNKNOWN))
    mine = {later.id, sooner.id}

    found = [one.id for one in await store.unknown() if one.id in mine]

    assert found == [sooner.id, later.id]
    assert await store.account_of(later.id) == later.account_id


async def test_sendings_are_found_by_state_in_one_account(store: Store) -> None:
    sending = await kept(store, fresh(State.IN_TRANSIT))

    async with store.account(sending.account_id) as work:
        assert list(await work.with_state(State.IN_TRANSIT, State.DEPOSITED)) == [sending]
        assert not await work.with_state(State.BLOCKED)


async def test_the_operators_number_of_an_agency_is_kept(store: Store) -> None:
    account_id: UUID = new_id()

    async with store.account(account_id) as work:
        assert await work.sender_at("ar24", "mark") == ""
        await work.remember_sender("ar24", "mark", "9001")
        await work.remember_sender("ar24", "mark", "9002")
        assert await work.sender_at("ar24", "mark") == "9001"
        assert await work.sender_at("ar24", "other mark") == ""


async def test_the_last_call_about_an_attempt_is_remembered(store: Store) -> None:
    sending = await kept(store, fresh(State.SUBMITTING))
    assert sending.attempt is not None
    number = sending.attempt.id

    async with store.account(sending.account_id) as work:
        assert await work.hinted(number) is None
        await work.keep_hint(number, b"x", NOON, reference="")
        assert await work.hinted(number) == ""
        await work.keep_hint(number, b"id_mail=400001", NOON, reference="400001")
        assert await work.hinted(number) == "400001"


@pytest.mark.servers
async def test_a_call_at_the_instant_of_the_answer_is_followed_at_once(
    database: MakeDatabase,
) -> None:
    db, room = await database("dispatch"), a_room()
    desk = replace(room.desk, store=PgStore(db, room.clock))

    async def race(secret: str) -> UUID:
        sending = fresh(State.SUBMITTING)
        assert sending.attempt is not None
        attempt = replace(sending.attempt, token_hash=token_hash(secret), reference="")
        sending = await kept(desk.store, replace(sending, attempt=attempt))
        body = f"id_mail={attempt.id}".encode()
        hint = Hint(operator="ar24", secret=secret, headers={}, body=body)
        await asyncio.gather(
            departing.accept(
                sending.account_id, sending.id, attempt.id, str(attempt.id), desk=desk
            ),
            following.take_hint(hint, desk=desk),
        )
        return sending.id

    raced = [await race(new_token()) for _ in range(12)]

    async with db.worker() as session:
        rows = await session.execute(
            text("SELECT payload ->> 'sending_id', due_at FROM scheduled_item WHERE kind = 'news'")
        )
    assert {UUID(sending_id): due_at for sending_id, due_at in rows} == dict.fromkeys(raced, NOON)


async def test_evidence_is_chained_then_kept_until_it_is_sealed(store: Store) -> None:
    sending = await kept(store, fresh(State.DEPOSITED))

    async with store.account(sending.account_id) as work:
        first = await work.evidence_head()
        assert await work.unsealed_evidence(sending.id) is None
        await work.chain_evidence(first, sending.id, b"{}")
        second = await work.evidence_head()
        unsealed = await work.unsealed_evidence(sending.id)
        await work.evidence_sealed(sending.id)
        sealed = await work.unsealed_evidence(sending.id)

    assert (first.number, first.sha256) == (0, GENESIS)
    assert (second.number, second.sha256) == (1, hashlib.sha256(b"{}").hexdigest())
    assert (unsealed, sealed) == (b"{}", None)


async def test_a_sending_has_one_link_in_the_chain(store: Store) -> None:
    sending = await kept(store, fresh(State.DEPOSITED))

    async def chain() -> None:
        async with store.account(sending.account_id) as work:
            await work.chain_evidence(await work.evidence_head(), sending.id, b"{}")

    await chain()
    with pytest.raises((AssertionError, asyncpg.IntegrityConstraintViolationError)):
        await chain()


@pytest.mark.servers
async def test_what_happened_cannot_be_rewritten(database: MakeDatabase) -> None:
    db = await database("dispatch")
    sending = await kept(PgStore(db, SettableClock(NOON)), fresh(), Happened(code="x", at=NOON))

    for statement in (
        "UPDATE timeline SET code = 'y'",
        "DELETE FROM timeline",
        "UPDATE evidence_sheet SET previous_sha256 = sha256",
        "DELETE FROM evidence_sheet",
    ):
        with pytest.raises(Exception, match="permission denied"):
            async with db.account(sending.account_id) as session:
                await session.execute(text(statement))


@pytest.mark.servers
async def test_each_save_with_a_fact_is_announced_with_its_version(database: MakeDatabase) -> None:
    db = await database("dispatch")
    sending = await kept(PgStore(db, SettableClock(NOON)), fresh(), Happened(code="x", at=NOON))
    await kept(PgStore(db, SettableClock(NOON)), replace(sending, attempt=an_attempt()))

    async with db.worker() as session:
        rows = await session.execute(text("SELECT aggregate_version, subject FROM outbox"))

    assert [tuple(row) for row in rows] == [(1, f"evt.dispatch.v1.sending_changed.{sending.id}")]
