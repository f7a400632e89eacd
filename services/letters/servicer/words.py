"""The French that answers carry: labels, refusals, what is missing."""

import tomllib
from typing import Final

from kit.french import typography
from preavis.letters.v1 import letters_pb2 as pb
from services.letters.domain.calculator.columns import Names
from services.letters.domain.contract import Contract
from services.letters.domain.legal.articles import Article
from services.letters.domain.legal.codes import Ground, Refusal
from services.letters.domain.legal.evaluation import Evaluation, Facts
from services.letters.domain.legal.sentences import Catalogue, Labels
from services.letters.domain.outline import Missing

NO_FACTS: Final[Facts] = {}


class Words:
    """The legal engine's catalogue, and what this service says besides."""

    def __init__(self, catalogue: Catalogue, drafts: str, columns: str) -> None:
        """Read this service's own sentences, and the names of columns, from their TOML texts."""
        self.catalogue = catalogue
        self.names = Names.of(catalogue, columns)
        self._articles: dict[Article, pb.Article] = {}
        texts = tomllib.loads(drafts)
        self._missing: dict[str, str] = texts["missing"]
        self._own: dict[str, dict[str, str]] = texts["policyholder_field"]

    def article(self, article: Article) -> pb.Article:
        """Return an article with its paraphrase and its day of force."""
        found = self._articles.get(article)
        if found is None:  # few articles, cited by every answer: worded once
            found = self._articles[article] = self._worded(article)
        return found

    def _worded(self, article: Article) -> pb.Article:
        words = self.catalogue.article(article)
        return pb.Article(
            number=typography(article.number),
            code=words.title.removeprefix(typography(f"Art. {article.number} ")),
            citation=words.title,
            paraphrase=words.paraphrase,
            in_force_since=words.since.isoformat() if words.since else "",
        )

    def refusal(self, refusal: Refusal, facts: Facts = NO_FACTS) -> pb.Refusal:
        """Return a refusal with its sentence."""
        return pb.Refusal(reason=kebab(refusal), sentence=self.catalogue.refused(refusal, facts))

    def refusal_of(self, evaluation: Evaluation) -> pb.Refusal | None:
        """Return why the engine said no, with the nearest possible day."""
        if evaluation.refusal is None:
            return None
        nearest = evaluation.nearest_new_start or evaluation.nearest_send_day
        return pb.Refusal(
            reason=kebab(evaluation.refusal),
            sentence=self.catalogue.refusal(evaluation),
            nearest_possible_day=nearest.isoformat() if nearest else "",
            nearest_is_new_start=evaluation.nearest_new_start is not None,
            alternative_grounds=[ground.value for ground in evaluation.alternatives],
            articles=[self.article(article) for article in evaluation.legal_basis],
        )

    def contract_label(self, contract: Contract) -> str:
        """Return a contract's type in French; « autre » bears the name its user gave."""
        return contract.value("type_label") or self.catalogue.contract_type(contract.type).label

    def ground_label(self, ground: Ground | None) -> str:
        """Return a ground's name; empty for none."""
        return self.catalogue.ground(ground).label if ground else ""

    def policyholder_field(self, name: str) -> Labels:
        """Return the words of a question about the policyholder's own record."""
        row = self._own[name]
        return Labels(label=typography(row["label"]), help=typography(row.get("help", "")))

    def missing(self, item: Missing, ground: Ground | None = None) -> str:
        """Return what is to be completed, as an instruction, in the words of the letter's form."""
        own = self._missing.get(f"{item.code}-{item.field}") or self._missing.get(item.code)
        if item.code == "field" and item.field != "reference":
            label = self.catalogue.field(item.field, ground).label
            return typography(self._missing["field"].format(label=label))
        return typography(own or "")


def kebab(code: str) -> str:
    """Return a code of the catalogue as reasons are written: ``one-year-not-elapsed``."""
    return code.lower().replace("_", "-")
