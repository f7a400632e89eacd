"""The RPCs: parse, call the use case, answer."""

from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from typing_extensions import override

from kit.grpc import Rule, caller, caller_account
from kit.ids import parse_id
from kit.rpc_requests import read_day
from preavis.dispatch.v1 import dispatch_pb2 as pb
from preavis.dispatch.v1.dispatch_pb2_grpc import DispatchServiceServicer
from services.dispatch.domain.sending import Sending
from services.dispatch.ports import Desk, Hint
from services.dispatch.servicer import messages as m
from services.dispatch.usecases import (
    changing,
    confirming,
    finalising,
    following,
    planning,
    proving,
    reading,
)

_AGENT: Final = Rule(callers={"gateway"}, roles={"owner"}, account=True)
_STAFF: Final = Rule(callers={"gateway"}, roles={"staff"})
RULES: Final = {
    "Preflight": _AGENT,
    "PlanSending": _AGENT,
    "Finalise": _AGENT,
    "GetSending": _AGENT,
    "Reschedule": _AGENT,
    "Cancel": _AGENT,
    "GetProof": _AGENT,
    "ListUnknown": _STAFF,
    "ConfirmAccepted": _STAFF,
    "ConfirmAbsent": _STAFF,
    "ReceiveWebhook": Rule(callers={"gateway"}),
}


@dataclass(frozen=True, slots=True)
class Dispatch(DispatchServiceServicer):
    """The service as others call it."""

    desk: Desk

    @override
    async def Preflight(self, request: pb.PreflightRequest, context: Any) -> pb.PreflightResponse:
        found = await planning.look(caller_account(), parse_id(request.letter_id), desk=self.desk)
        return pb.PreflightResponse(
            actions=[m.action(one) for one in found.actions],
            ready=found.ready,
            prices=[m.price(one) for one in found.prices],
            available_cents=found.available_cents,
        )

    @override
    async def PlanSending(
        self, request: pb.PlanSendingRequest, context: Any
    ) -> pb.PlanSendingResponse:
        account_id, kind = caller_account(), m.mail_kind(request.mail_kind)
        plan = await planning.plan(
            account_id,
            parse_id(request.letter_id),
            m.timing(request.timing),
            desk=self.desk,
            compared=m.compared(request),
        )
        priced = await planning.price_of(account_id, kind, desk=self.desk)
        return pb.PlanSendingResponse(plan=m.plan(plan, priced))

    @override
    async def Finalise(self, request: pb.FinaliseRequest, context: Any) -> pb.FinaliseResponse:
        asked = finalising.Validation(
            key=m.key(request.idempotency_key),
            letter_id=parse_id(request.letter_id),
            mail_kind=m.mail_kind(request.mail_kind),
            timing=m.timing(request.timing),
            confirmed=finalising.Confirmed(
                send_day=read_day(request.confirmed_send_day, "confirmed_send_day"),
                last_covered_day=read_day(
                    request.confirmed_last_covered_day, "confirmed_last_covered_day"
                ),
                new_start=read_day(request.confirmed_new_start, "confirmed_new_start"),
                gross_cents=request.expected_gross_cents,
                same_contract=request.same_contract_confirmed,
            ),
            author_name=caller().actor_name,
        )
        sending = await finalising.finalise(caller_account(), asked, desk=self.desk)
        return pb.FinaliseResponse(sending=await self._whole(sending.account_id, sending))

    @override
    async def GetSending(
        self, request: pb.GetSendingRequest, context: Any
    ) -> pb.GetSendingResponse:
        found = await reading.of_letter(
            caller_account(), parse_id(request.letter_id), desk=self.desk
        )
        return pb.GetSendingResponse(sending=self._read(found))

    @override
    async def Reschedule(
        self, request: pb.RescheduleRequest, context: Any
    ) -> pb.RescheduleResponse:
        sending = await changing.reschedule(
            caller_account(),
            parse_id(request.sending_id),
            m.timing(request.timing),
            version=request.version,
            key=m.key(request.idempotency_key),
            desk=self.desk,
        )
        return pb.RescheduleResponse(sending=await self._whole(sending.account_id, sending))

    @override
    async def Cancel(self, request: pb.CancelRequest, context: Any) -> pb.CancelResponse:
        sending = await changing.cancel(
            caller_account(),
            parse_id(request.sending_id),
            version=request.version,
            desk=self.desk,
        )
        return pb.CancelResponse(sending=await self._whole(sending.account_id, sending))

    @override
    async def GetProof(self, request: pb.GetProofRequest, context: Any) -> pb.GetProofResponse:
        proof, data = await proving.read(
            caller_account(),
            parse_id(request.sending_id),
            m.proof_kind(request.kind),
            desk=self.desk,
        )
        return pb.GetProofResponse(data=data, proof=m.proof(proof))

    @override
    async def ListUnknown(
        self, request: pb.ListUnknownRequest, context: Any
    ) -> pb.ListUnknownResponse:
        now = self.desk.clock()
        found = await confirming.list_unknown(desk=self.desk)
        return pb.ListUnknownResponse(sendings=[m.unknown(one, now) for one in found])

    @override
    async def ConfirmAccepted(
        self, request: pb.ConfirmAcceptedRequest, context: Any
    ) -> pb.ConfirmAcceptedResponse:
        sending = await confirming.confirm_accepted(
            parse_id(request.sending_id),
            reference=request.operator_reference.strip(),
            note=request.evidence_note.strip(),
            by=caller().actor_name,
            desk=self.desk,
        )
        return pb.ConfirmAcceptedResponse(sending=await self._whole(sending.account_id, sending))

    @override
    async def ConfirmAbsent(
        self, request: pb.ConfirmAbsentRequest, context: Any
    ) -> pb.ConfirmAbsentResponse:
        sending = await confirming.confirm_absent(
            parse_id(request.sending_id),
            note=request.evidence_note.strip(),
            by=caller().actor_name,
            our_reference=str(parse_id(request.our_reference)),
            desk=self.desk,
        )
        return pb.ConfirmAbsentResponse(sending=await self._whole(sending.account_id, sending))

    @override
    async def ReceiveWebhook(
        self, request: pb.ReceiveWebhookRequest, context: Any
    ) -> pb.ReceiveWebhookResponse:
        hint = Hint(
            operator=request.operator,
            secret=request.secret,
            headers=dict(request.headers),
            body=request.body,
        )
        await following.take_hint(hint, desk=self.desk)
        return pb.ReceiveWebhookResponse()

    async def _whole(self, account_id: UUID, sending: Sending) -> pb.Sending:
        """Answer a command with what it made, whatever another one made of it since."""
        found = await reading.of_letter(account_id, sending.letter_id, desk=self.desk)
        return self._read(replace(found, sending=sending))

    def _read(self, found: reading.Read) -> pb.Sending:
        return m.sending(found.sending, self.desk.clock(), found.lines, found.proofs)
