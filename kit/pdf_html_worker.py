"""The half of ``kit.pdf`` that runs in the workers: WeasyPrint, and the files it may open."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from typing_extensions import override
from weasyprint import CSS, HTML
from weasyprint.document import Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

SCHEME: Final = "assets"  # in a stylesheet: src: url("assets:/fonts/name.woff2")


class OnlyOurAssets(URLFetcher):  # type: ignore[misc]  # WeasyPrint ships no types
    """Opens files of one directory, and stops the document at any other address."""

    def __init__(self, directory: Path) -> None:
        super().__init__(allowed_protocols={SCHEME}, allow_redirects=False, fail_on_errors=True)
        self._directory = directory

    @override
    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        parts = urlsplit(url)
        path = (self._directory / unquote(parts.path).lstrip("/")).resolve()
        if parts.scheme != SCHEME or not path.is_relative_to(self._directory):
            raise FatalURLFetchingError(f"documents fetch nothing: {url[:80]}")
        return URLFetcherResponse(url, body=path.read_bytes())


_fetchers: list[OnlyOurAssets] = []  # one, once started
_fonts = FontConfiguration()


def render(
    layouts: Sequence[str], stylesheet: Path | None, variant: str, assets: Path
) -> tuple[bytes, int]:
    """Return the PDF and the page count of the first layout that has the fewest pages.

    The layouts after one that holds on a single page are not looked at.
    """
    _fetchers[:] = [OnlyOurAssets(assets)]
    sheets = [_stylesheet(stylesheet, stylesheet.stat().st_mtime_ns)] if stylesheet else []
    html, laid = layouts[0], _laid_out(layouts[0], sheets, variant)
    for other in layouts[1:]:
        if len(laid.pages) == 1:
            break
        shorter = _laid_out(other, sheets, variant)
        if len(shorter.pages) < len(laid.pages):
            html, laid = other, shorter
    # WeasyPrint would draw the identifier at random; the same letter must be the same bytes.
    identifier = hashlib.sha256(html.encode()).hexdigest()[:32].encode()
    pdf = laid.write_pdf(pdf_variant=variant, pdf_identifier=identifier)
    return bytes(pdf), len(laid.pages)


def _laid_out(html: str, sheets: list[CSS], variant: str) -> Document:
    """Lay a document out in pages; drawing it comes after, and only for the one that is kept."""
    document = HTML(string=html, url_fetcher=_fetchers[0])
    return document.render(stylesheets=sheets, font_config=_fonts, pdf_variant=variant)


@lru_cache(maxsize=32)
def _stylesheet(path: Path, _changed_ns: int) -> CSS:
    text = path.read_text(encoding="utf-8")
    return CSS(string=text, font_config=_fonts, url_fetcher=_fetchers[0])
