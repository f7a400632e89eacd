import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kit.errors import InvalidFields, Kind
from kit.grpc import PeerRefusal, acting_for
from kit.ids import new_id
from preavis.billing.v1 import billing_pb2 as pb
from services.billing.tests.wire.conftest import House

pytestmark = pytest.mark.servers


@pytest.fixture
async def account_id(house: House) -> UUID:
    account_id = new_id()
    begun = await house.begin(account_id, cents=2_000)
    await house.pay(begun)
    await house.has(account_id, 2_000)
    return account_id


async def capture(house: House, account_id: UUID, key: str) -> pb.HoldRecord:
    request = pb.CaptureRequest(account_id=str(account_id), key=key, on_day="2027-01-13")
    with acting_for(account_id):
        return (await house.stubs["dispatch"].Capture(request)).hold


async def release(house: House, account_id: UUID, key: str) -> pb.HoldRecord:
    request = pb.ReleaseRequest(account_id=str(account_id), key=key)
    with acting_for(account_id):
        return (await house.stubs["dispatch"].Release(request)).hold


async def test_a_sending_holds_then_takes_its_price(house: House, account_id: UUID) -> None:
    key = f"send:{new_id()}:1"

    held = await house.hold(account_id, key, expected_gross_cents=540)
    wallet = await house.wallet(account_id)
    captured = await capture(house, account_id, key)

    assert (held.state, held.price.gross_cents) == (pb.HOLD_STATE_HELD, 540)
    assert (wallet.available_cents, wallet.held_cents) == (1_460, 540)
    assert (captured.state, captured.captured_on) == (pb.HOLD_STATE_CAPTURED, "2027-01-13")
    assert (await house.wallet(account_id)).held_cents == 0


async def test_a_release_before_its_hold_wins(house: House, account_id: UUID) -> None:
    key = f"send:{new_id()}:1"
    await release(house, account_id, key)

    with pytest.raises(PeerRefusal) as refused:
        await house.hold(account_id, key)

    assert (refused.value.kind, refused.value.reason) == (Kind.REFUSED, "hold-released")


async def test_too_little_credit_carries_what_is_missing(house: House, account_id: UUID) -> None:
    outcomes = await asyncio.gather(
        *(house.hold(account_id, f"send:{new_id()}:1") for _ in range(5)), return_exceptions=True
    )

    refusals = [each for each in outcomes if isinstance(each, PeerRefusal)]
    assert len(refusals) == 2  # three letters of 5.40 fit in 20.00
    assert {each.reason for each in refusals} == {"credit-insufficient"}
    assert refusals[0].facts == {"missing_cents": "160", "available_cents": "380"}
    assert (await house.wallet(account_id)).available_cents == 380


async def test_another_price_than_agreed_is_said(house: House, account_id: UUID) -> None:
    with pytest.raises(PeerRefusal) as refused:
        await house.hold(account_id, f"send:{new_id()}:1", expected_gross_cents=500)

    assert (refused.value.reason, refused.value.facts["gross_cents"]) == ("price-changed", "540")


async def test_a_token_for_one_account_does_not_pay_with_another(
    house: House, account_id: UUID
) -> None:
    request = pb.HoldRequest(
        account_id=str(account_id), key="send:x:1", product=pb.PRODUCT_LRE_SIMPLE, cause="x"
    )

    with acting_for(new_id()), pytest.raises(PeerRefusal) as refused:
        await house.stubs["dispatch"].Hold(request)

    assert (refused.value.kind, refused.value.reason) == (Kind.DENIED, "another-account")


async def test_only_owners_of_causes_hold_and_only_holders_buy(
    house: House, account_id: UUID
) -> None:
    request = pb.HoldRequest(account_id=str(account_id), key="send:x:1", cause="x")
    for caller in ("gateway", "letters"):
        with house.agent(account_id), pytest.raises(PeerRefusal) as refused:
            await house.stubs[caller].Hold(request)
        assert refused.value.reason == "caller-not-allowed"

    with house.agent(account_id, roles=("staff",)), pytest.raises(PeerRefusal) as refused:
        await house.stubs["gateway"].StartTopUp(pb.StartTopUpRequest())
    assert refused.value.reason == "caller-not-allowed"


async def test_open_holds_are_listed_for_their_owner(house: House, account_id: UUID) -> None:
    prefix = f"send:{new_id()}"
    for generation in (1, 2, 3):
        house.clock.advance(timedelta(seconds=1))
        await house.hold(account_id, f"{prefix}:{generation}")
    await release(house, account_id, f"{prefix}:2")

    first = await house.stubs["dispatch"].ListOpenHolds(
        pb.ListOpenHoldsRequest(key_prefix=prefix, page_size=1)
    )
    rest = await house.stubs["dispatch"].ListOpenHolds(
        pb.ListOpenHoldsRequest(key_prefix=prefix, cursor=first.next_cursor)
    )

    assert [hold.key for hold in (*first.holds, *rest.holds)] == [f"{prefix}:1", f"{prefix}:3"]
    assert rest.next_cursor == ""


