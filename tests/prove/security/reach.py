"""How each call names things of an account, so that another account's can be asked for.

An RPC whose request has a field that names something, and no row here, fails.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final
from uuid import uuid4

from google.protobuf.message import Message

from preavis.accounts.v1 import accounts_pb2 as a
from preavis.billing.v1 import billing_pb2 as b
from preavis.dispatch.v1 import dispatch_pb2 as d
from preavis.letters.v1 import letters_pb2 as le
from preavis.signature.v1 import signature_pb2 as s
from tests.prove.security.world import Ids


class Outcome(Enum):
    """What an agency gets that names another's."""

    MISSING = "the same as for what does not exist"
    ITS_OWN = "its own, whatever it names"
    REFUSED = "a refusal: the name and the token disagree"
    SHARED = "what belongs to nobody"
    NOTHING = "an answer about nothing: dispatch may let go of what was never decided"
    UNREACHED = "nothing, and nothing of the other's changes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """One RPC: who asks, naming what, and what it gets."""

    ask: Callable[[Ids], Message]
    names: set[str] = field(default_factory=set)  # the fields of the request that name something
    by: str = "gateway"
    outcome: Outcome = Outcome.MISSING
    reason: str = ""  # of a refusal


FAR: Final = 10**6  # a version, a generation that nothing has


def _new_key() -> str:
    return uuid4().hex


def _person() -> le.Policyholder:
    return le.Policyholder(
        kind=le.POLICYHOLDER_KIND_PERSON,
        persons=[le.Person(title=le.TITLE_MADAME, first_name="Anne", last_name="Voisin")],
        address_lines=["1 rue Haute"],
        postcode="38000",
        town="Grenoble",
        emails=["anne@voisin.example"],
    )


def _by_letter(request: Callable[..., Message], **more: Any) -> Callable[[Ids], Message]:
    return lambda ids: request(letter_id=ids.letter_id, **more)


def _by_draft(request: Callable[..., Message], **more: Any) -> Callable[[Ids], Message]:
    return lambda ids: request(letter_id=ids.draft_id, **more)


def _changing(request: Callable[..., Message], **more: Any) -> Callable[[Ids], Message]:
    """Name a draft to change at a version that it never had."""
    return lambda ids: request(
        letter_id=ids.draft_id, version=FAR, idempotency_key=_new_key(), **more
    )


def _own_account(request: Callable[..., Message]) -> Reach:
    return Reach(
        ask=lambda ids: request(account_id=ids.account_id),
        names={"account_id"},
        outcome=Outcome.ITS_OWN,
    )


_LETTER: Final = {"letter_id"}
_NOW: Final = d.Timing(now=True)

REACH: Final[Mapping[str, Reach]] = {
    # accounts: agents name no account, and what they name instead is not looked at
    "accounts.GetAccount": _own_account(a.GetAccountRequest),
    "accounts.ListProofs": _own_account(a.ListProofsRequest),
    "accounts.CheckRegistration": _own_account(a.CheckRegistrationRequest),
    "accounts.GetStanding": _own_account(a.GetStandingRequest),
    "accounts.EndSessions": Reach(
        ask=lambda ids: a.EndSessionsRequest(account_id=ids.account_id),
        names={"account_id"},
        outcome=Outcome.UNREACHED,
    ),
    "accounts.GetProofFile": Reach(
        ask=lambda ids: a.GetProofFileRequest(proof_id=ids.proof_id, account_id=ids.account_id),
        names={"proof_id", "account_id"},
    ),
    # billing
    "billing.GetTopUp": Reach(
        ask=lambda ids: b.GetTopUpRequest(top_up_id=ids.top_up_id), names={"top_up_id"}
    ),
    "billing.GetReceipt": Reach(
        ask=lambda ids: b.GetReceiptRequest(top_up_id=ids.top_up_id), names={"top_up_id"}
    ),
    "billing.GetCreditNote": Reach(
        ask=lambda ids: b.GetCreditNoteRequest(number=ids.credit_note), names={"number"}
    ),
    "billing.ListTopUps": Reach(
        ask=lambda _: b.ListTopUpsRequest(), names={"cursor"}, outcome=Outcome.ITS_OWN
    ),
    "billing.ListEntries": Reach(
        ask=lambda _: b.ListEntriesRequest(), names={"cursor"}, outcome=Outcome.ITS_OWN
    ),
    "billing.Hold": Reach(
        ask=lambda ids: b.HoldRequest(
            account_id=ids.account_id,
            key=ids.key,
            product=b.PRODUCT_LRE_SIMPLE,
            cause="Lettre",
        ),
        names={"account_id", "key"},
        by="dispatch",
        outcome=Outcome.REFUSED,
        reason="another-account",
    ),
    "billing.Capture": Reach(
        ask=lambda ids: b.CaptureRequest(
            account_id=ids.account_id, key=ids.key, on_day="2026-11-22"
        ),
        names={"account_id", "key"},
        by="dispatch",
        outcome=Outcome.REFUSED,
        reason="another-account",
    ),
    "billing.Release": Reach(
        ask=lambda ids: b.ReleaseRequest(account_id=ids.account_id, key=ids.key),
        names={"account_id", "key"},
        by="dispatch",
        outcome=Outcome.REFUSED,
        reason="another-account",
    ),
    "billing.Reverse": Reach(
        ask=lambda ids: b.ReverseRequest(
            account_id=ids.account_id,
            key=ids.key,
            cause="Lettre",
            on_day="2026-11-22",
            buyer_name="Agence",
            buyer_lines=["1 rue Haute"],
        ),
        names={"account_id", "key"},
        by="dispatch",
        outcome=Outcome.REFUSED,
        reason="another-account",
    ),
    # letters: the directory belongs to nobody
    "letters.GetRecipient": Reach(
        ask=lambda _: le.GetRecipientRequest(recipient_id=str(uuid4())),
        names={"recipient_id"},
        outcome=Outcome.SHARED,
    ),
    "letters.ListGrounds": Reach(
        ask=lambda _: le.ListGroundsRequest(contract_type="auto"),
        names={"recipient_id"},
        outcome=Outcome.SHARED,
    ),
    "letters.DescribeForm": Reach(
        ask=lambda _: le.DescribeFormRequest(contract_type="auto", ground="HAMON"),
        names={"recipient_id"},
        outcome=Outcome.SHARED,
    ),
    "letters.CreateLetter": Reach(
        ask=lambda ids: le.CreateLetterRequest(
            idempotency_key=_new_key(), copy_policyholder_from=ids.letter_id
        ),
        names={"copy_policyholder_from"},
    ),
    "letters.FollowLetter": Reach(
        ask=lambda ids: le.FollowLetterRequest(
            idempotency_key=_new_key(), letter_id=ids.letter_id, ground="RECLAMATION"
        ),
        names=_LETTER,
    ),
    "letters.GetLetter": Reach(ask=_by_letter(le.GetLetterRequest), names={"letter_id", "number"}),
    "letters.UpdatePolicyholder": Reach(
        ask=_changing(le.UpdatePolicyholderRequest, policyholder=_person()), names=_LETTER
    ),
    "letters.SetRecipient": Reach(
        ask=lambda ids: le.SetRecipientRequest(
            letter_id=ids.draft_id,
            version=FAR,
            idempotency_key=_new_key(),
            recipient_id=ids.recipient_id,
        ),
        names={"letter_id", "recipient_id"},
    ),
    "letters.SetContract": Reach(
        ask=lambda ids: le.SetContractRequest(
            letter_id=ids.draft_id,
            version=FAR,
            idempotency_key=_new_key(),
            contract_id=ids.draft_contract_id,
            contract_type="auto",
            ground="HAMON",
            reference="X-1",
        ),
        names={"letter_id", "contract_id"},
    ),
    "letters.RemoveContract": Reach(
        ask=lambda ids: le.RemoveContractRequest(
            letter_id=ids.draft_id,
            version=FAR,
            idempotency_key=_new_key(),
            contract_id=ids.draft_contract_id,
        ),
        names={"letter_id", "contract_id"},
    ),
    "letters.UpdateExtras": Reach(
        ask=_changing(le.UpdateExtrasRequest, extras=le.Extras(free_text="x")), names=_LETTER
    ),
    "letters.RenderLetter": Reach(ask=_by_letter(le.RenderLetterRequest), names=_LETTER),
    "letters.PreviewLetter": Reach(ask=_by_letter(le.PreviewLetterRequest), names=_LETTER),
    "letters.PlanLetter": Reach(ask=_by_draft(le.PlanLetterRequest), names=_LETTER),
    "letters.ListLetters": Reach(
        ask=lambda _: le.ListLettersRequest(), names={"cursor"}, outcome=Outcome.ITS_OWN
    ),
    "letters.FreezeLetter": Reach(
        ask=lambda ids: le.FreezeLetterRequest(
            idempotency_key=_new_key(),
            letter_id=ids.draft_id,
            sending_id=ids.sending_id,
            generation=FAR,
            send_day="2027-03-01",
            mail_kind=le.MAIL_KIND_SIMPLE,
            sender_mode=le.SENDER_MODE_AGENCY,
            version=FAR,
        ),
        names={"letter_id", "sending_id"},
        by="dispatch",
    ),
    "letters.ThawLetter": Reach(
        ask=_by_draft(le.ThawLetterRequest, generation=FAR, idempotency_key=_new_key()),
        names=_LETTER,
        by="dispatch",
    ),
    # signature
    "signature.GetMandate": Reach(ask=_by_letter(s.GetMandateRequest), names=_LETTER),
    "signature.RenderMandate": Reach(ask=_by_draft(s.RenderMandateRequest), names=_LETTER),
    "signature.UploadScan": Reach(
        ask=_by_letter(
            s.UploadScanRequest, filename="m.pdf", data=b"%PDF-", idempotency_key=_new_key()
        ),
        names=_LETTER,
    ),
    "signature.GetScan": Reach(ask=_by_draft(s.GetScanRequest), names=_LETTER),
    "signature.ValidateScan": Reach(
        ask=_by_draft(s.ValidateScanRequest, sha256="0" * 64, idempotency_key=_new_key()),
        names=_LETTER,
    ),
    "signature.OptOut": Reach(
        ask=lambda ids: s.OptOutRequest(
            letter_id=ids.letter_id, warning_version=ids.warning, idempotency_key=_new_key()
        ),
        names=_LETTER,
    ),
    "signature.WithdrawDecision": Reach(
        ask=_by_letter(s.WithdrawDecisionRequest, idempotency_key=_new_key()), names=_LETTER
    ),
    "signature.CheckMandate": Reach(
        ask=_by_letter(s.CheckMandateRequest, generation=FAR, content_hash="0" * 64),
        names=_LETTER,
        by="dispatch",
        outcome=Outcome.NOTHING,
    ),
    "signature.ReleaseMandate": Reach(
        ask=_by_letter(s.ReleaseMandateRequest, generation=1),
        names=_LETTER,
        by="dispatch",
        outcome=Outcome.NOTHING,
    ),
    # dispatch
    "dispatch.Preflight": Reach(ask=_by_draft(d.PreflightRequest), names=_LETTER),
    "dispatch.PlanSending": Reach(
        ask=_by_draft(d.PlanSendingRequest, mail_kind=le.MAIL_KIND_SIMPLE, timing=_NOW),
        names=_LETTER,
    ),
    "dispatch.Finalise": Reach(
        ask=_by_draft(
            d.FinaliseRequest,
            idempotency_key=_new_key(),
            mail_kind=le.MAIL_KIND_SIMPLE,
            timing=_NOW,
            confirmed_send_day="2020-01-01",
            confirmed_last_covered_day="2020-01-31",
            confirmed_new_start="2020-02-01",
            expected_gross_cents=1,
        ),
        names=_LETTER,
    ),
    "dispatch.GetSending": Reach(ask=_by_letter(d.GetSendingRequest), names=_LETTER),
    "dispatch.Reschedule": Reach(
        ask=lambda ids: d.RescheduleRequest(
            sending_id=ids.sending_id, timing=_NOW, version=FAR, idempotency_key=_new_key()
        ),
        names={"sending_id"},
    ),
    "dispatch.Cancel": Reach(
        ask=lambda ids: d.CancelRequest(
            sending_id=ids.sending_id, version=FAR, idempotency_key=_new_key()
        ),
        names={"sending_id"},
    ),
    "dispatch.GetProof": Reach(
        ask=lambda ids: d.GetProofRequest(sending_id=ids.sending_id, kind=d.PROOF_KIND_LETTER),
        names={"sending_id"},
    ),
}

NAMED_BY_US: Final = {
    # staff name whom they look at; partners' addresses carry a secret; links and sessions are their
    # own proof: other tests try these
    "accounts.ListReviewQueue": {"cursor"},
    "accounts.GetReview": {"account_id"},
    "accounts.AcceptProof": {"account_id", "proof_id"},
    "accounts.RejectProof": {"account_id", "proof_id"},
    "accounts.SearchAccounts": {"cursor"},
    "accounts.LiftThrottles": {"account_id"},
    "billing.ReviewWallet": {"account_id"},
    "billing.ListFrozenWallets": {"cursor"},
    "billing.UnfreezeWallet": {"account_id"},
    "billing.RecordTransfer": {"account_id"},
    "billing.ListOpenHolds": {"cursor"},  # dispatch reads all of its own, for every account
    "dispatch.ConfirmAccepted": {"sending_id"},
    "dispatch.ConfirmAbsent": {"sending_id", "our_reference"},
    "dispatch.ReceiveWebhook": {"secret"},
}
