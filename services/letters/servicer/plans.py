"""The calculator's questions and answers as messages."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from kit.clock import Clock
from kit.errors import FieldError, InvalidFields
from kit.french import euros, plain_day
from kit.money import Money
from kit.rpc_requests import read_day
from preavis.letters.v1 import letters_pb2 as pb
from services.letters.domain.calculator import risks
from services.letters.domain.calculator.cover import Cover, CoverKind
from services.letters.domain.calculator.plan import Plan, Question
from services.letters.domain.catalogue import PLANNED_FROM_NEW_START
from services.letters.domain.leaving import leaving_day
from services.letters.domain.legal import forms
from services.letters.domain.legal.articles import Article
from services.letters.domain.legal.codes import CodeFamily, Ground, PolicyholderKind, WarningCode
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.legal.evaluation import Evaluation
from services.letters.domain.legal.refund import Refund
from services.letters.servicer import requests
from services.letters.servicer.answers import Answers
from services.letters.servicer.messages import iso
from services.letters.servicer.words import Words, kebab
from services.letters.usecases.calculator import RowAnswer
from services.letters.usecases.drafts import checked_fields
from services.letters.usecases.sendings import Wish

MOST_ROWS: Final = 500
MOST_CENTS: Final = 1_000_000_00
_KINDS: Final = {
    CoverKind.CONTINUOUS: pb.CoverBetween.KIND_CONTINUOUS,
    CoverKind.GAP: pb.CoverBetween.KIND_GAP,
    CoverKind.DOUBLE: pb.CoverBetween.KIND_DOUBLE,
}


def question(request: pb.PlanTerminationRequest, clock: Clock) -> Question:
    """Read what is asked of one contract. Raises ``InvalidFields``."""
    given = request.facts
    ground = requests.code(Ground, given.ground, "ground")
    contract_type = requests.code(ContractType, given.contract_type, "contract_type")
    facts = forms.facts(
        checked_fields(given.fields, contract_type, ground),
        contract_type=contract_type,
        ground=ground,
        policyholder=requests.HOLDERS.get(given.policyholder_kind, PolicyholderKind.PERSON),
        code_family=requests.CODE_FAMILIES.get(given.code_family, CodeFamily.ASSURANCES),
    )
    return Question(
        facts=facts,
        first_send_day=read_day(request.first_send_day, "first_send_day") or leaving_day(clock()),
        send_day=read_day(request.send_day, "send_day"),
        new_start=read_day(request.new_start, "new_start"),
        yearly_premium=premium(request.yearly_premium_cents),
        paid_from=read_day(request.paid_from, "paid_from"),
    )


def rows(request: pb.PlanTerminationsRequest) -> list[dict[str, str]]:
    """Return the rows asked. Raises ``InvalidFields`` beyond what one call takes."""
    if len(request.rows) > MOST_ROWS:
        raise InvalidFields([FieldError("rows", "too-many-rows", {"max": str(MOST_ROWS)})])
    return [dict(one.cells) for one in request.rows]


class Plans:
    """Plans as messages, in French."""

    def __init__(self, words: Words, answers: Answers) -> None:
        self._words = words
        self._answers = answers

    def plan(self, of: Plan, asked: Question) -> pb.TerminationPlan:
        """Return a whole plan, each step and each risk with its articles."""
        ground = asked.facts.ground
        evaluation = self._answers.explored(
            of.explored, ground, planned=ground in PLANNED_FROM_NEW_START
        )
        evaluation.wanted_new_start = iso(asked.new_start or asked.facts.wanted_new_start)
        for told, code in zip(evaluation.warnings, of.evaluation.warnings, strict=True):
            found = risks.articles(code, of.evaluation, asked.facts.contract_type)
            told.articles.extend(self._words.article(one) for one in found)
        return pb.TerminationPlan(
            evaluation=evaluation,
            ends_from=iso(of.ends_from),
            ends_until=iso(of.ends_until),
            cover=self.cover(of.cover, of.evaluation),
            refund=self._refund(of),
        )

    def row(self, of: RowAnswer | InvalidFields) -> pb.PlannedRow:
        """Return the answer to one row: its days, its sums and its risks; no steps."""
        if isinstance(of, InvalidFields):
            return pb.PlannedRow(mistakes=[_mistake(one) for one in of.errors])
        asked, plan = of
        answer, ground = plan.evaluation, asked.facts.ground
        refusal = self._words.refusal_of(answer)
        if refusal:
            del refusal.articles[:]  # the row cites them once
        return pb.PlannedRow(
            contract_type=asked.facts.contract_type,
            ground=ground,
            refusal=refusal,
            send_day=iso(answer.send_day),
            latest_safe_send_day=iso(answer.window.latest_safe),
            latest_send_day=iso(answer.window.latest),
            presumed_receipt_day=iso(answer.presumed_receipt),
            last_covered_day=iso(answer.last_covered_day),
            new_start=iso(answer.new_start),
            ends_from=iso(plan.ends_from),
            ends_until=iso(plan.ends_until),
            cover=self.cover(plan.cover, plan.evaluation, briefly=True),
            refund=self._refund(plan, briefly=True),
            warnings=[
                pb.Warning(
                    code=kebab(one), sentence=self._words.catalogue.warning(one, answer, ground)
                )
                for one in answer.warnings
            ],
            articles=[self._words.article(one).citation for one in answer.legal_basis],
        )

    def cover(
        self, found: Cover | None, beside: Evaluation, *, briefly: bool = False
    ) -> pb.CoverBetween | None:
        """Return the days between two contracts, with the ground's own article."""
        if found is None:
            return None
        articles = () if briefly else beside.legal_basis[:1]
        return pb.CoverBetween(
            kind=_KINDS[found.kind],
            days=found.days,
            first_day=iso(found.first_day),
            last_day=iso(found.last_day),
            premium_cents=found.premium.cents if found.premium else 0,
            certain=found.certain,
            sentences=self._sentences(found, beside),
            articles=self._articles(articles),
        )

    def _sentences(self, of: Cover, beside: Evaluation) -> Iterator[str]:
        between = self._words.catalogue.between
        facts: dict[str, str | int | date] = {"days": of.days, "span": _span(of)}
        yield between(of.kind if of.certain else f"{of.kind}_RISK", facts)
        if of.compulsory and WarningCode.COMPULSORY_COVER not in beside.warnings:
            yield between(f"{of.kind}_COMPULSORY", {})
        if of.premium:
            yield between(f"{of.kind}_PREMIUM", {"premium": euros(of.premium.cents)})

    def _refund(self, of: Plan, *, briefly: bool = False) -> pb.PremiumRefund | None:
        found = of.refund
        if found is None:
            return None
        articles = () if briefly else of.evaluation.legal_basis[:1]
        return pb.PremiumRefund(
            refunded_days=_refunded(found),
            period_days=found.period_days,
            amount_cents=found.amount.cents,
            sentence=self._words.catalogue.between(
                "REFUND",
                {
                    "premium": euros(found.amount.cents),
                    "refunded_days": _refunded(found),
                    "period_days": found.period_days,
                },
            ),
            articles=self._articles(articles),
        )

    def _articles(self, found: tuple[Article, ...]) -> list[pb.Article]:
        return [self._words.article(one) for one in found]


