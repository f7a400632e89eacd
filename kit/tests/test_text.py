import pytest

from kit.text import is_piled, tidy, tidy_lines


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("  Hélène\tMarchetti \n", "Hélène Marchetti"),
        ("He\u0301le\u0300ne", "Hélène"),
        ("Val\u00a0d’Ambre", "Val d’Ambre"),
        ("gnp\u202eexe.\u2066\u061c", "gnpexe."),
        ("a\u200bb\ufeffc\u00add\U000e0041", "abcd"),
        ("a \u200b b", "a b"),
        ("a\r\nBcc: b@c.example", "a Bcc: b@c.example"),
        ("a\x00\x1b[31mb\x85c\u2028d", "a[31mb c d"),
        ("Z" + "\u0316" * 40, "Z" + "\u0316" * 4),
        ("😀 <b>&amp;</b>", "😀 <b>&amp;</b>"),
        ("\u3164 \u2800\u115f\uffa0\u17b4", ""),
        ("a\ufe0f\u034f\u180bb\U000e0100", "ab"),
    ],
)
def test_a_text_is_kept_as_it_prints(typed: str, printed: str) -> None:
    assert tidy(typed) == printed
    assert tidy(printed) == printed


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("\r\n Vu \tau guichet. \r\n\r\n\r\nSigné\u202e\n", "Vu au guichet.\n\nSigné"),
        ("a\u2028b\x0bc\x85d", "a\nb\nc\nd"),
        (" \u200b\n ", ""),
    ],
)
def test_a_note_keeps_its_lines(typed: str, printed: str) -> None:
    assert tidy_lines(typed) == printed
    assert tidy_lines(printed) == printed


@pytest.mark.parametrize(
    ("text", "piled"),
    [
        ("Hélène " * 100, False),
        ("e\u0301" * 1_000, False),
        ("Z" + "\u0316" * 200, False),
        ("Z" + "\u0316" * 201, True),
        ("-" * 500 + "\u0300\u0316" * 101, True),
        ("-" * 1_000 + "\u0316", False),
        ("a\U0001d165\u3099" * 3 + "\U0001d165" * 200, True),
    ],
    ids=["accents", "apart", "high", "too high", "after dashes", "dashes", "far away"],
)
def test_a_pile_of_marks_is_seen_before_it_is_composed(text: str, piled: bool) -> None:
    assert is_piled(text) is piled
