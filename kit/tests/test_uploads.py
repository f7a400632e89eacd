"""Hostile files, each built here: none is kept in the repository."""

import asyncio
import hashlib
import io
import zlib

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String
from PIL import Image

from kit import upload_reader
from kit.errors import TurnedDown
from kit.uploads import FileKind, Upload, read_upload

pytestmark = pytest.mark.slow


def pdf(pages: int = 1, **save: object) -> bytes:
    return saved(blank(pages), **save)


def blank(pages: int = 1) -> Pdf:
    document = Pdf.new()
    for _ in range(pages):
        document.add_blank_page(page_size=(595, 842))
    return document


def saved(document: Pdf, **options: object) -> bytes:
    out = io.BytesIO()
    document.save(out, **options)  # type: ignore[arg-type]  # pikepdf's own options
    return out.getvalue()


def image(form: str, size: tuple[int, int] = (40, 30), mode: str = "RGB", **save: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "white" if mode == "RGB" else (0, 0, 0, 0)).save(out, form, **save)
    return out.getvalue()


async def reason(data: bytes, **options: object) -> str:
    with pytest.raises(TurnedDown) as refused:
        await read_upload(data, **options)  # type: ignore[arg-type]  # the function's own options
    return refused.value.reason


async def test_a_plain_pdf_is_kept_byte_for_byte() -> None:
    data = pdf(3)

    upload = await read_upload(data)

    assert (upload.kind, upload.page_count, upload.data) == (FileKind.PDF, 3, data)


async def test_an_image_is_written_anew_without_its_metadata() -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    data = image("JPEG", exif=exif, comment=b"secret word") + b"<?php trailing ?>"

    upload = await read_upload(data)

    assert upload.kind is FileKind.JPEG
    assert b"secret" not in upload.data
    assert b"php" not in upload.data
    with Image.open(io.BytesIO(upload.data)) as picture:
        assert picture.size == (40, 30)
        assert not picture.getexif()


async def test_what_was_transparent_becomes_white() -> None:
    upload = await read_upload(image("PNG", mode="RGBA"))

    with Image.open(io.BytesIO(upload.data)) as picture:
        assert picture.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "upload-empty"),
        (b"PK\x03\x04 a zip", "upload-not-a-document"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "upload-not-a-document"),
        (b"<html>facture.pdf</html>", "upload-not-a-document"),
        (b"GIF89a...", "upload-not-a-document"),
        (b"%PDF-1.7\nnothing of the kind", "upload-damaged"),
        (b"\n" + pdf(), "upload-foreign-start"),
        (b"<html><script>alert(1)</script>" + pdf(), "upload-foreign-start"),
        (b"MZ" + b"\0" * 900 + pdf(), "upload-foreign-start"),
        (b"\0" * 2_000 + pdf(), "upload-not-a-document"),
        (b"\x89PNG\r\n\x1a\nnothing", "upload-damaged"),
        (pdf()[:200], "upload-damaged"),
        (pdf(0), "upload-damaged"),
        (pdf(4), "upload-too-many-pages"),
        (
            pdf(encryption=pikepdf.Encryption(owner="o", user="u")),
            "upload-encrypted",
        ),
        (
            pdf(encryption=pikepdf.Encryption(owner="o", user="")),
            "upload-encrypted",
        ),
    ],
)
async def test_what_is_no_readable_document_is_turned_down(data: bytes, why: str) -> None:
    assert await reason(data, max_pages=3) == why


async def test_a_file_too_large_is_not_even_read() -> None:
    with pytest.raises(TurnedDown) as refused:
        await read_upload(b"%PDF-" + b"0" * (2 * 2**20), max_bytes=2 * 2**20)

    assert refused.value.reason == "upload-too-large"
    assert refused.value.facts == {"megabytes": "3", "limit": "2"}


async def test_a_kind_not_asked_for_is_turned_down() -> None:
    assert await reason(image("PNG"), accept={FileKind.PDF}) == "upload-not-a-document"


def javascript() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def with_open_action() -> bytes:
    document = blank()
    document.Root.OpenAction = document.make_indirect(javascript())
    return saved(document)


