"""The mandate of a letter: prefilled, scanned, validated, or left out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from kit.ids import new_id
from preavis.signature.v1 import signature_pb2 as pb
from services.gateway.api.access import SomeonesHouse, TheHouse
from services.gateway.api.files import FILE, PDF, RAW, file_answer, raw_body
from services.gateway.api.named import Kept, LetterId
from services.gateway.api.once import OnceAsAgent
from services.gateway.api.refusals import refused
from services.gateway.api.shapes.mandates import (
    Mandate,
    MandateAndWarning,
    OptOut,
    ScanValidation,
)

router = APIRouter(prefix="/letters/{letter_id}/mandate", tags=["Mandate"])


@router.get("", summary="Where the mandate stands")
async def read_mandate(house: SomeonesHouse, letter_id: LetterId) -> MandateAndWarning:
    """Return what was decided, and the warning to accept before leaving it out."""
    answer = await house.signature.GetMandate(pb.GetMandateRequest(letter_id=letter_id), timeout=10)
    return MandateAndWarning.of(answer)


@router.get(
    "/pdf",
    summary="The prefilled mandate",
    responses=PDF | refused("mandate-letter-incomplete"),
    response_class=Response,
)
async def render_mandate(house: SomeonesHouse, letter_id: LetterId) -> Response:
    """Return the mandate to print and sign."""
    answer = await house.signature.RenderMandate(
        pb.RenderMandateRequest(letter_id=letter_id), timeout=30
    )
    return file_answer(answer.pdf, filename=answer.filename)


@router.post(
    "/scan",
    status_code=201,
    summary="Upload the signed mandate",
    openapi_extra=RAW,
    response_model=Mandate,
    responses=refused("mandate-locked"),
)
async def upload_scan(
    house: TheHouse,
    once: OnceAsAgent,
    letter_id: LetterId,
    data: Annotated[bytes, Depends(raw_body)],
    filename: Kept = "mandat",
) -> Response:
    """Take a PDF, PNG or JPEG of 10 MB at most, as the body itself."""

    async def create(key: str) -> Mandate:
        request = pb.UploadScanRequest(
            letter_id=letter_id, filename=filename, data=data, idempotency_key=key
        )
        return Mandate.of((await house.signature.UploadScan(request, timeout=40)).mandate)

    return await once(create)


@router.get("/scan", summary="View the signed mandate", responses=FILE, response_class=Response)
async def read_scan(house: SomeonesHouse, letter_id: LetterId) -> Response:
    """Return the stored scan."""
    answer = await house.signature.GetScan(pb.GetScanRequest(letter_id=letter_id), timeout=20)
    return file_answer(
        answer.data, filename=answer.scan.filename or "mandat", media_type=answer.media_type
    )


@router.post(
    "/validation",
    summary="Keep the scan that was looked at",
    responses=refused("mandate-locked", "mandate-nothing-to-validate"),
)
async def validate_scan(
    house: SomeonesHouse, letter_id: LetterId, validation: ScanValidation
) -> Mandate:
    """Validate this very scan: it leaves with the letter."""
    request = pb.ValidateScanRequest(
        letter_id=letter_id, sha256=validation.sha256, idempotency_key=str(new_id())
    )
    return Mandate.of((await house.signature.ValidateScan(request, timeout=10)).mandate)


@router.post("/opt-out", summary="Leave the mandate out", responses=refused("mandate-locked"))
async def opt_out(house: SomeonesHouse, letter_id: LetterId, accepted: OptOut) -> Mandate:
    """Record that the warning was accepted."""
    request = pb.OptOutRequest(
        letter_id=letter_id,
        warning_version=accepted.warning_version,
        idempotency_key=str(new_id()),
    )
    return Mandate.of((await house.signature.OptOut(request, timeout=10)).mandate)


@router.delete("", summary="Decide again", responses=refused("mandate-locked"))
async def withdraw_decision(house: SomeonesHouse, letter_id: LetterId) -> Mandate:
    """Take the decision, or the scan, back."""
    request = pb.WithdrawDecisionRequest(letter_id=letter_id, idempotency_key=str(new_id()))
    return Mandate.of((await house.signature.WithdrawDecision(request, timeout=10)).mandate)
