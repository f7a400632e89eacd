from datetime import date
from itertools import product as pairs

import pytest

from kit.ids import new_id
from kit.money import Money
from services.billing.domain.hold import (
    NEXT,
    Hold,
    HoldCaptured,
    HoldKeyReused,
    HoldReleased,
    HoldState,
    PriceChanged,
    check_price,
)
from services.billing.domain.ledger import Bucket
from services.billing.domain.tariff import Product
from services.billing.tests.builders import NOW, TODAY, a_hold, tariff

ACCOUNT = new_id()
PRICE = tariff().price(Product.LRE_ACKNOWLEDGED, TODAY)


def in_state(state: HoldState) -> Hold:
    hold, _ = a_hold("send:1:1", account_id=ACCOUNT)
    match state:
        case HoldState.HELD:
            return hold
        case HoldState.CAPTURED:
            return hold.capture(on_day=TODAY, at=NOW)[0]
        case HoldState.RELEASED:
            return hold.release(on_day=TODAY, at=NOW)[0]
        case HoldState.REVERSED:
            return in_state(HoldState.CAPTURED).reverse(cause="27-00012", on_day=TODAY, at=NOW)[0]


def test_a_capture_pays_us_and_the_state() -> None:
    captured, entry = in_state(HoldState.HELD).capture(on_day=TODAY, at=NOW)

    assert entry is not None
    assert captured.captured_on == TODAY
    assert entry.postings == {
        Bucket.HELD: Money(-540),
        Bucket.REVENUE: Money(450),
        Bucket.VAT: Money(90),
    }


def test_a_release_gives_all_of_it_back() -> None:
    _, entry = in_state(HoldState.HELD).release(on_day=TODAY, at=NOW)

    assert entry is not None
    assert entry.postings == {Bucket.HELD: Money(-540), Bucket.AVAILABLE: Money(540)}


def test_a_reversal_takes_from_us_and_the_state_what_the_capture_gave() -> None:
    captured = in_state(HoldState.CAPTURED)

    back, entry = captured.reverse(cause="27-00012", on_day=date(2027, 2, 1), at=NOW)

    assert entry is not None
    assert entry.postings == {
        Bucket.REVENUE: Money(-450),
        Bucket.VAT: Money(-90),
        Bucket.AVAILABLE: Money(540),
    }
    assert (entry.cause, entry.on_day) == ("27-00012", date(2027, 2, 1))
    assert (back.state, back.captured_on) == (HoldState.REVERSED, TODAY)
    assert back.settled_at == captured.settled_at


def test_nothing_is_reversed_before_it_is_captured() -> None:
    held = in_state(HoldState.HELD)

    assert held.reverse(cause="27-00012", on_day=TODAY, at=NOW) == (held, None)
    with pytest.raises(HoldReleased):
        in_state(HoldState.RELEASED).reverse(cause="27-00012", on_day=TODAY, at=NOW)


def test_a_repeated_settlement_moves_nothing() -> None:
    captured, released = in_state(HoldState.CAPTURED), in_state(HoldState.RELEASED)
    reversed_ = in_state(HoldState.REVERSED)

    assert captured.capture(on_day=TODAY, at=NOW) == (captured, None)
    assert released.release(on_day=TODAY, at=NOW) == (released, None)
    assert reversed_.capture(on_day=TODAY, at=NOW) == (reversed_, None)
    assert reversed_.reverse(cause="27-00012", on_day=TODAY, at=NOW) == (reversed_, None)


def test_what_was_given_back_cannot_be_used() -> None:
    with pytest.raises(HoldReleased):
        in_state(HoldState.RELEASED).capture(on_day=TODAY, at=NOW)


def test_what_was_used_cannot_be_given_back() -> None:
    for used in (HoldState.CAPTURED, HoldState.REVERSED):
        with pytest.raises(HoldCaptured):
            in_state(used).release(on_day=TODAY, at=NOW)


@pytest.mark.parametrize(("start", "end"), list(pairs(HoldState, HoldState)))
def test_only_the_moves_of_the_table_exist(start: HoldState, end: HoldState) -> None:
    allowed = end in NEXT.get(start, frozenset())

    if allowed:
        assert in_state(start)._to(end, NOW).state is end
    else:
        with pytest.raises(ValueError, match="->"):
            in_state(start)._to(end, NOW)


@pytest.mark.parametrize("state", [HoldState.HELD, HoldState.CAPTURED])
def test_a_repeated_hold_is_answered_with_what_stands(state: HoldState) -> None:
    assert in_state(state).repeated(ACCOUNT, PRICE).state is state


def test_nothing_is_done_on_the_strength_of_a_released_hold() -> None:
    for gone in (in_state(HoldState.RELEASED), Hold.tombstone(ACCOUNT, "send:1:1", at=NOW)):
        with pytest.raises(HoldReleased):
            gone.repeated(ACCOUNT, PRICE)


def test_a_key_names_one_cause_of_one_account() -> None:
    with pytest.raises(HoldKeyReused):
        in_state(HoldState.HELD).repeated(new_id(), PRICE)
    with pytest.raises(HoldKeyReused):
        in_state(HoldState.HELD).repeated(ACCOUNT, tariff().price(Product.LRE_SIMPLE, TODAY))


def test_a_price_that_is_not_the_agreed_one_is_said() -> None:
    with pytest.raises(PriceChanged) as refused:
        check_price(PRICE, Money(500))

    assert refused.value.facts == {"expected_cents": "500", "gross_cents": "540"}
    check_price(PRICE, Money(540))
    check_price(PRICE, None)
