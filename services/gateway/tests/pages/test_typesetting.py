"""French on the page."""

from datetime import UTC, date, datetime

import pytest
from jinja2 import DictLoader, Environment

from services.gateway.pages import typesetting as french

NBSP, THIN = "\u00a0", "\u202f"


@pytest.mark.parametrize(
    ("template", "page"),
    [
        ("<p>Qui résilie ?</p>", f"<p>Qui résilie{THIN}?</p>"),
        ("<p>L'envoi : {{ x }} !</p>", f"<p>L’envoi{NBSP}: X{THIN}!</p>"),
        ('<a title="l\'envoi ?">x</a>', '<a title="l\'envoi ?">x</a>'),
        ('<a href="{{ x }}?a=1" title="l\'x">l\'y</a>', '<a href="X?a=1" title="l\'x">l’y</a>'),
        ("<code>l'x ?</code> l'y", "<code>l'x ?</code> l’y"),
        ("{% if x %}l'un{% endif %} l'autre", "l’un l’autre"),
    ],
)
def test_the_text_of_templates_is_typeset_and_tags_are_left_alone(template: str, page: str) -> None:
    environment = Environment(
        loader=DictLoader({"page": template}), extensions=[french.FrenchText], autoescape=True
    )

    assert environment.get_template("page").render(x="X") == page


def test_the_first_of_a_month_is_raised_and_nothing_else() -> None:
    assert (
        french.long_day("2027-01-01")
        == f'vendredi 1<sup class="ord">er</sup>{NBSP}janvier{NBSP}2027'
    )
    assert "sup" not in french.long_day("2027-01-11")
    assert french.long_day("") == ""


def test_a_sentence_from_elsewhere_is_escaped() -> None:
    assert (
        french.prose("<b>le 1er mars</b>")
        == f'&lt;b&gt;le 1<sup class="ord">er</sup>{NBSP}mars&lt;/b&gt;'
    )


def test_instants_are_told_in_paris() -> None:
    summer_night = datetime(2026, 6, 30, 22, 30, 12, tzinfo=UTC)

    assert (
        french.instant(summer_night)
        == f'1<sup class="ord">er</sup>{NBSP}juil.{NBSP}2026, 0{NBSP}h{NBSP}30'
    )
    assert french.instant_to_the_second(summer_night).endswith(f"min{NBSP}12{NBSP}s")
    assert french.hour(datetime(2026, 11, 23, 19, 0, tzinfo=UTC)) == f"20{NBSP}h"


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ((2026, 12, 8, 8, 5), "9 h 05"),  # today, in Paris
        ((2026, 12, 7, 23, 30), "0 h 30"),
        ((2026, 12, 5, 17, 3), "sam. 18 h 03"),
        ((2026, 12, 1, 7, 0), '1<sup class="ord">er</sup> déc., 8 h 00'),
        ((2025, 12, 31, 7, 0), "31 déc. 2025, 8 h 00"),
    ],
)
def test_what_is_recent_is_told_briefly(at: tuple[int, ...], told: str) -> None:
    year, month, day, hour, minute = at
    moment = datetime(year, month, day, hour, minute, tzinfo=UTC)

    assert french.lately(moment, date(2026, 12, 8)).replace(NBSP, " ") == told


def test_sums_carry_their_sign() -> None:
    assert french.signed_euros(-540) == f"−{NBSP}5,40{NBSP}€"
    assert french.signed_euros(10_000) == f"+{NBSP}100,00{NBSP}€"


def test_labels_give_their_abbreviation_to_lists() -> None:
    assert french.abbreviated("Résiliation infra-annuelle santé (RIA)") == "RIA"
    assert french.abbreviated("Loi Hamon") == "Loi Hamon"


def test_names_are_shortened_for_lists() -> None:
    assert french.initials("Camille Le Roux") == "CR"
    assert french.short_name("Camille Roux") == f"Camille{NBSP}R."
