"""The letter as a PDF: its phrases, its geometry, its tags, hostile words made harmless."""

import io
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from pypdf import PdfReader

from kit.pdf import Renderer
from services.letters.domain.legal.codes import CodeFamily, Ground, MailKind
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.letter import Letter, MandateMention
from services.letters.domain.planning import plan_if_possible
from services.letters.domain.policyholder import Address, Person, Title
from services.letters.domain.sheet import Printed, sheet
from services.letters.partners.typesetter import JinjaTypesetter, catalogue
from services.letters.tests.builders import (
    BERAUD,
    HELENE,
    PIERRE,
    a_company,
    a_contract,
    a_draft,
    a_letter,
    a_recipient,
    persons,
)
from tests.support.time import day

pytestmark = pytest.mark.slow

ASSETS = Path(__file__).resolve().parents[4] / ".assets"
TODAY = day("Mon 2026-11-23")
MM = 72 / 25.4  # points
INSURER = a_recipient(CodeFamily.ASSURANCES, name="La Tourelle IARD")


@pytest.fixture(scope="module")
async def typesetter() -> AsyncIterator[JinjaTypesetter]:
    renderer = Renderer(workers=1, assets_dir=ASSETS)
    yield JinjaTypesetter(renderer, catalogue())
    await renderer.close()


async def printed(
    typesetter: JinjaTypesetter,
    letter: Letter,
    mandate: MandateMention = MandateMention.ATTACHED,
) -> Printed:
    evaluation = plan_if_possible(letter, first_send_day=TODAY)
    sent = (evaluation and evaluation.send_day) or TODAY
    return await typesetter.typeset(
        sheet(
            letter,
            day=sent,
            letterhead=BERAUD,
            evaluation=evaluation,
            mail_kind=MailKind.LRE_ACKNOWLEDGED,
            mandate=mandate,
            is_draft=False,
        )
    )


def words(page: Printed) -> str:
    """Return the text of the PDF, every space the same, cut words joined, endings lowered."""
    pages = PdfReader(io.BytesIO(page.pdf)).pages
    text = " ".join(one.extract_text() for one in pages)
    text = text.replace("\u00ad\n", "")  # a hyphen that is there for the end of the line alone
    text = re.sub(r"\b(M|1)\s+(me|er)\b", r"\1\2", text)
    return " ".join(text.split())


def a_ground(ground: Ground) -> Letter:
    match ground:
        case Ground.RIA:
            return a_letter()
        case Ground.HAMON:
            contract = a_contract(ContractType.AUTO, ground, vehicle_plate="AB-123-CD")
            return a_letter(contract, recipient=INSURER)
        case Ground.ECHEANCE:
            contract = a_contract(ContractType.MULTIRISQUE_PRO, ground)
            return a_letter(contract, recipient=INSURER, policyholder=a_company())
        case _:
            contract = a_contract(ContractType.AUTRE, ground, type_label="Assurance d’un cheval")
            return a_letter(contract, recipient=INSURER)


@pytest.mark.parametrize(
    ("ground", "phrases"),
    [
        (
            Ground.RIA,
            [
                "Objet : Demande de résiliation infra-annuelle santé",
                "jeudi 31 décembre 2026 à 24 h 00",
                "vendredi 1er janvier 2027 à 00 h 00",
                "le lendemain de la date d’effet de la résiliation à 00 h 00",
                "s’assure de la continuité de la couverture",
                "articles L. 221-10-2, R. 221-5 et R. 221-6 du code de la mutualité",
                "Au nom et pour le compte de Mme Hélène Marchetti",
                "née Vasseur le 14 mars 1984",
                "ORIAS n° 07 045 812",
                "Pièce jointe : mandat de résiliation.",
                "Page 1 sur 1",
            ],
        ),
        (
            Ground.HAMON,
            [
                "articles L. 113-15-2, R. 113-11 et R. 113-12 du code des assurances",
                "s’assure de la permanence de la couverture de l’assuré pendant la procédure",
                "véhicule immatriculé AB-123-CD",
                "le relevé d’information du véhicule",
                "sous trente jours",
                "samedi 2 janvier 2027 à 00 h 00",
            ],
        ),
        (
            Ground.ECHEANCE,
            [
                "Objet : Résiliation du contrat à l’échéance annuelle",
                "Ateliers Aubertin, SIRET 732 829 320 00074",
                "à son échéance du 1er février 2027",
                "article L. 113-12 du code des assurances",
                "dimanche 31 janvier 2027 à 24 h 00",
                "Il ne sera pas reconduit.",
            ],
        ),
        (
            Ground.CUSTOM,
            [
                "Assurance d’un cheval",
                "Le tarif a doublé sans avis.",
                "à réception de cette lettre",
            ],
        ),
    ],
)
async def test_each_ground_says_what_its_law_demands(
    typesetter: JinjaTypesetter, ground: Ground, phrases: list[str]
) -> None:
    letter = a_ground(ground)

    page = await printed(typesetter, letter)

    text = words(page)
    assert [phrase for phrase in phrases if phrase not in text] == []
    assert letter.contracts[0].reference in text
    assert page.page_count == 1