def _span(of: Cover) -> str:
    """Return ``le 31 décembre 2026``, or ``du 1er au`` for several days; nothing for none."""
    if of.first_day is None or of.last_day is None:
        return ""
    first, last = plain_day(of.first_day), plain_day(of.last_day)
    return f"le {first}" if first == last else f"du {first} au {last}"


def _refunded(of: Refund) -> int:
    return of.period_days - of.covered_days


def wish(request: pb.PlanLetterRequest) -> Wish:
    """Read when a letter should leave, and what it is compared with. Raises ``InvalidFields``."""
    return Wish(
        first_send_day=read_day(request.first_send_day, "first_send_day"),
        send_day=read_day(request.send_day, "send_day"),
        new_start=read_day(request.new_start, "new_start"),
        known_new_start=read_day(request.known_new_start, "known_new_start"),
        yearly_premium=premium(request.yearly_premium_cents),
    )


def premium(cents: int) -> Money | None:
    """Read a yearly premium, at most a million euros; none for 0. Raises ``InvalidFields``."""
    if not 0 <= cents <= MOST_CENTS:
        raise InvalidFields([FieldError("yearly_premium_cents", "amount-unreadable")])
    return Money(cents) if cents else None


def _mistake(of: FieldError) -> pb.PlannedRow.Mistake:
    return pb.PlannedRow.Mistake(column=of.field, reason=of.reason, facts=of.facts)
