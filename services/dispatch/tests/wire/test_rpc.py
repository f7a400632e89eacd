"""The service as others meet it: real gRPC, real Postgres, real due work, facts taken in."""

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from kit.clock import system_clock
from kit.db import Database
from kit.due import DueWorker
from kit.errors import InvalidFields, Kind, TurnedDown
from kit.events import Incoming
from kit.grpc import CallerKind, Peers, Server, Serving, acting_for, on_behalf
from kit.ids import new_id
from kit.tokens import Verifier, new_key_pair
from preavis.accounts.v1 import events_pb2 as accounts_events
from preavis.dispatch.v1 import dispatch_pb2 as pb
from preavis.dispatch.v1.dispatch_pb2_grpc import (
    DispatchServiceStub,
    add_DispatchServiceServicer_to_server,
)
from preavis.letters.v1 import letters_pb2
from services.dispatch.consumers import accounts_consumer
from services.dispatch.domain.preflight import Blocker
from services.dispatch.domain.tracking import Answer
from services.dispatch.due import due_worker
from services.dispatch.ports import Compared, RecentLetter
from services.dispatch.servicer import RULES, Dispatch
from services.dispatch.store import PgStore, PgWork
from services.dispatch.tests.builders import Room, a_room
from services.dispatch.tests.fakes import LOSE
from tests.support.servers import MakeDatabase

if TYPE_CHECKING:  # the name exists for the type checker alone
    from preavis.dispatch.v1.dispatch_pb2_grpc import DispatchServiceAsyncStub

pytestmark = pytest.mark.servers

KEYS = {name: new_key_pair() for name in ("gateway", "letters")}
ACKNOWLEDGED = letters_pb2.MAIL_KIND_ACKNOWLEDGED


@dataclass
class Running:
    """The service, its database, and the fakes around it."""

    port: int
    db: Database
    room: Room
    due: DueWorker

    async def work(self) -> None:
        """Do all that is due."""
        while await self.due.do_leased():
            pass


@pytest.fixture(scope="module")
async def running(database: MakeDatabase) -> AsyncIterator[Running]:
    db = await database("dispatch")
    room = a_room()
    desk = replace(room.desk, store=PgStore(db, room.clock))
    server = Server(
        verifier=Verifier("dispatch", {name: public for name, (_, public) in KEYS.items()}),
        serving=[
            Serving(
                descriptor=pb.DESCRIPTOR.services_by_name["DispatchService"],
                add=add_DispatchServiceServicer_to_server,
                servicer=Dispatch(desk),
                rules=RULES,
            )
        ],
        address=("127.0.0.1", 0),
    )
    await server.start()
    yield Running(server.port, db, room, due_worker(db, desk, hands=1, lease_s=60))
    await server.stop(0)


def peers_of(service: str, port: int) -> Peers:
    private, _ = KEYS[service]
    addresses = {"dispatch": f"127.0.0.1:{port}"}
    return Peers(SimpleNamespace(service=service, private_key=private, peers=addresses))


@pytest.fixture
async def gateway(running: Running) -> AsyncIterator["DispatchServiceAsyncStub"]:
    running.room.accounts.blockers = ()
    running.room.operator.next_answers = []
    running.room.letters.recent = ()
    peers = peers_of("gateway", running.port)
    yield peers.stub(DispatchServiceStub, "dispatch")
    await peers.close()


def camille(account_id: UUID) -> AbstractContextManager[None]:
    return on_behalf(
        kind=CallerKind.AGENT,
        account_id=account_id,
        actor_id=new_id(),
        actor_name="Camille Roux",
        roles={"owner"},
    )


def ines() -> AbstractContextManager[None]:
    return on_behalf(
        kind=CallerKind.STAFF,
        account_id=None,
        actor_id=new_id(),
        actor_name="Inès",
        roles={"staff"},
    )


def a_press(letter_id: UUID, day: str = "", key: str = "press-1") -> pb.FinaliseRequest:
    timing = pb.Timing(send_day=day) if day else pb.Timing(now=True)
    return pb.FinaliseRequest(
        idempotency_key=key,
        letter_id=str(letter_id),
        mail_kind=ACKNOWLEDGED,
        timing=timing,
        confirmed_send_day=day or "2027-01-13",
        confirmed_last_covered_day="2027-12-31",
        confirmed_new_start="2028-01-01",
        expected_gross_cents=540,
    )


