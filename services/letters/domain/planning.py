"""A letter seen by the legal engine."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from kit.errors import FieldError, InvalidFields, TurnedDown
from services.letters.domain.catalogue import PLANNED_FROM_NEW_START, contract_types
from services.letters.domain.legal import eligibility, engine, forms
from services.letters.domain.legal.codes import (
    CodeFamily,
    MailKind,
    PolicyholderKind,
    SenderMode,
)
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.legal.evaluation import ContractFacts, Evaluation, Timing
from services.letters.domain.letter import ImpossibleTermination, Letter


def kind_of(letter: Letter) -> PolicyholderKind:
    """Return what the law calls the policyholder."""
    if letter.policyholder.is_company:
        return PolicyholderKind.COMPANY
    return PolicyholderKind.PERSON


def facts_of(letter: Letter) -> tuple[ContractFacts, ...]:
    """Return what the engine must know of each contract. Raises ``InvalidFields`` for none."""
    if not letter.contracts:
        raise InvalidFields([FieldError("contracts", "field-required")])
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
    return evaluate(facts, first_send_day=first_send_day, send_day=send_day, new_start=new_start)


def plan_if_possible(
    letter: Letter,
    *,
    first_send_day: date,
    send_day: date | None = None,
    new_start: date | None = None,
) -> Evaluation | None:
    """Return the engine's answer, or ``None`` while it cannot answer; for lists and previews."""
    try:
        return plan(letter, first_send_day=first_send_day, send_day=send_day, new_start=new_start)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Explored:
    """An answer, with what else the user may want to know before choosing.

    ``neighbours`` are the exact starts near a wanted one; ``soonest`` the answer with nothing
    wanted.
    """

    evaluation: Evaluation
    neighbours: tuple[Evaluation, ...] = ()
    soonest: Evaluation | None = None


def explore(
    facts: Sequence[ContractFacts],
    *,
    first_send_day: date,
    send_day: date | None = None,
    new_start: date | None = None,
) -> Explored:
    """Return the answer for a case and its surroundings. Raises ``InvalidFields``."""
    answer = evaluate(facts, first_send_day=first_send_day, send_day=send_day, new_start=new_start)
    near = (answer.exact_start_before, answer.exact_start_after)
    neighbours = (
        evaluate(facts, first_send_day=first_send_day, new_start=day) for day in near if day
    )
    unwished = [replace(one, wanted_new_start=None) for one in facts]
    planned = facts[0].ground in PLANNED_FROM_NEW_START
    return Explored(
        evaluation=answer,
        neighbours=tuple(one for one in neighbours if one.ok),
        soonest=evaluate(unwished, first_send_day=first_send_day) if planned else None,
    )


class MailNotAllowed(TurnedDown):
    """This letter must leave by the other kind of mail."""

    reason = "mail-kind-not-allowed"


class SenderNotAllowed(TurnedDown):
    """This letter may not leave in that name."""

    reason = "sender-not-allowed"


def check_sender(evaluation: Evaluation, sender: SenderMode, mail_kind: MailKind) -> None:
    """Refuse a sender or a kind of mail that the ground does not allow.

    Raises ``SenderNotAllowed`` or ``MailNotAllowed``.
    """
    options = {option.mode: option for option in evaluation.senders if option.refusal is None}
    if sender not in options:
        raise SenderNotAllowed
    if mail_kind not in options[sender].mail:
        raise MailNotAllowed


def addable_types(letter: Letter) -> tuple[ContractType, ...]:
    """Return the contract types that may join the letter: those its ground serves."""
    if letter.frozen is not None:
        return ()
    holder = kind_of(letter)
    family = letter.written_to.code_family if letter.written_to else CodeFamily.ASSURANCES
    types = tuple(rule.type for rule in contract_types(holder))
    ground = letter.ground
    if ground is None:
        return types
    return tuple(
        one
        for one in types
        if eligibility.check(ground, one, policyholder=holder, family=family) is None
    )
