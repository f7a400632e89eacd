"""The letter that every way composes: a real one, of as many pages as asked, each one new."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from typing import Final

from bench.ground import ASSETS
from kit.pdf import Renderer
from services.letters.domain.legal.codes import MailKind
from services.letters.domain.letter import MandateMention
from services.letters.domain.planning import plan_if_possible
from services.letters.domain.sheet import Printed, Sheet, sheet
from services.letters.partners.typesetter import JinjaTypesetter, catalogue
from services.letters.tests.builders import BERAUD, a_letter

DAY: Final = date(2026, 11, 23)
PARAGRAPH: Final = (
    "Nous vous confirmons que cette demande est faite avec l’accord du souscripteur, que les "
    "sommes dues au titre de la période courue seront réglées, et que toute correspondance "
    "relative à ce contrat doit nous être adressée à l’adresse qui figure en tête de cette "
    "lettre, jusqu’à la date d’effet. La garantie en cours demeure acquise jusqu’à cette date, "
    "et les pièces utiles à l’étude du dossier vous seront remises dès que vous les demanderez."
)
A_PAGE: Final = 8  # paragraphs, about
TRIES: Final = 12


class NoSuchLetter(RuntimeError):
    """No number of paragraphs gave the pages that were asked for."""


def a_sheet(number: int, *, paragraphs: int = 0) -> Sheet:
    """Return the content of one letter; the number alone tells two of them apart."""
    letter = replace(
        a_letter(free_text="\n\n".join([PARAGRAPH] * paragraphs)), number=f"26-{number:05d}"
    )
    return sheet(
        letter,
        day=DAY,
        letterhead=BERAUD,
        evaluation=plan_if_possible(letter, first_send_day=DAY),
        mail_kind=MailKind.LRE_ACKNOWLEDGED,
        mandate=MandateMention.ATTACHED,  # one line less: it holds on its page at the first try
        is_draft=False,
    )


async def paragraphs_for(pages: int, typeset: Callable[[Sheet], Awaitable[Printed]]) -> int:
    """Return how many paragraphs make a letter of so many pages. Raises ``NoSuchLetter``."""
    count = (pages - 1) * A_PAGE
    for _ in range(TRIES):
        found = (await typeset(a_sheet(0, paragraphs=count))).page_count
        if found == pages:
            return count
        count += (pages - found) * A_PAGE // 2 or (1 if found < pages else -1)
    raise NoSuchLetter(f"{pages} pages")


class Pages:
    """Writes letters as HTML and sets none: other ways are given the very same page."""

    def __init__(self) -> None:
        self._typesetter = JinjaTypesetter(Renderer(workers=1, assets_dir=ASSETS), catalogue())

    def html(self, sheet: Sheet) -> str:
        """Return a letter's page."""
        return self._typesetter._page(sheet)  # noqa: SLF001 - the very page that is set
