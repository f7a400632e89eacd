"""Letters in French on an A4 page: Jinja templates for their words, then Typst (``kit.pdf``)."""

import re
import unicodedata
from collections import OrderedDict
from datetime import date
from pathlib import Path
from typing import Final

import phonenumbers
from jinja2 import Environment
from markupsafe import Markup

from kit import french
from kit.pdf import Renderer
from kit.templating import environment
from services.letters.domain.contract import Contract
from services.letters.domain.legal import never_agreed
from services.letters.domain.legal.codes import Ground, MailKind
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.legal.sentences import Catalogue
from services.letters.domain.sheet import Preview, Printed, Sheet
from services.letters.domain.window import window_lines
from services.letters.partners.ground_words import GroundWords
from services.letters.partners.marking import set_name as _name
from services.letters.partners.marking import set_prose as _typo
from services.letters.partners.page_words import words_of

TEMPLATES: Final = Path(__file__).resolve().parent.parent / "templates"
TEMPLATE: Final = TEMPLATES / "letter" / "letter.typ"
_MAIL: Final = {
    MailKind.LRE_SIMPLE: "Recommandé électronique",
    MailKind.LRE_ACKNOWLEDGED: "Recommandé électronique avec accusé de réception",
    MailKind.PAPER_ACKNOWLEDGED: "Recommandé avec accusé de réception",
}
_BY_GROUND: Final = {
    Ground.ECHEANCE: "echeance.html",
    Ground.HAMON: "hamon.html",
    Ground.RIA: "ria.html",
    Ground.CUSTOM: "custom.html",
    Ground.RENONCIATION: "renonciation.html",
    **dict.fromkeys(never_agreed.LETTERS, "litige.html"),
    Ground.EMPRUNTEUR_SUBSTITUTION: "substitution.html",
}
_SHARED: Final = "event.html"
"""The grounds whose words are data: ``templates/letter/grounds.toml``."""
_TAGS: Final = {
    "page.html": {"head": "header", "body": "main", "subject": "h1", "item": "", "item_end": ""},
    # the pane stands inside a page that has its own heading, and its items are laid out in groups
    "pane.html": {
        "head": "div",
        "body": "div",
        "subject": "p",
        "item": Markup("<div>"),
        "item_end": Markup("</div>"),
    },
}
_KEPT: Final = 64  # previews: an agent looks at the same page again and again


class JinjaTypesetter:
    """``Typesetter`` on a pool of rendering processes.

    ``demonstration`` prints at the foot that the document has no value.
    """

    def __init__(
        self, renderer: Renderer, catalogue: Catalogue, *, demonstration: bool = False
    ) -> None:
        self._renderer = renderer
        self._pages = _environment(catalogue)
        self._grounds = GroundWords(TEMPLATES / "letter" / "grounds.toml", catalogue)
        self._pages.globals["grounds"] = self._grounds.table
        self._demonstration = demonstration
        self._previews: OrderedDict[str, Printed] = OrderedDict()

    def subject(self, sheet: Sheet) -> str:
        """Return the subject line, without « Objet »."""
        text = self._pages.get_template("subject.txt").render(sheet=sheet)
        return french.typography(" ".join(text.split(" ")).strip())

    def preview(self, sheet: Sheet) -> Preview:
        """Return the same page for the screen: what stands inside ``<body>``, escaped."""
        return Preview(html=self._page(sheet, layout="pane.html"), title=self._title(sheet))

    def _title(self, sheet: Sheet) -> str:
        return f"{self.subject(sheet)} : {' et '.join(sheet.policyholder.names)}"

    def _page(self, sheet: Sheet, *, layout: str = "page.html") -> str:
        """Return the page before it is set; everything people typed is escaped."""
        foot = self._pages.get_template("foot.txt")
        return self._pages.get_template(_template_of(sheet)).render(
            sheet=sheet,
            said=self._grounds.said(sheet),
            layout=layout,
            tags=_TAGS[layout],
            title=self._title(sheet),
            subject=self.subject(sheet),
            mail=_MAIL[sheet.mail_kind] if sheet.mail_kind else "Recommandé électronique",
            window=window_lines(sheet.recipient.postal_lines) if sheet.recipient else (),
            foot=french.typography(
                foot.render(sheet=sheet, demonstration=self._demonstration).strip()
            ),
        )

    async def typeset(self, sheet: Sheet) -> Printed:
        """Return the letter as a tagged PDF/UA-1. The same sheet gives the same bytes."""
        html = self._page(sheet)
        if html not in self._previews:
            words = words_of(html)
            # a little tighter, it may hold on a page less
            layouts = (words, {**words, "tight": True})
            made = await self._renderer.render_shortest(layouts, template=TEMPLATE)
            self._previews[html] = Printed(made.pdf, made.page_count)
        self._previews.move_to_end(html)
        while len(self._previews) > _KEPT:
            self._previews.popitem(last=False)
        return self._previews[html]


