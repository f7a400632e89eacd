"""Articles of law, as references: their French titles and paraphrases live in ``articles.toml``."""

from dataclasses import dataclass
from enum import StrEnum


class LawCode(StrEnum):
    """The codes and laws the engine rests on."""

    ASSURANCES = "assurances"
    MUTUALITE = "mutualite"
    SECURITE_SOCIALE = "securite_sociale"
    CONSOMMATION = "consommation"
    CIVIL = "civil"
    CPCE = "cpce"


@dataclass(frozen=True, slots=True, order=True)
class Article:
    """One article of a code, such as ``Article(LawCode.ASSURANCES, "L. 113-12")``."""

    code: LawCode
    number: str

    @property
    def key(self) -> str:
        """Return a stable key, such as ``"assurances/L113-12"``."""
        return f"{self.code}/{self.number.replace('. ', '')}"


def assurances(*numbers: str) -> tuple[Article, ...]:
    """Return articles of the Code des assurances."""
    return tuple(Article(LawCode.ASSURANCES, number) for number in numbers)


def mutualite(*numbers: str) -> tuple[Article, ...]:
    """Return articles of the Code de la mutualité."""
    return tuple(Article(LawCode.MUTUALITE, number) for number in numbers)


def securite_sociale(*numbers: str) -> tuple[Article, ...]:
    """Return articles of the Code de la sécurité sociale."""
    return tuple(Article(LawCode.SECURITE_SOCIALE, number) for number in numbers)


def consommation(*numbers: str) -> tuple[Article, ...]:
    """Return articles of the Code de la consommation."""
    return tuple(Article(LawCode.CONSOMMATION, number) for number in numbers)


def civil(*numbers: str) -> tuple[Article, ...]:
    """Return articles of the Code civil."""
    return tuple(Article(LawCode.CIVIL, number) for number in numbers)
