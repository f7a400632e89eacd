"""Sendings: what remains, the plan, the validation, and what became of it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from kit.ids import new_id
from preavis.dispatch.v1 import dispatch_pb2 as pb
from services.gateway.api.access import SomeonesHouse, TheHouse
from services.gateway.api.files import (
    PDF,
    TAGGED,
    TAGGED_WHEN_MADE,
    etag,
    expected_version,
    file_answer,
)
from services.gateway.api.named import LetterId
from services.gateway.api.once import OnceAsAgent
from services.gateway.api.refusals import refused
from services.gateway.api.shape import filled
from services.gateway.api.shapes.sendings import (
    NewDay,
    Plan,
    Preflight,
    ProofKind,
    Sending,
    Validation,
    WantedPlan,
)

router = APIRouter(prefix="/letters/{letter_id}", tags=["Sending"])
Version = Annotated[int, Depends(expected_version)]


@router.get("/preflight", summary="What remains to be done")
async def preflight(house: SomeonesHouse, letter_id: LetterId) -> Preflight:
    """Return the actions before sending, done or not, and today's prices."""
    answer = await house.dispatch.Preflight(pb.PreflightRequest(letter_id=letter_id), timeout=10)
    return Preflight.of(answer)


@router.post(
    "/plan",
    summary="Dates and price of a sending",
    responses=refused(
        "letter-incomplete", "sending-not-possible", "mail-kind-not-allowed", "recipient-closed"
    ),
)
async def plan(house: SomeonesHouse, letter_id: LetterId, wanted: WantedPlan) -> Plan:
    """Plan without creating anything."""
    request = wanted.fill(pb.PlanSendingRequest, letter_id=letter_id)
    return Plan.of((await house.dispatch.PlanSending(request, timeout=10)).plan)


@router.post(
    "/sending",
    status_code=201,
    summary="Validate the sending",
    response_model=Sending,
    responses=TAGGED_WHEN_MADE
    | refused(
        "actions-remaining",
        "credit-insufficient",
        "dates-changed",
        "price-changed",
        "same-contract-lately",
        "sending-already-finalised",
        "sending-not-possible",
        "wallet-frozen",
    ),
)
async def finalise(
    house: TheHouse, once: OnceAsAgent, letter_id: LetterId, validation: Validation
) -> Response:
    """Hold the credit, freeze the letter, schedule it; or refuse, with nothing held or frozen.

    A validation that was turned down says so again to its own key: validate anew with another.
    """

    async def create(key: str) -> Sending:
        request = validation.fill(pb.FinaliseRequest, letter_id=letter_id, idempotency_key=key)
        return Sending.of((await house.dispatch.Finalise(request, timeout=30)).sending)

    return await once(create, etag=True)


@router.get("/sending", summary="Where the sending stands", responses=TAGGED)
async def read_sending(house: SomeonesHouse, letter_id: LetterId, response: Response) -> Sending:
    """Return the sending, its events and its proofs; its ETag is its version."""
    return _with_etag(await _sending(house, letter_id), response)


@router.patch(
    "/sending",
    summary="Move the sending to another day",
    responses=TAGGED
    | refused(
        "cancel-too-late", "dates-changed", "sending-not-possible", "sending-impossible-move"
    ),
)
async def reschedule(
    house: SomeonesHouse,
    letter_id: LetterId,
    version: Version,
    wanted: NewDay,
    response: Response,
) -> Sending:
    """Move it, until the eve. Needs If-Match."""
    request = filled(
        pb.RescheduleRequest,
        {
            "sending_id": (await _sending(house, letter_id)).sending_id,
            "timing": wanted.model_dump(exclude_none=True),
            "version": version,
            "idempotency_key": str(new_id()),
        },
    )
    answer = await house.dispatch.Reschedule(request, timeout=30)
    return _with_etag(answer.sending, response)


@router.delete(
    "/sending",
    summary="Cancel the sending",
    responses=TAGGED | refused("cancel-too-late", "sending-impossible-move"),
)
async def cancel(
    house: SomeonesHouse, letter_id: LetterId, version: Version, response: Response
) -> Sending:
    """Cancel it, until the eve: the credit comes back. Needs If-Match."""
    sending = await _sending(house, letter_id)
    request = pb.CancelRequest(
        sending_id=sending.sending_id, version=version, idempotency_key=str(new_id())
    )
    answer = await house.dispatch.Cancel(request, timeout=30)
    return _with_etag(answer.sending, response)


@router.get(
    "/sending/proofs/{kind}", summary="Download a proof", responses=PDF, response_class=Response
)
async def read_proof(house: SomeonesHouse, letter_id: LetterId, kind: ProofKind) -> Response:
    """Return a proof byte for byte; `evidence` is our own sealed sheet."""
    sending = await _sending(house, letter_id)
    request = filled(pb.GetProofRequest, {"sending_id": sending.sending_id, "kind": kind})
    answer = await house.dispatch.GetProof(request, timeout=20)
    return file_answer(answer.data, filename=answer.proof.filename)


async def _sending(house: TheHouse, letter_id: LetterId) -> pb.Sending:
    request = pb.GetSendingRequest(letter_id=letter_id)
    return (await house.dispatch.GetSending(request, timeout=10)).sending


def _with_etag(sending: pb.Sending, response: Response) -> Sending:
    etag(response, sending.version)
    return Sending.of(sending)
