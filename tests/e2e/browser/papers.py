"""Files that people hand in: good ones, and each kind that is turned down."""

from io import BytesIO
from typing import Final

import pikepdf
from PIL import Image

from local.sandbox.sheet import Line, write

NOT_A_PDF: Final = b"Bonjour, ceci est une lettre."


def paper(title: str) -> bytes:
    """Return an ordinary one-page PDF."""
    return write(title, [Line(title, bold=True, size_pt=18)])


def red() -> bytes:
    """Return a one-page PDF that is red all over: whoever sees it cannot miss it."""
    document = _blank()
    page = document.pages[0]
    page.Contents = document.make_stream(b"1 0 0 rg 0 0 2000 2000 re f")
    return _saved(document)


def green() -> bytes:
    """Return a picture that is green all over."""
    target = BytesIO()
    Image.new("RGB", (600, 800), (0, 255, 0)).save(target, "PNG")
    return target.getvalue()


def encrypted() -> bytes:
    """Return a PDF behind a password."""
    return _saved(_blank(), encryption=pikepdf.Encryption(owner="o", user="u"))


def hostile() -> bytes:
    """Return a PDF that runs a script when it is opened."""
    document = _blank()
    document.Root.OpenAction = pikepdf.Dictionary(
        S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)")
    )
    return _saved(document)


def huge() -> bytes:
    """Return a file above the limit of ten megabytes, below what a request may carry."""
    return paper("Lourd") + b" " * (10 * 1024 * 1024)


def _blank() -> pikepdf.Pdf:
    document = pikepdf.Pdf.new()
    document.add_blank_page()
    return document


def _saved(document: pikepdf.Pdf, **options: pikepdf.Encryption) -> bytes:
    target = BytesIO()
    document.save(target, **options)  # type: ignore[arg-type]  # one option, of its own type
    return target.getvalue()
