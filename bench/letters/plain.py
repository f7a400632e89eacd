"""The first page of WeasyPrint's own guide: a call with fresh HTML and CSS, in a worker."""

from pathlib import Path

from weasyprint import CSS, HTML

from services.letters.partners.typesetter import TEMPLATES


class _Kept:
    """What a script knows from its start."""

    css = ""


def plain_css(assets: Path) -> str:
    """Return our stylesheet as a script would write it, with addresses of real files."""
    text = (TEMPLATES / "letter" / "letter.css").read_text("utf-8")
    return text.replace("assets:/", f"{assets.as_uri()}/")


def start(assets: Path) -> None:
    """Read the stylesheet; called once in the worker."""
    _Kept.css = plain_css(assets)


def compose(html: str) -> bytes:
    """Return the letter as a PDF."""
    sheets = [CSS(string=_Kept.css)]
    return bytes(HTML(string=html).write_pdf(stylesheets=sheets, pdf_variant="pdf/ua-1"))
