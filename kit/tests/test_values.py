from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import clock, errors, failpoints, ids
from kit.money import Money, VatSplit


@pytest.mark.parametrize(("text", "cents"), [("12.50", 1250), ("0", 0), ("-3.01", -301)])
def test_euros_are_read_exactly(text: str, cents: int) -> None:
    assert Money.euros(text) == Money(cents)


def test_input_below_a_cent_is_refused() -> None:
    with pytest.raises(ValueError, match="more precise"):
        Money.euros("12.505")


@pytest.mark.parametrize(
    ("cents", "rate", "expected"),
    [(1200, "0.2", 240), (3, "0.5", 2), (-3, "0.5", -2), (1, "0.2", 0)],
)
def test_half_a_cent_goes_away_from_zero(cents: int, rate: str, expected: int) -> None:
    assert Money(cents).at_rate(Decimal(rate)) == Money(expected)


@given(st.integers(0, 10**9), st.integers(0, 10_000))
def test_an_amount_and_its_vat_always_add_up(cents: int, rate_bp: int) -> None:
    from_net = VatSplit.of_net(Money(cents), rate_bp)
    from_gross = VatSplit.of_gross(Money(cents), rate_bp)

    assert from_net.net + from_net.vat == from_net.gross
    assert from_gross.gross == Money(cents)


@given(st.integers(0, 10**7).map(lambda n: 5 * n))
def test_prices_that_are_multiples_of_five_cents_split_alike_both_ways(net: int) -> None:
    split = VatSplit.of_net(Money(net), 2000)

    assert VatSplit.of_gross(split.gross, 2000) == split


def test_ids_sort_by_creation() -> None:
    made = [ids.new_id() for _ in range(1000)]

    assert made == sorted(made)
    assert {each.version for each in made} == {7}


@pytest.mark.parametrize(
    "text", ["", "42", "urn:uuid:0190a7b0-0000-7000-8000-000000000000", "x" * 99]
)
def test_what_is_no_canonical_id_is_refused(text: str) -> None:
    with pytest.raises(ids.UnreadableId) as refused:
        ids.parse_id(text)

    assert refused.value.kind is errors.Kind.INVALID


def test_a_canonical_id_is_read() -> None:
    value = ids.new_id()

    assert ids.parse_id(str(value)) == value


def test_a_derived_id_is_stable_and_tells_parts_apart() -> None:
    assert ids.derived_id("a", 1) == ids.derived_id("a", 1)
    assert ids.derived_id("ab", "c") != ids.derived_id("a", "bc")
    assert ids.derived_id("send", 7) == UUID("6fa74143-287a-5698-b892-ba296d4cb523")


def test_tokens_differ_and_their_hash_does_not() -> None:
    token = ids.new_token()

    assert token != ids.new_token()
    assert len(token) >= 43
    assert ids.token_hash(token) == ids.token_hash(token) != token


def test_a_clock_is_found_by_name() -> None:
    assert clock.load_clock("system") is clock.system_clock
    assert clock.load_clock("kit.clock:system_clock") is clock.system_clock


@pytest.mark.parametrize("spec", ["", "kit.clock", "kit.clock:none", "no.such.module:clock"])
def test_a_clock_that_is_nowhere_stops_the_start(spec: str) -> None:
    with pytest.raises(ValueError, match="no clock"):
        clock.load_clock(spec)


def test_the_system_clock_is_aware() -> None:
    assert clock.system_clock().utcoffset() == timedelta(0)


def test_all_wrong_fields_are_named_at_once() -> None:
    refusal = errors.InvalidFields(
        [errors.FieldError("email", "empty"), errors.FieldError("phone", "not-a-phone")]
    )

    assert [each.field for each in refusal.errors] == ["email", "phone"]
    assert refusal.kind is errors.Kind.INVALID


def test_a_refusal_carries_its_facts() -> None:
    refusal = errors.TryAgain("busy", seconds="3")

    assert refusal.facts == {"seconds": "3"}
    assert str(refusal) == "busy"


def test_a_failpoint_does_nothing_unless_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREAVIS_FAILPOINT", "another.place")

    failpoints.failpoint("kit.test.here")


def test_a_failpoint_crashes_once() -> None:
    with failpoints.crash_at("kit.test.here"), pytest.raises(failpoints.Crashed):
        failpoints.failpoint("kit.test.here")

    failpoints.failpoint("kit.test.here")


def test_failpoints_are_listed_from_the_source(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('failpoint("b.c.d")\nfailpoint("a.b.c")\nother("x")\n')

    assert failpoints.declared_in(tmp_path) == ["a.b.c", "b.c.d"]
