"""signature, asked on behalf of the account."""

from typing import TYPE_CHECKING, Final
from uuid import UUID

from kit.grpc import acting_for
from preavis.signature.v1 import signature_pb2
from services.dispatch.domain.preflight import MandateFacts
from services.dispatch.domain.sending import Sending
from services.dispatch.peers.words import TIMEOUT_S
from services.dispatch.ports import MandateRefused

if TYPE_CHECKING:  # the name exists for the type checker alone
    from preavis.signature.v1.signature_pb2_grpc import SignatureServiceAsyncStub

ATTACHED: Final = frozenset({signature_pb2.MANDATE_DECISION_SCANNED})
DECIDED: Final = ATTACHED | {signature_pb2.MANDATE_DECISION_OPTED_OUT}


class SignaturePeer:
    """signature, for the policyholder's will."""

    def __init__(self, stub: "SignatureServiceAsyncStub") -> None:
        self._stub = stub

    async def facts(self, account_id: UUID, letter_id: UUID) -> MandateFacts:
        """Tell where the decision stands, compared with the letter as it is now."""
        request = signature_pb2.GetMandateRequest(letter_id=str(letter_id))
        with acting_for(account_id):
            mandate = (await self._stub.GetMandate(request, timeout=TIMEOUT_S)).mandate
        name = signature_pb2.MandateDecision.Name(mandate.decision)
        return MandateFacts(
            decided=mandate.decision in DECIDED and mandate.still_matches,
            attached=mandate.decision in ATTACHED,
            decision=name.removeprefix("MANDATE_DECISION_").lower().replace("_", "-"),
        )

    async def check(self, sending: Sending, *, content_hash: str) -> tuple[str, bytes] | None:
        """Lock the decision; return the mandate to attach, or None. Raises ``MandateRefused``."""
        request = signature_pb2.CheckMandateRequest(
            letter_id=str(sending.letter_id),
            content_hash=content_hash,
            generation=sending.generation,
            idempotency_key=f"check:{sending.hold_key}",
        )
        with acting_for(sending.account_id):
            found = await self._stub.CheckMandate(request, timeout=TIMEOUT_S)
        if not found.ok:
            raise MandateRefused(why=found.reason)
        if not found.attachment_pdf:
            return None
        return found.attachment_filename, found.attachment_pdf

    async def release(self, sending: Sending) -> None:
        """Let the decision change again."""
        request = signature_pb2.ReleaseMandateRequest(
            letter_id=str(sending.letter_id),
            generation=sending.generation,
            idempotency_key=f"release:{sending.hold_key}",
        )
        with acting_for(sending.account_id):
            await self._stub.ReleaseMandate(request, timeout=TIMEOUT_S)
