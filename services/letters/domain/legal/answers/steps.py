"""The steps every ground shares: sending, receipt, start."""

from datetime import date, timedelta
from typing import Final

from services.letters.domain.legal.articles import Article, LawCode
from services.letters.domain.legal.codes import CodeFamily
from services.letters.domain.legal.evaluation import NO_FACTS, Facts, Step, StepKind

ONE_DAY: Final = timedelta(days=1)
DEPOSIT: Final = (Article(LawCode.CPCE, "R. 53-2"),)
PRESUMPTION: Final = {
    CodeFamily.ASSURANCES: (Article(LawCode.ASSURANCES, "R. 113-12"),),
    CodeFamily.MUTUALITE: (Article(LawCode.MUTUALITE, "R. 221-6"),),
    CodeFamily.SECURITE_SOCIALE: (Article(LawCode.SECURITE_SOCIALE, "R. 932-1-6-3"),),
}
"""Receipt presumed the day after sending, when the new insurer notifies."""


def send(day: date, sentence: str, facts: Facts = NO_FACTS) -> Step:
    """Return the step of the sending day."""
    return Step(kind=StepKind.SEND, sentence=sentence, day=day, facts=facts, articles=DEPOSIT)


def receipt(send_day: date, by_law: tuple[Article, ...] = ()) -> Step:
    """Return the step of the presumed receipt; without articles it is an estimate."""
    return Step(
        kind=StepKind.RECEIPT,
        sentence="receipt_by_law" if by_law else "receipt_estimated",
        day=send_day + ONE_DAY,
        articles=by_law,
    )


def start(day: date, sentence: str = "start_next_day") -> Step:
    """Return the step of the new contract's start."""
    return Step(kind=StepKind.START, sentence=sentence, day=day)
