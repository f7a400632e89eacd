"""The ways out that staff have: a frozen wallet, a transfer on the bank's statement."""

import asyncio
from uuid import UUID

import pytest

from kit.errors import ChangedMeanwhile, InvalidFields
from kit.failpoints import Crashed, crash_at
from kit.ids import new_id
from kit.money import Money
from services.billing.domain.card import ReturnState
from services.billing.domain.ledger import Wallet
from services.billing.domain.staff import Action, Actor
from services.billing.domain.top_up import Method, TopUp, TopUpState
from services.billing.domain.transfer import (
    TransferDiffers,
    TransferOfAnotherAccount,
    read_transfer,
)
from services.billing.tests.builders import BUYER, a_dispute, a_refund
from services.billing.tests.fakes import FakeStore
from services.billing.tests.outside import FakeCards
from services.billing.usecases.desk import (
    list_frozen,
    record_transfer,
    review_wallet,
    unfreeze_wallet,
)
from tests.support.time import SettableClock

from .buying import ACCOUNT, available, paid

INES = Actor(id=new_id(), name="Inès Carpentier")
WHY = "Dette réglée par virement le 12 janvier."


async def unfreeze(
    store: FakeStore, clock: SettableClock, *, note: str = WHY, version: int = 0
) -> tuple[Wallet, Money]:
    return await unfreeze_wallet(
        ACCOUNT, note=note, version=version, by=INES, store=store, clock=clock
    )


async def transfer(
    store: FakeStore,
    clock: SettableClock,
    cents: int = 10_000,
    *,
    account_id: UUID = ACCOUNT,
    reference: str = "VIR-2027-0001",
) -> TopUp:
    return await record_transfer(
        account_id,
        read_transfer(reference, cents, "2027-01-12", at=clock()),
        BUYER,
        note="Relevé du 12 janvier",
        by=INES,
        store=store,
        clock=clock,
    )


@pytest.fixture
async def in_debt(
    store: FakeStore, cards: FakeCards, clock: SettableClock, begun: TopUp
) -> FakeStore:
    """An account that spent 100 euros of which 40 went back to the card."""
    await paid(store, cards, clock, begun, a_dispute(6_000, number="dp_0"))
    await paid(store, cards, clock, begun, a_refund(8_000))
    return store


async def test_an_account_in_debt_is_frozen_and_staff_see_by_how_much(in_debt: FakeStore) -> None:
    review = await review_wallet(ACCOUNT, store=in_debt)

    assert review.wallet.frozen_for == "debt"
    assert (review.owed, review.open_disputes) == (Money(4_000), 1)
    assert [wallet.account_id for wallet in await _frozen(in_debt)] == [ACCOUNT]


async def test_staff_let_it_go_for_a_reason_that_is_kept(
    in_debt: FakeStore, clock: SettableClock
) -> None:
    wallet, owed = await unfreeze(in_debt, clock)

    review = await review_wallet(ACCOUNT, store=in_debt)
    (act,) = review.acts
    assert (wallet.frozen_for, owed) == ("", Money(4_000))
    assert (act.action, act.by, act.note) == (Action.UNFROZEN, INES, WHY)
    assert act.facts == {"frozen_for": "debt", "owed_cents": "4000"}
    assert await _frozen(in_debt) == []


async def test_letting_go_is_told_under_a_newer_version_than_all_before(
    in_debt: FakeStore, clock: SettableClock
) -> None:
    await unfreeze(in_debt, clock)

    told = [fact for fact in in_debt.state.facts if isinstance(fact, Wallet)]
    versions = [wallet.told_version for wallet in told]
    assert versions == sorted(set(versions))
    assert told[-1].frozen_for == ""


async def test_letting_go_twice_is_one_act(in_debt: FakeStore, clock: SettableClock) -> None:
    await unfreeze(in_debt, clock)
    await unfreeze(in_debt, clock)

    assert len(in_debt.state.acts) == 1


