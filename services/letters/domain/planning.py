"""A letter seen by the legal engine."""

from collections.abc import Sequence
from datetime import date

from kit.errors import FieldError, InvalidFields
from services.letters.domain.legal import engine, forms
from services.letters.domain.legal.codes import CodeFamily, PolicyholderKind
from services.letters.domain.legal.evaluation import ContractFacts, Evaluation, Timing
from services.letters.domain.letter import ImpossibleTermination, Letter


def kind_of(letter: Letter) -> PolicyholderKind:
    """Return what the law calls the policyholder."""
    if letter.policyholder.is_company:
        return PolicyholderKind.COMPANY
    return PolicyholderKind.PERSON


def facts_of(letter: Letter) -> tuple[ContractFacts, ...]:
    """Return what the engine must know of each contract."""
    family = letter.written_to.code_family if letter.written_to else CodeFamily.ASSURANCES
    return tuple(
        forms.facts(
            contract.fields,
            contract_type=contract.type,
            ground=contract.ground,
            policyholder=kind_of(letter),
            code_family=family,
        )
        for contract in letter.contracts
    )


def plan(
    letter: Letter,
    *,
    first_send_day: date,
    send_day: date | None = None,
    new_start: date | None = None,
) -> Evaluation:
    """Return the engine's answer for a letter.

    Raises ``InvalidFields`` while it lacks a contract or a day that its ground needs.
    """
    facts = facts_of(letter)
    if not facts:
        raise InvalidFields([FieldError("contracts", "field-required")])
    return evaluate(facts, first_send_day=first_send_day, send_day=send_day, new_start=new_start)


def plan_if_possible(letter: Letter, *, first_send_day: date) -> Evaluation | None:
    """Return the engine's answer, or ``None`` while it cannot answer; for lists and previews."""
    try:
        return plan(letter, first_send_day=first_send_day)
    except InvalidFields:
        return None


def evaluate(
    facts: Sequence[ContractFacts],
    *,
    first_send_day: date,
    send_day: date | None = None,
    new_start: date | None = None,
) -> Evaluation:
    """Return the engine's answer for a case."""
    timing = Timing(first_send_day=first_send_day, send_day=send_day, new_start=new_start)
    return engine.evaluate(facts, timing)


def accepted(evaluation: Evaluation) -> Evaluation:
    """Return the evaluation itself. Raises ``ImpossibleTermination`` when the law says no."""
    if evaluation.refusal is not None:
        nearest = evaluation.nearest_new_start or evaluation.nearest_send_day
        raise ImpossibleTermination(
            evaluation.refusal, nearest_day=nearest.isoformat() if nearest else ""
        )
    return evaluation
