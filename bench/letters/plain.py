"""The first page of WeasyPrint's own guide: a call with fresh HTML and CSS, in a worker."""

from pathlib import Path
from typing import Final

from weasyprint import CSS, HTML

STYLESHEET: Final = Path(__file__).with_name("letter.css")


class _Kept:
    """What a script knows from its start."""

    css = ""


def plain_css(assets: Path) -> str:
    """Return the stylesheet as a script would write it, with addresses of real files."""
    return STYLESHEET.read_text("utf-8").replace("assets:/", f"{assets.as_uri()}/")


def start(assets: Path) -> None:
    """Read the stylesheet; called once in the worker."""
    _Kept.css = plain_css(assets)


def compose(html: str) -> bytes:
    """Return the letter as a PDF."""
    sheets = [CSS(string=_Kept.css)]
    return bytes(HTML(string=html).write_pdf(stylesheets=sheets, pdf_variant="pdf/ua-1"))