async def test_a_dispute_that_came_meanwhile_is_not_let_go_unseen(
    store: FakeStore, cards: FakeCards, clock: SettableClock, begun: TopUp
) -> None:
    await paid(store, cards, clock, begun, a_dispute(1_000, number="dp_1"))
    seen = (await review_wallet(ACCOUNT, store=store)).wallet.version
    both = (a_dispute(1_000, number="dp_1"), a_dispute(2_000, number="dp_2"))
    await paid(store, cards, clock, begun, *both)

    with pytest.raises(ChangedMeanwhile):
        await unfreeze(store, clock, version=seen)


async def test_without_a_reason_nothing_is_let_go(in_debt: FakeStore, clock: SettableClock) -> None:
    with pytest.raises(InvalidFields):
        await unfreeze(in_debt, clock, note="ok")

    assert len(await _frozen(in_debt)) == 1


async def test_a_transfer_becomes_credit_with_a_receipt(
    store: FakeStore, clock: SettableClock
) -> None:
    top_up = await transfer(store, clock)

    assert (top_up.state, top_up.method) == (TopUpState.PAID, Method.TRANSFER)
    assert top_up.receipt_number == "RC-2027-000001"
    assert await available(store) == 10_000
    assert f"receipt:{top_up.id}" in store.state.due
    (act,) = (await review_wallet(ACCOUNT, store=store)).acts
    assert act.facts["reference"] == "VIR-2027-0001"


async def test_the_same_reference_credits_once_however_often_it_is_recorded(
    store: FakeStore, clock: SettableClock
) -> None:
    await asyncio.gather(*(transfer(store, clock) for _ in range(4)))
    await transfer(store, clock, reference="vir-2027-0001 ")

    assert await available(store) == 10_000
    assert len(store.state.acts) == 1


async def test_a_reference_recorded_for_another_sum_or_account_is_refused(
    store: FakeStore, clock: SettableClock
) -> None:
    await transfer(store, clock)

    with pytest.raises(TransferDiffers) as differs:
        await transfer(store, clock, 9_999)
    with pytest.raises(TransferOfAnotherAccount):
        await transfer(store, clock, account_id=new_id())

    assert differs.value.facts == {"amount_cents": "10000"}
    assert await available(store) == 10_000
    assert await store.differences() == []


async def test_a_transfer_pays_the_debt_first(in_debt: FakeStore, clock: SettableClock) -> None:
    await transfer(in_debt, clock, 10_000)

    review = await review_wallet(ACCOUNT, store=in_debt)
    assert (review.wallet.available, review.owed) == (Money(6_000), Money(0))
    assert review.wallet.frozen_for == "debt"  # letting go is a decision of its own


async def test_a_refund_that_fails_after_its_debt_was_paid_is_given_back_whole(
    in_debt: FakeStore, cards: FakeCards, clock: SettableClock, begun: TopUp
) -> None:
    await transfer(in_debt, clock, 4_000)
    returns = (a_dispute(6_000, number="dp_0"), a_refund(8_000, state=ReturnState.UNDONE))

    await paid(in_debt, cards, clock, begun, *returns)

    review = await review_wallet(ACCOUNT, store=in_debt)
    assert (review.wallet.available, review.owed) == (Money(8_000), Money(0))


@pytest.mark.parametrize("place", ["billing.transfer.recorded", "billing.wallet.unfrozen"])
async def test_after_a_crash_the_same_act_again_changes_nothing(
    in_debt: FakeStore, clock: SettableClock, place: str
) -> None:
    act = transfer if place == "billing.transfer.recorded" else unfreeze
    with crash_at(place), pytest.raises(Crashed):
        await act(in_debt, clock)
    before = await review_wallet(ACCOUNT, store=in_debt)

    await act(in_debt, clock)

    assert await review_wallet(ACCOUNT, store=in_debt) == before


async def _frozen(store: FakeStore) -> list[Wallet]:
    return list(await list_frozen(after=None, limit=9, store=store))
