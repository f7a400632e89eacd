import io
from collections.abc import AsyncIterator
from pathlib import Path

import pikepdf
import pytest
from weasyprint.urls import FatalURLFetchingError

from kit.pdf import Renderer

pytestmark = pytest.mark.slow

FONTS = Path(__file__).resolve().parents[2] / ".assets"
HTML = "<!doctype html><html lang=fr><head><title>Lettre</title></head><body>%s</body></html>"


@pytest.fixture(scope="module")
async def renderer() -> AsyncIterator[Renderer]:
    made = Renderer(workers=1, assets_dir=FONTS)
    await made.warm()
    yield made
    await made.close()


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "letter.css"
    path.write_text(
        '@font-face { font-family: "Lettre";'
        ' src: url("assets:/fonts/eb-garamond-latin-400-normal.woff2") }'
        ' html { font-family: "Lettre" }'
    )
    return path


async def test_a_document_is_tagged_and_carries_its_font(renderer: Renderer, sheet: Path) -> None:
    data = await renderer.render(HTML % "<h1>Résiliation</h1><p>Bonjour", stylesheet=sheet)

    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert bool(pdf.Root.MarkInfo.Marked)
        assert str(pdf.Root.Lang) == "fr"
        fonts = pdf.pages[0].obj.Resources.Font
        assert all("Lettre" in str(font.BaseFont) for font in fonts.values())


async def test_the_same_document_is_the_same_bytes(renderer: Renderer, sheet: Path) -> None:
    first = await renderer.render(HTML % "<p>un", stylesheet=sheet)

    assert await renderer.render(HTML % "<p>un", stylesheet=sheet) == first
    assert await renderer.render(HTML % "<p>deux", stylesheet=sheet) != first


@pytest.mark.parametrize(
    "body",
    [
        '<img src="https://evil.example/pixel.png">',
        '<img src="file:///etc/passwd">',
        '<link rel="stylesheet" href="http://127.0.0.1/x.css">',
        '<img src="assets:/../../etc/passwd">',
        '<style>@import "https://evil.example/x.css";</style>',
        '<a rel="attachment" href="file:///etc/passwd">a</a>',
    ],
)
async def test_a_document_that_fetches_is_an_error(
    renderer: Renderer, sheet: Path, body: str
) -> None:
    with pytest.raises(FatalURLFetchingError):
        await renderer.render(HTML % body, stylesheet=sheet)


async def test_the_first_layout_of_the_fewest_pages_is_kept(
    renderer: Renderer, sheet: Path
) -> None:
    long, short = HTML % ("<p>un</p>" * 400), HTML % ("<p>un</p>" * 40)
    single = HTML % "<p>un"

    kept = await renderer.render_shortest(
        [long, short, HTML % ("<p>deux</p>" * 40)], stylesheet=sheet
    )
    first = await renderer.render_shortest([single, HTML % "<p>deux"], stylesheet=sheet)

    assert kept.page_count == 2
    assert kept.pdf == await renderer.render(short, stylesheet=sheet)
    assert (first.pdf, first.page_count) == (await renderer.render(single, stylesheet=sheet), 1)


async def test_a_dead_worker_is_replaced(sheet: Path) -> None:
    renderer = Renderer(workers=1, assets_dir=FONTS)
    await renderer.warm()
    assert renderer._pool is not None
    for process in renderer._pool._processes.values():
        process.kill()
        process.join()

    with pytest.raises(Exception, match="not rendered in time"):
        await renderer.render(HTML % "<p>un", stylesheet=sheet)
    data = await renderer.render(HTML % "<p>un", stylesheet=sheet)

    assert data.startswith(b"%PDF-")
    await renderer.close()
