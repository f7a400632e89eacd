"""One A4 page of plain text as a PDF, in a millisecond: enough for a demonstration document."""

import io
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pikepdf

PAGE_PT: Final = (595, 842)
LEFT_PT: Final = 62
TOP_PT: Final = 770
LINE_PT: Final = 15
WRAP: Final = 88
FONTS: Final = {"/F1": "/Helvetica", "/F2": "/Helvetica-Bold"}


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph; bold ones are headings. Long ones wrap at about 88 characters."""

    text: str
    bold: bool = False
    size_pt: int = 10


def write(title: str, lines: Sequence[Line]) -> bytes:
    """Return the PDF, the same bytes for the same words; lines below the page's foot are lost."""
    document = pikepdf.new()
    fonts = pikepdf.Dictionary()
    for name, face in FONTS.items():
        fonts[name] = pikepdf.Dictionary(
            Type=pikepdf.Name("/Font"),
            Subtype=pikepdf.Name("/Type1"),
            BaseFont=pikepdf.Name(face),
            Encoding=pikepdf.Name("/WinAnsiEncoding"),
        )
    page = document.add_blank_page(page_size=PAGE_PT)
    page.obj.Resources = pikepdf.Dictionary(Font=fonts)
    page.obj.Contents = document.make_stream(_drawing(lines))
    document.Root.Lang = pikepdf.String("fr-FR")
    document.docinfo["/Title"] = pikepdf.String(title)
    out = io.BytesIO()
    document.save(out, deterministic_id=True)
    return out.getvalue()


def _drawing(lines: Sequence[Line]) -> bytes:
    pieces, height = [b"BT"], TOP_PT
    for line in lines:
        for text in textwrap.wrap(line.text, WRAP * 10 // line.size_pt) or [""]:
            face = b"/F2" if line.bold else b"/F1"
            pieces.append(face + b" %d Tf 1 0 0 1 %d %d Tm" % (line.size_pt, LEFT_PT, height))
            pieces.append(b"(" + _escaped(text) + b") Tj")
            height -= LINE_PT * max(line.size_pt, 10) // 10
    return b"\n".join((*pieces, b"ET"))


def _escaped(text: str) -> bytes:
    plain = text.replace("\u202f", "\u00a0").replace("\\", r"\\")
    for bracket in "()":
        plain = plain.replace(bracket, "\\" + bracket)
    return plain.encode("cp1252", "replace")
