"""PDFs: nothing acts, nothing is fetched, nothing is hidden, and the words stand as typed."""

import io
import re
from collections.abc import Collection, Iterator
from typing import Any, Final
from xml.etree import ElementTree as ET

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from tests.prove.hostile.checks.text import OUR_OWN, hidden
from tests.prove.hostile.texts import bears_mark

_ACTIONS: Final = frozenset(
    {"/URI", "/Launch", "/JavaScript", "/GoToR", "/GoToE", "/SubmitForm", "/ImportData", "/Movie",
     "/Rendition", "/Sound", "/RichMediaExecute", "/Thread", "/ResetForm"}
)  # fmt: skip
_KEYS: Final = frozenset({"/JS", "/JavaScript", "/OpenAction", "/AA", "/URI", "/XFA", "/RichMedia"})
_CONTROLS: Final = OUR_OWN | {chr(code) for code in range(32)}
"""What pypdf puts between the letters of a font that also holds an emoji."""
_SEAL: Final = "/Sig"  # the one annotation that a sheet of ours bears


def faults_of_pdf(pdf: bytes, *, attached: Collection[str] = ()) -> Iterator[str]:
    """Yield what in a PDF acts, leads elsewhere or hides; ``attached`` files are meant."""
    reader = PdfReader(io.BytesIO(pdf))
    for found in _objects(reader):
        yield from _faults_of_object(found)
    names = [name for name, _ in reader.attachments.items()]
    if sorted(names) != sorted(attached):
        yield f"files inside: {names}"
    for key, value in (reader.metadata or {}).items():
        if isinstance(value, str) and (marks := hidden(value)):
            yield f"{key} holds {marks}"
    yield from _faults_of_xmp(reader)
    if marks := hidden(text_of(pdf), allowed=_CONTROLS):
        yield f"its text holds {marks}"


def text_of(pdf: bytes) -> str:
    """Return the text of all pages; a hyphen that parts a word at the end of a line shows."""
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return text.replace("\u00ad\n", "-\n")


def says(pdf: bytes, text: str) -> bool:
    """Whether these words stand in the PDF, in their order; where lines break does not count."""
    return _bare(text) in _bare(text_of(pdf))


def _bare(text: str) -> str:
    return re.sub(r"[\s\u2010-]", "", text)  # where a line breaks, a word may be parted


def _objects(reader: PdfReader) -> list[DictionaryObject]:
    """Return every dictionary of the file, those inside others too."""
    found: list[DictionaryObject] = []
    seen: set[int] = set()
    waiting: list[Any] = [reader.trailer]
    while waiting:
        one = waiting.pop()
        one = one.get_object() if hasattr(one, "get_object") else one
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, DictionaryObject):
            found.append(one)
            waiting.extend(one.values())
        elif isinstance(one, ArrayObject):
            waiting.extend(one)
    return found


def _faults_of_object(found: DictionaryObject) -> Iterator[str]:
    if str(found.get("/S", "")) in _ACTIONS:
        yield f"an action: {found.get('/S')}"
    for key in found:
        if key in _KEYS or bears_mark(key):
            yield f"the key {key}"
    is_note = str(found.get("/Type", "")) == "/Annot" or ("/Subtype" in found and "/Rect" in found)
    if is_note and str(found.get("/FT", "")) != _SEAL:
        yield f"an annotation: {found.get('/Subtype')}"


def _faults_of_xmp(reader: PdfReader) -> Iterator[str]:
    metadata = reader.root_object.get("/Metadata")
    if metadata is None:
        return
    stream = metadata.get_object()
    assert isinstance(stream, StreamObject)
    data = stream.get_data()
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        yield "its metadata declare entities"
        return
    for element in ET.fromstring(data).iter():  # noqa: S314 - ours, and without entities
        if bears_mark(element.tag) or any(bears_mark(name) for name in element.attrib):
            yield f"its metadata hold the element {element.tag}"
        if marks := hidden(element.text or "", allowed=OUR_OWN):
            yield f"its metadata hold {marks}"
