"""What /v1 says is what our services say: same fields, every word of every enum."""

import types
import typing
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, get_args, get_origin

import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from pydantic import BaseModel, SecretStr

from preavis.accounts.v1 import accounts_pb2
from preavis.billing.v1 import billing_pb2
from preavis.dispatch.v1 import dispatch_pb2
from preavis.letters.v1 import letters_pb2
from preavis.signature.v1 import signature_pb2
from services.gateway.api.shape import Asked, Shape, filled, plain, word_of
from services.gateway.api.shapes import (
    accounts,
    credit,
    law,
    legal,
    letters,
    mandates,
    sendings,
    wallets,
)

SAID: list[tuple[type[Shape], type[Message]]] = [
    (law.Recipient, letters_pb2.Recipient),
    (law.ContractTypes, letters_pb2.ListContractTypesResponse),
    (law.Grounds, letters_pb2.ListGroundsResponse),
    (law.Form, letters_pb2.DescribeFormResponse),
    (law.Evaluation, letters_pb2.Evaluation),
    (legal.TerminationPlan, letters_pb2.TerminationPlan),
    (letters.Letter, letters_pb2.Letter),
    (letters.LetterPage, letters_pb2.ListLettersResponse),
    (mandates.MandateAndWarning, signature_pb2.GetMandateResponse),
    (sendings.Preflight, dispatch_pb2.PreflightResponse),
    (sendings.Plan, dispatch_pb2.Plan),
    (sendings.Sending, dispatch_pb2.Sending),
    (sendings.UnknownSendings, dispatch_pb2.ListUnknownResponse),
    (accounts.Account, accounts_pb2.Account),
    (accounts.Proofs, accounts_pb2.ListProofsResponse),
    (accounts.Standing, accounts_pb2.GetStandingResponse),
    (accounts.ReviewQueue, accounts_pb2.ListReviewQueueResponse),
    (accounts.Review, accounts_pb2.GetReviewResponse),
    (accounts.Accounts, accounts_pb2.SearchAccountsResponse),
    (accounts.Lifted, accounts_pb2.LiftThrottlesResponse),
    (credit.Wallet, billing_pb2.GetWalletResponse),
    (credit.Prices, billing_pb2.ListPricesResponse),
    (credit.StartedTopUp, billing_pb2.StartTopUpResponse),
    (credit.TopUps, billing_pb2.ListTopUpsResponse),
    (credit.Entries, billing_pb2.ListEntriesResponse),
    (wallets.WalletReview, billing_pb2.ReviewWalletResponse),
    (wallets.FrozenWallets, billing_pb2.ListFrozenWalletsResponse),
]
ASKED: list[tuple[type[Asked], type[Message]]] = [
    (letters.NewLetter, letters_pb2.CreateLetterRequest),
    (letters.Policyholder, letters_pb2.Policyholder),
    (letters.WantedContract, letters_pb2.SetContractRequest),
    (letters.Extras, letters_pb2.Extras),
    (sendings.WantedPlan, dispatch_pb2.PlanSendingRequest),
    (sendings.Validation, dispatch_pb2.FinaliseRequest),
    (sendings.FoundAccepted, dispatch_pb2.ConfirmAcceptedRequest),
    (sendings.FoundAbsent, dispatch_pb2.ConfirmAbsentRequest),
    (mandates.OptOut, signature_pb2.OptOutRequest),
    (mandates.ScanValidation, signature_pb2.ValidateScanRequest),
    (accounts.NewAccount, accounts_pb2.SignUpRequest),
    (accounts.Activation, accounts_pb2.ActivateRequest),
    (accounts.Forgotten, accounts_pb2.RequestPasswordResetRequest),
    (accounts.NewPassword, accounts_pb2.ResetPasswordRequest),
    (accounts.Login, accounts_pb2.LogInRequest),
    (accounts.Contact, accounts_pb2.UpdateContactRequest),
    (accounts.Acceptance, accounts_pb2.AcceptProofRequest),
    (accounts.Rejection, accounts_pb2.RejectProofRequest),
    (accounts.Lifting, accounts_pb2.LiftThrottlesRequest),
    (wallets.Unfreezing, billing_pb2.UnfreezeWalletRequest),
    (wallets.WantedTransfer, billing_pb2.RecordTransferRequest),
]
DAYS = ("day", "until", "_on", "since", "from", "new_start", "on_day")