def with_named_javascript() -> bytes:
    document = blank()
    document.Root.Names = Dictionary(
        JavaScript=Dictionary(Names=Array([String("a"), javascript()]))
    )
    return saved(document, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def with_page_action() -> bytes:
    document = blank()
    document.pages[0].obj.AA = Dictionary(O=Dictionary(S=Name.Launch, F=String("calc.exe")))
    return saved(document)


def with_attachment() -> bytes:
    document = blank()
    document.attachments["a.exe"] = b"MZ"
    return saved(document)


def with_xfa() -> bytes:
    document = blank()
    document.Root.AcroForm = Dictionary(Fields=Array([]), XFA=document.make_stream(b"<xdp/>"))
    return saved(document)


def with_nested_annotation() -> bytes:
    document = blank()
    action = Dictionary(S=Name.URI, URI=String("x"), Next=Array([javascript()]))
    document.pages[0].obj.Annots = Array([Dictionary(Subtype=Name.Link, A=action)])
    return saved(document)


def with_associated_file() -> bytes:
    document = blank()
    hidden = Dictionary(F=String("a.exe"), EF=Dictionary(UF=document.make_stream(b"MZ")))
    document.Root.AF = Array([hidden])
    return saved(document)


def with_stream_elsewhere() -> bytes:
    document = blank()
    stream = document.make_stream(b"")
    stream.stream_dict["/F"] = Dictionary(FS=Name.URL, F=String("http://elsewhere.example/"))
    document.pages[0].obj.Contents = stream
    return saved(document)


def with_page_of_another() -> bytes:
    document = blank()
    stream = document.make_stream(b"")
    stream.stream_dict["/Ref"] = Dictionary(F=String("//elsewhere.example/x.pdf"), Page=0)
    document.pages[0].obj.Resources = Dictionary(XObject=Dictionary(X=stream))
    return saved(document)


def with_thread_of_another() -> bytes:
    document = blank()
    document.Root.OpenAction = Dictionary(S=Name.Thread, F=String("//elsewhere.example/x"), D=0)
    return saved(document)


def with_escaped_name() -> bytes:
    return with_open_action().replace(b"/JavaScript", b"/J#61vaScript").replace(b"/JS", b"/J#53")


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (with_open_action(), "javascript"),
        (with_named_javascript(), "javascript"),
        (with_page_action(), "launch"),
        (with_attachment(), "embedded-file"),
        (with_xfa(), "xfa"),
        (with_nested_annotation(), "javascript"),
        (with_escaped_name(), "javascript"),
        (with_associated_file(), "embedded-file"),
        (with_stream_elsewhere(), "remote-file"),
        (with_page_of_another(), "remote-file"),
        (with_thread_of_another(), "remote-file"),
    ],
)
async def test_a_pdf_that_acts_is_turned_down(data: bytes, found: str) -> None:
    with pytest.raises(TurnedDown) as refused:
        await read_upload(data)

    assert refused.value.reason == "upload-active-content"
    assert refused.value.facts == {"found": found}


async def test_a_pdf_that_unfolds_without_end_is_damaged() -> None:
    document = blank()
    bomb = zlib.compress(zlib.compress(b"\0" * (400 * 2**20), 9), 9)
    stream = pikepdf.Stream(document, bomb)
    stream.Filter = Array([Name.FlateDecode, Name.FlateDecode])
    document.pages[0].obj.Contents = document.make_indirect(stream)
    data = saved(document, compress_streams=False)
    assert len(data) < 100_000

    assert await reason(data) == "upload-damaged"


async def test_a_picture_of_a_billion_points_is_damaged() -> None:
    header = io.BytesIO()
    Image.new("1", (1, 1)).save(header, "PNG")
    data = bytearray(header.getvalue())
    data[16:24] = (40_000).to_bytes(4) + (40_000).to_bytes(4)
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4)

    assert await reason(bytes(data)) == "upload-damaged"


async def test_a_picture_that_swells_when_written_anew_is_too_large() -> None:
    noise = Image.frombytes("P", (600, 500), hashlib.shake_128(b"points").digest(300_000))
    noise.putpalette(hashlib.shake_128(b"colours").digest(768))
    out = io.BytesIO()
    noise.save(out, "PNG")  # one byte a point here, three once it is written anew

    with pytest.raises(TurnedDown) as refused:
        await read_upload(out.getvalue(), max_bytes=out.tell())

    assert refused.value.reason == "upload-too-large"


async def test_deep_nesting_is_damaged() -> None:
    document = blank()
    deep = b"[" * 5_000 + b"]" * 5_000
    document.Root.Deep = document.make_stream(b"")
    data = saved(document).replace(b"/Deep ", b"/Deep " + deep + b" /Was ", 1)

    assert await reason(data) == "upload-damaged"


async def test_a_reader_has_no_secret_no_file_to_write_and_little_of_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LETTERS_PRIVATE_KEY", "a secret")
    monkeypatch.setattr(upload_reader, "__name__", "kit.tests.telling_reader")

    with pytest.raises(TurnedDown) as told:
        await read_upload(b"any file")

    assert told.value.facts == {
        "environment": "PATH PYTHONPATH",
        "processor": "10 s",
        "memory": "1536 MB",
        "written": "0 bytes",
        "place": "/",
    }


async def test_the_largest_file_has_ten_megabytes_and_fifty_pages() -> None:
    assert await reason(b"%PDF-" + b"0" * (10 * 2**20 - 4)) == "upload-too-large"
    assert await reason(pdf(51)) == "upload-too-many-pages"
    assert (await read_upload(pdf(50) + b"\n" * 2**20)).page_count == 50


async def test_several_files_are_read_at_once() -> None:
    found: list[Upload] = await asyncio.gather(*(read_upload(pdf(n)) for n in (1, 2, 3)))

    assert [upload.page_count for upload in found] == [1, 2, 3]
