"""PDFs as nobody's program writes them: any object anywhere, whose tables may lie."""

import zlib
from collections.abc import Sequence
from functools import cache
from typing import Final

from hypothesis import strategies as st

OBJECTS: Final = 12  # of a drawn file; references go a little beyond

PLACES: Final = ("catalogue", "page", "alone", "within", "deep", "folded")

# Each of these acts, hides a file or asks elsewhere: where one stands, nothing is accepted.
ACTING: Final[Sequence[bytes]] = (
    b"<</S/JavaScript/JS(app.alert\\(1\\))>>",
    b"<</S/J#61vaScript/J#53(app.alert\\(1\\))>>",
    b"<</Type/Action/S/Launch/F(calc.exe)>>",
    b"<</S/SubmitForm/F(http://elsewhere.example)>>",
    b"<</S/ImportData/F(x.fdf)>>",
    b"<</S/GoToR/F(x.pdf)/D[0/Fit]>>",
    b"<</S/GoToE/T<</R/C/N(x)>>>>",
    b"<</S/Thread/F(x.pdf)/D 0>>",
    b"<</S/Rendition/R<<>>>>",
    b"<</Subtype/FileAttachment/FS<<>>>>",
    b"<</Type/EmbeddedFile>>",
    b"<</EmbeddedFiles<</Names[]>>>>",
    b"<</XFA[(x)]>>",
    b"<</RichMediaContent<<>>>>",
    b"<</Subtype/3D>>",
)
HOSTILE: Final[Sequence[bytes]] = (
    b"[" * 70 + b"]" * 70,
    b"<</A " * 500 + b"null" + b">>" * 500,
    b"[" * 5_000,
    b"(" * 3_000 + b")" * 3_000,
    b"<" + b"41" * 3_000 + b">",
    b"9" * 400,
    b"-2147483649",
    b"1e400",
    b"0.0000000000000000000000000000001",
    b"/" + b"#41" * 2_000,
    b"/#00#ff",
    b"99999999 65535 R",
    b"0 0 R",
    b"-1 0 R",
    b"R obj endobj stream",
    b"<</Length -1>>\nstream\n\nendstream",
    b"<</Length 99999999999>>\nstream\nx\nendstream",
    b"%%EOF\nstartxref\n0\n",
)
KEYS: Final = (
    "Type", "Subtype", "S", "Kids", "Count", "Parent", "Pages", "Names", "Length", "Filter",
    "DecodeParms", "First", "N", "Extends", "Prev", "Size", "W", "Index", "Root", "Resources",
    "Contents", "Annots", "MediaBox", "Width", "Height", "BitsPerComponent", "ColorSpace", "Next",
    "OpenAction", "AA", "EF", "F", "UF", "Ref", "Columns", "Predictor", "Colors", "EarlyChange",
)  # fmt: skip
NAMES: Final = (
    "Page", "Pages", "Catalog", "XObject", "Image", "Form", "ObjStm", "XRef", "FlateDecode",
    "LZWDecode", "ASCII85Decode", "ASCIIHexDecode", "RunLengthDecode", "DCTDecode", "JPXDecode",
    "JBIG2Decode", "CCITTFaxDecode", "Crypt", "DeviceRGB", "Action", "URI", "GoTo",
)  # fmt: skip
CODECS: Final = ("FlateDecode", "LZWDecode", "ASCII85Decode", "ASCIIHexDecode", "RunLengthDecode")
HEADERS: Final = (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", b"%PDF-2.0\n", b"%PDF-", b"%PDF-9.9\x00\n")


def values() -> st.SearchStrategy[bytes]:
    """Draw any one value, as it is written."""
    leaves = st.one_of(
        st.sampled_from([b"null", b"true", b"0", b"1", b"-1", b"(text)", b"<>", b"2147483648"]),
        st.sampled_from(NAMES).map(lambda name: f"/{name}".encode()),
        _references(),
        st.sampled_from(HOSTILE),
        st.binary(max_size=12),
    )
    return st.recursive(leaves, _containers, max_leaves=10)


def _references() -> st.SearchStrategy[bytes]:
    return st.integers(1, OBJECTS + 2).map(lambda number: b"%d 0 R" % number)


def _containers(inner: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    lists = st.lists(inner, max_size=5).map(lambda parts: b"[" + b" ".join(parts) + b"]")
    return lists | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5).map(_dictionary)


def _dictionary(parts: dict[str, bytes]) -> bytes:
    return b"<<" + b"".join(b"/%s %s" % (k.encode(), v) for k, v in parts.items()) + b">>"


def streams() -> st.SearchStrategy[bytes]:
    """Draw a stream: folded by what it says, by something else, or without end."""
    data = st.one_of(
        st.binary(max_size=60),
        st.sampled_from([b"1 0 2 5 <<>> <<>>", b"BT ET", b"\0" * 3_000]),
        st.sampled_from([1, 9, 40]).map(_bomb),
    )
    filters = st.lists(st.sampled_from(CODECS) | st.sampled_from(NAMES), max_size=4)
    parts = st.dictionaries(st.sampled_from(KEYS), values(), max_size=4)
    return st.builds(_stream, data, filters, parts, st.booleans())


@cache
def _bomb(megabytes: int) -> bytes:
    return zlib.compress(b"\0" * (megabytes << 20))


def _stream(data: bytes, filters: list[str], parts: dict[str, bytes], fold: bool) -> bytes:
    if fold and filters:
        data = zlib.compress(data)
        filters = ["FlateDecode", *filters[1:]]
    chain = b"[" + b"".join(b"/" + name.encode() for name in filters) + b"]"
    usual = {"Length": str(len(data)).encode(), "Filter": chain}
    return _dictionary({**usual, **parts}) + b"\nstream\n" + data + b"\nendstream"


def trees() -> st.SearchStrategy[bytes]:
    """Draw a node of the tree of pages: a page, or one that may lead to itself."""
    counts = st.sampled_from([0, 1, 2, 51, -1, 2**31 - 1, 2**63])
    kids = st.lists(_references(), max_size=6).map(b" ".join)
    return st.builds(
        lambda count, kids: b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids), counts, kids
    ) | st.just(b"<</Type/Page/MediaBox[0 0 595 842]/Parent 2 0 R>>")


