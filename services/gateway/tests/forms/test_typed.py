"""What people type, read as they meant it."""

from datetime import date

import pytest

from services.gateway.forms.form import Form
from services.gateway.forms.typed import (
    NotTyped,
    digits,
    grouped,
    phone,
    read_day,
    read_euros,
    read_whole_euros,
    write_day,
)

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("01/01/2027", date(2027, 1, 1)),
        ("1/1/27", date(2027, 1, 1)),
        ("010127", date(2027, 1, 1)),
        ("01012027", date(2027, 1, 1)),
        ("1.1.2027", date(2027, 1, 1)),
        ("1-1-27", date(2027, 1, 1)),
        (" 29 02 2028 ", date(2028, 2, 29)),
        ("2027-01-01", date(2027, 1, 1)),
        ("14/03/84", date(1984, 3, 14)),
        ("01/01/36", date(2036, 1, 1)),
        ("01/01/37", date(1937, 1, 1)),
    ],
)
def test_a_day_is_read_in_every_french_writing(text: str, day: date) -> None:
    assert read_day(text, today=TODAY) == day


@pytest.mark.parametrize(
    "text", ["", "demain", "13/2027", "01/13/2027", "00/01/2027", "1/1/1", "²/1/27"]
)
def test_what_is_no_day_is_said_unreadable(text: str) -> None:
    with pytest.raises(NotTyped) as refused:
        read_day(text, today=TODAY)

    assert refused.value.reason == "day-unreadable"


def test_a_day_that_does_not_exist_says_where_its_month_stops() -> None:
    with pytest.raises(NotTyped) as refused:
        read_day("30/02/2027", today=TODAY)

    assert refused.value.reason == "day-does-not-exist"
    assert refused.value.facts == {"month_name": "février 2027", "last_number": "28"}


def test_a_day_is_echoed_in_full_and_nonsense_as_typed() -> None:
    assert write_day("2027-01-01") == "01/01/2027"
    assert write_day("demain") == "demain"


@pytest.mark.parametrize(
    ("text", "cents"),
    [("150", 15_000), ("1 200", 120_000), ("1 200 €", 120_000), ("20,00 €", 2_000)],
)
def test_a_sum_is_read_in_whole_euros(text: str, cents: int) -> None:
    assert read_whole_euros(text) == cents


@pytest.mark.parametrize("text", ["", "12,50", "-20", "cent", "1e3", "99999999"])
def test_a_sum_with_cents_or_words_is_refused(text: str) -> None:
    with pytest.raises(NotTyped) as refused:
        read_whole_euros(text)

    assert refused.value.reason == "amount-unreadable"


def test_numbers_take_any_spacing_but_keep_what_is_no_number() -> None:
    assert digits("000 651 406 00012") == "00065140600012"
    assert digits("07.045.812") == "07045812"
    assert digits("07 O45 812") == "07 O45 812"  # a letter O: the owner of the rule says so


def test_numbers_are_shown_in_groups() -> None:
    assert grouped("07045812", 2, 3, 3) == "07\u00a0045\u00a0812"
    assert grouped("0704581", 2, 3, 3) == "0704581"
    assert phone("+33465711234") == "04\u00a065\u00a071\u00a012\u00a034"
    assert phone("+3226432100") == "+3226432100"


def test_a_form_names_all_its_mistakes_and_the_first_on_a_field_stands() -> None:
    form = Form.of({"start": "30/02/2027", "end": "", "sum": "12,50"})

    form.day("start", today=TODAY)
    form.day("end", today=TODAY, required=True)
    form.whole_euros("sum")
    form.mistake("start", "too-late")

    reasons = {name: error.reason for name, error in form.errors.items()}
    assert reasons == {
        "start": "day-does-not-exist",
        "end": "field-required",
        "sum": "amount-unreadable",
    }


def test_an_optional_day_left_empty_is_no_mistake() -> None:
    form = Form.of({})

    assert form.day("birth", today=TODAY) == ""
    assert not form.errors


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("1 284,40 €", 128_440),
        ("1284.4", 128_440),
        ("150", 15_000),
        ("0,05", 5),
        ("1\u202f000,00", 100_000),
    ],
)
def test_a_sum_is_read_to_the_cent(text: str, cents: int) -> None:
    assert read_euros(text) == cents


@pytest.mark.parametrize("text", ["", "x", "-5", "1,234", "12345678", "1,2,3"])
def test_a_sum_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(NotTyped):
        read_euros(text)
