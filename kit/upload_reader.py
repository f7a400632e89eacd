"""The process that reads one received file: stdin to stdout, limited before it looks.

Answers one line of JSON, then, for an image, its bytes written anew. It imports nothing of the
house, and runs without its environment.
"""

import io
import json
import resource
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pikepdf
    from PIL.Image import Image as Picture

CPU_S: Final = 10
MEMORY_BYTES: Final = 1536 * 1024 * 1024
MAX_INFLATED_BYTES: Final = 300 * 1024 * 1024  # what all streams of a PDF may unfold to
MAX_OBJECTS: Final = 100_000
MAX_PIXELS: Final = 60_000_000  # an A4 page at 600 dpi is 35 million
MAX_DEPTH: Final = 60
_PDF: Final = b"%PDF-"

# Names that make a PDF act, wherever they stand (ISO 32000-2, 12.6.4, 12.7.8, 7.11.4, 13.7).
_ACTIVE_KEYS: Final = {
    "/JS": "javascript",
    "/JavaScript": "javascript",
    "/Launch": "launch",
    "/XFA": "xfa",
    "/EmbeddedFile": "embedded-file",
    "/EmbeddedFiles": "embedded-file",
    "/RichMedia": "rich-media",
    "/RichMediaContent": "rich-media",
}
_ACTIVE_VALUES: Final = {  # of /S, /Subtype and /Type
    "/JavaScript": "javascript",
    "/Launch": "launch",
    "/ImportData": "import-data",
    "/SubmitForm": "submit-form",
    "/GoToE": "embedded-file",
    "/GoToR": "remote-file",
    "/Movie": "rich-media",
    "/Sound": "rich-media",
    "/Rendition": "rich-media",
    "/RichMedia": "rich-media",
    "/FileAttachment": "embedded-file",
    "/EmbeddedFile": "embedded-file",
    "/3D": "rich-media",
}
_FILES_OF: Final = ("/F", "/UF", "/DOS", "/Mac", "/Unix")


class Refused(Exception):
    """The file is turned away, for one of the reasons of ``kit.uploads``."""

    def __init__(self, reason: str, **facts: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.facts = facts


def main() -> None:
    """Read stdin, answer on stdout."""
    _limit()
    data = sys.stdin.buffer.read()
    try:
        kind, pages, body = _examine(data, max_pages=int(sys.argv[1]))
        answer = {"kind": kind, "pages": pages}
    except Refused as refused:
        answer, body = {"refused": refused.reason, "facts": refused.facts}, b""
    except Exception:  # noqa: BLE001 - the parsers raise what they please on hostile input
        answer, body = {"refused": "upload-damaged"}, b""
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + body)


def _limit() -> None:
    """Bound processor time, memory, files and processes; no limit can be raised again."""
    for what, amount in (
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 32),
    ):
        resource.setrlimit(what, (amount, amount))


def _examine(data: bytes, *, max_pages: int) -> tuple[str, int, bytes]:
    if data.startswith(_PDF):
        return "pdf", _pdf_pages(data, max_pages), b""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png", 1, _image_anew(data, "PNG")
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg", 1, _image_anew(data, "JPEG")
    if _PDF in data[:1024]:  # readers of PDF forgive it: the same bytes may be a page or a program
        raise Refused("upload-foreign-start")
    raise Refused("upload-not-a-document")


def _pdf_pages(data: bytes, max_pages: int) -> int:
    """Return the number of pages of a PDF that acts on nothing and unfolds within bounds."""
    import pikepdf  # noqa: PLC0415 - after the limits, and only for a PDF

    pikepdf.settings.set_decimal_precision(15)
    try:
        pdf = pikepdf.open(io.BytesIO(data), suppress_warnings=True)
    except pikepdf.PasswordError:
        raise Refused("upload-encrypted") from None
    with pdf:
        if pdf.is_encrypted:
            raise Refused("upload-encrypted")
        pages = len(pdf.pages)
        if pages > max_pages:
            raise Refused("upload-too-many-pages", pages=str(pages), limit=str(max_pages))
        if pages == 0 or len(pdf.objects) > MAX_OBJECTS:
            raise Refused("upload-damaged")
        _refuse_what_acts(pdf.trailer)
        inflated = 0
        for thing in pdf.objects:
            _refuse_what_acts(thing)
            inflated += _inflated(thing)
            if inflated > MAX_INFLATED_BYTES:
                raise Refused("upload-damaged")
        return pages