def bodies() -> st.SearchStrategy[list[bytes]]:
    """Draw the objects of a file, the first of which is its catalogue, the second its pages."""
    catalogue = st.just(b"<</Type/Catalog/Pages 2 0 R>>") | values()
    first = b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
    page = b"<</Type/Page/MediaBox[0 0 595 842]/Parent 2 0 R/Contents 4 0 R/AA 5 0 R>>"
    others = st.lists(values() | streams() | trees(), max_size=OBJECTS - 3)
    return st.builds(
        lambda root, pages, leaf, rest: [root, pages, leaf, *rest],
        catalogue,
        st.just(first) | trees(),
        st.just(page) | trees(),
        others,
    )


def written(objects: Sequence[bytes], header: bytes = HEADERS[0], shift: int = 0) -> bytes:
    """Write a file of these objects, whose table of places is ``shift`` bytes wrong."""
    out, places = bytearray(header), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out) + shift)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % max(place, 0) for place in places)
    count = len(objects) + 1
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%strailer\n" % (count, table)
    out += b"<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (count, start)
    return bytes(out)


def pdfs() -> st.SearchStrategy[bytes]:
    """Draw a file that begins as a PDF, and goes on as it pleases."""
    shifts = st.just(0) | st.sampled_from([1, -7, 10**9])
    return st.builds(written, bodies(), st.sampled_from(HEADERS), shifts)


def acting() -> st.SearchStrategy[bytes]:
    """Draw a file that a viewer opens, one object of which acts."""
    others = st.lists(streams() | values(), max_size=3)
    return st.builds(
        opened_by_viewers, st.sampled_from(ACTING), st.sampled_from(PLACES), st.just([]) | others
    )


def opened_by_viewers(action: bytes, place: str, others: Sequence[bytes] = ()) -> bytes:
    """Write a file in order, with an action plainly there, deep within, or in a stream."""
    root, page = b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Page/MediaBox[0 0 9 9]/Parent 2 0 R>>"
    more = [b"null"]
    match place:
        case "catalogue":
            root = root[:-2] + b"/OpenAction " + action + b">>"
        case "page":
            page = page[:-2] + b"/AA<</O " + action + b">>>>"
        case "alone":
            more = [action]
        case "within":
            more = [b"[null <</Next[" + action + b"]>>]"]
        case "deep":
            more = [b"[" * 40 + action + b"]" * 40]
        case _:
            folded = zlib.compress(b"9 0 " + action)
            head = b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>" % len(folded)
            return _with_folded(root, page, head + b"\nstream\n" + folded + b"\nendstream")
    return written([root, b"<</Type/Pages/Count 1/Kids[3 0 R]>>", page, *more, *others])


def _with_folded(root: bytes, page: bytes, folded: bytes) -> bytes:
    """Write a file with a stream of objects, the ninth, and the stream that says so."""
    objects = [root, b"<</Type/Pages/Count 1/Kids[3 0 R]>>", page, folded]
    out, places = bytearray(HEADERS[0]), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    rows = [(0, 0, 255), *((1, place, 0) for place in places), *[(0, 0, 0)] * 3, (1, start, 0)]
    rows.append((2, 4, 0))  # the ninth: the first of the fourth
    table = b"".join(bytes([k]) + p.to_bytes(4) + bytes([n]) for k, p, n in rows)
    head = b"<</Type/XRef/Size 10/W[1 4 1]/Root 1 0 R/Length %d>>" % len(table)
    out += b"8 0 obj\n" + head + b"\nstream\n" + table + b"\nendstream\nendobj\n"
    return bytes(out) + b"startxref\n%d\n%%%%EOF\n" % start
