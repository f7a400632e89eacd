"""The evidence sheet by the real printer, from the words that the use case gives it."""

import io
from collections.abc import AsyncIterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pypdf import PdfReader
from typing_extensions import override

from cli.seal_check import examine, load_anchors
from kit.french import typography
from kit.pdf import Rendered, Renderer
from services.dispatch.domain.evidence import Evidence
from services.dispatch.domain.tracking import Answer
from services.dispatch.tests.builders import a_room
from services.dispatch.tests.fakes import FakeSealer
from services.dispatch.tests.seals import a_sealed_sheet, an_authority
from services.dispatch.usecases.evidencing import TEMPLATE

pytestmark = pytest.mark.slow

ASSETS = Path(__file__).parents[4] / ".assets"


@dataclass
class KeepingPrinter:
    """The real printer, which keeps what it was last given."""

    renderer: Renderer
    words: Mapping[str, Any] = field(default_factory=dict)

    async def render(self, words: Mapping[str, Any], *, template: Path) -> Rendered:
        self.words = words
        return await self.renderer.render(words, template=template)


@dataclass
class KeepingSealer(FakeSealer):
    """Keeps what it was last given."""

    pdf: bytes = b""
    evidence: bytes = b""

    @override
    async def seal(self, pdf: bytes, *, evidence: bytes, at: datetime) -> bytes:
        self.pdf, self.evidence = pdf, evidence
        return await super().seal(pdf, evidence=evidence, at=at)


@dataclass
class Sheet:
    """A sheet, what it was printed from, and the evidence that is attached to it."""

    pdf: bytes
    words: Mapping[str, Any]
    evidence: Evidence


@pytest.fixture(scope="module")
async def renderer() -> AsyncIterator[Renderer]:
    made = Renderer(workers=1, assets_dir=ASSETS)
    yield made
    await made.close()


@pytest.fixture(scope="module")
async def sheet(renderer: Renderer) -> Sheet:
    """The sheet of a letter that was deposited, then signed for."""
    printer, sealer = KeepingPrinter(renderer), KeepingSealer()
    room = a_room()
    room = replace(room, desk=replace(room.desk, printer=printer, sealer=sealer))
    await room.finalise()
    await room.work()
    room.operator.deposit("400001")
    room.clock.advance(timedelta(hours=5))
    room.operator.end("400001", Answer.ACCEPTED)
    room.clock.set("Thu 2027-01-14 07:00")  # the sweep
    await room.work_until_quiet()
    return Sheet(sealer.pdf, printer.words, Evidence.read(sealer.evidence))


def lines_of(pdf: bytes) -> list[str]:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return [line for page in pages for line in page.extract_text().split("\n")]


def bare(pdf: bytes) -> str:
    """Return the signs of all pages: where lines break does not count."""
    return "".join("".join(lines_of(pdf)).split())


def with_name(words: Mapping[str, Any], name: str) -> dict[str, Any]:
    changed = deepcopy(dict(words))
    changed["evidence"]["parties"]["recipient"]["name"] = name
    return changed


def test_the_sheet_says_what_the_evidence_attached_to_it_says(sheet: Sheet) -> None:
    evidence, said = sheet.evidence, bare(sheet.pdf)
    unprinted = {"mail_kind", "send_day", "last_covered_day", "new_start"}
    letter = [value for name, value in evidence.letter.items() if name not in unprinted]
    sender, recipient = evidence.parties["sender"], evidence.parties["recipient"]

    assert (len(evidence.events), len(evidence.proofs)) == (3, 2)
    for told in (
        *letter,
        *(value for name, value in sender.items() if name != "siret"),
        *recipient.values(),
        *(event.at.isoformat() + event.code + event.hash for event in evidence.events),
        "Preuve de dépôt" + evidence.proofs[0].sha256,
        "Preuve de réception" + evidence.proofs[1].sha256,
        "Données jointes à cette fiche" + evidence.sha256,
        "Envoi mercredi 13 janvier 2027",
        "Fin de l’ancien contrat vendredi 31 décembre 2027, à 24 h 00",
        "Début du nouveau contrat samedi 1er janvier 2028, à 00 h 00",
        "Fin du délai de réponse",
        "preavis verify 26-00042-preuve.pdf",
    ):
        assert "".join(told.split()) in said