async def test_from_the_press_to_the_sealed_sheet(
    running: Running, gateway: "DispatchServiceAsyncStub"
) -> None:
    account_id, letter_id = new_id(), new_id()
    asked = pb.GetSendingRequest(letter_id=str(letter_id))
    with camille(account_id):
        ready = await gateway.Preflight(pb.PreflightRequest(letter_id=str(letter_id)))
        plan = await gateway.PlanSending(
            pb.PlanSendingRequest(
                letter_id=str(letter_id), mail_kind=ACKNOWLEDGED, timing=pb.Timing(now=True)
            )
        )
        pressed = await gateway.Finalise(a_press(letter_id))
        await running.work()
        reference = list(running.room.operator.letters)[-1]
        running.room.operator.deposit(reference)
        running.room.operator.end(reference, Answer.ACCEPTED)
        secret = running.room.operator.parcels[reference].secret
        body = f"id_mail={reference}".encode()
        await gateway.ReceiveWebhook(
            pb.ReceiveWebhookRequest(operator="ar24", secret=secret, body=body)
        )
        await running.work()
        found = (await gateway.GetSending(asked)).sending
        sheet = await gateway.GetProof(
            pb.GetProofRequest(sending_id=found.sending_id, kind=pb.PROOF_KIND_EVIDENCE)
        )
        letter = await gateway.GetProof(
            pb.GetProofRequest(sending_id=found.sending_id, kind=pb.PROOF_KIND_LETTER)
        )

    assert ready.ready
    assert (plan.plan.leaves_now, plan.plan.price.gross_cents) == (True, 540)
    assert pressed.sending.tracking == pb.TRACKING_SCHEDULED
    assert found.tracking == pb.TRACKING_SIGNED
    assert (found.deposit_day, found.closes_on) == ("2027-01-13", "2027-01-28")
    assert found.author_name == "Camille Roux"
    assert [proof.filename for proof in found.proofs] == [
        "26-00042-depot.pdf",
        "26-00042-reception.pdf",
        "26-00042-preuve.pdf",
    ]
    applied = [event.code for event in found.events if event.applied]
    assert [code for code in applied if not code.startswith("proof")] == [
        "validated",
        "scheduled",
        "due",
        "handed-over",
        "accepted",
        "deposited",
        "signed",
    ]
    assert sheet.data.startswith(b"%PDF")
    assert letter.data.startswith(b"%PDF letter")


async def test_moved_then_cancelled(running: Running, gateway: "DispatchServiceAsyncStub") -> None:
    account_id, letter_id = new_id(), new_id()
    with camille(account_id):
        pressed = (await gateway.Finalise(a_press(letter_id, "2027-01-15"))).sending
        moved = await gateway.Reschedule(
            pb.RescheduleRequest(
                sending_id=pressed.sending_id,
                timing=pb.Timing(send_day="2027-01-18"),
                version=pressed.version,
                idempotency_key="move-1",
            )
        )
        with pytest.raises(TurnedDown) as stale:
            await gateway.Cancel(
                pb.CancelRequest(
                    sending_id=pressed.sending_id,
                    version=pressed.version,
                    idempotency_key="cancel-1",
                )
            )
        cancelled = await gateway.Cancel(
            pb.CancelRequest(sending_id=pressed.sending_id, idempotency_key="cancel-2")
        )

    assert pressed.changeable
    assert moved.sending.send_day == "2027-01-18"
    assert stale.value.kind is Kind.STALE
    assert cancelled.sending.tracking == pb.TRACKING_CANCELLED
    assert cancelled.sending.may_be_finalised


async def test_another_letter_is_told_with_the_plan_and_confirmed_with_the_press(
    running: Running, gateway: "DispatchServiceAsyncStub"
) -> None:
    other = letters_pb2.RecentLetter(number="26-00041", contract_references=["VA 88"])
    running.room.letters.recent = (
        RecentLetter(number=other.number, send_day=None, message=other.SerializeToString()),
    )
    letter_id = new_id()
    asked = pb.PlanSendingRequest(
        letter_id=str(letter_id), mail_kind=ACKNOWLEDGED, timing=pb.Timing(now=True),
        known_new_start="2028-01-11", yearly_premium_cents=36_500,
    )  # fmt: skip
    confirmed = a_press(letter_id, "2027-01-15")
    confirmed.same_contract_confirmed = True
    with camille(new_id()):
        plan = (await gateway.PlanSending(asked)).plan
        compared = running.room.letters.compared
        with pytest.raises(TurnedDown) as refusal:
            await gateway.Finalise(a_press(letter_id, "2027-01-15"))
        pressed = await gateway.Finalise(confirmed)

    assert list(plan.recent_letters) == [other]
    assert plan.HasField("cover")
    assert compared == Compared(new_start=date(2028, 1, 11), yearly_premium_cents=36_500)
    assert refusal.value.reason == "same-contract-lately"
    assert refusal.value.facts["number"] == "26-00041"
    assert pressed.sending.tracking == pb.TRACKING_SCHEDULED


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("13/01/2027", "day-unreadable"),
        ("0001-01-01", "day-out-of-range"),  # has no midnight in Paris
        ("9999-12-31", "day-out-of-range"),  # has no day after it
    ],
)
async def test_what_cannot_be_read_is_named_field_by_field(
    gateway: "DispatchServiceAsyncStub", day: str, reason: str
) -> None:
    request = a_press(new_id())
    request.confirmed_send_day = day

    with camille(new_id()), pytest.raises(InvalidFields) as refusal:
        await gateway.Finalise(request)

    assert [(e.field, e.reason) for e in refusal.value.errors] == [("confirmed_send_day", reason)]


