from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from kit.money import Money
from services.billing.domain.card import CardState
from services.billing.domain.ledger import Bucket
from services.billing.domain.numbering import Series, paper_number
from services.billing.domain.receipt import receipt_of
from services.billing.domain.top_up import TopUpNotPaid, TopUpState, return_entry, undone_entry
from services.billing.tests.builders import NOW, TODAY, a_refund, a_top_up, news

WAITS, BANK, PAID, FAILED = (
    TopUpState.PENDING, TopUpState.PROCESSING, TopUpState.PAID, TopUpState.FAILED,
)  # fmt: skip
SAID = (CardState.OPEN, CardState.PROCESSING, CardState.PAID, CardState.FAILED)


@pytest.mark.parametrize(
    ("state", "becomes"),  # when the card company says: open, processing, paid, failed
    [
        (WAITS,  (WAITS,  BANK,   PAID, FAILED)),
        (BANK,   (BANK,   BANK,   PAID, FAILED)),
        (PAID,   (PAID,   PAID,   PAID, PAID)),
        (FAILED, (FAILED, FAILED, PAID, FAILED)),
    ],
)  # fmt: skip
def test_news_moves_a_purchase_forward_only(
    state: TopUpState, becomes: tuple[TopUpState, ...]
) -> None:
    top_up = a_top_up(state=state, payment_id="pi_1" if state is PAID else "")

    assert tuple(top_up.heard(news(said), expects_live=False).state for said in SAID) == becomes


def test_the_order_of_news_changes_nothing() -> None:
    ends = set()
    for order in permutations([CardState.OPEN, CardState.PROCESSING, CardState.PAID]):
        top_up = a_top_up()
        for said in order:
            top_up = top_up.heard(news(said), expects_live=False)
        ends.add(top_up.state)

    assert ends == {PAID}


@pytest.mark.parametrize(
    ("changes", "alert"),
    [
        ({"amount": Money(9_999)}, "amount-differs"),
        ({"currency": "usd"}, "amount-differs"),
        ({"is_live": True}, "test-payment"),
    ],
)
def test_money_that_is_not_what_was_agreed_is_not_credited(
    changes: dict[str, Any], alert: str
) -> None:
    heard = a_top_up().heard(news(**changes), expects_live=False)

    assert (heard.state, heard.alert) == (WAITS, alert)


def test_in_production_only_real_money_counts() -> None:
    assert a_top_up().heard(news(), expects_live=True).alert == "test-payment"
    assert a_top_up().heard(news(is_live=True), expects_live=True).state is PAID


def test_a_paid_purchase_is_credited_under_its_receipt() -> None:
    paid, entry = a_top_up(state=PAID).receipted("RC-2027-000001", NOW)

    assert paid.paid_at == NOW
    assert (entry.cause, entry.on_day) == ("RC-2027-000001", TODAY)
    assert entry.postings == {Bucket.CARDS: Money(-10_000), Bucket.AVAILABLE: Money(10_000)}


def test_a_purchase_is_looked_at_less_and_less_often() -> None:
    top_up, now, looks = a_top_up(), NOW, []
    while (at := top_up.look_again_at(now)) is not None:
        looks.append(at - NOW)
        now = at

    assert looks == [timedelta(minutes=m) for m in (5, 30, 120, 480, 1455)]


@pytest.mark.parametrize("state", [PAID, FAILED])
def test_a_settled_purchase_is_not_looked_at(state: TopUpState) -> None:
    assert a_top_up(state=state).look_again_at(NOW) is None


def test_a_silent_bank_is_asked_every_day() -> None:
    now = NOW + timedelta(days=3)

    assert a_top_up(state=BANK).look_again_at(now) == now + timedelta(days=1)


def test_a_page_that_never_opened_is_given_up_after_a_day() -> None:
    top_up = a_top_up()

    assert not top_up.given_up(NOW + timedelta(hours=23))
    assert top_up.given_up(NOW + timedelta(hours=24))
    assert not replace(top_up, session_id="cs_1").given_up(NOW + timedelta(hours=24))


def test_a_refund_beyond_the_credit_left_is_a_debt() -> None:
    entry = return_entry(a_top_up(), a_refund(400), taken=Money(300), at=NOW)

    assert entry.postings == {
        Bucket.AVAILABLE: Money(-300),
        Bucket.OWED: Money(-100),
        Bucket.CARDS: Money(400),
    }


@pytest.mark.parametrize(
    ("owed", "available"),
    [(100, 300), (0, 400), (60, 340), (900, 0)],  # as it was, paid since, partly, more since
)
def test_money_that_comes_back_pays_what_is_owed_by_then(owed: int, available: int) -> None:
    undone = undone_entry(a_top_up(), a_refund(400), owed=Money(owed), at=NOW)

    assert undone.available_change == Money(available)
    assert undone.owed_change == Money(400 - available)
    assert undone.key == "refund:re_1:undone"


@pytest.mark.parametrize(("owed", "available"), [(0, 10_000), (2_500, 7_500), (12_000, 0)])
def test_credit_bought_pays_what_is_owed_first(owed: int, available: int) -> None:
    _, entry = a_top_up(state=PAID).receipted("RC-2027-000001", NOW, owed=Money(owed))

    assert entry.available_change == Money(available)
    assert entry.owed_change == Money(10_000 - available)


def test_only_a_paid_purchase_has_a_receipt() -> None:
    with pytest.raises(TopUpNotPaid):
        receipt_of(a_top_up(), TODAY)


def test_receipt_numbers_are_of_their_year() -> None:
    assert paper_number(Series.RECEIPT, 2027, 12) == "RC-2027-000012"
