from datetime import date

import pytest

from kit.errors import InvalidFields
from kit.ids import new_id
from kit.money import Money
from services.billing.domain.ledger import Bucket
from services.billing.domain.receipt import receipt_of
from services.billing.domain.staff import read_note, read_remark
from services.billing.domain.top_up import Method, TopUpState
from services.billing.domain.transfer import Transfer, read_transfer
from services.billing.tests.builders import BUYER, NOW, a_top_up

ACCOUNT = new_id()


def test_spaces_and_case_of_a_reference_do_not_count() -> None:
    read = read_transfer(" vir 2027-0113 ab ", 12_345, "2027-01-12", at=NOW)

    assert read == Transfer(
        reference="VIR2027-0113AB", amount=Money(12_345), received_on=date(2027, 1, 12)
    )


@pytest.mark.parametrize(
    ("reference", "cents", "received_on", "wrong"),
    [
        ("VIR", 100, "2027-01-13", {"reference"}),
        ("=cmd()", 100, "2027-01-13", {"reference"}),
        ("VIR-0001", 0, "2027-01-13", {"amount_cents"}),
        ("VIR-0001", -1, "2027-01-13", {"amount_cents"}),
        ("VIR-0001", 10_000_001, "2027-01-13", {"amount_cents"}),
        ("VIR-0001", 100, "", {"received_on"}),
        ("VIR-0001", 100, "2027-01-14", {"received_on"}),  # tomorrow
        ("VIR-0001", 100, "2026-01-11", {"received_on"}),  # more than 366 days ago
        ("", 0, "x", {"reference", "amount_cents", "received_on"}),
    ],
)
def test_every_mistake_is_named(
    reference: str, cents: int, received_on: str, wrong: set[str]
) -> None:
    with pytest.raises(InvalidFields) as refused:
        read_transfer(reference, cents, received_on, at=NOW)

    assert {error.field for error in refused.value.errors} == wrong


@pytest.mark.parametrize("received_on", ["2027-01-13", "2026-01-12"])
def test_today_and_a_year_ago_are_accepted(received_on: str) -> None:
    read = read_transfer("VIR-0001", 1, received_on, at=NOW)

    assert read.received_on.isoformat() == received_on


def test_a_reference_names_one_purchase_whoever_it_is_for() -> None:
    transfer = read_transfer("VIR-0001", 100, "2027-01-13", at=NOW)

    one, other = (transfer.top_up(account, BUYER, at=NOW) for account in (ACCOUNT, new_id()))

    assert one.id == other.id


def test_a_transfer_comes_from_our_bank_and_its_receipt_says_when() -> None:
    transfer = read_transfer("VIR-0001", 10_000, "2027-01-08", at=NOW)
    paid, entry = transfer.top_up(ACCOUNT, BUYER, at=NOW).receipted("RC-2027-000001", NOW)

    receipt = receipt_of(paid, date(2027, 1, 13))

    assert entry.postings == {Bucket.BANK: Money(-10_000), Bucket.AVAILABLE: Money(10_000)}
    assert (receipt.method, receipt.payment_reference) == (Method.TRANSFER, "VIR-0001")
    assert (receipt.paid_on, receipt.issued_on) == (date(2027, 1, 8), date(2027, 1, 13))


def test_a_card_purchase_is_paid_on_the_day_of_its_receipt() -> None:
    paid, _ = a_top_up(state=TopUpState.PAID).receipted("RC-2027-000001", NOW)

    receipt = receipt_of(paid, date(2027, 1, 13))

    assert receipt.paid_on == receipt.issued_on == date(2027, 1, 13)


@pytest.mark.parametrize("note", ["", "trop peu", " " * 30, "x" * 2001])
def test_a_reason_has_ten_to_two_thousand_characters(note: str) -> None:
    assert read_note(" dix signes ") == "dix signes"
    with pytest.raises(InvalidFields):
        read_note(note)


def test_a_remark_may_be_left_out_and_is_kept_as_it_prints() -> None:
    assert read_remark(" Relevé\tdu 12.\r\n\r\n\r\nVu\u202e\u200b ") == "Relevé du 12.\n\nVu"
    assert read_remark("") == ""
    with pytest.raises(InvalidFields):
        read_remark("x" * 2001)
