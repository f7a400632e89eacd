"""A capture given back, over gRPC: who may ask, what is told, and the paper."""

import io
from uuid import UUID

import pytest
from pypdf import PdfReader
from sqlalchemy import text

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


def a_request(account_id: UUID, key: str) -> pb.ReverseRequest:
    return pb.ReverseRequest(
        account_id=str(account_id),
        key=key,
        cause="27-00012",
        on_day="2027-01-14",
        buyer_name="Béraud Assurances",
        buyer_lines=["4, place du Bouffay", "44000 Nantes", "SIREN 732 829 320"],
    )


async def given_back(house: House, account_id: UUID) -> pb.ReverseResponse:
    key = f"send:{new_id()}:1"
    await house.hold(account_id, key)
    with acting_for(account_id):
        await house.stubs["dispatch"].Capture(
            pb.CaptureRequest(account_id=str(account_id), key=key, on_day="2027-01-13")
        )
        return await house.stubs["dispatch"].Reverse(a_request(account_id, key))


async def paper(house: House, account_id: UUID, number: str) -> pb.GetCreditNoteResponse:
    with house.agent(account_id):
        return await house.stubs["gateway"].GetCreditNote(pb.GetCreditNoteRequest(number=number))


async def test_the_credit_comes_back_and_the_statement_names_the_credit_note(
    house: House, account_id: UUID
) -> None:
    answer = await given_back(house, account_id)

    with house.agent(account_id):
        lines = (await house.stubs["gateway"].ListEntries(pb.ListEntriesRequest())).entries
    note = answer.credit_note
    assert answer.hold.state == pb.HOLD_STATE_REVERSED
    assert (note.price.net_cents, note.price.vat_cents, note.price.gross_cents) == (450, 90, 540)
    assert (lines[0].kind, lines[0].available_change_cents) == (pb.ENTRY_KIND_REVERSAL, 540)
    assert (lines[0].cause, lines[0].on_day) == ("27-00012", "2027-01-14")
    assert lines[0].credit_note_number == note.number
    assert lines[1].entry_id == note.corrects_entry_id
    assert (await house.wallet(account_id)).available_cents == 2_000
    assert await house.store.differences() == []


async def test_the_paper_says_all_that_a_credit_note_must(house: House, account_id: UUID) -> None:
    note = (await given_back(house, account_id)).credit_note

    first = await paper(house, account_id, note.number)
    again = await paper(house, account_id, note.number)

    page = PdfReader(io.BytesIO(first.pdf)).pages[0].extract_text()
    said = " ".join(page.replace("\u202f", " ").replace("\u00a0", " ").split())
    assert (first.sha256, first.pdf) == (again.sha256, again.pdf)
    for part in (
        "Avoir",
        note.number,
        "Béraud Assurances",
        "44000 Nantes",
        "SIREN 732 829 320",
        "TVA intracommunautaire",
        "Recommandé électronique avec accusé de réception",
        "27-00012",
        "13 janvier 2027",
        note.corrects_entry_id,
        "4,50 €",
        "TVA à 20 %",
        "0,90 €",
        "5,40 €",
        "14 janvier 2027",
    ):
        assert part in said, part


async def test_it_is_told_once_with_its_number(house: House, account_id: UUID) -> None:
    answer = await given_back(house, account_id)
    with acting_for(account_id):
        await house.stubs["dispatch"].Reverse(a_request(account_id, answer.hold.key))

    async with house.db.worker() as session:
        rows = await session.execute(
            text("SELECT subject FROM outbox WHERE account_id = :id AND subject LIKE :told"),
            {"id": account_id, "told": "evt.billing.v1.hold_reversed.%"},
        )
        assert len(rows.all()) == 1


async def test_only_owners_of_causes_give_back_and_only_the_account_reads(
    house: House, account_id: UUID
) -> None:
    note = (await given_back(house, account_id)).credit_note

    with house.agent(account_id), pytest.raises(PeerRefusal) as refused:
        await house.stubs["gateway"].Reverse(a_request(account_id, "send:x:1"))
    assert refused.value.reason == "caller-not-allowed"
    with acting_for(new_id()), pytest.raises(PeerRefusal) as refused:
        await house.stubs["dispatch"].Reverse(a_request(account_id, "send:x:1"))
    assert (refused.value.kind, refused.value.reason) == (Kind.DENIED, "another-account")
    with pytest.raises(PeerRefusal) as refused:
        await paper(house, new_id(), note.number)
    assert (refused.value.kind, refused.value.reason) == (Kind.MISSING, "credit-note-missing")


async def test_what_a_request_lacks_is_said(house: House, account_id: UUID) -> None:
    bare = pb.ReverseRequest(account_id=str(account_id), key="send:x:1")

    with acting_for(account_id), pytest.raises(InvalidFields) as refused:
        await house.stubs["dispatch"].Reverse(bare)

    assert [error.field for error in refused.value.errors] == ["cause", "on_day", "buyer_name"]