def full(kind: type[Message], turn: int) -> Message:
    """Make a message with every field set; ``turn`` chooses among the values of each enum."""
    message = kind()
    for one in message.DESCRIPTOR.fields:
        _set(message, typing.cast("FieldDescriptor", one), turn)
    return message


def _set(message: Any, one: FieldDescriptor, turn: int) -> None:
    target = getattr(message, one.name)
    if one.message_type is not None and one.message_type.GetOptions().map_entry:
        target["key"] = "value"
    elif one.message_type is not None and one.message_type.full_name.endswith("Timestamp"):
        target.FromDatetime(datetime(2026, 11, 24, 12, tzinfo=UTC))
    elif one.message_type is not None:
        made = full(GetMessageClass(one.message_type), turn)
        if one.is_repeated:
            target.add().CopyFrom(made)
        else:
            target.CopyFrom(made)
    elif one.is_repeated:
        target.append(_value(one, turn))
    else:
        setattr(message, one.name, _value(one, turn))


def _value(one: FieldDescriptor, turn: int) -> Any:
    if one.enum_type is not None:
        values = one.enum_type.values[1:]
        return values[turn % len(values)].number
    match one.cpp_type:
        case FieldDescriptor.CPPTYPE_BOOL:
            return True
        case FieldDescriptor.CPPTYPE_STRING if one.type == FieldDescriptor.TYPE_BYTES:
            return b"bytes"
        case FieldDescriptor.CPPTYPE_STRING:
            return "2026-11-24" if any(part in one.name for part in DAYS) else "text"
        case _:
            return 7


@pytest.mark.parametrize(("shape", "kind"), SAID, ids=lambda one: one.__name__)
@pytest.mark.parametrize("turn", range(20))
def test_every_word_of_our_services_can_be_said(
    shape: type[Shape], kind: type[Message], turn: int
) -> None:
    shape.of(full(kind, turn))


@pytest.mark.parametrize(("shape", "kind"), [*SAID, *ASKED], ids=lambda one: one.__name__)
def test_no_field_is_named_otherwise_than_in_our_services(
    shape: type[BaseModel], kind: type[Message]
) -> None:
    assert not list(_strangers(shape, kind.DESCRIPTOR))


def _strangers(shape: type[BaseModel], descriptor: Any) -> Iterator[str]:
    known = {one.name: one for one in descriptor.fields}
    for name, info in shape.model_fields.items():
        if name not in known:
            yield f"{shape.__name__}.{name}"
            continue
        for inner in _models(info.annotation):
            if known[name].message_type is not None:
                yield from _strangers(inner, known[name].message_type)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if get_origin(annotation) in {list, typing.Union, types.UnionType}:
        for inner in get_args(annotation):
            yield from _models(inner)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation


def test_what_is_not_there_is_said_as_nothing() -> None:
    letter = letters.Letter.of(letters_pb2.Letter(letter_id="x", number="26-00001", version=1))

    assert letter.recipient is None
    assert letter.ground is None
    assert letter.state is None
    assert letter.created_at is None
    assert letter.wanted_new_start is None


def test_a_day_an_instant_and_an_enum_travel_both_ways() -> None:
    wanted = sendings.Validation(
        mail_kind="acknowledged",
        timing=sendings.Timing(new_start=date(2027, 3, 1)),
        confirmed_send_day=date(2027, 1, 30),
        expected_gross_cents=540,
    )

    request = wanted.fill(dispatch_pb2.FinaliseRequest, letter_id="x", idempotency_key="k")

    assert request.timing.WhichOneof("timing") == "new_start"
    assert request.timing.new_start == "2027-03-01"
    assert request.mail_kind == letters_pb2.MAIL_KIND_ACKNOWLEDGED
    assert request.confirmed_last_covered_day == ""
    assert plain(request)["mail_kind"] == "acknowledged"


def test_a_secret_reaches_our_service_and_nothing_else() -> None:
    login = accounts.Login(email="a@b.fr", password=SecretStr("très secret"))

    assert "très secret" not in repr(login)
    assert login.fill(accounts_pb2.LogInRequest).password == "très secret"


def test_an_unknown_word_is_not_guessed() -> None:
    with pytest.raises(KeyError):
        filled(dispatch_pb2.GetProofRequest, {"kind": "nothing"})


def test_unspecified_is_nothing() -> None:
    descriptor = letters_pb2.MailKind.DESCRIPTOR

    assert word_of(descriptor, 0) is None
    assert word_of(descriptor, 2) == "acknowledged"
