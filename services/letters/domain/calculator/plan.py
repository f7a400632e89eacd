"""The plan of one contract: when it may end, when to send, what lies between the two contracts."""

from dataclasses import dataclass, replace
from datetime import date

from kit.money import Money
from services.letters.domain.calculator.cover import ONE_DAY, Cover, CoverKind, between, refund_from
from services.letters.domain.catalogue import PLANNED_FROM_NEW_START
from services.letters.domain.legal.codes import WarningCode
from services.letters.domain.legal.contract_types import CONTRACT_TYPES
from services.letters.domain.legal.evaluation import ContractFacts, Evaluation
from services.letters.domain.legal.refund import Refund
from services.letters.domain.planning import Explored, evaluate, explore

_GIVEN_BACK = "refund_30_days"  # the mention of the grounds whose premium balance is refunded


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One contract to end, and what is wished or already decided."""

    facts: ContractFacts
    first_send_day: date
    send_day: date | None = None
    new_start: date | None = None
    """First day of the new contract, wished or signed already."""
    yearly_premium: Money | None = None
    paid_from: date | None = None
    """A first day of a paid year; else the anniversary, else the first subscription."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the law makes of a question, and what it costs."""

    explored: Explored
    ends_from: date | None
    """First day that may be the last one covered."""
    ends_until: date | None
    """Last such day; ``None`` while the ground stays open."""
    cover: Cover | None
    refund: Refund | None

    @property
    def evaluation(self) -> Evaluation:
        """The engine's own answer."""
        return self.explored.evaluation


def plan(question: Question, *, neighbours: bool = True) -> Plan:
    """Plan the end of one contract. Raises ``InvalidFields`` when a needed day is unknown.

    Without ``neighbours`` the exact starts near the wanted one are not looked for.
    """
    facts = [question.facts]
    answer = (
        explore(
            facts,
            first_send_day=question.first_send_day,
            send_day=question.send_day,
            new_start=question.new_start,
        )
        if neighbours
        else Explored(evaluation=_evaluated(question, question.send_day))
    )
    soonest = answer.soonest or answer.evaluation
    return Plan(
        explored=answer,
        ends_from=soonest.last_covered_day or _eve(soonest.nearest_new_start),
        ends_until=_ends_until(question, answer.evaluation),
        cover=cover_of(question, answer.evaluation),
        refund=_refund(question, answer.evaluation),
    )


def _evaluated(question: Question, send_day: date | None) -> Evaluation:
    return evaluate(
        [question.facts],
        first_send_day=question.first_send_day,
        send_day=send_day,
        new_start=question.new_start,
    )


def _eve(day: date | None) -> date | None:
    return day and day - ONE_DAY


def _ends_until(question: Question, answer: Evaluation) -> date | None:
    last = answer.window.latest
    if not answer.ok or last is None or question.facts.ground in PLANNED_FROM_NEW_START:
        return None
    return _evaluated(question, max(last, question.first_send_day)).last_covered_day


def cover_of(question: Question, answer: Evaluation) -> Cover | None:
    """Compare the wished start with the end the law gives; nothing to say without a wish."""
    wanted = question.new_start or question.facts.wanted_new_start
    legal = answer.new_start or answer.nearest_new_start
    if wanted is None or legal is None:
        return None
    legal += answer.doubled_days * ONE_DAY  # a loan's old cover may outlive the new one's start
    tolerated = WarningCode.RELIES_ON_TOLERANCE in answer.warnings
    if tolerated:  # a body that refuses the tolerance ends the cover by the law's own month
        legal -= answer.gap_days * ONE_DAY
    found = between(
        legal,
        wanted,
        yearly_premium=question.yearly_premium,
        paid_from=_paid_from(question),
        certain=not tolerated,
    )
    if not answer.ok and found.kind is CoverKind.CONTINUOUS:
        return None  # refused for the sending day alone: the nearest one serves the wished start
    bare = found.kind is CoverKind.GAP
    return replace(found, compulsory=bare and is_compulsory(question.facts))


def is_compulsory(facts: ContractFacts) -> bool:
    """Tell whether nobody may live without this insurance."""
    return CONTRACT_TYPES[facts.contract_type].compulsory


def _refund(question: Question, answer: Evaluation) -> Refund | None:
    premium, paid_from = question.yearly_premium, _paid_from(question)
    ends_before = answer.new_start
    if not (premium and paid_from and ends_before and _GIVEN_BACK in answer.mentions):
        return None
    return refund_from(ends_before, premium, paid_from)


def _paid_from(question: Question) -> date | None:
    return question.paid_from or question.facts.anniversary or question.facts.first_subscription
