import pytest

from kit.text import tidy


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
    ],
)
def test_a_text_is_kept_as_it_prints(typed: str, printed: str) -> None:
    assert tidy(typed) == printed
    assert tidy(printed) == printed
