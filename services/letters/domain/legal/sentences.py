"""The engine's answers in French, from catalogues given as text: ``templates/legal/*.toml``."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

from typing_extensions import override

from kit.french import long_day, plain_day
from kit.french import typography as set_in_french
from services.letters.domain.legal.articles import Article, LawCode
from services.letters.domain.legal.codes import Ground, Refusal, WarningCode
from services.letters.domain.legal.contract_types import ContractType, Section
from services.letters.domain.legal.evaluation import Evaluation, Facts, Step
from services.letters.domain.legal.infra_annual import TOLERANCE_DAYS, forward_effect

_UNITS: Final = {"days": ("jour", "jours"), "months": ("mois", "mois")}
typography: Final = lru_cache(maxsize=4_096)(set_in_french)
"""The articles and most sentences come back with each answer: they are set once."""
_WORDS: Final = ("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf")


@dataclass(frozen=True, slots=True, kw_only=True)
class StepWords:
    """A step as people read it."""

    label: str
    sentence: str
    hour: str
    """``"à 24 h 00"``, ``"à 00 h 00"`` or empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleWords:
    """An article as people read it."""

    title: str
    paraphrase: str
    """What it says, in our words: no quotation of the law."""
    since: date | None
    """Day from which the version we rest on is in force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """The words of one catalogue entry."""

    label: str
    help: str = ""


class Catalogue:
    """Every French sentence of the legal engine; complete, which a test checks."""

    def __init__(self, *, dates: str, articles: str, labels: str) -> None:
        """Read the three catalogues from their TOML text."""
        self._dates: dict[str, Any] = tomllib.loads(dates)
        self._articles: dict[str, Any] = tomllib.loads(articles)
        self._labels: dict[str, Any] = tomllib.loads(labels)

    def step(self, step: Step) -> StepWords:
        """Return the label, sentence and hour of a step."""
        kind = self._dates["kind"][step.kind]
        return StepWords(
            label=typography(kind["label"]),
            sentence=_said(self._dates["sentence"][step.sentence], step.facts),
            hour=typography(kind.get("noon" if step.at_noon else "hour", "")) if step.day else "",
        )

    def refusal(self, evaluation: Evaluation) -> str:
        """Return why the engine says no, dates included; empty when it says yes."""
        if evaluation.refusal is None:
            return ""
        return self.refused(evaluation.refusal, evaluation.refusal_facts)

    def refused(self, refusal: Refusal, facts: Facts) -> str:
        """Return the sentence of a refusal with its facts."""
        return _said(self._dates["refusal"][refusal], facts)

    def warning(self, code: WarningCode, evaluation: Evaluation, ground: Ground) -> str:
        """Return the sentence of a warning, about that evaluation."""
        return _said(
            self._dates["warning"][code],
            {
                "gap_days": abs(evaluation.gap_days),
                "tolerance_days": TOLERANCE_DAYS.get(ground, 0),
                "last_covered_day": evaluation.last_covered_day or "",
                "new_start": evaluation.new_start or "",
                "latest_safe": evaluation.window.latest_safe or "",
                "strict_start": _strict_start(evaluation),
            },
        )

    def between(self, code: str, facts: Facts) -> str:
        """Return what is said of the days between two contracts."""
        return _said(self._dates["between"][code], facts)

    def article(self, article: Article) -> ArticleWords:
        """Return an article's title, paraphrase and date of force."""
        row = self._articles["article"].get(article.key, {})
        return ArticleWords(
            title=typography(f"Art. {article.number} {self.law(article.code)}"),
            paraphrase=typography(row.get("paraphrase", "")),
            since=row.get("since"),
        )

    def law(self, code: LawCode) -> str:
        """Return a code's name after an article: ``du code des assurances``."""
        name: str = self._articles["code"][code]
        return name

    def ground(self, ground: Ground) -> Labels:
        """Return a ground's name and what it allows."""
        return self._entry("ground", ground)

    def contract_type(self, contract_type: ContractType) -> Labels:
        """Return a contract type's name."""
        return self._entry("type", contract_type)

    def section(self, section: Section) -> str:
        """Return the heading of a group of contract types."""
        return self._entry("section", section).label

    def field(self, code: str, ground: Ground | None = None) -> Labels:
        """Return a form field's label and help, in the ground's own words where it has some."""
        own: Mapping[str, str] | None = self._own_fields(ground).get(code)
        return _labels(own) if own else self._entry("field", code)

    def names_of(self, code: str) -> tuple[str, ...]:
        """Return every label a form field bears: the shared one, then those of its grounds."""
        own = (self._own_fields(ground).get(code) for ground in Ground)
        return (self.field(code).label, *(_labels(row).label for row in own if row))

    def choice(self, field: str, value: str) -> str:
        """Return what an answer of a CHOICE field is called."""
        return typography(self._labels["choice"][field][value]["label"])

    def document(self, code: str) -> Labels:
        """Return a required document's name and what becomes of it."""
        return self._entry("document", code)

    def _own_fields(self, ground: Ground | None) -> Mapping[str, Mapping[str, str]]:
        found: Mapping[str, Mapping[str, str]] = self._labels["ground_field"].get(ground, {})
        return found

    def _entry(self, table: str, code: str) -> Labels:
        return _labels(self._labels[table][code])


def _labels(row: Mapping[str, str]) -> Labels:
    return Labels(label=typography(row["label"]), help=typography(row.get("help", "")))


class _Day(date):
    """A day that formats itself: ``{x}`` 29 novembre 2026, ``{x:long}`` with its weekday."""

    @override
    def __format__(self, spec: str) -> str:
        return long_day(self) if spec == "long" else plain_day(self)


def _strict_start(evaluation: Evaluation) -> date | str:
    """Return the start that the chosen sending reaches by the law's month alone."""
    return forward_effect(evaluation.send_day).new_start if evaluation.send_day else ""


def _said(template: str, facts: Facts) -> str:
    return typography(
        template.format_map({name: _word(name, fact) for name, fact in facts.items()})
    )


def _word(name: str, fact: str | int | date) -> str | _Day:
    if isinstance(fact, date):
        return _Day(fact.year, fact.month, fact.day)
    if isinstance(fact, int):
        return _counted(fact, name.rsplit("_", 1)[-1])
    return fact


def _counted(count: int, unit: str) -> str:
    """Return ``trois jours``, ``un mois``: in words up to nine, as good French does."""
    number = _WORDS[count] if count < len(_WORDS) else str(count)
    one, many = _UNITS.get(unit, ("", ""))
    return f"{number} {one if count <= 1 else many}".strip()
