"""Between our values and the protos."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from kit.errors import Kind, TurnedDown
from kit.money import ZERO, Money
from preavis.billing.v1 import billing_pb2 as pb
from services.billing.domain.credit_note import CreditNote
from services.billing.domain.hold import Hold, HoldState
from services.billing.domain.ledger import EntryKind, StatementLine, Wallet
from services.billing.domain.staff import StaffAct
from services.billing.domain.tariff import Price, Product
from services.billing.domain.top_up import Method, TopUp, TopUpState

_PRODUCTS: Final = {each: pb.Product.Value(f"PRODUCT_{each.name}") for each in Product}
_HOLD_STATES: Final = {each: pb.HoldState.Value(f"HOLD_STATE_{each.name}") for each in HoldState}
_TOP_UP_STATES: Final = {
    each: pb.TopUpState.Value(f"TOP_UP_STATE_{each.name}") for each in TopUpState
}
_METHODS: Final = {each: pb.TopUpMethod.Value(f"TOP_UP_METHOD_{each.name}") for each in Method}
_FREEZES: Final = {
    "": pb.FREEZE_CAUSE_UNSPECIFIED,
    "dispute": pb.FREEZE_CAUSE_DISPUTE,
    "debt": pb.FREEZE_CAUSE_DEBT,
}
_ENTRY_KINDS: Final = {each: pb.EntryKind.Value(f"ENTRY_KIND_{each.name}") for each in EntryKind}


_RANK: Final = re.compile(r"[0-9]{1,18}")  # a bigint


class CursorUnreadable(TurnedDown):
    """Not a cursor that a page before gave."""

    kind = Kind.INVALID
    reason = "cursor-unreadable"


class ProductMissing(TurnedDown):
    """The request does not say what is bought."""

    kind = Kind.INVALID
    reason = "product-missing"


def read_product(value: pb.Product.ValueType) -> Product:
    """Read what is bought. Raises ``ProductMissing``."""
    for product, known in _PRODUCTS.items():
        if known == value:
            return product
    raise ProductMissing(str(value))


def read_cursor(text: str) -> tuple[datetime, UUID] | None:
    """Read where a page before ended. Raises ``CursorUnreadable``."""
    if not text:
        return None
    try:
        at, _, number = text.partition("|")
        return datetime.fromisoformat(at).astimezone(UTC), UUID(number)
    except (ValueError, OverflowError) as error:
        raise CursorUnreadable(text[:60]) from error


def read_rank(text: str) -> int | None:
    """Read at which line of the statement a page before ended. Raises ``CursorUnreadable``."""
    if not text:
        return None
    if not _RANK.fullmatch(text):
        raise CursorUnreadable(text[:60])
    return int(text)


def cursor(places: Sequence[tuple[datetime, UUID]], limit: int) -> str:
    """Return where a full page ends; empty when it is not full."""
    if len(places) < limit:
        return ""
    at, number = places[-1]
    return f"{at.isoformat()}|{number}"


def wallet(value: Wallet, *, low_below: Money) -> pb.GetWalletResponse:
    """Write what an account has."""
    return pb.GetWalletResponse(
        available_cents=value.available.cents,
        held_cents=value.held.cents,
        version=value.version,
        is_frozen=bool(value.frozen_for),
        low_below_cents=low_below.cents,
    )


def price(value: Price) -> pb.Price:
    """Write a price."""
    return pb.Price(
        product=_PRODUCTS[value.product],
        net_cents=value.split.net.cents,
        vat_cents=value.split.vat.cents,
        gross_cents=value.split.gross.cents,
        vat_rate_bp=value.split.rate_bp,
        valid_from=value.valid_from.isoformat(),
    )


def hold(value: Hold) -> pb.HoldRecord:
    """Write credit set aside."""
    return pb.HoldRecord(
        key=value.key,
        account_id=str(value.account_id),
        state=_HOLD_STATES[value.state],
        price=price(value.price) if value.price else None,
        cause=value.cause,
        held_at=_instant(value.held_at),
        settled_at=_instant(value.settled_at),
        captured_on=value.captured_on.isoformat() if value.captured_on else "",
    )


def credit_note(value: CreditNote, price_: Price) -> pb.CreditNote:
    """Write what gave a captured hold back."""
    return pb.CreditNote(
        number=value.number,
        issued_at=_instant(value.issued_at),
        price=price(price_),
        cause=value.cause,
        on_day=value.on_day.isoformat(),
        corrects_entry_id=str(value.corrects or ""),
    )


def top_up(value: TopUp, *, for_staff: bool = False) -> pb.TopUp:
    """Write a purchase of credit; what staff must look at is told to them alone."""
    is_open = value.state is TopUpState.PENDING
    return pb.TopUp(
        top_up_id=str(value.id),
        amount_cents=value.amount.cents,
        state=_TOP_UP_STATES[value.state],
        created_at=_instant(value.created_at),
        paid_at=_instant(value.paid_at),
        receipt_number=value.receipt_number,
        checkout_url=value.checkout_url if is_open else "",
        refunded_cents=value.refunded.cents,
        is_disputed=value.is_disputed,
        method=_METHODS[value.method],
        received_on=value.received_on.isoformat() if value.received_on else "",
        alert=value.alert if for_staff else "",
    )


def reviewed(value: Wallet, *, owed: Money = ZERO) -> pb.ReviewedWallet:
    """Write an account's money as staff see it."""
    return pb.ReviewedWallet(
        account_id=str(value.account_id),
        available_cents=value.available.cents,
        held_cents=value.held.cents,
        owed_cents=owed.cents,
        frozen_for=_FREEZES[value.frozen_for],
        version=value.version,
    )


def act(value: StaffAct) -> pb.StaffAct:
    """Write something that staff did."""
    return pb.StaffAct(
        at=_instant(value.at),
        actor=value.by.name,
        action=value.action.value,
        note=value.note,
        facts=value.facts,
    )


def entry(line: StatementLine) -> pb.StatementEntry:
    """Write a line of the statement."""
    value = line.entry
    product = _PRODUCTS[Product(value.product)] if value.product else pb.PRODUCT_UNSPECIFIED
    return pb.StatementEntry(
        entry_id=str(line.id),
        kind=_ENTRY_KINDS[value.kind],
        available_change_cents=value.available_change.cents,
        available_after_cents=line.available_after.cents,
        held_change_cents=value.held_change.cents,
        cause_key=value.key.partition(":")[2],
        cause=value.cause,
        product=product,
        occurred_at=_instant(value.at),
        on_day=value.on_day.isoformat(),
        owed_change_cents=value.owed_change.cents,
        credit_note_number=line.credit_note,
    )


def _instant(at: datetime | None) -> Timestamp | None:
    if at is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(at)
    return stamp