@pytest.mark.parametrize("ground", [Ground.RIA, Ground.HAMON, Ground.ECHEANCE, Ground.CUSTOM])
async def test_the_pdf_is_tagged_for_people_who_listen(
    typesetter: JinjaTypesetter, ground: Ground
) -> None:
    page = await printed(typesetter, a_ground(ground))

    with pikepdf.open(io.BytesIO(page.pdf)) as document:
        metadata = document.open_metadata()
        assert metadata["pdfuaid:part"] == "1"
        assert str(document.Root.Lang) == "fr"
        assert bool(document.Root.MarkInfo.Marked)
        assert bool(document.Root.ViewerPreferences.DisplayDocTitle)
        assert "Marchetti" in str(metadata["dc:title"]) or "Aubertin" in str(metadata["dc:title"])
        kinds = set(_kinds(document.Root.StructTreeRoot))
        items = set(_children_of(document.Root.StructTreeRoot, "/L"))
        fonts = {str(font.BaseFont) for font in _fonts(document)}
    assert {"/H1", "/P", "/Table", "/TH", "/TD"} <= kinds
    assert "/Span" not in kinds  # no text outside a paragraph
    assert items == {"/LI"}  # ISO 14289-1: a list holds its items and nothing else
    assert fonts
    assert all("+Lettre" in font for font in fonts), fonts  # no other family crept in


def _children(node: pikepdf.Object) -> list[pikepdf.Object]:
    children: object = node.get("/K", [])
    listed = children if isinstance(children, pikepdf.Array) else [children]
    return [child for child in listed if isinstance(child, pikepdf.Dictionary)]


def _kinds(node: pikepdf.Object) -> list[str]:
    own = [str(node["/S"])] if "/S" in node else []
    return own + [kind for child in _children(node) for kind in _kinds(child)]


def _children_of(node: pikepdf.Object, kind: str) -> list[str]:
    found = [one for child in _children(node) for one in _children_of(child, kind)]
    if str(node.get("/S", "")) == kind:
        found += [str(child["/S"]) for child in _children(node) if "/S" in child]
    return found


def _fonts(document: pikepdf.Pdf) -> list[pikepdf.Object]:
    return [font for page in document.pages for font in page.Resources.Font.values()]


async def test_the_address_alone_stands_in_the_window(typesetter: JinjaTypesetter) -> None:
    recipient = a_recipient(lines=("Service Résiliations", "Bât. C", "41, avenue des Tanneurs"))
    page = await printed(typesetter, a_letter(recipient=recipient))

    inside, near = [], []
    for text, x, y in _places(page):
        if 88 <= x <= 203 and 33 <= y <= 92:
            near.append(text)
            if 109 <= x <= 190 and 49 <= y <= 81:
                inside.append(text)

    assert near == inside
    assert " ".join(" ".join(inside).split()) == (
        "MUTUELLE VAL D’AMBRE SERVICE RÉSILIATIONS BÂT C 41 AVENUE DES TANNEURS 73000 CHAMBÉRY"
    )


def _places(page: Printed) -> list[tuple[str, float, float]]:
    """Return each run of text of page 1 with its place, in mm from the top left corner."""
    found: list[tuple[str, float, float]] = []
    first = PdfReader(io.BytesIO(page.pdf)).pages[0]
    height = float(first.mediabox.height)

    def note(text: str, cm: list[float], tm: list[float], *_: object) -> None:
        if text.strip():
            x = tm[4] * cm[0] + cm[4]
            y = tm[5] * cm[3] + cm[5]
            found.append((text, x / MM, (height - y) / MM))

    first.extract_text(visitor_text=note)
    return found


async def test_a_name_without_a_space_is_broken_and_leaves_the_window_alone(
    typesetter: JinjaTypesetter,
) -> None:
    name, reference = "W" * 60, "M" * 40
    holder = persons(replace(HELENE, first_name=name, last_name=name))

    page = await printed(typesetter, a_letter(a_contract(reference=reference), policyholder=holder))

    bare = "".join(words(page).split())
    assert bare.count(name * 2) == 4  # reference, basis, table, signature
    assert bare.count(reference) == 2
    broken = [one for one in _places(page) if set(one[0].strip()) in ({"W"}, {"M"})]
    assert len(broken) > 10
    for text, x, y in broken:
        small = x < 88 and y < 92  # among the references: 8.4 pt, and the window beside them
        assert x + len(text.strip()) * (2.9 if small else 3.75) < (88 if small else 187)


async def test_the_page_is_read_in_the_order_it_is_seen(typesetter: JinjaTypesetter) -> None:
    text = words(await printed(typesetter, a_letter()))

    places = [
        text.index(part)
        for part in (
            "Agence Béraud Assurances",
            "ORIAS n°",
            "Lettre 26-04833",
            "MUTUELLE VAL D’AMBRE",
            "Grenoble, le 29 novembre 2026",
            "Objet :",
            "Madame, Monsieur,",
            "Organisme quitté",
            "jeudi 31 décembre 2026",
            "Nous vous prions d’agréer",
            "Pour Mme Hélène Marchetti, par mandat",
            "Pierre Béraud,",
        )
    ]
    assert places == sorted(places)


