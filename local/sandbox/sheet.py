"""One A4 page of plain text as a PDF, written as it is: enough for a demonstration document."""

import hashlib
import textwrap
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

PAGE_PT: Final = (595, 842)
LEFT_PT: Final = 62
TOP_PT: Final = 770
LINE_PT: Final = 15
WRAP: Final = 88
FONT: Final = b"<< /Type /Font /Subtype /Type1 /BaseFont %s /Encoding /WinAnsiEncoding >>"
SCAFFOLD: Final = (  # objects 1 to 3 of every sheet; 4 is its title, 5 what is drawn
    b"<< /Type /Catalog /Pages 2 0 R /Lang (fr-FR) >>",
    b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 5 0 R"
    b" /Resources << /Font << /F1 %s /F2 %s >> >> >>"
    % (*PAGE_PT, FONT % b"/Helvetica", FONT % b"/Helvetica-Bold"),
)
TRAILER: Final = b"<< /Size %d /Root 1 0 R /Info 4 0 R /ID [<%s> <%s>] >>\nstartxref\n%d\n%%%%EOF\n"


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph; bold ones are headings. Long ones wrap at about 88 characters."""

    text: str
    bold: bool = False
    size_pt: int = 10


def write(title: str, lines: Sequence[Line]) -> bytes:
    """Return the PDF, the same bytes for the same words; lines below the page's foot are lost."""
    drawing = zlib.compress(_drawing(lines))
    objects = (
        *SCAFFOLD,
        b"<< /Title <feff%s> >>" % title.encode("utf-16-be").hex().encode(),
        b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing),
    )
    out, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, 1):
        places.append(b"%010d 00000 n \n" % len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    name = hashlib.sha256(out).hexdigest()[:32].encode()
    out += b"xref\n0 %d\n0000000000 65535 f \n%strailer\n" % (len(objects) + 1, b"".join(places))
    out += TRAILER % (len(objects) + 1, name, name, out.rindex(b"xref"))
    return bytes(out)


def _drawing(lines: Sequence[Line]) -> bytes:
    pieces, height = [b"BT"], TOP_PT
    for line in lines:
        for text in _wrapped(line.text, WRAP * 10 // line.size_pt):
            face = b"/F2" if line.bold else b"/F1"
            pieces.append(face + b" %d Tf 1 0 0 1 %d %d Tm" % (line.size_pt, LEFT_PT, height))
            pieces.append(b"(" + _escaped(text) + b") Tj")
            height -= LINE_PT * max(line.size_pt, 10) // 10
    return b"\n".join((*pieces, b"ET"))


def _wrapped(text: str, width: int) -> Sequence[str]:
    if len(text) <= width and text.isprintable():  # most lines, and textwrap is slow
        return (text,)
    return textwrap.wrap(text, width) or ("",)


def _escaped(text: str) -> bytes:
    plain = text.replace("\u202f", "\u00a0").replace("\\", r"\\")
    for bracket in "()":
        plain = plain.replace(bracket, "\\" + bracket)
    return plain.encode("cp1252", "replace")
