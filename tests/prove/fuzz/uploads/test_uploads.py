"""Files that people hand in: read within bounds, or refused for a reason that has a sentence."""

import io
import signal
import zlib
from typing import Final

import pikepdf
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from kit import uploads
from kit.errors import TurnedDown
from kit.upload_reader import CPU_S, MEMORY_BYTES
from kit.uploads import MAX_PAGES, FileKind, read_upload
from local.demo.documents import identity_document
from tests.prove.fuzz.cases import fuzzed
from tests.prove.fuzz.spoiling import spoilt
from tests.prove.fuzz.uploads.forked import Ending, Reader
from tests.prove.fuzz.uploads.pdfs import PLACES, acting, opened_by_viewers, pdfs, written

pytestmark = pytest.mark.slow

AGENCY: Final = {"first_name": "Hélène", "last_name": "Béraud"}
REASONS: Final = {
    one.reason
    for one in vars(uploads).values()
    if isinstance(one, type) and issubclass(one, TurnedDown) and one is not TurnedDown
}
BY_LIMITS: Final = {0, signal.SIGXCPU, signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT}
"""How a reader may end: by itself, out of time, or out of a stack that it alone has."""
WORDS: Final = (
    b"%PDF-", b"\nendobj\n", b" 0 R", b"stream\n", b"xref\n", b"trailer\n", b"<<", b">>",
    b"[" * 200, b"99999999999", b"-1", b"/Kids[1 0 R]", b"\0", b"\xff\xd8\xff", b"IDAT", b"IEND",
)  # fmt: skip


def check(ending: Ending, data: bytes) -> None:
    """Fail unless this is how a file may be read."""
    assert ending.seconds < CPU_S + 2
    assert ending.megabytes < MEMORY_BYTES >> 20
    assert ending.signal in BY_LIMITS
    if ending.is_accepted:
        kind, pages = FileKind(ending.found["kind"]), ending.found["pages"]
        assert isinstance(pages, int)
        assert 1 <= pages <= MAX_PAGES
        check_kept(kind, ending.answer.partition(b"\n")[2], data, pages)
    elif ending.found:
        assert ending.found["refused"] in REASONS
        assert isinstance(ending.found.get("facts", {}), dict)


def check_kept(kind: FileKind, body: bytes, data: bytes, pages: int) -> None:
    """Fail unless what is kept is read again, by a reader without our limits."""
    if kind is FileKind.PDF:
        assert body == b""
        assert data.startswith(b"%PDF-")
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as again:
            assert len(again.pages) == pages
        return
    with Image.open(io.BytesIO(body), formats=[kind.value]) as picture:
        picture.load()
        assert not picture.getexif()


def blank(pages: int = 3, **save: object) -> bytes:
    """Return a plain PDF."""
    document, out = pikepdf.Pdf.new(), io.BytesIO()
    for _ in range(pages):
        document.add_blank_page(page_size=(595, 842))
    document.save(out, **save)  # type: ignore[arg-type]  # pikepdf's own options
    return out.getvalue()


def picture(form: str, mode: str = "RGB") -> bytes:
    """Return a small picture."""
    out = io.BytesIO()
    Image.linear_gradient("L").resize((90, 60)).convert(mode).save(out, form)
    return out.getvalue()


PDFS: Final = [
    blank(),
    blank(object_stream_mode=pikepdf.ObjectStreamMode.generate),
    blank(linearize=True),
    blank(encryption=pikepdf.Encryption(owner="o", user="")),
    blank(MAX_PAGES + 1),
]
PICTURES: Final = [
    picture("PNG"), picture("PNG", "P"), picture("PNG", "1"), picture("PNG", "RGBA"),
    picture("PNG", "I;16"), picture("JPEG"), picture("JPEG", "CMYK"), picture("JPEG", "L"),
]  # fmt: skip


@given(data=pdfs())
@fuzzed(60, shrinking=False)
def test_any_objects_are_a_document_or_refused(reader: Reader, data: bytes) -> None:
    check(reader.read(data), data)


@given(data=spoilt([*PDFS, identity_document(AGENCY)], WORDS))
@fuzzed(60, shrinking=False)
def test_a_spoilt_pdf_is_a_document_or_refused(reader: Reader, data: bytes) -> None:
    check(reader.read(data), data)


@given(data=spoilt(PICTURES, WORDS))
@fuzzed(60, shrinking=False)
def test_a_spoilt_picture_is_a_picture_or_refused(reader: Reader, data: bytes) -> None:
    check(reader.read(data), data)


@given(data=acting())
@fuzzed(60, shrinking=False)
def test_what_acts_is_never_accepted(reader: Reader, data: bytes) -> None:
    ending = reader.read(data)

    check(ending, data)
    assert not ending.is_accepted, data


