"""A capture given back: once, whatever is repeated, and before or after the capture itself."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from kit.failpoints import Crashed, crash_at
from services.billing.domain.credit_note import CreditNote, CreditNoteMissing
from services.billing.domain.hold import Hold, HoldMissing, HoldReleased, HoldState
from services.billing.domain.ledger import EntryKind
from services.billing.domain.tariff import Product
from services.billing.ports import DueKind
from services.billing.tests.builders import BUYER, TODAY, tariff
from services.billing.tests.fakes import FakeStore
from services.billing.tests.outside import FakeFiles, FakeStationery
from services.billing.usecases.credit_notes import make_credit_note, read_credit_note
from services.billing.usecases.holds import capture_hold, place_hold, release_hold
from services.billing.usecases.reversals import reverse_hold
from services.billing.usecases.wallets import list_entries, read_wallet
from tests.support.time import SettableClock

from .buying import buy

KEY = "send:7:1"
BOUNCED_ON = date(2027, 1, 14)


@pytest.fixture
async def account_id(store: FakeStore, clock: SettableClock) -> UUID:
    account_id = await buy(store, clock, cents=2000)
    await hold(store, clock, account_id)
    return account_id


async def hold(store: FakeStore, clock: SettableClock, account_id: UUID, key: str = KEY) -> Hold:
    return await place_hold(
        account_id,
        key,
        Product.LRE_ACKNOWLEDGED,
        cause="27-00012",
        on_day=None,
        expected=None,
        store=store,
        tariff=tariff(),
        clock=clock,
    )


async def capture(store: FakeStore, clock: SettableClock, account_id: UUID, key: str = KEY) -> Hold:
    return await capture_hold(account_id, key, on_day=TODAY, store=store, clock=clock)


async def reverse(
    store: FakeStore, clock: SettableClock, account_id: UUID, key: str = KEY, **changes: Any
) -> tuple[Hold, CreditNote]:
    asked: dict[str, Any] = {"cause": "27-00012", "on_day": BOUNCED_ON, "buyer": BUYER}
    return await reverse_hold(account_id, key, store=store, clock=clock, **(asked | changes))


async def spendable(store: FakeStore, account_id: UUID) -> tuple[int, int]:
    wallet = await read_wallet(account_id, store=store)
    return wallet.available.cents, wallet.held.cents


async def test_what_was_captured_comes_back_under_a_credit_note(
    store: FakeStore, clock: SettableClock, account_id: UUID
) -> None:
    await capture(store, clock, account_id)

    given_back, note = await reverse(store, clock, account_id)

    lines = await list_entries(account_id, before=None, limit=5, store=store)
    back, debit = lines[0], lines[1]
    assert given_back.state is HoldState.REVERSED
    assert await spendable(store, account_id) == (2000, 0)
    assert (note.number, note.corrects) == ("AV-2027-000001", debit.id)
    assert (back.entry.kind, back.entry.cause) == (EntryKind.REVERSAL, "27-00012")
    assert (back.entry.on_day, back.credit_note) == (BOUNCED_ON, note.number)
    assert (given_back, note) in store.state.facts
    assert await store.differences() == []


async def test_repeated_it_gives_back_once_and_answers_what_stands(
    store: FakeStore, clock: SettableClock, account_id: UUID
) -> None:
    await capture(store, clock, account_id)
    first = await reverse(store, clock, account_id)

    again = await reverse(store, clock, account_id, cause="another", on_day=date(2027, 1, 20))

    assert again == first
    assert await spendable(store, account_id) == (2000, 0)


async def test_asked_before_the_capture_it_waits_for_it(
    store: FakeStore, clock: SettableClock, account_id: UUID
) -> None:
    held, waiting = await reverse(store, clock, account_id)
    before = await spendable(store, account_id)

    captured = await capture(store, clock, account_id)

    _, note = await reverse(store, clock, account_id)
    assert (held.state, waiting.number, before) == (HoldState.HELD, "", (1460, 540))
    assert (captured.state, captured.captured_on) == (HoldState.REVERSED, TODAY)
    assert note.number == "AV-2027-000001"
    assert await spendable(store, account_id) == (2000, 0)
    kinds = [
        line.entry.kind
        for line in await list_entries(account_id, before=None, limit=2, store=store)
    ]
    assert kinds == [EntryKind.REVERSAL, EntryKind.CAPTURE]


async def test_a_repeated_capture_after_its_reversal_changes_nothing(
    store: FakeStore, clock: SettableClock, account_id: UUID
) -> None:
    await capture(store, clock, account_id)
    given_back, _ = await reverse(store, clock, account_id)

    assert await capture(store, clock, account_id) == given_back
    assert await spendable(store, account_id) == (2000, 0)


async def test_a_hold_released_after_it_was_asked_to_be_reversed_is_released_once(
    store: FakeStore, clock: SettableClock, account_id: UUID
) -> None:
    await reverse(store, clock, account_id)

    await release_hold(account_id, KEY, store=store, clock=clock)

    assert await spendable(store, account_id) == (2000, 0)
    with pytest.raises(HoldReleased):
        await reverse(store, clock, account_id)


async def test_nothing_is_given_back_where_nothing_was_taken(
    store: FakeStore, clock: SettableClock, account_id: UUID
) -> None:
    await release_hold(account_id, KEY, store=store, clock=clock)

    with pytest.raises(HoldReleased):
        await reverse(store, clock, account_id)
    with pytest.raises(HoldMissing):
        await reverse(store, clock, account_id, "send:8:1")
    assert not store.state.notes


async def test_another_account_reverses_nothing(
    store: FakeStore, clock: SettableClock, account_id: UUID
) -> None:
    await capture(store, clock, account_id)
    stranger = await buy(store, clock, cents=2000)

    with pytest.raises(HoldMissing):
        await reverse(store, clock, stranger)
    assert await spendable(store, stranger) == (2000, 0)


async def test_credit_notes_are_numbered_by_the_paris_year_of_their_issue(
    store: FakeStore, clock: SettableClock, account_id: UUID
) -> None:
    await hold(store, clock, account_id, "send:8:1")
    numbers = []
    for text, key in [("Fri 2027-12-31 23:59", KEY), ("Sat 2028-01-01 00:00", "send:8:1")]:
        await capture(store, clock, account_id, key)
        clock.set(text)
        _, note = await reverse(store, clock, account_id, key)
        numbers.append(note.number)

    assert numbers == ["AV-2027-000001", "AV-2028-000001"]


@pytest.mark.parametrize("place", ["billing.reverse.committed", "billing.capture.committed"])
@pytest.mark.parametrize("reversed_first", [False, True])
async def test_a_caller_that_heard_no_answer_asks_again(
    store: FakeStore, clock: SettableClock, account_id: UUID, place: str, *, reversed_first: bool
) -> None:
    async def live() -> None:
        if reversed_first:
            await reverse(store, clock, account_id)
        await capture(store, clock, account_id)
        await reverse(store, clock, account_id)

    with crash_at(place), pytest.raises(Crashed):
        await live()
    await live()

    assert await spendable(store, account_id) == (2000, 0)
    assert [note.number for note in store.state.notes.values()] == ["AV-2027-000001"]
    assert await store.differences() == []


async def test_the_paper_is_planned_with_its_number_and_made_once(
    store: FakeStore, clock: SettableClock, account_id: UUID
) -> None:
    files = FakeFiles()
    await capture(store, clock, account_id)
    _, note = await reverse(store, clock, account_id)
    assert f"{DueKind.CREDIT_NOTE}:{note.number}" in store.state.due

    with crash_at("billing.credit_note.kept"), pytest.raises(Crashed):
        await make(store, files, account_id, note.number)
    first = await make(store, files, account_id, note.number)
    second = await make(store, files, account_id, note.number)

    assert first == second
    assert list(files.kept.values()) == [b"credit note AV-2027-000001 of 540 for 27-00012"]


async def test_a_paper_asked_before_it_was_made_is_made_and_another_accounts_is_missing(
    store: FakeStore, clock: SettableClock, account_id: UUID
) -> None:
    files = FakeFiles()
    await capture(store, clock, account_id)
    _, note = await reverse(store, clock, account_id)

    found, pdf = await read_credit_note(
        account_id, note.number, store=store, stationery=FakeStationery(), files=files
    )

    assert (found.number, pdf[:11]) == (note.number, b"credit note")
    stranger = await buy(store, clock, cents=2000)
    for account, number in ((stranger, note.number), (account_id, "")):
        with pytest.raises(CreditNoteMissing):
            await make(store, files, account, number)


async def make(store: FakeStore, files: FakeFiles, account_id: UUID, number: str) -> CreditNote:
    return await make_credit_note(
        account_id, number, store=store, stationery=FakeStationery(), files=files
    )
