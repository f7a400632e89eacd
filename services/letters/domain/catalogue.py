"""What an agent may choose: contract types, and the grounds each opens or closes."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from services.letters.domain.legal import eligibility, grounds
from services.letters.domain.legal.articles import Article
from services.letters.domain.legal.codes import CodeFamily, Ground, PolicyholderKind, Refusal
from services.letters.domain.legal.contract_types import CONTRACT_TYPES, ContractType, TypeRule

PLANNED_FROM_NEW_START: Final = frozenset({Ground.HAMON, Ground.RIA})
"""Grounds whose sending day is computed from the wanted start of the new contract."""
_ALWAYS_SHOWN: Final = frozenset({Ground.RIA, Ground.HAMON, Ground.CHATEL, Ground.ECHEANCE})
"""Grounds people look for: shown even closed, with the reason. The others are shown when open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedGround:
    """A ground for one contract type: open, or closed and why."""

    ground: Ground
    articles: tuple[Article, ...]
    refusal: Refusal | None

    @property
    def planned_from_new_start(self) -> bool:
        """Whether the user gives the start of the new contract."""
        return self.ground in PLANNED_FROM_NEW_START


def contract_types(held_by: PolicyholderKind | None) -> tuple[TypeRule, ...]:
    """Return the contract types such a policyholder may hold, in reading order."""
    return tuple(
        rule for rule in CONTRACT_TYPES.values() if held_by is None or held_by in holders(rule)
    )


def holders(rule: TypeRule) -> tuple[PolicyholderKind, ...]:
    """Return who may hold a contract of this type."""
    if rule.private:
        return (PolicyholderKind.PERSON, PolicyholderKind.COMPANY)
    return (PolicyholderKind.COMPANY,)


def offered_grounds(
    contract_type: ContractType, held_by: PolicyholderKind, family: CodeFamily, *, on: date
) -> tuple[OfferedGround, ...]:
    """Return the grounds of a contract type, open ones first, each with its articles."""
    rule = CONTRACT_TYPES[contract_type]
    found = [_offered(ground, rule, held_by, family, on) for ground in grounds.READING_ORDER]
    shown = [one for one in found if one.refusal is None or _is_told(one)]
    return tuple(sorted(shown, key=lambda one: one.refusal is not None))


def _offered(
    ground: Ground, rule: TypeRule, held_by: PolicyholderKind, family: CodeFamily, on: date
) -> OfferedGround:
    row = grounds.rule_on(ground, on)
    refusal = eligibility.check(ground, rule.type, policyholder=held_by, family=family)
    if row is None:
        refusal = Refusal.GROUND_NOT_IN_FORCE
    articles = grounds.legal_basis(row, rule, family) if row else ()
    return OfferedGround(ground=ground, articles=articles, refusal=refusal)


def _is_told(closed: OfferedGround) -> bool:
    in_force = closed.refusal is not Refusal.GROUND_NOT_IN_FORCE
    return in_force and closed.ground in _ALWAYS_SHOWN
