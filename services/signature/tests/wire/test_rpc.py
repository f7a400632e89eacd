"""The service as others meet it: real gRPC, real Postgres, signed callers, facts taken in."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import pytest

from kit.db import Database
from kit.due import DueWorker
from kit.errors import Kind, TurnedDown
from kit.events import Incoming
from kit.grpc import CallerKind, Peers, Server, Serving, acting_for, on_behalf
from kit.ids import new_id
from kit.tokens import Verifier, new_key_pair
from kit.uploads import read_upload
from preavis.letters.v1 import events_pb2 as letters_events
from preavis.signature.v1 import signature_pb2 as pb
from preavis.signature.v1.signature_pb2_grpc import (
    SignatureServiceStub,
    add_SignatureServiceServicer_to_server,
)
from services.signature.consumers import letters_consumer
from services.signature.domain.warning import OptOutWarning
from services.signature.due import due_worker
from services.signature.partners.account_files import AccountFiles
from services.signature.partners.typesetting import picture_on_a4
from services.signature.servicer import RULES, Signature
from services.signature.store import SqlMandateBook, SqlStore
from services.signature.tests.builders import ACCOUNT, OTHER_ACCOUNT, PAUL, a_letter
from services.signature.tests.fakes import FakeAgencies, FakeLetters, FakeTypesetter
from tests.support.servers import MakeDatabase
from tests.support.time import SettableClock, paris

pytestmark = pytest.mark.servers

KEYS = {name: new_key_pair() for name in ("gateway", "dispatch", "letters")}
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c49444154789c63f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
)
DESCRIPTOR = pb.DESCRIPTOR.services_by_name["SignatureService"]


@dataclass
class Running:
    """The service, its database and its clock."""

    port: int
    db: Database
    letters: FakeLetters
    clock: SettableClock
    due: DueWorker


@pytest.fixture(scope="module")
async def running(
    database: MakeDatabase, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Running]:
    db = await database("signature")
    clock = SettableClock(paris("Wed 2027-01-13 10:00"))
    store, files = SqlStore(db), AccountFiles(Path(tmp_path_factory.mktemp("blobs")))
    letters = FakeLetters()
    servicer = Signature(
        store=store,
        letters=letters,
        agencies=FakeAgencies(),
        typesetter=FakeTypesetter(),
        uploads=read_upload,
        files=files,
        warning=OptOutWarning(version="2026-11", text="Vous envoyez sans mandat."),
        clock=clock,
    )
    server = Server(
        verifier=Verifier("signature", {name: public for name, (_, public) in KEYS.items()}),
        serving=[
            Serving(
                descriptor=DESCRIPTOR,
                add=add_SignatureServiceServicer_to_server,
                servicer=servicer,
                rules=RULES,
            )
        ],
        address=("127.0.0.1", 0),
    )
    await server.start()
    due = due_worker(db, clock, book_of=SqlMandateBook, store=store, files=files)
    yield Running(server.port, db, letters, clock, due)
    await server.stop(0)


class Callers:
    """Stubs by calling service."""

    def __init__(self, port: int) -> None:
        self._peers = {
            name: Peers(
                SimpleNamespace(
                    service=name, private_key=private, peers={"signature": f"127.0.0.1:{port}"}
                )
            )
            for name, (private, _) in KEYS.items()
        }

    def __getitem__(self, service: str) -> "object":
        return self._peers[service].stub(SignatureServiceStub, "signature")

    async def close(self) -> None:
        for peers in self._peers.values():
            await peers.close()


@pytest.fixture
async def callers(running: Running) -> AsyncIterator[Callers]:
    found = Callers(running.port)
    yield found
    await found.close()


def agent(account_id: UUID = ACCOUNT) -> AbstractContextManager[None]:
    return on_behalf(
        kind=CallerKind.AGENT,
        account_id=account_id,
        actor_id=PAUL.id,
        actor_name=PAUL.name,
        roles={"owner"},
    )


async def call(stub: object, rpc: str, letter_id: UUID, **fields: object) -> object:
    request = getattr(pb, f"{rpc}Request")(letter_id=str(letter_id), **fields)
    return await getattr(stub, rpc)(request, timeout=10)


async def scan_and_validate(callers: Callers, letter_id: UUID) -> pb.Mandate:
    with agent():
        received = await call(
            callers["gateway"], "UploadScan", letter_id, filename="p.png", data=PNG,
            idempotency_key="k1",
        )  # fmt: skip
        assert isinstance(received, pb.UploadScanResponse)
        decided = await call(
            callers["gateway"], "ValidateScan", letter_id, sha256=received.mandate.scan.sha256
        )
    assert isinstance(decided, pb.ValidateScanResponse)
    return decided.mandate


async def test_a_photographed_mandate_goes_from_upload_to_the_sending(callers: Callers) -> None:
    letter_id = new_id()

    mandate = await scan_and_validate(callers, letter_id)
    with acting_for(ACCOUNT):
        checked = await call(
            callers["dispatch"], "CheckMandate", letter_id, content_hash="a" * 64, generation=1
        )

    assert isinstance(checked, pb.CheckMandateResponse)
    assert mandate.decision == pb.MANDATE_DECISION_SCANNED
    assert mandate.decided_by == PAUL.name
    assert mandate.decided_at.ToDatetime(UTC) == paris("Wed 2027-01-13 10:00")
    assert checked.ok
    assert checked.attachment_pdf.startswith(b"%PDF-of-\x89PNG")
    assert len(checked.attachment_sha256) == 64
    with agent(), pytest.raises(TurnedDown) as refusal:
        await call(callers["gateway"], "WithdrawDecision", letter_id)
    assert refusal.value.reason == "mandate-locked"


async def test_the_letter_that_changes_voids_the_mandate(
    running: Running, callers: Callers
) -> None:
    letter_id = new_id()
    await scan_and_validate(callers, letter_id)
    fact = letters_events.LetterChanged(
        account_id=str(ACCOUNT),
        aggregate_id=str(letter_id),
        aggregate_version=9,
        letter_id=str(letter_id),
        content_hash="b" * 64,
    )
    incoming = Incoming(
        event_id=new_id(),
        account_id=ACCOUNT,
        aggregate_id=str(letter_id),
        aggregate_version=9,
        occurred_at=datetime.now(UTC),
        message=fact,
    )

    consumer = letters_consumer(SqlMandateBook, running.clock)
    first = await consumer.take(running.db, incoming)
    again = await consumer.take(running.db, incoming)
    with agent():
        answer = await call(callers["gateway"], "GetMandate", letter_id)

    assert (first, again) == (True, False)
    assert isinstance(answer, pb.GetMandateResponse)
    assert answer.mandate.decision == pb.MANDATE_DECISION_NONE
    assert not answer.mandate.HasField("scan")
    assert answer.warning.version == "2026-11"


async def test_a_scan_nobody_sent_is_erased_after_sixty_days(
    running: Running, callers: Callers
) -> None:
    letter_id = new_id()
    await scan_and_validate(callers, letter_id)
    with agent():
        await call(callers["gateway"], "WithdrawDecision", letter_id)
    start = running.clock.now

    running.clock.advance(timedelta(days=60))
    early = await running.due.do_within()
    running.clock.advance(timedelta(days=1))
    done = [await running.due.do_within(), await running.due.do_leased()]
    running.clock.now = start

    assert (early, done) == (False, [True, True])


async def test_what_is_no_document_is_refused_with_its_reason(callers: Callers) -> None:
    with agent(), pytest.raises(TurnedDown) as refusal:
        await call(callers["gateway"], "UploadScan", new_id(), filename="a.exe", data=b"MZ\x90")

    assert (refusal.value.kind, refusal.value.reason) == (Kind.INVALID, "upload-not-a-document")


def wrong_callers() -> Iterator[tuple[str, str]]:
    for rpc, rule in RULES.items():
        for service in sorted(set(KEYS) - set(rule.callers)):
            yield rpc, service


@pytest.mark.parametrize(("rpc", "service"), list(wrong_callers()))
async def test_each_rpc_answers_only_the_services_it_names(
    callers: Callers, rpc: str, service: str
) -> None:
    with agent(), pytest.raises(TurnedDown) as refusal:
        await call(callers[service], rpc, new_id())

    assert (refusal.value.kind, refusal.value.reason) == (Kind.DENIED, "caller-not-allowed")


@pytest.mark.parametrize("rpc", sorted(RULES))
async def test_nobody_acts_without_an_account(callers: Callers, rpc: str) -> None:
    service = min(RULES[rpc].callers)

    with pytest.raises(TurnedDown) as refusal:
        await call(callers[service], rpc, new_id())

    assert refusal.value.kind is Kind.DENIED


async def test_another_account_cannot_reach_the_scan(callers: Callers) -> None:
    letter_id = new_id()
    await scan_and_validate(callers, letter_id)

    with agent(OTHER_ACCOUNT), pytest.raises(TurnedDown) as refusal:
        await call(callers["gateway"], "GetScan", letter_id)
    with acting_for(OTHER_ACCOUNT):
        checked = await call(
            callers["dispatch"], "CheckMandate", letter_id, content_hash="a" * 64, generation=1
        )

    assert refusal.value.reason == "mandate-scan-absent"
    assert isinstance(checked, pb.CheckMandateResponse)
    assert (checked.ok, checked.reason) == (False, "mandate-undecided")


async def test_the_decision_is_bound_to_the_letter_as_it_was(
    running: Running, callers: Callers
) -> None:
    letter_id = new_id()
    with agent():
        await call(callers["gateway"], "OptOut", letter_id, warning_version="2026-11")
        running.letters.letter = a_letter(content_hash="c" * 64, version=8)
        answer = await call(callers["gateway"], "GetMandate", letter_id)
        running.letters.letter = a_letter()

    assert isinstance(answer, pb.GetMandateResponse)
    assert answer.mandate.decision == pb.MANDATE_DECISION_OPTED_OUT
    assert not answer.mandate.still_matches


def test_a_one_pixel_picture_makes_a_page() -> None:
    assert picture_on_a4(PNG).startswith(b"%PDF")
