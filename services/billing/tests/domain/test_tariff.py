from datetime import date

import pytest

from kit.money import Money
from services.billing.domain.tariff import AmountNotOffered, NotSold, Product, Tariff
from services.billing.tests.builders import tariff
from tests.support.time import day

ROW = '[[price]]\nproduct = "LRE_SIMPLE"\nnet_cents = {net}\nvat_rate_bp = 2000\nfrom = {start}\n'
HEAD = "low_below_cents = 2000\n[top_up]\nleast_cents = 2000\nmost_cents = 500000\n"


@pytest.mark.parametrize(
    ("product", "net", "vat", "gross"),
    [
        (Product.LRE_SIMPLE, "3.00", "0.60", "3.60"),
        (Product.LRE_ACKNOWLEDGED, "4.50", "0.90", "5.40"),
        (Product.LRE_QUALIFIED, "5.50", "1.10", "6.60"),
        (Product.E_SIGNATURE, "1.50", "0.30", "1.80"),
        (Product.IDENTITY_CHECK, "12.00", "2.40", "14.40"),
        (Product.CLOSING_FEE, "25.00", "5.00", "30.00"),
    ],
)
def test_the_published_prices(product: Product, net: str, vat: str, gross: str) -> None:
    split = tariff().price(product, day("Wed 2027-01-13")).split

    assert (split.net, split.vat, split.gross) == (
        Money.euros(net), Money.euros(vat), Money.euros(gross),
    )  # fmt: skip


def test_nothing_is_sold_before_the_first_price() -> None:
    with pytest.raises(NotSold):
        tariff().price(Product.LRE_SIMPLE, day("Wed 2025-12-31"))


@pytest.mark.parametrize(
    ("on", "net"),
    [
        ("Thu 2026-12-31", 300),
        ("Fri 2027-01-01", 320),  # the day on which the new price begins
    ],
)
def test_a_price_holds_until_the_next_begins(on: str, net: int) -> None:
    text = (
        HEAD
        + ROW.format(net=300, start="2026-01-01")
        + "until = 2027-01-01\n"
        + ROW.format(net=320, start="2027-01-01")
    )

    assert Tariff.read(text).price(Product.LRE_SIMPLE, day(on)).split.net == Money(net)


def test_two_prices_of_one_product_never_hold_together() -> None:
    text = HEAD + ROW.format(net=300, start="2026-01-01") + ROW.format(net=320, start="2027-01-01")

    with pytest.raises(ValueError, match="two prices"):
        Tariff.read(text)


def test_a_price_whose_vat_is_no_whole_cent_is_refused() -> None:
    with pytest.raises(ValueError, match="whole number"):
        Tariff.read(HEAD + ROW.format(net=299, start="2026-01-01"))


@pytest.mark.parametrize("cents", [2000, 2100, 10_000, 500_000])
def test_amounts_on_offer(cents: int) -> None:
    tariff().check_top_up(Money(cents))


@pytest.mark.parametrize("cents", [0, -2000, 1900, 2050, 500_100])
def test_amounts_not_on_offer(cents: int) -> None:
    with pytest.raises(AmountNotOffered) as refused:
        tariff().check_top_up(Money(cents))

    assert refused.value.facts == {"least_cents": "2000", "most_cents": "500000"}


def test_the_list_of_a_day_has_each_product_once() -> None:
    listed = [price.product for price in tariff().on(date(2027, 1, 13))]

    assert sorted(listed) == sorted(Product)
