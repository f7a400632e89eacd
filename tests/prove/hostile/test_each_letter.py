"""A letter that holds a hostile text in each of its places, as the recipient prints it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from kit.french import typography
from kit.pdf import Renderer
from kit.text import tidy
from services.letters.domain.legal.codes import CodeFamily, Ground
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.letter import Extras, MandateMention
from services.letters.domain.policyholder import Address, Person, Title
from services.letters.domain.sheet import Sheet, sheet
from services.letters.partners.typesetter import JinjaTypesetter, catalogue
from services.letters.tests.builders import BERAUD, NOW, a_contract, a_letter, a_recipient
from tests.prove.hostile.checks.pdfs import faults_of_pdf, says
from tests.prove.hostile.test_each_mail import SOON, TEXTS
from tests.prove.hostile.texts import HOSTILE, UNPRINTED

pytestmark = pytest.mark.slow

ASSETS: Final = Path(".assets").resolve()
EACH: Final = [
    pytest.param(name, marks=() if name in SOON else pytest.mark.prove)
    for name in TEXTS
    if TEXTS[name]
]


@pytest.fixture(scope="module")
async def typesetter() -> AsyncIterator[JinjaTypesetter]:
    """The real one."""
    renderer = Renderer(workers=1, assets_dir=ASSETS)
    yield JinjaTypesetter(renderer, catalogue())
    await renderer.close()


def a_sheet(text: str) -> Sheet:
    """Return a letter with this text wherever one is typed, cut as its fields are."""
    name, line = text[:80], text[:60]
    contract = a_contract(
        ContractType.AUTRE, Ground.CUSTOM, type_label=line, ground_text=text[:1200],
        ground_article=text[:120],
    )  # fmt: skip
    body = replace(a_recipient(CodeFamily.ASSURANCES), name=name)
    letter = a_letter(replace(contract, reference=text[:40]), recipient=body)
    person = Person(title=Title.MADAME, first_name=name, last_name=name, birth_name=name)
    policyholder = replace(
        letter.policyholder,
        persons=(person,),
        address=Address(lines=(line, line), postcode="38000", town=line),
    )
    return sheet(
        replace(letter, policyholder=policyholder, extras=Extras(free_text=text[:3000])),
        day=NOW.date(),
        letterhead=replace(BERAUD, trade_name=line, lines=(line,), representative=line),
        mandate=MandateMention.ATTACHED,
        is_draft=False,
    )


@pytest.mark.parametrize("name", EACH)
async def test_a_letter_prints_it_and_nothing_else(typesetter: JinjaTypesetter, name: str) -> None:
    text = tidy(TEXTS[name])

    pdf = (await typesetter.typeset(a_sheet(text))).pdf

    assert not list(faults_of_pdf(pdf))
    if name not in UNPRINTED:
        assert says(pdf, text[:80]), "as a name, literally"
        assert says(pdf, typography(text[:1200])), "as a paragraph, in French typography"


def test_the_texts_printed_are_most_of_all() -> None:
    assert len(HOSTILE) - len(UNPRINTED) > 25
