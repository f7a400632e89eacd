"""The grounds' catalogue: what is in force on a day, and on which articles a letter rests."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from services.letters.domain.legal import eligibility
from services.letters.domain.legal.articles import Article, assurances, mutualite, securite_sociale
from services.letters.domain.legal.codes import CodeFamily, Ground, PolicyholderKind
from services.letters.domain.legal.contract_types import (
    ContractType,
    TypeRule,
    YearlyExit,
)
from services.letters.domain.legal.ground_rows import GROUNDS, GroundRule

CATALOGUE_VERSION: Final = "2026.14"
"""Stored with each letter: bump it whenever a row or a date rule changes."""

ONLINE_TERMINATION: Final[Mapping[CodeFamily, tuple[Article, ...]]] = {
    CodeFamily.ASSURANCES: assurances("L. 113-14"),
    CodeFamily.MUTUALITE: mutualite("L. 221-10-3"),
    CodeFamily.SECURITE_SOCIALE: securite_sociale("L. 932-21-3"),
}
"""Where the free online termination rests (loi 2022-1158, art. 17, in force since 2023-06-01)."""

READING_ORDER: Final = tuple(dict.fromkeys(row.ground for row in GROUNDS))
"""The grounds as people read them, the most useful first."""


def rule_on(ground: Ground, day: date) -> GroundRule | None:
    """Return the row of a ground in force on ``day``, ``None`` if there was none."""
    for row in GROUNDS:
        until = row.valid_until or date.max
        if row.ground is ground and row.valid_from <= day < until:
            return row
    return None


def legal_basis(row: GroundRule, rule: TypeRule, recipient: CodeFamily) -> tuple[Article, ...]:
    """Return the articles a letter of that ground rests on; none where a clause decides.

    The CSS gives groups one may leave the articles of individual contracts: L. 932-14 and after.
    """
    if row.ground is Ground.ECHEANCE and rule.yearly_exit is not YearlyExit.LAW:
        return ()
    governed = rule.governed_by(recipient)
    group = rule.group and not (rule.optional_group and governed is CodeFamily.SECURITE_SOCIALE)
    table = row.group_basis if group and row.group_basis else row.basis
    return table.get(governed, ())


def offered(
    contract_type: ContractType,
    policyholder: PolicyholderKind,
    day: date,
    family: CodeFamily = CodeFamily.ASSURANCES,
) -> tuple[Ground, ...]:
    """Return the grounds worth offering for a type and a kind of policyholder, best first."""
    return tuple(
        ground
        for ground in READING_ORDER
        if rule_on(ground, day)
        and eligibility.check(ground, contract_type, policyholder=policyholder, family=family)
        is None
    )