async def test_each_movement_is_told_with_the_version_of_its_wallet(
    house: House, account_id: UUID
) -> None:
    key = f"send:{new_id()}:1"
    await house.hold(account_id, key)
    await capture(house, account_id, key)

    async with house.db.worker() as session:
        rows = await session.execute(
            text(
                "SELECT subject, aggregate_version FROM outbox WHERE account_id = :id ORDER BY id"
            ),
            {"id": account_id},
        )
        told = [(row.subject.split(".")[3], row.aggregate_version) for row in rows]
    assert told == [
        ("wallet_changed", 1),
        ("top_up_completed", 3),
        ("wallet_changed", 2),
        ("hold_captured", 2),
        ("wallet_changed", 3),
    ]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entry SET cause = cause",
        "DELETE FROM entry",
        "UPDATE posting SET amount_cents = amount_cents",
        "DELETE FROM posting",
    ],
)
async def test_history_cannot_be_rewritten(house: House, account_id: UUID, change: str) -> None:
    async def rewrite() -> None:
        async with house.db.account(account_id) as session:
            await session.execute(text(change))

    with pytest.raises(DBAPIError, match=r"permission denied|append-only"):
        await rewrite()


async def test_postings_that_do_not_sum_to_zero_cannot_be_written(
    house: House, account_id: UUID
) -> None:
    async def unbalance() -> None:
        async with house.db.account(account_id) as session:
            await session.execute(
                text(
                    "INSERT INTO posting (entry_id, account_id, bucket, amount_cents)"
                    " SELECT id, account_id, 'revenue', 1 FROM entry WHERE account_id = :id"
                ),
                {"id": account_id},
            )

    with pytest.raises(DBAPIError, match="sum to zero"):
        await unbalance()


async def test_a_book_that_disagrees_with_itself_is_found(house: House, account_id: UUID) -> None:
    async with house.db.account(account_id) as session:
        await session.execute(text("UPDATE wallet SET available_cents = available_cents + 1"))

    found = await house.store.differences()

    async with house.db.account(account_id) as session:
        await session.execute(text("UPDATE wallet SET available_cents = available_cents - 1"))
    assert found == [f"a wallet is not the sum of its entries: {account_id}"]
    assert await house.store.differences() == []


async def test_the_statement_is_read_page_by_page(house: House, account_id: UUID) -> None:
    for _ in range(3):
        await house.hold(account_id, f"send:{new_id()}:1")

    seen, cursor = [], ""
    while True:
        with house.agent(account_id):
            page = await house.stubs["gateway"].ListEntries(
                pb.ListEntriesRequest(page_size=2, cursor=cursor)
            )
        seen += [entry.available_after_cents for entry in page.entries]
        cursor = page.next_cursor
        if not cursor:
            break

    assert seen == [380, 920, 1_460, 2_000]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
async def test_a_day_outside_our_time_moves_nothing(
    house: House, account_id: UUID, day: str
) -> None:
    key = f"send:{new_id()}:1"
    await house.hold(account_id, key)
    request = pb.CaptureRequest(account_id=str(account_id), key=key, on_day=day)

    with acting_for(account_id), pytest.raises(InvalidFields) as refused:
        await house.stubs["dispatch"].Capture(request)

    assert [(e.field, e.reason) for e in refused.value.errors] == [("on_day", "day-out-of-range")]
    assert (await house.wallet(account_id)).held_cents == 540


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
async def test_a_statement_has_days_of_our_time(house: House, account_id: UUID, day: str) -> None:
    request = pb.ListEntriesRequest(from_day=day, until_day=day)

    with house.agent(account_id), pytest.raises(InvalidFields) as refused:
        await house.stubs["gateway"].ListEntries(request)

    assert {error.reason for error in refused.value.errors} == {"day-out-of-range"}


async def test_prices_are_public_to_our_own_services(house: House) -> None:
    listed = await house.stubs["gateway"].ListPrices(pb.ListPricesRequest(on_day="2027-01-13"))
    quoted = await house.stubs["gateway"].Quote(
        pb.QuoteRequest(product=pb.PRODUCT_LRE_QUALIFIED, on_day="2027-01-13")
    )

    assert len(listed.prices) == 6
    assert (quoted.price.net_cents, quoted.price.gross_cents) == (550, 660)
