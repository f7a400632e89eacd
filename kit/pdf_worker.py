"""The half of ``kit.pdf`` that runs in the workers: WeasyPrint, and the files it may open."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from typing_extensions import override
from weasyprint import CSS, HTML
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


def start(assets: Path) -> None:
    """Say where the assets are; called once in each worker."""
    _fetchers[:] = [OnlyOurAssets(assets)]


def render(html: str, stylesheet: Path | None, variant: str) -> bytes:
    """Return the document as a PDF."""
    sheets = [_stylesheet(stylesheet, stylesheet.stat().st_mtime_ns)] if stylesheet else []
    document = HTML(string=html, url_fetcher=_fetchers[0])
    pdf = document.write_pdf(
        stylesheets=sheets,
        font_config=_fonts,
        pdf_variant=variant,
        # WeasyPrint would draw it at random; the same letter must be the same bytes.
        pdf_identifier=hashlib.sha256(html.encode()).hexdigest()[:32].encode(),
    )
    return bytes(pdf)


@lru_cache(maxsize=32)
def _stylesheet(path: Path, _changed_ns: int) -> CSS:
    text = path.read_text(encoding="utf-8")
    return CSS(string=text, font_config=_fonts, url_fetcher=_fetchers[0])
