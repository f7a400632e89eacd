import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.letters.domain.words import all_begin, folded, search_words, spans, words


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("Mutuelle Val d’Ambre", "mutuelle val d ambre"),
        ("CAP ÉMERAUDE", "cap emeraude"),
        ("Œuvre & Cie", "oeuvre cie"),
        ("VA-88-204417", "va 88 204417"),
        ("  Straße\u00a0n° 3 ", "strasse n 3"),
        ("Łucja", "ucja"),  # no accent to drop: the letter itself is not a-z
        ("", ""),
    ],
)
def test_folding_keeps_letters_and_digits(typed: str, plain: str) -> None:
    assert folded(typed) == plain


def test_a_reference_is_found_with_or_without_its_dashes() -> None:
    found = search_words("VA-88-204417")

    assert all_begin("va88", found)
    assert all_begin("88 va", found)
    assert not all_begin("va 89", found)


def test_an_endless_word_is_cut() -> None:
    assert words("x" * 500) == ("x" * 40,)


@pytest.mark.parametrize(
    ("query", "underlined"),
    [
        ("gar", ["Gar"]),
        ("garan ass", ["Garan", "ass"]),
        ("É", []),
        ("z", []),
        ("", []),
    ],
)
def test_the_letters_typed_are_underlined(query: str, underlined: list[str]) -> None:
    name = "La Garancière, assurances"

    assert [name[start:end] for start, end in spans(query, name)] == underlined


def test_a_ligature_is_underlined_whole() -> None:
    name = "Œuvre d’entraide"

    assert [name[start:end] for start, end in spans("oeu", name)] == ["Œu"]


@given(st.text(max_size=80))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@given(st.text(max_size=60), st.text(max_size=60))
def test_spans_lie_inside_the_text_and_never_cross(query: str, name: str) -> None:
    ends = 0
    for start, end in spans(query, name):
        assert ends <= start < end <= len(name)
        ends = end
