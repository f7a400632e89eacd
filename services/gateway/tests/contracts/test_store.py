"""The edge's store: one suite on the fake and on real Postgres."""

import asyncio
from datetime import timedelta
from typing import Protocol
from uuid import UUID

import pytest
from sqlalchemy import text

from kit.ids import new_id
from kit.pruning import prune
from services.gateway.store import (
    PRUNED,
    Claim,
    IdempotencyKeyInUse,
    IdempotencyKeyReused,
    KeptAnswer,
    Store,
)
from services.gateway.tests.api.house import FakeStore
from tests.support.servers import MakeDatabase

ANSWER = KeptAnswer(status=201, headers={"ETag": '"1"'}, body=b'{"a": 1}')


class AnyStore(Protocol):
    async def begin(self, claim: Claim) -> KeptAnswer | None: ...
    async def keep(self, claim: Claim, answer: KeptAnswer) -> None: ...
    async def give_up(self, claim: Claim) -> None: ...


@pytest.fixture
def fake_store() -> FakeStore:
    return FakeStore()


@pytest.fixture(scope="module")
async def sql_store(database: MakeDatabase) -> Store:
    return Store(await database("gateway"))


@pytest.fixture(params=["fake_store", pytest.param("sql_store", marks=pytest.mark.servers)])
def store(request: pytest.FixtureRequest) -> AnyStore:
    found: AnyStore = request.getfixturevalue(request.param)
    return found


def a_claim(key: str = "k", fingerprint: str = "f1", scope_id: UUID | None = None) -> Claim:
    return Claim(
        scope_id=scope_id or new_id(),
        key=key,
        operation="POST /v1/letters",
        fingerprint=fingerprint,
    )


async def test_the_same_request_gets_the_same_answer(store: AnyStore) -> None:
    claim = a_claim()

    assert await store.begin(claim) is None
    await store.keep(claim, ANSWER)

    assert await store.begin(claim) == ANSWER


async def test_another_request_under_the_same_key_is_refused(store: AnyStore) -> None:
    claim = a_claim()
    other = a_claim(fingerprint="f2", scope_id=claim.scope_id)
    await store.begin(claim)

    with pytest.raises(IdempotencyKeyReused):
        await store.begin(other)
    await store.keep(claim, ANSWER)
    with pytest.raises(IdempotencyKeyReused):
        await store.begin(other)


async def test_a_request_in_hand_is_not_begun_twice(store: AnyStore) -> None:
    claim = a_claim()
    await store.begin(claim)

    with pytest.raises(IdempotencyKeyInUse):
        await store.begin(claim)


async def test_a_key_given_up_may_be_used_again_but_not_a_kept_one(store: AnyStore) -> None:
    claim = a_claim()
    await store.begin(claim)
    await store.give_up(claim)

    assert await store.begin(claim) is None
    await store.keep(claim, ANSWER)
    await store.give_up(claim)
    assert await store.begin(claim) == ANSWER


async def test_keys_of_different_accounts_have_nothing_to_do_with_each_other(
    store: AnyStore,
) -> None:
    await store.begin(a_claim(fingerprint="f1"))

    assert await store.begin(a_claim(fingerprint="f2")) is None


@pytest.mark.servers
async def test_of_two_at_once_one_is_begun(sql_store: Store) -> None:
    claim = a_claim()

    made = await asyncio.gather(*(sql_store.begin(claim) for _ in range(5)), return_exceptions=True)

    assert made.count(None) == 1
    assert sum(isinstance(one, IdempotencyKeyInUse) for one in made) == 4


@pytest.mark.servers
@pytest.mark.parametrize(
    ("kept", "age", "begun"),
    [
        (True, timedelta(hours=23), False),
        (True, timedelta(hours=25), True),
        (False, timedelta(seconds=61), True),
    ],
)
async def test_keys_are_remembered_a_day_and_dead_requests_a_minute(
    database: MakeDatabase, kept: bool, age: timedelta, begun: bool
) -> None:
    db = await database("gateway")
    store, claim = Store(db), a_claim()
    await store.begin(claim)
    if kept:
        await store.keep(claim, ANSWER)
    async with db.account(claim.scope_id) as session:
        await session.execute(
            text("UPDATE kept_answer SET begun_at = begun_at - :age_s * interval '1 s'"),
            {"age_s": age.total_seconds()},
        )

    assert (await store.begin(claim) is None) is begun


@pytest.mark.servers
async def test_a_bucket_gives_its_burst_then_makes_wait(sql_store: Store) -> None:
    key = f"account:{new_id()}"

    waits = [await sql_store.take_token(key, per_second=0.5, burst=3) for _ in range(5)]

    assert waits[:3] == [0, 0, 0]
    assert all(1 < wait <= 2 for wait in waits[3:])


@pytest.mark.servers
async def test_a_bucket_fills_with_time_and_no_more_than_its_burst(
    database: MakeDatabase,
) -> None:
    db = await database("gateway")
    store, key = Store(db), f"account:{new_id()}"
    for _ in range(3):
        await store.take_token(key, per_second=1, burst=2)
    async with db.across_accounts("test") as session:
        await session.execute(text("UPDATE bucket SET filled_at = filled_at - interval '1 hour'"))

    waits = [await store.take_token(key, per_second=0.01, burst=2) for _ in range(3)]

    assert waits[:2] == [0, 0]
    assert waits[2] > 0


@pytest.mark.servers
async def test_no_answer_is_seen_from_another_account(database: MakeDatabase) -> None:
    db = await database("gateway")
    claim = a_claim()
    await Store(db).begin(claim)

    async with db.account(new_id()) as session:
        seen = await session.execute(text("SELECT count(*) FROM kept_answer"))
        assert seen.scalar_one() == 0


@pytest.mark.servers
async def test_an_answer_is_erased_after_its_day_whoever_asked(database: MakeDatabase) -> None:
    db = await database("gateway")
    claims = [a_claim(), a_claim()]
    for claim in claims:
        await Store(db).begin(claim)
        await Store(db).keep(claim, ANSWER)
    async with db.account(claims[0].scope_id) as session:
        await session.execute(text("UPDATE kept_answer SET begun_at = now() - interval '25 h'"))

    assert (await prune(db, PRUNED))["kept_answer"] == 1

    assert await Store(db).begin(claims[1]) == ANSWER


@pytest.mark.servers
async def test_buckets_that_are_full_again_are_erased(database: MakeDatabase) -> None:
    db = await database("gateway")
    for key in ("old", "new"):
        await Store(db).take_token(key, per_second=1, burst=2)
    async with db.across_accounts("test") as session:
        await session.execute(
            text("UPDATE bucket SET filled_at = now() - interval '25 h' WHERE key = 'old'")
        )

    assert (await prune(db, PRUNED))["bucket"] == 1
