"""gRPC in, use case, message out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from google.protobuf.timestamp_pb2 import Timestamp
from typing_extensions import override

from kit.clock import Clock
from kit.grpc import Rule, caller, caller_account
from kit.ids import parse_id
from kit.uploads import MEDIA_TYPES, FileKind
from preavis.signature.v1 import signature_pb2 as pb
from preavis.signature.v1.signature_pb2_grpc import SignatureServiceServicer
from services.signature import usecases
from services.signature.domain.mandate import Actor, Decision, Mandate, Scan
from services.signature.domain.warning import OptOutWarning
from services.signature.ports import Agencies, Files, Letters, Store, Typesetter, Uploads

_AGENT: Final = Rule(callers={"gateway"}, roles={"owner"}, account=True)
_DISPATCH: Final = Rule(callers={"dispatch"}, account=True)
RULES: Final = {
    "GetMandate": Rule(callers={"gateway", "dispatch"}, account=True),
    "RenderMandate": _AGENT,
    "UploadScan": _AGENT,
    "GetScan": _AGENT,
    "ValidateScan": _AGENT,
    "OptOut": _AGENT,
    "WithdrawDecision": _AGENT,
    "CheckMandate": _DISPATCH,
    "ReleaseMandate": _DISPATCH,
}
_DECISIONS: Final = {
    decision: pb.MandateDecision.Value(f"MANDATE_DECISION_{decision.name}") for decision in Decision
}
_FORMATS: Final = {kind.value: pb.ScanFormat.Value(f"SCAN_FORMAT_{kind.name}") for kind in FileKind}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature(SignatureServiceServicer):
    """The service as others call it."""

    store: Store
    letters: Letters
    agencies: Agencies
    typesetter: Typesetter
    uploads: Uploads
    files: Files
    warning: OptOutWarning
    clock: Clock

    @override
    async def GetMandate(
        self, request: pb.GetMandateRequest, context: Any
    ) -> pb.GetMandateResponse:
        mandate, matches = await usecases.read_mandate(
            caller_account(), parse_id(request.letter_id), store=self.store, letters=self.letters
        )
        return pb.GetMandateResponse(
            mandate=_mandate(mandate, still_matches=matches),
            warning=pb.OptOutWarning(version=self.warning.version, text=self.warning.text),
        )

    @override
    async def RenderMandate(
        self, request: pb.RenderMandateRequest, context: Any
    ) -> pb.RenderMandateResponse:
        letter, pdf = await usecases.render_mandate(
            caller_account(),
            parse_id(request.letter_id),
            letters=self.letters,
            agencies=self.agencies,
            typesetter=self.typesetter,
            clock=self.clock,
        )
        return pb.RenderMandateResponse(
            pdf=pdf, content_hash=letter.content_hash, filename=f"Mandat-{letter.number}.pdf"
        )

    @override
    async def UploadScan(
        self, request: pb.UploadScanRequest, context: Any
    ) -> pb.UploadScanResponse:
        mandate = await usecases.upload_scan(
            caller_account(),
            parse_id(request.letter_id),
            filename=request.filename,
            data=request.data,
            key=request.idempotency_key,
            store=self.store,
            letters=self.letters,
            uploads=self.uploads,
            files=self.files,
            clock=self.clock,
        )
        return pb.UploadScanResponse(mandate=_mandate(mandate))

    @override
    async def GetScan(self, request: pb.GetScanRequest, context: Any) -> pb.GetScanResponse:
        scan, data = await usecases.read_scan(
            caller_account(), parse_id(request.letter_id), store=self.store, files=self.files
        )
        return pb.GetScanResponse(
            data=data, scan=_scan(scan), media_type=MEDIA_TYPES[FileKind(scan.format)]
        )

    @override
    async def ValidateScan(
        self, request: pb.ValidateScanRequest, context: Any
    ) -> pb.ValidateScanResponse:
        mandate = await usecases.validate_scan(
            caller_account(),
            parse_id(request.letter_id),
            sha256=request.sha256,
            by=_actor(),
            store=self.store,
            letters=self.letters,
            clock=self.clock,
        )
        return pb.ValidateScanResponse(mandate=_mandate(mandate))

    @override
    async def OptOut(self, request: pb.OptOutRequest, context: Any) -> pb.OptOutResponse:
        mandate = await usecases.opt_out(
            caller_account(),
            parse_id(request.letter_id),
            accepted_version=request.warning_version,
            warning=self.warning,
            by=_actor(),
            store=self.store,
            letters=self.letters,
            clock=self.clock,
        )
        return pb.OptOutResponse(mandate=_mandate(mandate))

    @override
    async def WithdrawDecision(
        self, request: pb.WithdrawDecisionRequest, context: Any
    ) -> pb.WithdrawDecisionResponse:
        mandate = await usecases.withdraw_decision(
            caller_account(),
            parse_id(request.letter_id),
            store=self.store,
            letters=self.letters,
            clock=self.clock,
        )
        return pb.WithdrawDecisionResponse(mandate=_mandate(mandate))

    @override
    async def CheckMandate(
        self, request: pb.CheckMandateRequest, context: Any
    ) -> pb.CheckMandateResponse:
        checked = await usecases.check_mandate(
            caller_account(),
            parse_id(request.letter_id),
            content_hash=request.content_hash,
            generation=request.generation,
            store=self.store,
            files=self.files,
            typesetter=self.typesetter,
            clock=self.clock,
        )
        mandate = checked.mandate
        if checked.obstacle:
            return pb.CheckMandateResponse(
                decision=_DECISIONS[mandate.decision], reason=checked.obstacle
            )
        return pb.CheckMandateResponse(
            ok=True,
            decision=_DECISIONS[mandate.decision],
            attachment_pdf=checked.attachment,
            attachment_sha256=checked.attachment_sha256,
            attachment_filename="Mandat-signe.pdf" if checked.attachment else "",
            decided_at=_instant(mandate.decided_at),
            decided_by=mandate.decided_by.name if mandate.decided_by else "",
            warning_version=mandate.warning_version,
        )

    @override
    async def ReleaseMandate(
        self, request: pb.ReleaseMandateRequest, context: Any
    ) -> pb.ReleaseMandateResponse:
        mandate = await usecases.release_mandate(
            caller_account(),
            parse_id(request.letter_id),
            generation=request.generation,
            store=self.store,
        )
        return pb.ReleaseMandateResponse(mandate=_mandate(mandate))


def _actor() -> Actor:
    who = caller()
    return Actor(id=who.actor_id or caller_account(), name=who.actor_name)


def _mandate(mandate: Mandate, *, still_matches: bool | None = None) -> pb.Mandate:
    """Write a mandate; just after a change, what stands was made for the letter as it is now."""
    stands = mandate.decision is not Decision.NONE
    return pb.Mandate(
        letter_id=str(mandate.letter_id),
        decision=_DECISIONS[mandate.decision],
        bound_hash=mandate.bound_hash,
        still_matches=stands if still_matches is None else still_matches,
        scan=_scan(mandate.scan) if mandate.scan else None,
        decided_at=_instant(mandate.decided_at),
        decided_by=mandate.decided_by.name if mandate.decided_by else "",
        warning_version=mandate.warning_version,
        locked=mandate.locked_by is not None,
        version=mandate.version,
    )


def _scan(scan: Scan) -> pb.Scan:
    return pb.Scan(
        sha256=scan.sha256,
        filename=scan.filename,
        format=_FORMATS[scan.format],
        page_count=scan.page_count,
        byte_count=scan.byte_count,
        uploaded_at=_instant(scan.uploaded_at),
        retained_until=scan.retained_until.isoformat(),
    )


def _instant(at: datetime | None) -> Timestamp | None:
    if at is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(at)
    return stamp