async def test_another_account_finds_nothing(gateway: "DispatchServiceAsyncStub") -> None:
    letter_id = new_id()
    with camille(new_id()):
        pressed = (await gateway.Finalise(a_press(letter_id, "2027-01-15"))).sending

    with camille(new_id()):
        for call in (
            gateway.GetSending(pb.GetSendingRequest(letter_id=str(letter_id))),
            gateway.Cancel(
                pb.CancelRequest(sending_id=pressed.sending_id, idempotency_key="theirs")
            ),
            gateway.GetProof(
                pb.GetProofRequest(sending_id=pressed.sending_id, kind=pb.PROOF_KIND_LETTER)
            ),
        ):
            with pytest.raises(TurnedDown) as refusal:
                await call
            assert refusal.value.kind is Kind.MISSING


async def test_agents_do_not_confirm_and_staff_do_not_finalise(
    gateway: "DispatchServiceAsyncStub",
) -> None:
    with camille(new_id()), pytest.raises(TurnedDown) as by_agent:
        await gateway.ListUnknown(pb.ListUnknownRequest())
    with ines(), pytest.raises(TurnedDown) as by_staff:
        await gateway.Finalise(a_press(new_id()))

    assert by_agent.value.kind is by_staff.value.kind is Kind.DENIED


async def test_a_service_that_is_not_the_gateway_is_refused(running: Running) -> None:
    peers = peers_of("letters", running.port)
    stub = peers.stub(DispatchServiceStub, "dispatch")

    with acting_for(new_id()), pytest.raises(TurnedDown) as refusal:
        await stub.GetSending(pb.GetSendingRequest(letter_id=str(new_id())))

    await peers.close()
    assert refusal.value.kind is Kind.DENIED


async def test_staff_settle_what_no_operator_answered(
    running: Running, gateway: "DispatchServiceAsyncStub"
) -> None:
    account_id, letter_id = new_id(), new_id()
    running.room.operator.next_answers = [LOSE]
    with camille(account_id):
        await gateway.Finalise(a_press(letter_id))
    await running.work()
    reference = list(running.room.operator.letters)[-1]

    with ines():
        listed = await gateway.ListUnknown(pb.ListUnknownRequest())
        mine = next(one for one in listed.sendings if one.account_id == str(account_id))
        confirmed = await gateway.ConfirmAccepted(
            pb.ConfirmAcceptedRequest(
                sending_id=mine.sending_id,
                operator_reference=reference,
                evidence_note="Vu dans l’espace client à 14 h.",
                idempotency_key="confirm-1",
            )
        )

    assert mine.our_reference == running.room.operator.letters[reference].our_reference
    assert not mine.alarmed
    assert confirmed.sending.state == pb.SENDING_STATE_IN_TRANSIT


async def test_an_unblocked_account_wakes_its_sendings(
    running: Running, gateway: "DispatchServiceAsyncStub"
) -> None:
    account_id, letter_id = new_id(), new_id()
    room = running.room
    with camille(account_id):
        await gateway.Finalise(a_press(letter_id, "2027-01-15"))
    room.accounts.blockers = (Blocker(code="prove-identity", facts={"why": "identity-expired"}),)
    room.clock.set("Fri 2027-01-15 08:00")
    await running.work()
    with camille(account_id):
        blocked = await gateway.GetSending(pb.GetSendingRequest(letter_id=str(letter_id)))
    room.accounts.blockers = ()
    fact = accounts_events.StandingChanged(
        account_id=str(account_id), aggregate_id=str(account_id), may_send_as_agency=True
    )

    consumer = accounts_consumer(lambda session, who: PgWork(session, who, room.clock), room.clock)
    for _ in range(2):  # the same fact twice is one
        await consumer.take(running.db, incoming(fact, account_id))
    await running.work()
    with camille(account_id):
        left = await gateway.GetSending(pb.GetSendingRequest(letter_id=str(letter_id)))

    assert blocked.sending.tracking == pb.TRACKING_BLOCKED
    assert blocked.sending.reason_facts == {"why": "identity-expired"}
    assert left.sending.tracking == pb.TRACKING_IN_TRANSIT


def incoming(fact: accounts_events.StandingChanged, account_id: UUID) -> Incoming:

    return Incoming(
        event_id=UUID(int=account_id.int ^ 1),
        account_id=account_id,
        aggregate_id=fact.aggregate_id,
        aggregate_version=1,
        occurred_at=system_clock(),
        message=fact,
    )
