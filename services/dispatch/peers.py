"""Our other services, in this service's own words, asked on behalf of the account."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Final
from uuid import UUID

from kit.errors import Kind, TurnedDown
from kit.grpc import acting_for
from kit.ids import parse_id
from preavis.accounts.v1 import accounts_pb2
from preavis.billing.v1 import billing_pb2
from preavis.letters.v1 import letters_pb2
from preavis.signature.v1 import signature_pb2
from services.dispatch.domain.letter import Agency, FrozenLetter, MailKind
from services.dispatch.domain.preflight import (
    Blocker,
    LetterFacts,
    MandateFacts,
    Price,
    Standing,
)
from services.dispatch.domain.sending import Sending, iso
from services.dispatch.ports import MandateRefused, Planned

if TYPE_CHECKING:  # these names exist for the type checker alone
    from preavis.accounts.v1.accounts_pb2_grpc import AccountsServiceAsyncStub
    from preavis.billing.v1.billing_pb2_grpc import BillingServiceAsyncStub
    from preavis.letters.v1.letters_pb2_grpc import LettersServiceAsyncStub
    from preavis.signature.v1.signature_pb2_grpc import SignatureServiceAsyncStub

TIMEOUT_S: Final = 10.0
HOLDS_PREFIX: Final = "send:"
PRODUCTS: Final = {
    MailKind.SIMPLE: billing_pb2.PRODUCT_LRE_SIMPLE,
    MailKind.ACKNOWLEDGED: billing_pb2.PRODUCT_LRE_ACKNOWLEDGED,
}
KINDS: Final = {
    MailKind.SIMPLE: letters_pb2.MAIL_KIND_SIMPLE,
    MailKind.ACKNOWLEDGED: letters_pb2.MAIL_KIND_ACKNOWLEDGED,
}
KIND_OF: Final = {value: kind for kind, value in KINDS.items()}
PROVE_PROFESSION: Final = "prove-profession"
PROVE_IDENTITY: Final = "prove-identity"
CONFIRM_REGISTRATION: Final = "confirm-registration"
# What accounts remarks on, by the first word of its code, under the action that settles it.
CONDITIONS: Final = {
    "attestation": PROVE_PROFESSION,
    "statutes": PROVE_PROFESSION,
    "identity": PROVE_IDENTITY,
    "registration": CONFIRM_REGISTRATION,
    "account": "activate-account",
}
ATTACHED: Final = frozenset({signature_pb2.MANDATE_DECISION_SCANNED})
DECIDED: Final = ATTACHED | {signature_pb2.MANDATE_DECISION_OPTED_OUT}


class BillingPeer:
    """billing, for the money of sendings."""

    def __init__(self, stub: "BillingServiceAsyncStub") -> None:
        self._stub = stub

    async def hold(
        self,
        account_id: UUID,
        key: str,
        kind: MailKind,
        *,
        cause: str,
        on_day: date,
        expected_gross_cents: int,
    ) -> int:
        """Set the price aside and return it, VAT included, in cents."""
        request = billing_pb2.HoldRequest(
            account_id=str(account_id),
            key=key,
            product=PRODUCTS[kind],
            cause=cause,
            on_day=on_day.isoformat(),
            expected_gross_cents=expected_gross_cents,
        )
        with acting_for(account_id):
            answer = await self._stub.Hold(request, timeout=TIMEOUT_S)
        return int(answer.hold.price.gross_cents)

    async def capture(self, account_id: UUID, key: str, *, on_day: date) -> None:
        """Take what is held, as of this Paris day."""
        request = billing_pb2.CaptureRequest(
            account_id=str(account_id), key=key, on_day=on_day.isoformat()
        )
        with acting_for(account_id):
            await self._stub.Capture(request, timeout=TIMEOUT_S)

    async def release(self, account_id: UUID, key: str) -> None:
        """Give back what is held, or forbid a hold that has not arrived yet."""
        request = billing_pb2.ReleaseRequest(account_id=str(account_id), key=key)
        with acting_for(account_id):
            await self._stub.Release(request, timeout=TIMEOUT_S)

    async def prices(self, account_id: UUID, on_day: date) -> Sequence[Price]:
        """Price each kind of mail, the cheapest first."""
        request = billing_pb2.ListPricesRequest(on_day=on_day.isoformat())
        with acting_for(account_id):
            answer = await self._stub.ListPrices(request, timeout=TIMEOUT_S)
        by_product = {price.product: price for price in answer.prices}
        found = [
            Price(
                mail_kind=kind,
                net_cents=by_product[product].net_cents,
                vat_cents=by_product[product].vat_cents,
                gross_cents=by_product[product].gross_cents,
                vat_rate_bp=by_product[product].vat_rate_bp,
            )
            for kind, product in PRODUCTS.items()
            if product in by_product
        ]
        return sorted(found, key=lambda price: price.gross_cents)

    async def available_cents(self, account_id: UUID) -> int:
        """Tell what can be spent."""
        with acting_for(account_id):
            wallet = await self._stub.GetWallet(billing_pb2.GetWalletRequest(), timeout=TIMEOUT_S)
        return int(wallet.available_cents)

    async def open_holds(self) -> Sequence[tuple[UUID, str]]:
        """List (account, key) of every hold of ours that is not settled."""
        found: list[tuple[UUID, str]] = []
        cursor = ""
        while True:
            page = await self._stub.ListOpenHolds(
                billing_pb2.ListOpenHoldsRequest(key_prefix=HOLDS_PREFIX, cursor=cursor),
                timeout=TIMEOUT_S,
            )
            found += [(parse_id(hold.account_id), hold.key) for hold in page.holds]
            cursor = page.next_cursor
            if not cursor:
                return found


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
    ) -> Planned:
        """Compute the dates of this letter."""
        request = letters_pb2.PlanLetterRequest(
            letter_id=str(letter_id), first_send_day=first_send_day.isoformat()
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
            send_day=_day(found.send_day),
            last_covered_day=_day(found.last_covered_day),
            new_start=_day(found.new_start),
            allowed_mail=frozenset(KIND_OF[k] for k in found.allowed_mail if k in KIND_OF),
            content_hash=answer.content_hash,
            evaluation=found.SerializeToString(),
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


class AccountsPeer:
    """accounts, for the right to send and the name it is done under."""

    def __init__(self, stub: "AccountsServiceAsyncStub") -> None:
        self._stub = stub

    async def standing(self, account_id: UUID, on_day: date) -> tuple[Standing, Agency]:
        """Tell whether the account may send in its own name on this day, and under what name."""
        request = accounts_pb2.GetStandingRequest(
            account_id=str(account_id), on_day=on_day.isoformat()
        )
        with acting_for(account_id):
            found = await self._stub.GetStanding(request, timeout=TIMEOUT_S)
        conditions = [PROVE_PROFESSION, PROVE_IDENTITY]
        if found.kind == accounts_pb2.ACCOUNT_KIND_INTERMEDIARY:
            conditions.append(CONFIRM_REGISTRATION)
        standing = Standing(
            conditions=conditions,
            blockers=[_blocker(remark) for remark in found.blockers],
            valid_until=_day(found.valid_until),
        )
        if not found.may_send_as_agency and not standing.blockers:
            raise StandingUnclear(f"account {account_id} may not send, and nothing says why")
        return standing, _agency(found)


class StandingUnclear(TurnedDown):
    """accounts says no without saying why: asked again later, never guessed."""

    kind = Kind.LATER
    reason = "standing-unclear"


def _blocker(remark: accounts_pb2.Remark) -> Blocker:
    subject = remark.code.partition("-")[0]
    return Blocker(
        code=CONDITIONS.get(subject, "settle-account"),
        facts={"why": remark.code, **dict(remark.facts)},
    )


def _agency(found: accounts_pb2.GetStandingResponse) -> Agency:
    head = found.letterhead
    return Agency(
        trade_name=head.trade_name,
        representative_first_name=head.representative_first_name,
        representative_last_name=head.representative_last_name,
        address=head.address.street,
        postcode=head.address.postcode,
        town=head.address.town,
        siret=head.siret,
        orias=head.orias_number,
        email=head.email,
        phone=head.phone,
        alert_email=found.contact.email or head.email,
    )


def _frozen(message: letters_pb2.FrozenLetter) -> FrozenLetter:
    send_day = _day(message.send_day)
    if send_day is None:
        raise ValueError(f"letter {message.letter_id} was frozen for no day")
    return FrozenLetter(
        number=message.number,
        version=message.version,
        sha256=message.sha256,
        content_hash=message.content_hash,
        subject=message.subject,
        send_day=send_day,
        presumed_receipt=_day(message.presumed_receipt_day),
        latest_send_day=_day(message.latest_send_day),
        last_covered_day=_day(message.last_covered_day),
        new_start=_day(message.new_start),
        recipient_id=parse_id(message.recipient.recipient_id),
        recipient_name=message.recipient.name,
        recipient_address=message.recipient.electronic_address,
        policyholder_names=tuple(message.policyholder_names),
        policyholder_emails=tuple(message.policyholder_emails),
        former_agent_email=message.former_agent_email,
        client_reference=message.client_reference,
        author_name=message.author_name,
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
