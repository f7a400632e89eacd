from uuid import UUID

import pytest

from kit.failpoints import Crashed, crash_at
from services.billing.domain.card import CardState
from services.billing.domain.top_up import TopUp
from services.billing.tests.builders import news
from services.billing.tests.fakes import FakeStore
from services.billing.tests.outside import FakeCards, FakeFiles, FakeStationery
from services.billing.usecases import receipts
from tests.support.time import SettableClock

from .buying import ACCOUNT, begin, look, paid


async def make(
    store: FakeStore, files: FakeFiles, top_up: TopUp, account_id: UUID = ACCOUNT
) -> TopUp:
    return await receipts.make_receipt(
        account_id, top_up.id, store=store, stationery=FakeStationery(), files=files
    )


async def test_a_receipt_is_made_and_sent_once(
    store: FakeStore, cards: FakeCards, clock: SettableClock, begun: TopUp
) -> None:
    files = FakeFiles()
    await paid(store, cards, clock, begun)

    first = await make(store, files, begun)
    second = await make(store, files, begun)

    assert first.receipt_sha256 == second.receipt_sha256
    assert await files.get(first.receipt_sha256) == b"receipt RC-2027-000001 of 10000"
    assert [mail.to for mail in store.state.mails.values()] == ["a@example.fr"]


async def test_a_receipt_asked_before_it_was_made_is_made(
    store: FakeStore, cards: FakeCards, clock: SettableClock, begun: TopUp
) -> None:
    await paid(store, cards, clock, begun)

    top_up, pdf = await receipts.read_receipt(
        ACCOUNT, begun.id, store=store, stationery=FakeStationery(), files=FakeFiles()
    )

    assert (top_up.receipt_number, pdf[:7]) == ("RC-2027-000001", b"receipt")


async def test_a_crash_between_the_file_and_its_note_sends_one_receipt(
    store: FakeStore, cards: FakeCards, clock: SettableClock, begun: TopUp
) -> None:
    files = FakeFiles()
    await paid(store, cards, clock, begun)
    with crash_at("billing.receipt.kept"), pytest.raises(Crashed):
        await make(store, files, begun)

    await make(store, files, begun)

    assert len(files.kept) == len(store.state.mails) == 1


async def test_receipts_are_numbered_by_the_paris_year_of_the_payment(
    store: FakeStore, cards: FakeCards, clock: SettableClock
) -> None:
    numbers = []
    for text, key in [("Fri 2027-12-31 23:59", "a"), ("Sat 2028-01-01 00:00", "b")]:
        clock.set(text)
        top_up = await begin(store, cards, clock, account_id=ACCOUNT, key=key)
        cards.say(top_up, news(CardState.PAID, payment_id=key))
        numbers.append((await look(store, cards, clock, top_up)).receipt_number)

    assert numbers == ["RC-2027-000001", "RC-2028-000001"]
