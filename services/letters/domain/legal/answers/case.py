"""A letter's contracts seen as one case, and the parts of the answer no date changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from kit.errors import FieldError, InvalidFields
from services.letters.domain.legal import forms, grounds, senders
from services.letters.domain.legal.articles import Article
from services.letters.domain.legal.codes import (
    Ground,
    MailKind,
    PolicyholderKind,
    Refusal,
    SenderMode,
    WarningCode,
)
from services.letters.domain.legal.contract_types import CONTRACT_TYPES, TypeRule, YearlyExit
from services.letters.domain.legal.evaluation import (
    NO_FACTS,
    ContractFacts,
    Evaluation,
    Facts,
    SenderOption,
    Step,
    StepKind,
    Timing,
)

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a ground's answer is computed from."""

    facts: ContractFacts
    """The contracts merged: the latest subscription, the longest notice, every agreement."""
    rules: tuple[TypeRule, ...]
    basis: tuple[Article, ...]
    timing: Timing
    frame: Evaluation
    """The answer before its dates: articles, fields, papers, senders, mentions."""

    @property
    def compulsory(self) -> bool:
        """Whether some contract is one the policyholder may not live without."""
        return any(rule.compulsory for rule in self.rules)

    @property
    def notified_by_insurer(self) -> bool:
        """Whether the letter speaks for the new insurer, so that receipt is presumed by law."""
        return all(rule.new_insurer_notifies for rule in self.rules)

    def need(self, day: date | None, field: str) -> date:
        """Return a day the ground cannot do without. Raises ``InvalidFields`` if it is unknown."""
        if day is None:
            raise InvalidFields([FieldError(field, "field-required")])
        return day

    def refused(
        self,
        refusal: Refusal,
        facts: Facts = NO_FACTS,
        *,
        send_day: date | None = None,
        new_start: date | None = None,
    ) -> Evaluation:
        """Return the answer "no", with the nearest days that would do."""
        return replace(
            self.frame,
            ok=False,
            exact=False,
            refusal=refusal,
            refusal_facts=facts,
            nearest_send_day=send_day,
            nearest_new_start=new_start,
            alternatives=self._alternatives(),
        )

    def standing_warnings(self) -> tuple[WarningCode, ...]:
        """Return the warnings that hold whatever the dates."""
        told = {
            WarningCode.UNVERIFIED_BASIS: not self.basis and self.facts.ground is Ground.ECHEANCE,
            WarningCode.LENDER_FIRST: any(rule.lender_first for rule in self.rules),
            WarningCode.WAITING_PERIOD: any(rule.waiting_period for rule in self.rules),
        }
        return tuple(code for code, holds in told.items() if holds)

    def advice(self) -> tuple[Step, ...]:
        """Return what a person should also know: the free online termination."""
        if self.facts.policyholder is PolicyholderKind.COMPANY or not self.basis:
            return ()
        online = grounds.ONLINE_TERMINATION.get(self.rules[0].governed_by(self.facts.code_family))
        return (Step(kind=StepKind.ADVICE, sentence="online_route", articles=online or ()),)

    def _alternatives(self) -> tuple[Ground, ...]:
        ground, rule = self.facts.ground, self.rules[0]
        if rule.yearly_exit is YearlyExit.LIFE:
            return ()
        others = grounds.offered(rule.type, self.facts.policyholder, self.timing.first_send_day)
        return tuple(other for other in others if other not in {ground, Ground.CUSTOM})


def case_of(contracts: Sequence[ContractFacts], timing: Timing) -> Case:
    """Merge the contracts of one letter; they share their ground (``compatibility`` says so)."""
    first = contracts[0]
    rules = tuple(CONTRACT_TYPES[one.contract_type] for one in contracts)
    row = grounds.rule_on(first.ground, timing.send_day or timing.first_send_day)
    basis = (
        _union(grounds.legal_basis(row, rule, first.code_family) for rule in rules) if row else ()
    )
    return Case(
        facts=_merged(contracts),
        rules=rules,
        basis=basis,
        timing=timing,
        frame=Evaluation(
            ok=row is not None,
            catalogue_version=grounds.CATALOGUE_VERSION,
            legal_basis=basis,
            required_fields=_union(
                forms.required_fields(one.contract_type, one.ground) for one in contracts
            ),
            required_documents=row.documents if row else (),
            mentions=_mentions(row, rules) if row else (),
            senders=_senders(contracts),
        ),
    )


def _merged(contracts: Sequence[ContractFacts]) -> ContractFacts:
    subscriptions = [one.first_subscription for one in contracts]
    known = [day for day in subscriptions if day]
    return replace(
        contracts[0],
        first_subscription=max(known) if len(known) == len(contracts) else None,
        notice_months=max(one.notice_months for one in contracts),
        deferral_agreed=all(one.deferral_agreed for one in contracts),
    )


def _mentions(row: grounds.GroundRule, rules: tuple[TypeRule, ...]) -> tuple[str, ...]:
    claims_record = row.ground is Ground.HAMON and any(rule.motor for rule in rules)
    return (*row.mentions, *(("claims_record",) if claims_record else ()))


def _senders(contracts: Sequence[ContractFacts]) -> tuple[SenderOption, ...]:
    """Return what each sender mode may do for all the contracts at once."""
    return tuple(_sender(mode, contracts) for mode in SenderMode)


def _sender(mode: SenderMode, contracts: Sequence[ContractFacts]) -> SenderOption:
    each = [senders.option_for(mode, one.ground, one.contract_type) for one in contracts]
    for option in each:
        if option.refusal:
            return option
    mail = tuple(kind for kind in MailKind if all(kind in option.mail for option in each))
    return SenderOption(mode=mode, mail=mail)


def _union(groups: Iterable[tuple[_T, ...]]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(item for group in groups for item in group))