@pytest.mark.parametrize("place", PLACES)
def test_what_only_leads_to_a_page_is_accepted(reader: Reader, place: str) -> None:
    ending = reader.read(opened_by_viewers(b"<</Type/Action/S/GoTo/D[3 0 R/Fit]>>", place))

    assert ending.is_accepted, ending


def is_foreign(data: bytes) -> bool:
    """Say whether these bytes begin none of the kinds of files that are taken."""
    return not data.startswith((b"%PDF-", b"\x89PNG", b"\xff\xd8\xff"))


@given(
    before=st.binary(min_size=1, max_size=900).filter(is_foreign),
    after=st.sampled_from([*PDFS, *PICTURES]),
)
@fuzzed(40, shrinking=False)
@example(before=b"GIF89a", after=PDFS[0])
@example(before=b"MZ", after=PDFS[0])
@example(before=b"\n", after=PDFS[0])
def test_what_follows_other_bytes_is_never_accepted(
    reader: Reader, before: bytes, after: bytes
) -> None:
    ending = reader.read(before + after)

    assert ending.found.get("refused") in {"upload-foreign-start", "upload-not-a-document"}


def deep_tree(levels: int) -> bytes:
    """Return pages within pages within pages."""
    nodes = [
        b"<</Type/Pages/Count 1/Kids[%d 0 R]/Parent %d 0 R>>" % (n + 1, n - 1)
        for n in range(2, levels + 2)
    ]
    leaf = b"<</Type/Page/MediaBox[0 0 9 9]/Parent %d 0 R>>" % (levels + 1)
    return written([b"<</Type/Catalog/Pages 2 0 R>>", *nodes, leaf])


def one_page_many_times(count: int) -> bytes:
    """Return pages that are all the same object."""
    kids = b" ".join([b"3 0 R"] * count)
    pages = b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids)
    page = b"<</Type/Page/MediaBox[0 0 9 9]/Parent 2 0 R>>"
    return written([b"<</Type/Catalog/Pages 2 0 R>>", pages, page])


def folded(times: int) -> bytes:
    """Return zeros folded again and again: a few bytes that are gigabytes."""
    data = b"\0" * (100 << 20)
    for _ in range(times):
        data = zlib.compress(data, 9)
    head = b"<</Filter[%s]/Length %d>>" % (b"/FlateDecode" * times, len(data))
    return _with(head + b"\nstream\n" + data + b"\nendstream")


def many_bombs(count: int) -> bytes:
    """Return streams of which each is within bounds, and their sum is not."""
    data = zlib.compress(b"\0" * (9 << 20), 9)
    head = b"<</Filter/FlateDecode/Length %d>>" % len(data)
    return _with(*[head + b"\nstream\n" + data + b"\nendstream"] * count)


def crowd(count: int) -> bytes:
    """Return more objects than a document has."""
    return _with(*[b"<</A 1>>"] * count)


def wide_predictor() -> bytes:
    """Return a stream whose rows would fill the memory."""
    data = zlib.compress(b"\0" * 1_000)
    head = b"<</Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 2147483647/Colors 4>>"
    return _with(head + b"/Length %d>>\nstream\n%s\nendstream" % (len(data), data))


def _with(*others: bytes) -> bytes:
    page = b"<</Type/Page/MediaBox[0 0 9 9]/Parent 2 0 R>>"
    pages = b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
    return written([b"<</Type/Catalog/Pages 2 0 R>>", pages, page, *others])


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(deep_tree(20_000), id="pages within pages"),
        pytest.param(one_page_many_times(200_000), id="one page many times"),
        pytest.param(folded(2), id="folded twice"),
        pytest.param(many_bombs(60), id="many bombs"),
        pytest.param(crowd(150_000), id="a crowd of objects"),
        pytest.param(wide_predictor(), id="rows of gigabytes"),
        pytest.param(_with(b"[" * 200_000 + b"]" * 200_000), id="nested without end"),
        pytest.param(_with(b"<</A " * 100_000 + b"1" + b">>" * 100_000), id="named without end"),
        pytest.param(_with(b"4 0 R", b"5 0 R", b"[6 0 R]"), id="led in a circle"),
    ],
)
def test_what_would_swell_ends_within_bounds(reader: Reader, data: bytes) -> None:
    check(reader.read(data), data)


@given(data=pdfs() | spoilt([*PDFS, *PICTURES], WORDS))
@fuzzed(4, shrinking=False)
async def test_the_house_reads_them_the_same(reader: Reader, data: bytes) -> None:
    found = reader.read(data).found
    said = found.get("pages") or found.get("refused", "upload-damaged")

    assert await read(data) == (said if data else "upload-empty")


async def read(data: bytes) -> int | str:
    """Return the number of pages, or why there are none."""
    try:
        return (await read_upload(data)).page_count
    except TurnedDown as refusal:
        return refusal.reason
