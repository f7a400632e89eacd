import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pikepdf
import pytest
from pypdf import PdfReader
from typst import TypstError

from kit import pdf
from kit.pdf import Renderer

pytestmark = pytest.mark.slow

ASSETS: Final = Path(__file__).resolve().parents[2] / ".assets"
HOUSE: Final = Path(__file__).resolve().parents[2]
TEMPLATE: Final = HOUSE / "kit" / "tests" / "sample.typ"


@pytest.fixture(scope="module")
async def renderer() -> AsyncIterator[Renderer]:
    made = Renderer(workers=1, assets_dir=ASSETS)
    await made.warm()
    yield made
    await made.close()


@pytest.fixture
async def elsewhere(tmp_path: Path) -> AsyncIterator[Renderer]:
    """A renderer whose templates stand in a folder of the test's own."""
    made = Renderer(workers=1, assets_dir=ASSETS, root=tmp_path)
    yield made
    await made.close()


def some(*paragraphs: str, heading: str = "Résiliation") -> dict[str, Any]:
    return {"title": "Lettre", "heading": heading, "paragraphs": list(paragraphs)}


def text_of(data: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


async def test_a_document_is_tagged_and_carries_its_font(renderer: Renderer) -> None:
    made = await renderer.render(some("Bonjour"), template=TEMPLATE)

    with pikepdf.open(io.BytesIO(made.pdf)) as document:
        assert document.open_metadata()["pdfuaid:part"] == "1"
        assert bool(document.Root.MarkInfo.Marked)
        assert str(document.Root.Lang) == "fr"
        fonts = document.pages[0].obj.Resources.Font
        assert all("+Lettre" in str(font.BaseFont) for font in fonts.values())


async def test_the_same_words_are_the_same_bytes(renderer: Renderer) -> None:
    first = await renderer.render(some("un"), template=TEMPLATE)

    assert await renderer.render(some("un"), template=TEMPLATE) == first
    assert await renderer.render(some("deux"), template=TEMPLATE) != first


async def test_two_workers_make_the_same_bytes(renderer: Renderer) -> None:
    other = Renderer(workers=1, assets_dir=ASSETS)
    try:
        made = await other.render(some("un"), template=TEMPLATE)
    finally:
        await other.close()

    assert made == await renderer.render(some("un"), template=TEMPLATE)


@pytest.mark.parametrize(
    "typed",
    ["#panic()", "$x$", "*gras* _penché_", "= Titre", "<étiquette>", "@renvoi", "\\ // /* */ ~ --"],
)
async def test_what_is_typed_is_never_markup(renderer: Renderer, typed: str) -> None:
    made = await renderer.render(some(typed, heading=typed), template=TEMPLATE)

    assert text_of(made.pdf).count(typed) == 2


@pytest.mark.parametrize(
    "typed",
    [
        "Łucja Dvořáková",
        "Nguyễn Thị Hồng",
        "Иванов",
        "Παπαδόπουλος",
        "a\u202fb",
    ],
)
async def test_each_letter_of_a_name_comes_out(renderer: Renderer, typed: str) -> None:
    assert typed in text_of((await renderer.render(some(typed), template=TEMPLATE)).pdf)


async def test_a_hyphen_that_parts_a_word_is_copied_as_nothing_and_the_others_as_they_are(
    renderer: Renderer,
) -> None:
    typed = "anticonstitutionnellement " * 20 + "L. 113-12"

    text = text_of((await renderer.render(some(typed), template=TEMPLATE)).pdf)

    assert "\u00ad\n" in text
    assert text.replace("\u00ad\n", "").count("anticonstitutionnellement") == 20
    assert "L. 113-12" in text


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("a\U0010fffdb", "a\ufffdb"),  # no font has it
        ("a\u0378b", "a\ufffdb"),  # nobody has given it a meaning
        ("a\0b", "a\ufffdb"),
        ("a\x1bb", "a\ufffdb"),
        ("a\ufeffb", "a\ufffdb"),
        ("a\ud83db", "a\ufffdb"),  # half a character
    ],
)
async def test_what_no_font_has_is_seen_to_lack(
    renderer: Renderer, typed: str, printed: str
) -> None:
    made = await renderer.render(some(typed, "Łucja et Hélène"), template=TEMPLATE)

    text = text_of(made.pdf)
    assert printed in text
    assert "Łucja et Hélène" in text  # nothing else is touched


@pytest.mark.parametrize("typed", ["משה כהן", "محمد", "王小明", "김민수", "नमस्ते", "👩‍👩‍👧‍👦 🇫🇷"])
async def test_no_writing_of_the_world_stops_a_document(renderer: Renderer, typed: str) -> None:
    made = await renderer.render(some(typed, "Hélène"), template=TEMPLATE)

    text = text_of(made.pdf)
    assert "Hélène" in text
    bare = [one for one in typed if one.isalpha()]
    assert all(one in text or "\ufffd" in text for one in bare)


@pytest.mark.parametrize(
    "source",
    [
        '#read("/etc/passwd")',
        '#read("../../../../../../etc/passwd")',
        '#import "@preview/cetz:0.3.0"',
        '#import "@local/cetz:0.3.0"',
        '#image("https://evil.example/pixel.png", alt: "x")',
    ],
)
async def test_a_template_opens_nothing_from_elsewhere(
    elsewhere: Renderer, tmp_path: Path, source: str
) -> None:
    curious, plain = tmp_path / "curious.typ", tmp_path / "plain.typ"
    curious.write_text(f'#set document(title: "x")\n{source}')
    plain.write_text('#set document(title: "x")\n#read("plain.typ")')

    with pytest.raises(TypstError):
        await elsewhere.render({}, template=curious)
    assert "#read" in text_of((await elsewhere.render({}, template=plain)).pdf)  # the same way


async def test_the_first_layout_of_the_fewest_pages_is_kept(renderer: Renderer) -> None:
    long, short, single = some(*["un"] * 400), some(*["un"] * 60), some("un")

    kept = await renderer.render_shortest([long, short, some(*["deux"] * 60)], template=TEMPLATE)
    first = await renderer.render_shortest([single, some("deux")], template=TEMPLATE)

    assert kept.page_count == len(PdfReader(io.BytesIO(kept.pdf)).pages) == 2
    assert kept == await renderer.render(short, template=TEMPLATE)
    assert first == await renderer.render(single, template=TEMPLATE)
    assert first.page_count == 1


async def test_a_document_that_never_ends_is_given_up_and_the_next_one_is_made(
    elsewhere: Renderer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless, short = tmp_path / "endless.typ", tmp_path / "short.typ"
    endless.write_text("#for a in range(99999) { for b in range(99999) { let _ = a * b } }")
    short.write_text('#set document(title: "x")\nx')
    await elsewhere.render({}, template=short)
    monkeypatch.setattr(pdf, "TIMEOUT_S", 0.5)

    with pytest.raises(pdf.RenderBusy):
        await elsewhere.render({}, template=endless)
    monkeypatch.undo()

    assert (await elsewhere.render({}, template=short)).page_count == 1


async def test_a_dead_worker_is_replaced() -> None:
    renderer = Renderer(workers=1, assets_dir=ASSETS)
    await renderer.warm()
    assert renderer._pool is not None
    for process in renderer._pool._processes.values():
        process.kill()
        process.join()

    with pytest.raises(Exception, match="not rendered in time"):
        await renderer.render(some("un"), template=TEMPLATE)
    made = await renderer.render(some("un"), template=TEMPLATE)

    assert made.pdf.startswith(b"%PDF-")
    await renderer.close()
