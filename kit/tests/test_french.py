from datetime import UTC, date, datetime
from pathlib import Path

import jinja2
import pytest

from kit import french
from kit.templating import environment

N, T = "\u00a0", "\u202f"


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Objet : résiliation", f"Objet{N}: résiliation"),
        ("Pourquoi ? Parce que !", f"Pourquoi{T}? Parce que{T}!"),
        ("Un ; deux", f"Un{T}; deux"),
        ("« Lettre »", f"«{T}Lettre{T}»"),
        ("«Lettre»", f"«{T}Lettre{T}»"),
        ("l'échéance", "l’échéance"),
        ("1 284,40 €", f"1{N}284,40{N}€"),
        ("12 345 678 €", f"12{N}345{N}678{N}€"),
        ("SIREN 000 412 783", f"SIREN 000{N}412{N}783"),
        ("04 65 71 12 34", f"04{N}65{N}71{N}12{N}34"),
        ("à 14 h 48", f"à 14{N}h{N}48"),
        ("le 29 novembre 2026", f"le 29{N}novembre 2026"),
        ("le 1er janvier", f"le 1er{N}janvier"),
        ("contrat n° 12", f"contrat n°{N}12"),
        ("article L. 113-15-2", f"article L.{N}113-15-2"),
        ("art. R. 53-3", f"art.{N}R.{N}53-3"),
        ("Mme Vial et M. Roy", f"Mme{N}Vial et M.{N}Roy"),
        ("20 % et 10 Mo", f"20{N}% et 10{N}Mo"),
        ("https://preavis.example/a?b=1;c", "https://preavis.example/a?b=1;c"),
        ("de 10:30 à 11:00", "de 10:30 à 11:00"),
        ("rien à changer.", "rien à changer."),
    ],
)
def test_spaces_never_break_where_french_forbids_it(typed: str, printed: str) -> None:
    assert french.typography(typed) == printed
    assert french.typography(printed) == printed


def test_dates_hours_and_sums_read_as_the_pages_show_them() -> None:
    day = date(2026, 11, 29)

    assert french.long_day(day) == f"dimanche 29{N}novembre{N}2026"
    assert french.plain_day(date(2027, 1, 1)) == f"1er{N}janvier{N}2027"
    assert french.short_day(day) == f"29{N}nov.{N}2026"
    assert french.instant_hm(datetime(2026, 11, 29, 13, 48, tzinfo=UTC)) == f"14{N}h{N}48"
    assert french.instant_hm(datetime(2026, 7, 1, 7, 5, tzinfo=UTC)) == f"9{N}h{N}05"


@pytest.mark.parametrize(
    ("cents", "printed"),
    [
        (128_440, f"1{N}284,40{N}€"),
        (5, f"0,05{N}€"),
        (0, f"0,00{N}€"),
        (-1_200, f"−12,00{N}€"),
        (123_456_789, f"1{N}234{N}567,89{N}€"),
    ],
)
def test_a_sum_has_two_decimals_and_its_thousands_apart(cents: int, printed: str) -> None:
    assert french.euros(cents) == printed


def test_html_is_escaped_and_text_is_not(tmp_path: Path) -> None:
    for name in ("a.html", "a.txt"):
        (tmp_path / name).write_text("{{ name|typography }}")
    templates = environment(tmp_path)

    assert templates.get_template("a.html").render(name="<b> ?") == f"&lt;b&gt;{T}?"
    assert templates.get_template("a.txt").render(name="<b>") == "<b>"


def test_what_a_template_lacks_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("{{ absent }}")

    with pytest.raises(jinja2.UndefinedError):
        environment(tmp_path).get_template("a.html").render()