def test_a_letter_that_was_signed_for_takes_one_page(sheet: Sheet) -> None:
    assert sheet.evidence.letter["mandate_sha256"]
    assert len(PdfReader(io.BytesIO(sheet.pdf)).pages) == 1


async def test_what_is_not_known_is_left_out(sheet: Sheet, renderer: Renderer) -> None:
    words = deepcopy(dict(sheet.words))
    words["days"] = {"sent": words["days"]["sent"]}
    words["evidence"]["letter"]["mandate_sha256"] = ""
    words["evidence"]["parties"]["sender"]["orias"] = ""

    said = bare((await renderer.render(words, template=TEMPLATE)).pdf)

    assert "Destinataire" in said
    for absent in ("ORIAS", "ancien contrat", "nouveau contrat", "délai", "Mandat"):
        assert "".join(absent.split()) in bare(sheet.pdf)
        assert "".join(absent.split()) not in said


def test_the_sheet_can_be_heard(sheet: Sheet) -> None:
    with pikepdf.open(io.BytesIO(sheet.pdf)) as document:
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == "Fiche de preuve, lettre 26-00042"
        assert str(document.Root.Lang) == "fr"
        kinds = [
            (str(one.S), "Row" if b"/Scope /Row" in one.unparse(resolved=True) else "")
            for one in document.objects
            if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/StructElem"
        ]
        drawn = b"".join(page.Contents.read_bytes() for page in document.pages)

    assert [kinds.count((kind, "")) for kind in ("/H1", "/H2")] == [1, 5]
    assert kinds.count(("/TH", "")) == 3  # of the events' columns
    assert kinds.count(("/TH", "Row")) == 2 + 4 + 2 + 6
    assert ("/Span", "") not in kinds  # no text outside a paragraph
    assert b"/Artifact" in drawn


def test_french_spaces_are_those_of_the_house(sheet: Sheet) -> None:
    for line in lines_of(sheet.pdf):
        assert typography(line) == line


async def test_the_columns_are_named_on_each_page(sheet: Sheet, renderer: Renderer) -> None:
    words = deepcopy(dict(sheet.words))
    words["evidence"]["events"] *= 30

    made = await renderer.render(words, template=TEMPLATE)

    pages = [page.extract_text() for page in PdfReader(io.BytesIO(made.pdf)).pages]
    assert made.page_count == len(pages) > 3
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} sur {len(pages)}" in " ".join(page.split())
        assert ("Empreinte chaînée" in page) is ("Acceptance" in page)
    hashes = [event.hash for event in sheet.evidence.events]
    assert [bare(made.pdf).count(one) for one in hashes] == [30] * 3


@pytest.mark.parametrize(
    "name",
    [
        "#panic()",
        "$x$ *_`<a>@b //",
        "<img src=x>",
        "Иван Łukasz",
        "نور",
        "a\u202eb",
        "\u0378",
        "👩‍👧",
    ],
)
async def test_no_name_stops_a_sheet(sheet: Sheet, renderer: Renderer, name: str) -> None:
    said = bare((await renderer.render(with_name(sheet.words, name), template=TEMPLATE)).pdf)

    assert "Destinataire" in said
    assert sheet.evidence.sha256 in said
    if name.isascii():
        assert "".join(name.split()) in said


async def test_a_name_without_a_space_stays_on_the_page(sheet: Sheet, renderer: Renderer) -> None:
    name = "W" * 60 + "x" * 160 + "@mutuelle.example"

    pdf = (await renderer.render(with_name(sheet.words, name), template=TEMPLATE)).pdf

    lines = [line for line in lines_of(pdf) if "WW" in line or "xx" in line]
    assert max(len(line.removeprefix("Destinataire ")) for line in lines) == 32
    assert name in bare(pdf)


async def test_the_same_words_are_the_same_sheet(sheet: Sheet, renderer: Renderer) -> None:
    assert (await renderer.render(sheet.words, template=TEMPLATE)).pdf == sheet.pdf


def test_a_printed_sheet_can_be_sealed_and_checked(sheet: Sheet) -> None:
    authority = an_authority()
    pdf = a_sealed_sheet(authority, evidence=sheet.evidence.to_bytes(), page=sheet.pdf)

    found = examine(pdf, load_anchors(authority.certificate_pem.encode()))

    assert found.issuer_trusted
    assert found.evidence == sheet.evidence
    assert pdf.startswith(sheet.pdf)
