"""Files and pages: what the fakes promise, and what the real ones make."""

import hashlib
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from kit.blobs import BlobMissing
from kit.pdf import Renderer
from kit.uploads import FileKind, read_upload
from services.signature.domain.sheet import ContractLine, Principal, mandate_sheet
from services.signature.main import warning_in_force
from services.signature.partners.account_files import AccountFiles
from services.signature.partners.typesetting import WeasyTypesetter, picture_on_a4
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
async def typesetter() -> AsyncIterator[WeasyTypesetter]:
    renderer = Renderer(workers=1, assets_dir=ASSETS)
    yield WeasyTypesetter(renderer)
    await renderer.close()


def words(pdf: bytes) -> str:
    """Return the text of a PDF, each run of spaces as one space."""
    from pypdf import PdfReader  # noqa: PLC0415 - a test's own reader

    reader = PdfReader(io.BytesIO(pdf))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


async def test_the_prefilled_mandate_is_one_tagged_page_that_names_everybody(
    typesetter: WeasyTypesetter,
) -> None:
    letter = a_letter(agreed_start=day("Fri 2027-01-01"))
    sheet = mandate_sheet(letter, an_agency(), made_on=day("Mon 2026-11-23"))

    pdf = await typesetter.typeset(sheet)

    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert len(document.pages) == 1
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) == "fr"
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
    typesetter: WeasyTypesetter,
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
    typesetter: WeasyTypesetter,
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


async def test_what_people_typed_is_text_and_nothing_else(typesetter: WeasyTypesetter) -> None:
    letter = a_letter(recipient="<img src='https://example.org/x'>&amp;")

    pdf = await typesetter.typeset(mandate_sheet(letter, an_agency(), made_on=day("2026-11-23")))

    assert "img src=" in words(pdf)


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


async def test_a_scanned_pdf_is_attached_byte_for_byte(typesetter: WeasyTypesetter) -> None:
    assert await typesetter.as_pdf(b"%PDF-signed", a_scan()) == b"%PDF-signed"


def test_the_warning_in_force_says_what_is_risked() -> None:
    warning = warning_in_force()

    assert warning.version == "2026-11"
    assert "nulle" in warning.text
    assert "\n" not in warning.text