def _template_of(sheet: Sheet) -> str:
    if sheet.ground is None:
        return "letter.html"
    return _BY_GROUND.get(sheet.ground, _SHARED)


def catalogue() -> Catalogue:
    """Return the legal engine's French sentences."""
    texts = {
        name: (TEMPLATES / "legal" / f"{name}.toml").read_text("utf-8")
        for name in ("dates", "articles", "labels")
    }
    return Catalogue(**texts)


def _environment(words: Catalogue) -> Environment:
    pages = environment(TEMPLATES / "letter")
    pages.filters |= {
        "typo": _typo,
        "name": _name,
        "person": _person,
        "people": _people,
        "of_people": _of_people,
        "day": lambda day: _typo(french.plain_day(day)),
        "long": lambda day: _typo(french.long_day(day)),
        "iso_day": lambda text: _typo(french.plain_day(date.fromisoformat(text))),
        "phone": _phone,
        "orias": lambda text: _groups(text, 2, 3, 3),
        "siren": lambda text: _groups(text, 3, 3, 3),
        "siret": lambda text: _groups(text, 3, 3, 3, 5),
        "town": _town,
        "lower_first": _lower_first,
        "law": lambda code: _typo(words.law(code)),
        "thing": lambda contract: _thing(contract, words),
    }
    return pages


def _person(full_name: str) -> Markup:
    """Set a name after its title: « Mme » raised, and never parted from the name."""
    title, _, name = full_name.partition(" ")
    if title not in ("M.", "Mme"):
        return _name(full_name)
    return _typo(title) + Markup("&nbsp;") + _name(name)


def _people(names: tuple[str, ...]) -> Markup:
    return Markup(" et ").join(_person(name) for name in names)


def _of_people(names: tuple[str, ...]) -> Markup:
    """Set names after « de », elided before a vowel: « d’Ateliers Aubertin »."""
    first = unicodedata.normalize("NFKD", names[0][:1]) if names else ""
    of = Markup("d’") if first[:1].lower() in set("aeiou") else Markup("de ")
    return of + _people(names)


def _phone(text: str) -> str:
    """Print a French number in pairs, another one as its country does."""
    try:
        number = phonenumbers.parse(text, "FR")
    except phonenumbers.NumberParseException:
        return text
    french_one = number.country_code == 33  # noqa: PLR2004 - France
    kind = phonenumbers.PhoneNumberFormat
    form = kind.NATIONAL if french_one else kind.INTERNATIONAL
    return phonenumbers.format_number(number, form).replace(" ", french.NO_BREAK)


def _groups(digits: str, *sizes: int) -> str:
    """Cut a number in groups; one of another length is left as it is."""
    if len(digits) != sum(sizes):
        return digits
    ends = [sum(sizes[: index + 1]) for index in range(len(sizes))]
    return french.NO_BREAK.join(
        digits[end - size : end] for end, size in zip(ends, sizes, strict=True)
    )


def _town(town: str) -> str:
    """Return the town as a date line says it, without « CEDEX »."""
    return re.sub(r"\s+CEDEX(\s+\d+)?$", "", town, flags=re.IGNORECASE)


def _lower_first(text: str) -> str:
    """Return a label inside a sentence: its capital goes, unless it begins initials."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _thing(contract: Contract, words: Catalogue) -> Markup:
    label = contract.value("type_label")
    if contract.type is ContractType.AUTRE and label:
        return _name(label)
    return _typo(_lower_first(words.contract_type(contract.type).label))
