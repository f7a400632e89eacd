"""letters, asked on behalf of the account."""

from datetime import date
from typing import TYPE_CHECKING, Final
from uuid import UUID

from kit.grpc import acting_for
from kit.ids import parse_id
from preavis.letters.v1 import letters_pb2
from services.dispatch.domain.letter import FrozenLetter, MailKind
from services.dispatch.domain.preflight import LetterFacts
from services.dispatch.domain.sending import Sending, iso
from services.dispatch.peers.words import TIMEOUT_S, read_day
from services.dispatch.ports import NOTHING_COMPARED, Compared, Planned, RecentLetter

if TYPE_CHECKING:  # the name exists for the type checker alone
    from preavis.letters.v1.letters_pb2_grpc import LettersServiceAsyncStub

KINDS: Final = {
    MailKind.SIMPLE: letters_pb2.MAIL_KIND_SIMPLE,
    MailKind.ACKNOWLEDGED: letters_pb2.MAIL_KIND_ACKNOWLEDGED,
}
KIND_OF: Final = {value: kind for kind, value in KINDS.items()}


class LettersPeer:
    """letters, for the content and the dates."""

    def __init__(self, stub: "LettersServiceAsyncStub") -> None:
        self._stub = stub

    async def facts(self, account_id: UUID, letter_id: UUID) -> LetterFacts:
        """Tell what the letter still lacks."""
        request = letters_pb2.GetLetterRequest(letter_id=str(letter_id))
        with acting_for(account_id):
            letter = (await self._stub.GetLetter(request, timeout=TIMEOUT_S)).letter
        return LetterFacts(
            number=letter.number,
            missing=list(dict.fromkeys(item.field or item.code for item in letter.missing)),
            recipient=letter.recipient.name,
            is_reachable=bool(letter.recipient.electronic_address),
            content_hash=letter.content_hash,
            version=letter.version,
        )

    async def plan(
        self,
        account_id: UUID,
        letter_id: UUID,
        *,
        send_day: date | None,
        new_start: date | None,
        first_send_day: date,
        compared: Compared = NOTHING_COMPARED,
    ) -> Planned:
        """Compute the dates of this letter."""
        request = letters_pb2.PlanLetterRequest(
            letter_id=str(letter_id),
            first_send_day=first_send_day.isoformat(),
            known_new_start=iso(compared.new_start),
            yearly_premium_cents=compared.yearly_premium_cents,
        )
        if new_start is not None:
            request.new_start = new_start.isoformat()
        elif send_day is not None:
            request.send_day = send_day.isoformat()
        with acting_for(account_id):
            answer = await self._stub.PlanLetter(request, timeout=TIMEOUT_S)
        found, refusal = answer.evaluation, answer.evaluation.refusal
        nearest = refusal.nearest_possible_day
        return Planned(
            ok=found.ok,
            reason=refusal.reason,
            facts={"nearest_possible_day": nearest} if nearest else {},
            send_day=read_day(found.send_day),
            last_covered_day=read_day(found.last_covered_day),
            new_start=read_day(found.new_start),
            allowed_mail=frozenset(KIND_OF[k] for k in found.allowed_mail if k in KIND_OF),
            content_hash=answer.content_hash,
            evaluation=found.SerializeToString(),
            cover=answer.cover.SerializeToString() if answer.HasField("cover") else None,
            recent=[
                RecentLetter(
                    number=one.number,
                    send_day=read_day(one.send_day),
                    message=one.SerializeToString(),
                )
                for one in answer.recent_letters
            ],
        )

    async def freeze(
        self, sending: Sending, *, send_day: date, key: str
    ) -> tuple[FrozenLetter, bytes]:
        """Lock the content for this day and return it with its PDF."""
        order = sending.order
        attached = letters_pb2.MANDATE_MENTION_ATTACHED
        held = letters_pb2.MANDATE_MENTION_HELD
        request = letters_pb2.FreezeLetterRequest(
            idempotency_key=key,
            letter_id=str(sending.letter_id),
            sending_id=str(sending.id),
            generation=sending.generation,
            send_day=send_day.isoformat(),
            new_start=iso(order.wanted_new_start),
            mail_kind=KINDS[order.mail_kind],
            sender_mode=letters_pb2.SENDER_MODE_AGENCY,
            mandate_mention=attached if order.attaches_mandate else held,
            same_contract_confirmed=order.same_contract_confirmed,
        )
        with acting_for(sending.account_id):
            frozen = (await self._stub.FreezeLetter(request, timeout=TIMEOUT_S)).frozen
        return _frozen(frozen), frozen.pdf

    async def thaw(self, sending: Sending, *, key: str) -> None:
        """Give a letter that was never scheduled back to its author."""
        request = letters_pb2.ThawLetterRequest(
            idempotency_key=key,
            letter_id=str(sending.letter_id),
            generation=sending.generation,
        )
        with acting_for(sending.account_id):
            await self._stub.ThawLetter(request, timeout=TIMEOUT_S)

    async def address_today(self, account_id: UUID, letter: FrozenLetter) -> str:
        """Return the recipient's electronic address now; empty when it closed or has none.

        The address of the same scope wins; one that the directory no longer has is replaced.
        """
        request = letters_pb2.GetRecipientRequest(recipient_id=str(letter.recipient_id))
        with acting_for(account_id):
            body = (await self._stub.GetRecipient(request, timeout=TIMEOUT_S)).recipient
        known = [address.email for address in body.electronic_addresses]
        if not body.open or not known:
            return ""
        return letter.recipient_address if letter.recipient_address in known else known[0]


def _frozen(message: letters_pb2.FrozenLetter) -> FrozenLetter:
    send_day = read_day(message.send_day)
    if send_day is None:
        raise ValueError(f"letter {message.letter_id} was frozen for no day")
    return FrozenLetter(
        number=message.number,
        version=message.version,
        sha256=message.sha256,
        content_hash=message.content_hash,
        subject=message.subject,
        send_day=send_day,
        presumed_receipt=read_day(message.presumed_receipt_day),
        latest_send_day=read_day(message.latest_send_day),
        last_covered_day=read_day(message.last_covered_day),
        new_start=read_day(message.new_start),
        recipient_id=parse_id(message.recipient.recipient_id),
        recipient_name=message.recipient.name,
        recipient_address=message.recipient.electronic_address,
        policyholder_names=tuple(message.policyholder_names),
        policyholder_emails=tuple(message.policyholder_emails),
        former_agent_email=message.former_agent_email,
        client_reference=message.client_reference,
        author_name=message.author_name,
    )
