"""The grounds' catalogue: since when, on which articles, with which fields, papers and mentions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.letters.domain.legal.articles import Article, assurances, mutualite, securite_sociale
from services.letters.domain.legal.codes import CodeFamily, Ground, PolicyholderKind
from services.letters.domain.legal.contract_types import (
    CONTRACT_TYPES,
    ContractType,
    TypeRule,
    YearlyExit,
)

CATALOGUE_VERSION: Final = "2026.11"
"""Stored with each letter: bump it whenever a row or a date rule changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundRule:
    """One ground, as the law has it between two dates."""

    ground: Ground
    valid_from: date
    valid_until: date | None = None
    """First day on which the row no longer holds; ``None`` while it is in force."""
    basis: Mapping[CodeFamily, tuple[Article, ...]]
    group_basis: Mapping[CodeFamily, tuple[Article, ...]]
    """For collective contracts, where the text is another one."""
    persons_only: bool = False
    documents: tuple[str, ...] = ("mandate",)
    mentions: tuple[str, ...] = ()


_A, _M, _S = CodeFamily.ASSURANCES, CodeFamily.MUTUALITE, CodeFamily.SECURITE_SOCIALE
SENDER_MENTIONS: Final = ("sender_identity", "orias", "on_behalf", "mandate")
_ALWAYS: Final = (*SENDER_MENTIONS, "contract_reference", "written_confirmation")

_ECHEANCE = GroundRule(
    ground=Ground.ECHEANCE,
    valid_from=date(1990, 5, 1),  # loi 89-1014
    basis={
        _A: assurances("L. 113-12"),
        _M: mutualite("L. 221-10"),
        _S: securite_sociale("L. 932-21-1"),
    },
    group_basis={
        _A: assurances("L. 145-8"),
        _M: mutualite("L. 221-10"),
        _S: securite_sociale("L. 932-12"),
    },
    mentions=(*_ALWAYS, "anniversary"),
)
_HAMON = GroundRule(
    ground=Ground.HAMON,
    valid_from=date(2015, 1, 1),  # décret 2014-1685
    basis={_A: assurances("L. 113-15-2", "R. 113-11", "R. 113-12")},
    group_basis={},
    persons_only=True,
    mentions=(
        *_ALWAYS,
        "policyholder_address",
        "new_insurer",
        "continuity_of_cover",
        "refund_30_days",
    ),
)
_RIA = GroundRule(
    ground=Ground.RIA,
    valid_from=date(2020, 12, 1),  # loi 2019-733, décret 2020-1438
    basis={
        _A: assurances("L. 113-15-2", "R. 113-12"),
        _M: mutualite("L. 221-10-2", "R. 221-5", "R. 221-6"),
        _S: securite_sociale("L. 932-21-2", "R. 932-1-6-3"),
    },
    group_basis={
        _A: assurances("L. 113-15-2", "R. 113-12"),
        _M: mutualite("L. 221-10-2", "R. 221-5", "R. 221-6"),
        _S: securite_sociale("L. 932-12-1", "R. 932-1-6-2"),
    },
    mentions=(
        *_ALWAYS,
        "ria_phrase",
        "ria_dates_phrase",
        "policyholder_address",
        "new_insurer",
        "continuity_of_cover",
        "new_insurer_contact",
        "refund_30_days",
    ),
)
_CUSTOM = GroundRule(
    ground=Ground.CUSTOM,
    valid_from=date(1900, 1, 1),  # no text of its own: the policyholder's words
    basis={},
    group_basis={},
    mentions=_ALWAYS,
)

ONLINE_TERMINATION: Final[Mapping[CodeFamily, tuple[Article, ...]]] = {
    _A: assurances("L. 113-14"),
    _M: mutualite("L. 221-10-3"),
    _S: securite_sociale("L. 932-21-3"),
}
"""Where the free online termination rests (loi 2022-1158, art. 17, in force since 2023-06-01)."""

GROUNDS: Final = (_ECHEANCE, _HAMON, _RIA, _CUSTOM)
"""Every row ever in force, oldest first within a ground: an old letter keeps the law of its day."""


def rule_on(ground: Ground, day: date) -> GroundRule | None:
    """Return the row of a ground in force on ``day``, ``None`` if there was none."""
    for row in GROUNDS:
        until = row.valid_until or date.max
        if row.ground is ground and row.valid_from <= day < until:
            return row
    return None


def legal_basis(row: GroundRule, rule: TypeRule, recipient: CodeFamily) -> tuple[Article, ...]:
    """Return the articles a letter of that ground rests on; none where a clause decides."""
    if row.ground is Ground.ECHEANCE and rule.yearly_exit is not YearlyExit.LAW:
        return ()
    table = row.group_basis if rule.group else row.basis
    return table.get(rule.governed_by(recipient), ())


def offered(
    contract_type: ContractType, policyholder: PolicyholderKind, day: date
) -> tuple[Ground, ...]:
    """Return the grounds worth offering for a type and a kind of policyholder, best first."""
    rule = CONTRACT_TYPES[contract_type]
    return tuple(ground for ground in _READING_ORDER if _serves(ground, rule, policyholder, day))


def is_offered(ground: Ground, rule: TypeRule) -> bool:
    """Tell whether the product writes that ground's letter for that type.

    RIA is written for individual contracts; its group letters ask for other fields.
    """
    if ground is Ground.RIA:
        return rule.type is ContractType.SANTE_INDIVIDUELLE
    return any(row.ground is ground for row in GROUNDS)


_READING_ORDER: Final = (Ground.RIA, Ground.HAMON, Ground.ECHEANCE, Ground.CUSTOM)


def _serves(ground: Ground, rule: TypeRule, policyholder: PolicyholderKind, day: date) -> bool:
    row = rule_on(ground, day)
    if row is None or not is_offered(ground, rule):
        return False
    match ground:
        case Ground.HAMON | Ground.RIA:
            return rule.any_time is ground and policyholder is PolicyholderKind.PERSON
        case Ground.ECHEANCE:
            return rule.yearly_exit in {YearlyExit.LAW, YearlyExit.CLAUSE}
        case _:
            return True