def _inflated(stream: object) -> int:
    """Return how many bytes a stream unfolds to; image codecs count by their pixels."""
    import pikepdf  # noqa: PLC0415 - as above

    if not isinstance(stream, pikepdf.Stream):
        return 0
    if "/F" in stream:
        raise Refused("upload-active-content", found="remote-file")
    width, height = int(stream.get("/Width", 0)), int(stream.get("/Height", 0))
    if stream.get("/Subtype") == pikepdf.Name.Image and width * height > MAX_PIXELS:
        raise Refused("upload-damaged")
    try:
        return len(stream.read_bytes())
    except pikepdf.PdfError:  # JPEG, JPEG 2000, CCITT, JBIG2: left folded
        return len(stream.read_raw_bytes())


def _refuse_what_acts(thing: object) -> None:
    import pikepdf  # noqa: PLC0415 - as above

    for one in _dictionaries(thing, MAX_DEPTH):
        for key in one.keys():  # noqa: SIM118 - a pikepdf dictionary iterates otherwise
            if key in _ACTIVE_KEYS:
                raise Refused("upload-active-content", found=_ACTIVE_KEYS[key])
        for key in ("/S", "/Subtype", "/Type"):
            value = one.get(key)
            if isinstance(value, pikepdf.Name) and str(value) in _ACTIVE_VALUES:
                raise Refused("upload-active-content", found=_ACTIVE_VALUES[str(value)])
        if found := _hidden(one):
            raise Refused("upload-active-content", found=found)


def _hidden(one: "pikepdf.Dictionary") -> str:
    """Say what a dictionary keeps within the file, or fetches from elsewhere, by no action's name.

    A stream may be a file without saying so (7.11.4), another's bytes (7.3.8.2), or stand for a
    page of another document (8.10.4); a thread may be in one (12.6.4.7).
    """
    import pikepdf  # noqa: PLC0415 - as above

    files = one.get("/EF")
    if isinstance(files, pikepdf.Dictionary) and any(
        isinstance(files.get(key), pikepdf.Stream) for key in _FILES_OF
    ):
        return "embedded-file"
    page = one.get("/Ref")
    if isinstance(page, pikepdf.Dictionary) and "/F" in page:
        return "remote-file"
    return "remote-file" if one.get("/S") == pikepdf.Name.Thread and "/F" in one else ""


def _dictionaries(thing: object, depth: int) -> "Iterator[pikepdf.Dictionary]":
    """Yield the dictionaries within one object; references are objects of their own."""
    import pikepdf  # noqa: PLC0415 - as above

    if depth == 0:
        raise Refused("upload-damaged")
    if isinstance(thing, pikepdf.Stream):
        thing = thing.stream_dict
    if isinstance(thing, pikepdf.Dictionary):
        yield thing
        inner = [thing.get(key) for key in thing.keys()]  # noqa: SIM118 - as above
    elif isinstance(thing, pikepdf.Array):
        inner = list(thing)
    else:
        return
    for one in inner:
        if isinstance(one, pikepdf.Object) and not one.is_indirect:
            yield from _dictionaries(one, depth - 1)


def _image_anew(data: bytes, form: str) -> bytes:
    """Return the picture alone, upright, written anew: no metadata, no trailing bytes."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - after the limits, and only for an image

    Image.MAX_IMAGE_PIXELS = None  # our own limit, checked on the header, is exact
    with Image.open(io.BytesIO(data), formats=[form]) as found:
        if found.width * found.height > MAX_PIXELS:
            raise Refused("upload-damaged")
        found.load()
        plain = _opaque(ImageOps.exif_transpose(found))
    plain.info = {}  # EXIF, comments, profiles: nothing of it is written again
    out = io.BytesIO()
    plain.save(out, form, quality=90)  # PNG ignores the quality
    return out.getvalue()


def _opaque(picture: "Picture") -> "Picture":
    """Return it in grey or colour, what was transparent in white."""
    from PIL import Image  # noqa: PLC0415 - as above

    if picture.has_transparency_data:
        ground = Image.new("RGBA", picture.size, "white")
        ground.alpha_composite(picture.convert("RGBA"))
        picture = ground
    return picture.convert("L" if picture.mode in {"1", "L"} else "RGB")


if __name__ == "__main__":
    main()
