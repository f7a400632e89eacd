"""The page as data: every word in its place, and an error rather than a word lost."""

import html
import io
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from kit.pdf import Renderer
from services.letters.domain import planning
from services.letters.domain.legal.codes import CodeFamily, Ground
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.letter import Letter, MandateMention
from services.letters.domain.sheet import Sheet, sheet
from services.letters.partners.page_words import UnknownMarkup, words_of
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
from services.letters.tests.contracts.test_mandatory_mentions import CASES, TODAY

ASSETS = Path(__file__).resolve().parents[4] / ".assets"
PAGE = """<html><head><title>Titre</title><meta name="author" content="Auteur">
<meta name="description" content="De quoi"></head><body data-pied="Pied"><main class="corps">
{}</main></body></html>"""
LETTERS = {
    **{
        f"{ground}, {kind}, {family}": a_letter(
            a_contract(kind, ground), recipient=a_recipient(family)
        )
        for kind, ground, family in CASES
    },
    "two people": a_letter(policyholder=persons(HELENE, PIERRE)),
    "a company": a_letter(
        a_contract(ContractType.MULTIRISQUE_PRO, Ground.ECHEANCE),
        policyholder=a_company(),
        recipient=a_recipient(CodeFamily.ASSURANCES),
    ),
    "words of one's own": a_letter(free_text="Une ligne\net l’autre.\n\nPuis ceci."),
    "a draft": a_draft(),
}


@pytest.fixture(scope="module")
async def typesetter() -> AsyncIterator[JinjaTypesetter]:
    renderer = Renderer(workers=1, assets_dir=ASSETS)
    yield JinjaTypesetter(renderer, catalogue())
    await renderer.close()


def content(letter: Letter) -> Sheet:
    evaluation = planning.plan_if_possible(letter, first_send_day=TODAY)
    return sheet(
        letter,
        day=TODAY,
        letterhead=BERAUD,
        evaluation=evaluation,
        mandate=MandateMention.ATTACHED,
        is_draft=False,
    )


def texts(words: Any) -> Iterator[str]:
    """Yield every text of the data, in order."""
    match words:
        case str():
            yield words
        case list():
            for one in words:
                yield from texts(one)
        case {"is": "br"}:
            yield " "
        case {"parts": inner} | {"runs": inner} | {"pairs": inner}:
            yield from texts(inner)
        case _:
            raise AssertionError(f"no words: {words}")


def bare(text: str) -> str:
    """Return a text without its spaces, nor the hyphens that part a word at the end of a line."""
    return re.sub(r"\u00ad\n|\s", "", text)


@pytest.mark.slow
@pytest.mark.parametrize("name", LETTERS)
async def test_every_word_of_the_page_is_printed(typesetter: JinjaTypesetter, name: str) -> None:
    letter = content(LETTERS[name])
    shown = re.sub(r"<[^>]+>", "", typesetter.preview(letter).html.rpartition("<p class=")[0])

    words = words_of(typesetter._page(letter))
    printed = (await typesetter.typeset(letter)).pdf

    body = "".join(texts(words["parts"]))
    assert bare(body) == bare(html.unescape(shown))
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(printed)).pages)
    for block in blocks(words["parts"]):
        assert bare(block) in bare(text)


def blocks(parts: list[Any]) -> Iterator[str]:
    for part in parts:
        if "parts" in part:
            yield from blocks(part["parts"])
        elif "pairs" in part:
            for pair in part["pairs"]:
                yield "".join(texts(pair))
        else:
            yield "".join(texts(part["runs"]))


def test_what_stands_around_the_words_is_kept() -> None:
    words = words_of(PAGE.format('<p class="appel">Madame,\n  Monsieur,</p>'))

    assert {name: value for name, value in words.items() if name != "parts"} == {
        "title": "Titre", "author": "Auteur", "description": "De quoi", "foot": "Pied",
    }  # fmt: skip
    assert words["parts"] == [
        {"is": "corps", "also": [], "parts": [
            {"is": "appel", "also": [], "runs": ["Madame, Monsieur,"]},
        ]},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("la résiliation du 2", ["la ", {"is": "long", "runs": ["résiliation"]}, " du 2"]),
        ("l’adhésion de base", [{"is": "long", "runs": ["l’adhésion"]}, " de base"]),
        ("le 20\u00a0novembre\u00a02026", ["le 20\u00a0novembre\u00a02026"]),
        ('<span class="nom">Marchetti</span> a', [{"is": "nom", "runs": ["Marchetti"]}, " a"]),
        ("<mark>le jour</mark> dit", ["le jour", " dit"]),
        ("un <br> deux ", ["un", {"is": "br"}, "deux"]),
        ('<span class="nom">משה</span>', [{"is": "nom-retourne", "runs": ["משה"]}]),
        ("a\x01b\ud83d", ["a\ufffdb\ufffd"]),
    ],
)  # fmt: skip
def test_a_text_is_cut_into_what_is_set_alike(text: str, runs: list[Any]) -> None:
    words = words_of(PAGE.format(f'<p class="texte">{text}</p>'))

    assert words["parts"][0]["parts"][0]["runs"] == runs


def test_the_lines_of_ones_own_words_are_kept_and_none_of_them_parted() -> None:
    words = words_of(PAGE.format('<p class="texte libre">Une résiliation\n  simple</p>'))

    assert words["parts"][0]["parts"][0]["runs"] == ["Une résiliation", {"is": "br"}, "simple"]


@pytest.mark.parametrize(
    "body",
    [
        "<ul><li>un</li></ul>",
        "<p>un <b>gras</b></p>",
        "des mots sans rien autour",
        "<div>un <p>deux</p></div>",
        "<table><tbody><tr><th>un</th><td>deux</td><td>trois</td></tr></tbody></table>",
        "<table><thead><tr><th>un</th><td>deux</td></tr></thead></table>",
        "<dl><dt>un</dt><dt>deux</dt></dl>",
        "<dl><dt>un</dt></dl>",
    ],
)
def test_markup_that_nobody_sets_is_an_error(body: str) -> None:
    with pytest.raises(UnknownMarkup):
        words_of(PAGE.format(body))
