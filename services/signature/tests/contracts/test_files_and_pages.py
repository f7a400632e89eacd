"""Files and pages: what the fakes promise, and what the real ones make."""

import hashlib
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pikepdf
import pytest
from PIL import Image
from pypdf import PdfReader

from kit.blobs import BlobMissing
from kit.french import typography
from kit.pdf import Renderer
from kit.uploads import FileKind, read_upload
from services.signature.domain.sheet import ContractLine, Principal, mandate_sheet
from services.signature.main import warning_in_force
from services.signature.partners.account_files import AccountFiles
from services.signature.partners.typesetting import TypstTypesetter, picture_on_a4
from services.signature.ports import Files
from services.signature.tests.builders import ACCOUNT, OTHER_ACCOUNT, a_letter, a_scan, an_agency
from services.signature.tests.fakes import FakeFiles
from tests.support.time import day

pytestmark = pytest.mark.slow

ASSETS = Path(__file__).parents[4] / ".assets"


@pytest.fixture(params=["fake", "disk"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    return FakeFiles() if request.param == "fake" else AccountFiles(tmp_path)


async def test_a_file_belongs_to_its_account(files: Files) -> None:
    sha256 = await files.put(ACCOUNT, b"mandat")
    await files.put(OTHER_ACCOUNT, b"mandat")
    await files.erase(ACCOUNT, sha256)
    await files.erase(ACCOUNT, sha256)

    assert sha256 == hashlib.sha256(b"mandat").hexdigest()
    assert await files.get(OTHER_ACCOUNT, sha256) == b"mandat"
    with pytest.raises(BlobMissing):
        await files.get(ACCOUNT, sha256)


@pytest.fixture(scope="module")
async def typesetter() -> AsyncIterator[TypstTypesetter]:
    renderer = Renderer(workers=1, assets_dir=ASSETS)
    yield TypstTypesetter(renderer)
    await renderer.close()


def pages_of(pdf: bytes) -> list[str]:
    """Return the text of each page."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def words(pdf: bytes) -> str:
    """Return the text of a PDF, each run of spaces as one space."""
    return " ".join(" ".join(pages_of(pdf)).split())


def kinds_of(document: pikepdf.Pdf) -> list[str]:
    """Return the kind of each part that a reader of screens is told of."""
    return [
        str(one.S)
        for one in document.objects
        if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/StructElem"
    ]


async def test_the_prefilled_mandate_is_one_tagged_page_that_names_everybody(
    typesetter: TypstTypesetter,
) -> None:
    letter = a_letter(agreed_start=day("Fri 2027-01-01"))
    sheet = mandate_sheet(letter, an_agency(), made_on=day("Mon 2026-11-23"))

    pdf = await typesetter.typeset(sheet)

    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert len(document.pages) == 1
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) == "fr"
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == "Mandat de résiliation, lettre 26-00042"
        kinds = kinds_of(document)
    assert [kinds.count(kind) for kind in ("/H1", "/H2", "/TH", "/TD")] == [1, 4, 4, 4]
    assert "/Span" not in kinds  # no text outside a paragraph
    text = words(pdf)
    for said in (
        "Hélène Marchetti, née Vasseur",
        "le 14 mars 1984",
        "Agence Béraud Assurances",
        "représentée par Pierre Béraud",
        "VA-88-204417",
        "article L. 221-10-2 du code de la mutualité",
        "dénoncer",
        "jeudi 31 décembre 2026 à 24 h 00",
        "Celui de Solenne Mutuelle",
        "janvier 2027 à 00 h 00",
        "même si la loi en permettait une plus proche",
        "Lettre 26-00042",
        "Établi le 23 novembre 2026",
    ):
        assert said in text


async def test_two_policyholders_and_three_contracts_still_fit_on_one_page(
    typesetter: TypstTypesetter,
) -> None:
    letter = a_letter(
        principals=[
            Principal(title="madame", name="Odile Tessier", birth_day=day("1961-05-01")),
            Principal(title="monsieur", name="Marc Tessier", birth_day=day("1959-12-24")),
        ],
        contracts=[
            ContractLine(label=f"Assurance habitation n° {number}", reference=f"MRH-{number}")
            for number in (1, 2, 3)
        ],
        code_family="assurances",
    )

    pdf = await typesetter.typeset(mandate_sheet(letter, an_agency(), made_on=day("2026-11-23")))

    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert len(document.pages) == 1
    text = words(pdf)
    assert "Les mandants" in text
    assert "résilier" in text
    assert "M. Marc Tessier" in text


async def test_a_contract_never_agreed_to_is_not_terminated_by_its_mandate(
    typesetter: TypstTypesetter,
) -> None:
    letter = a_letter(ground="RECLAMATION", ground_label="Contrat jamais accepté : réclamation")

    pdf = await typesetter.typeset(mandate_sheet(letter, an_agency(), made_on=day("2026-11-23")))

    text = words(pdf)
    assert "Mandat de contestation" in text
    assert "auquel il n’a jamais donné son accord" in text
    assert "lorsque le destinataire a répondu" in text
    assert "La lettre ne résilie rien" in text
    assert "organisme quitté" not in text.lower()
    assert "résilier" not in text


@pytest.mark.parametrize("typed", ["<img src=x>&amp;", "#panic() $x$ *_`<a>@b", "\\ = + - //"])
async def test_what_people_typed_is_text_and_nothing_else(
    typesetter: TypstTypesetter, typed: str
) -> None:
    letter = a_letter(recipient=typed, new_insurer=typed, address_lines=[typed])

    pdf = await typesetter.typeset(mandate_sheet(letter, an_agency(), made_on=day("2026-11-23")))

    assert words(pdf).count(typed) == 3


@pytest.mark.parametrize("typed", ["Łukasz Иванов", "نور", "a\u202eb", "\u0378", "👩‍👧", "x" * 40])
async def test_no_letter_of_a_name_stops_a_mandate(typesetter: TypstTypesetter, typed: str) -> None:
    letter = a_letter(
        recipient=typed,
        contracts=[ContractLine(label=typed, reference=typed)],
        principals=[Principal(title="", name=typed, siret="12345678900012", representative=typed)],
        is_company=True,
    )

    pdf = await typesetter.typeset(mandate_sheet(letter, an_agency(), made_on=day("2026-11-23")))

    assert "SIRET 123 456 789 00012" in words(pdf)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert len(document.pages) == 1


async def test_many_contracts_take_the_signatures_to_a_page_with_the_last_article(
    typesetter: TypstTypesetter,
) -> None:
    lines = [ContractLine(label=f"Garantie n° {one}", reference=f"G-{one}") for one in range(24)]
    names = ["Marie-Antoinette de La Rochefoucauld-Montmorency", "Marc Tessier"]
    letter = a_letter(contracts=lines, principals=[Principal(title="", name=one) for one in names])

    pdf = await typesetter.typeset(mandate_sheet(letter, an_agency(), made_on=day("2026-11-23")))

    first, last = (" ".join(page.split()) for page in pages_of(pdf))
    assert "G-23" in first
    assert "Page 1 sur 2" in first
    assert "4. Informations reçues" in last
    assert last.count("Fait à le") == 3
    assert "Rochefoucauld-Montmorency" in last


async def test_a_long_ground_of_the_agents_own_leaves_the_mandate_on_one_page(
    typesetter: TypstTypesetter,
) -> None:
    written = "Le prix a changé sans que le contrat le prévoie, et rien ne l’explique. " * 4
    letter = a_letter(ground="CUSTOM", ground_label=written.strip(), articles=[])

    pdf = await typesetter.typeset(mandate_sheet(letter, an_agency(), made_on=day("2026-11-23")))

    (page,) = pages_of(pdf)
    assert f"Fondement : {written}" in " ".join(page.split()).replace("\u00ad", "")


@pytest.mark.parametrize("ground", ["RIA", "RECLAMATION"])
@pytest.mark.parametrize("how_many", [1, 2])
@pytest.mark.parametrize("start", [None, "Fri 2027-01-01"])
async def test_french_spaces_are_those_of_the_house(
    typesetter: TypstTypesetter, ground: str, how_many: int, start: str | None
) -> None:
    letter = a_letter(
        ground=ground,
        principals=[Principal(title="madame", name="Odile Tessier")] * how_many,
        contracts=[ContractLine(label="Santé", reference="VA-88")] * how_many,
        agreed_start=day(start) if start else None,
    )

    pdf = await typesetter.typeset(mandate_sheet(letter, an_agency(), made_on=day("2026-11-23")))

    for line in "\n".join(pages_of(pdf)).split("\n"):
        assert typography(line) == line


async def test_the_same_mandate_is_the_same_bytes(typesetter: TypstTypesetter) -> None:
    sheet = mandate_sheet(a_letter(), an_agency(), made_on=day("2026-11-23"))

    assert await typesetter.typeset(sheet) == await typesetter.typeset(sheet)


def a_picture(kind: str, size: tuple[int, int]) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 180, 160)).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "size", "lying"),
    [("JPEG", (600, 900), False), ("PNG", (900, 600), True), ("PNG", (50, 50), False)],
)
async def test_a_picture_becomes_a_harmless_a4_page(
    kind: str, size: tuple[int, int], lying: bool
) -> None:
    picture = a_picture(kind, size)

    pdf = picture_on_a4(picture)
    read = await read_upload(pdf, accept={FileKind.PDF})

    assert picture_on_a4(picture) == pdf
    assert read.page_count == 1
    with pikepdf.open(io.BytesIO(pdf)) as document:
        _, _, width, height = (float(edge) for edge in document.pages[0].mediabox)
        assert (round(max(width, height)), round(min(width, height))) == (842, 595)
        assert (width > height) is lying


async def test_a_scanned_pdf_is_attached_byte_for_byte(typesetter: TypstTypesetter) -> None:
    assert await typesetter.as_pdf(b"%PDF-signed", a_scan()) == b"%PDF-signed"


def test_the_warning_in_force_says_what_is_risked() -> None:
    warning = warning_in_force()

    assert warning.version == "2026-11"
    assert "nulle" in warning.text
    assert "\n" not in warning.text
