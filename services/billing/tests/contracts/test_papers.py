"""Receipts and credit notes as they are printed."""

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID

import pikepdf
import pytest
from pypdf import PdfReader

from kit.french import typography
from kit.money import Money, VatSplit
from kit.pdf import Renderer
from services.billing.domain.credit_note import CreditNotePaper
from services.billing.domain.receipt import Receipt
from services.billing.domain.tariff import Product
from services.billing.domain.top_up import Method
from services.billing.partners.stationery import PaperStationery

pytestmark = pytest.mark.slow

ASSETS = Path(__file__).parents[4] / ".assets"
LEGAL = "RCS Nantes 000 000 000. TVA intracommunautaire FR00 000000000. facturation@preavis.example"
RECEIPT = Receipt(
    number="R-2026-00017",
    issued_on=date(2026, 12, 1),
    paid_on=date(2026, 11, 30),
    amount=Money(128_440),
    buyer_name="Agence Béraud",
    buyer_lines=("12 place du Marché-aux-Herbes", "38000 Grenoble", "SIRET 123 456 789 00012"),
    payment_reference="pi_3QabcdEFGH1234567890",
)
NOTE = CreditNotePaper(
    number="A-2026-00003",
    issued_on=date(2026, 12, 1),
    buyer_name="Agence Béraud",
    buyer_lines=("38000 Grenoble",),
    cause="26-00042",
    product=Product.IDENTITY_CHECK,
    split=VatSplit(net=Money(450), vat=Money(90), rate_bp=2000),
    captured_on=date(2026, 11, 24),
    returned_on=date(2026, 11, 30),
    corrects=UUID("01900000-0000-7000-8000-000000000001"),
)


@pytest.fixture(scope="module")
async def renderer() -> AsyncIterator[Renderer]:
    made = Renderer(workers=1, assets_dir=ASSETS)
    yield made
    await made.close()


@pytest.fixture(scope="module")
def stationery(renderer: Renderer) -> PaperStationery:
    return PaperStationery(renderer, environment_name="production")


def text_of(pdf: bytes) -> str:
    """Return the text of a PDF of one page."""
    (page,) = PdfReader(io.BytesIO(pdf)).pages
    return str(page.extract_text())


def words(pdf: bytes) -> str:
    """Return the text of a PDF, each run of spaces as one space."""
    return " ".join(text_of(pdf).split())


def kinds_of(pdf: bytes) -> list[str]:
    """Return the kind of each part that a reader of screens is told of."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert str(document.Root.Lang) == "fr"
        assert document.open_metadata()["pdfuaid:part"] == "1"
        return [
            str(one.S)
            for one in document.objects
            if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/StructElem"
        ]


async def test_a_receipt_says_who_paid_what_to_whom_and_that_it_is_no_invoice(
    stationery: PaperStationery,
) -> None:
    pdf = await stationery.receipt(RECEIPT)

    said = words(pdf)
    for told in (
        "18, quai de la Fontaine 44000 Nantes",
        "Agence Béraud 12 place du Marché-aux-Herbes 38000 Grenoble SIRET 123 456 789 00012",
        "R-2026-00017",
        "1 284,40 €",
        "lundi 30 novembre 2026",
        "Carte bancaire, par Stripe",
        "pi_3QabcdEFGH1234567890",
        "Ce reçu n’est pas une facture",
        "Préavis, SAS au capital de 50 000 €, 18, quai de la Fontaine, 44000 Nantes.",
        LEGAL,
        "Page 1 sur 1",
    ):
        assert told in said
    assert "Démonstration" not in said
    kinds = kinds_of(pdf)
    assert [kinds.count(kind) for kind in ("/H1", "/TH", "/TD")] == [1, 4, 4]
    assert "/Span" not in kinds  # no text outside a paragraph


async def test_a_transfer_has_no_reference_of_a_card(stationery: PaperStationery) -> None:
    paid = replace(RECEIPT, method=Method.TRANSFER, payment_reference="")

    said = words(await stationery.receipt(paid))

    assert "Virement reçu le lundi 30 novembre 2026" in said
    assert "Virement bancaire" in said
    assert "Référence du paiement" not in said


async def test_a_credit_note_says_what_it_cancels_and_its_tax(stationery: PaperStationery) -> None:
    pdf = await stationery.credit_note(NOTE)

    said = words(pdf)
    for told in (
        "A-2026-00003",
        "Vérification d’identité",
        "Lettre n° 26-00042, déposée le mardi 24 novembre 2026 1 4,50 € 4,50 €",
        "Total hors taxes 4,50 €",
        "TVA à 20 % 0,90 €",
        "Total TTC 5,40 €",
        "Écriture n° 01900000-0000-7000-8000-000000000001",
        "Constaté le lundi 30 novembre 2026.",
        "retirez-la de vos déductions",
        LEGAL,
    ):
        assert told in said
    kinds = kinds_of(pdf)
    assert [kinds.count(kind) for kind in ("/H1", "/TH", "/TD")] == [1, 4 + 3 + 3, 4 + 3 + 3]
    assert "/Span" not in kinds


async def test_a_demonstration_says_so_on_its_papers(renderer: Renderer) -> None:
    stationery = PaperStationery(renderer, environment_name="demo")

    for pdf in (await stationery.receipt(RECEIPT), await stationery.credit_note(NOTE)):
        assert "Démonstration : aucun paiement réel, document sans valeur" in words(pdf)


async def test_french_spaces_are_those_of_the_house(stationery: PaperStationery) -> None:
    for pdf in (await stationery.receipt(RECEIPT), await stationery.credit_note(NOTE)):
        for line in text_of(pdf).split("\n"):
            assert typography(line) == line


@pytest.mark.parametrize(
    "name", ["#panic() $x$ *_`<a>@b", "<img src=x>", "Иванов", "نور", "a\u202eb", "\u0378", "👩‍👧"]
)
async def test_no_name_stops_a_paper(stationery: PaperStationery, name: str) -> None:
    paid = await stationery.receipt(replace(RECEIPT, buyer_name=name, buyer_lines=(name,)))
    noted = await stationery.credit_note(replace(NOTE, buyer_name=name, buyer_lines=(name,)))

    for pdf in (paid, noted):
        assert LEGAL in words(pdf)
        assert words(pdf).count(name) == 2 or not name.isascii()


async def test_the_same_paper_is_the_same_bytes(stationery: PaperStationery) -> None:
    assert await stationery.receipt(RECEIPT) == await stationery.receipt(RECEIPT)
    assert await stationery.credit_note(NOTE) == await stationery.credit_note(NOTE)