async def test_the_same_letter_gives_the_same_bytes(typesetter: JinjaTypesetter) -> None:
    first = await printed(typesetter, a_letter())
    other = JinjaTypesetter(typesetter._renderer, catalogue())

    again = await printed(other, a_letter())

    assert again.pdf == first.pdf


async def test_hostile_words_come_out_as_plain_text(typesetter: JinjaTypesetter) -> None:
    contract = a_contract(reference="<img src=x>", new_insurer_name="{{7*7}} & <b>Cie</b>")
    script = Person(
        title=Title.MONSIEUR,
        first_name="<script>alert(1)</script>",
        last_name="O’Hara %s \\n",
        birth_day=HELENE.birth_day,
    )
    letter = a_letter(contract, policyholder=persons(script))

    page = await printed(typesetter, letter)
    preview = typesetter.preview(sheet(letter, day=TODAY, letterhead=BERAUD))

    text = words(page)
    for word in ("<img src=x>", "{{7*7}} & <b>Cie</b>", "<script>alert(1)</script>", "%s \\n"):
        assert word in text
    assert "<script" not in preview.html
    assert "<img" not in preview.html


async def test_a_name_written_from_right_to_left_is_printed(typesetter: JinjaTypesetter) -> None:
    cohen = replace(PIERRE, first_name="משה", last_name="כהן", birth_day=HELENE.birth_day)

    page = await printed(typesetter, a_letter(policyholder=persons(cohen)))

    assert page.page_count == 1
    assert "qui nous en a donné mandat" in words(page)


async def test_names_outside_basic_latin_keep_their_letters(typesetter: JinjaTypesetter) -> None:
    lucja = replace(HELENE, first_name="Łucja", last_name="Dvořáková")

    page = await printed(typesetter, a_letter(policyholder=persons(lucja)))

    assert "Łucja Dvořáková" in words(page)


async def test_a_long_letter_takes_a_second_page_and_never_for_the_signature_alone(
    typesetter: JinjaTypesetter,
) -> None:
    paragraphs = "\n\n".join(f"Paragraphe {index} : " + "mot " * 60 for index in range(6))
    far = Address(
        lines=("Résidence Les Terrasses du Lac, bâtiment C", "128 bis boulevard du Général"),
        postcode="97400",
        town="Saint-Denis-de-La-Réunion",
    )
    both = replace(persons(HELENE, replace(PIERRE, birth_day=HELENE.birth_day)), address=far)
    letter = a_letter(policyholder=both, free_text=paragraphs)

    page = await printed(typesetter, letter)

    assert page.page_count > 1
    last = PdfReader(io.BytesIO(page.pdf)).pages[-1].extract_text()
    assert "Nous vous prions" in last
    assert "Pierre Béraud" in last
    assert f"Page {page.page_count} sur {page.page_count}" in " ".join(last.split())


async def test_two_policyholders_are_named_and_agreed_with(typesetter: JinjaTypesetter) -> None:
    both = persons(HELENE, replace(PIERRE, birth_day=HELENE.birth_day))

    page = await printed(typesetter, a_letter(policyholder=both), MandateMention.HELD)

    text = words(page)
    assert "Mme Hélène Marchetti et M. Pierre Marchetti, qui nous en ont donné mandat" in text
    assert "Nous conservons le mandat" in text
    assert "Pièce jointe" not in text


@pytest.mark.parametrize(
    ("family", "spoken"),
    [
        (CodeFamily.ASSURANCES, "la résiliation du contrat désigné"),
        (CodeFamily.MUTUALITE, "la dénonciation de l’adhésion désignée"),
        (CodeFamily.SECURITE_SOCIALE, "la dénonciation de l’adhésion désignée"),
    ],
)
async def test_the_recipients_code_chooses_the_words(
    typesetter: JinjaTypesetter, family: CodeFamily, spoken: str
) -> None:
    page = await printed(typesetter, a_letter(recipient=a_recipient(family)))

    assert spoken in words(page)


async def test_a_draft_says_what_it_lacks(typesetter: JinjaTypesetter) -> None:
    page = await printed(typesetter, a_draft())

    assert "[destinataire à compléter]" in words(page)
    assert "[contrat et motif à compléter]" in words(page)


async def test_a_demonstration_says_so(typesetter: JinjaTypesetter) -> None:
    shown = JinjaTypesetter(typesetter._renderer, catalogue(), demonstration=True)

    page = await printed(shown, a_letter())

    assert "Démonstration : document sans valeur." in words(page)
    assert "Démonstration" not in words(await printed(typesetter, a_letter()))


async def test_the_accounts_own_reference_is_never_printed(typesetter: JinjaTypesetter) -> None:
    page = await printed(typesetter, a_letter(client_reference="MARCH-2211"))

    assert "MARCH-2211" not in words(page)
