"""The one-page document that the sandbox writes by itself."""

import io

import pikepdf
import pytest

from local.sandbox.sheet import Line, write

LINES = [
    Line("Preuve de dépôt (démonstration)", bold=True, size_pt=18),
    Line(""),
    Line("Un texte \\ assez long pour tenir sur plusieurs lignes. " * 6),
    Line("deux\nlignes"),
]


@pytest.mark.parametrize("title", ["Preuve (1)", "Œuvre \\ de démonstration 🙂", ""])
def test_a_sheet_is_a_sound_pdf(title: str) -> None:
    data = write(title, LINES)

    with pikepdf.open(io.BytesIO(data)) as document:
        assert document.check_pdf_syntax() == []
        assert document.get_warnings() == []
        assert len(document.pages) == 1
        assert str(document.docinfo["/Title"]) == title
        drawn = document.pages[0].Contents.read_bytes()
    assert drawn.count(b" Tj") == 7
    assert r"(Preuve de dépôt \(démonstration\)) Tj".encode("cp1252") in drawn
    assert b"(deux lignes) Tj" in drawn


def test_the_same_words_are_the_same_bytes() -> None:
    assert write("Preuve", LINES) == write("Preuve", LINES)
    assert write("Preuve", LINES) != write("Preuve", LINES[1:])
