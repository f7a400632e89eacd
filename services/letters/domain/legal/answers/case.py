"""A letter's contracts seen as one case, and the parts of the answer no date changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, TypeVar

from kit.errors import FieldError, InvalidFields
from services.letters.domain.legal import (
    eligibility,
    forms,
    grounds,
    infra_annual,
    senders,
    withdrawal,
)
from services.letters.domain.legal.answers import steps
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
    Fallback,
    SenderOption,
    Step,
    StepKind,
    Timing,
)
from services.letters.domain.legal.ground_rows import GroundRule

_T = TypeVar("_T")
_WITHOUT_EVENT: Final = (
    Ground.RIA,
    Ground.HAMON,
    Ground.EMPRUNTEUR_SUBSTITUTION,
    Ground.CHATEL,
    Ground.ECHEANCE,
)
"""Grounds that need no event: what a refused letter may try instead."""


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
        """Return the answer "no", with the nearest days that would do.

        Where the ground itself has none left, they are those of the any-time ground, when the
        contract is in its scope and old enough: C. assur. R. 113-12 I.
        """
        fallback = self.fallback()
        if fallback and send_day is None and new_start is None:
            send_day, new_start = fallback.send_day, fallback.new_start
        return replace(
            self.frame,
            ok=False,
            exact=False,
            refusal=refusal,
            refusal_facts=facts,
            nearest_send_day=send_day,
            nearest_new_start=new_start,
            alternatives=self._alternatives(),
            fallback=fallback,
            steps=self._safety_net(fallback),
        )

    def fallback(self) -> Fallback | None:
        """Return the any-time ground that would serve instead, if its facts are known.

        Law: C. assur. art. R. 113-12 I: after one year, a contract in scope ended on a wrong
        or late ground is treated as ended at any time.
        """
        since, grounds_open = self.facts.first_subscription, {rule.any_time for rule in self.rules}
        ground = grounds_open.pop() if len(grounds_open) == 1 else None
        if ground is None or ground is self.facts.ground or since is None:
            return None
        if any(not self._is_open(ground, rule) for rule in self.rules):
            return None
        send_day = max(self.timing.first_send_day, infra_annual.opens_on(since))
        reached = infra_annual.forward_effect(send_day)
        return Fallback(ground=ground, send_day=send_day, new_start=reached.new_start)

    def _is_open(self, ground: Ground, rule: TypeRule) -> bool:
        facts = self.facts
        refusal = eligibility.check(
            ground,
            rule.type,
            policyholder=facts.policyholder,
            requester=facts.requester,
            professional_use=facts.professional_use,
            other_guarantees=facts.other_guarantees,
            distinct_from_mandatory=not facts.tied_to_mandatory,
            family=facts.code_family,
        )
        return refusal is None and grounds.rule_on(ground, self.timing.first_send_day) is not None

    def _safety_net(self, fallback: Fallback | None) -> tuple[Step, ...]:
        if fallback is None or fallback.send_day > self.timing.first_send_day:
            return ()
        facts = {"send_day": fallback.send_day, "new_start": fallback.new_start}
        net = steps.PRESUMPTION[self.rules[0].governed_by(self.facts.code_family)]
        return (Step(kind=StepKind.ADVICE, sentence="safety_net", facts=facts, articles=net),)

    def any_time_instead(self) -> tuple[Step, ...]:
        """Advise the any-time ground where it is surer than this one, which a clause decides."""
        fallback = self.fallback()
        if fallback is None:
            return ()
        ready = fallback.send_day <= self.timing.first_send_day
        step = Step(
            kind=StepKind.ADVICE,
            sentence="any_time_instead" if ready else "any_time_instead_later",
            facts={"send_day": fallback.send_day, "new_start": fallback.new_start},
            articles=self._any_time_basis(fallback.ground),
        )
        return (step,)

    def _any_time_basis(self, ground: Ground) -> tuple[Article, ...]:
        row = grounds.rule_on(ground, self.timing.first_send_day)
        found = grounds.legal_basis(row, self.rules[0], self.facts.code_family) if row else ()
        return found[:1]

    def standing_warnings(self) -> tuple[WarningCode, ...]:
        """Return the warnings that hold whatever the dates."""
        told = {
            WarningCode.UNVERIFIED_BASIS: not self.basis and self.facts.ground is not Ground.CUSTOM,
            WarningCode.LENDER_FIRST: self._before_lender(),
            WarningCode.WAITING_PERIOD: any(rule.waiting_period for rule in self.rules),
        }
        return tuple(code for code, holds in told.items() if holds)

    def _before_lender(self) -> bool:
        asked = self.facts.ground in {
            Ground.EMPRUNTEUR_SUBSTITUTION,
            Ground.EMPRUNTEUR_RESILIATION,
            Ground.RENONCIATION,
        }
        return not asked and any(rule.lender_first for rule in self.rules)

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
        others = grounds.offered(
            rule.type,
            self.facts.policyholder,
            self.timing.first_send_day,
            self.facts.code_family,
        )
        return tuple(other for other in others if other is not ground and other in _WITHOUT_EVENT)


def case_of(contracts: Sequence[ContractFacts], timing: Timing) -> Case:
    """Merge the contracts of one letter; they share their ground (``compatibility`` says so)."""
    first = contracts[0]
    rules = tuple(CONTRACT_TYPES[one.contract_type] for one in contracts)
    row = grounds.rule_on(first.ground, timing.send_day or timing.first_send_day)
    basis = (
        _union(_basis(row, rule, one) for rule, one in zip(rules, contracts, strict=True))
        if row
        else ()
    )
    return Case(
        facts=_merged(contracts),
        rules=rules,
        basis=basis,
        timing=timing,
        frame=Evaluation(
            ok=row is not None,
            catalogue_version=grounds.CATALOGUE_VERSION,
            valid_from=row.valid_from if row else None,
            valid_until=row.valid_until if row else None,
            legal_basis=basis,
            required_fields=_union(
                forms.required_fields(one.contract_type, one.ground) for one in contracts
            ),
            required_documents=row.documents if row else (),
            mentions=_mentions(row, rules) if row else (),
            senders=_senders(contracts),
        ),
    )


def _basis(row: GroundRule, rule: TypeRule, facts: ContractFacts) -> tuple[Article, ...]:
    if regime := withdrawal.regime_of(facts):
        return withdrawal.basis(regime, rule.governed_by(facts.code_family))
    return grounds.legal_basis(row, rule, facts.code_family)


def _merged(contracts: Sequence[ContractFacts]) -> ContractFacts:
    """Return what holds of the letter: whatever shuts a door for one contract shuts it for all."""
    subscriptions = [one.first_subscription for one in contracts]
    known = [day for day in subscriptions if day]
    return replace(
        contracts[0],
        first_subscription=max(known) if len(known) == len(contracts) else None,
        notice_months=max(one.notice_months for one in contracts),
        deferral_agreed=all(one.deferral_agreed for one in contracts),
        professional_use=any(one.professional_use for one in contracts),
        other_guarantees=any(one.other_guarantees for one in contracts),
        tied_to_mandatory=any(one.tied_to_mandatory for one in contracts),
        option_of_mandatory=any(one.option_of_mandatory for one in contracts),
    )


def _mentions(row: GroundRule, rules: tuple[TypeRule, ...]) -> tuple[str, ...]:
    claims_record = row.ground is Ground.HAMON and any(rule.motor for rule in rules)
    return (*row.mentions, *(("claims_record",) if claims_record else ()))


def _senders(contracts: Sequence[ContractFacts]) -> tuple[SenderOption, ...]:
    """Return what each sender mode may do for all the contracts at once."""
    return tuple(_sender(mode, contracts) for mode in SenderMode)


def _sender(mode: SenderMode, contracts: Sequence[ContractFacts]) -> SenderOption:
    each = [
        senders.option_for(mode, one.ground, one.contract_type, withdrawal.regime_of(one))
        for one in contracts
    ]
    for option in each:
        if option.refusal:
            return option
    mail = tuple(kind for kind in MailKind if all(kind in option.mail for option in each))
    return SenderOption(mode=mode, mail=mail)


def _union(groups: Iterable[tuple[_T, ...]]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(item for group in groups for item in group))
