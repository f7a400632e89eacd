"""Who may use a ground, for which contract: answered before any date is computed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from services.letters.domain.legal.codes import (
    CodeFamily,
    Ground,
    PolicyholderKind,
    Refusal,
    Requester,
)
from services.letters.domain.legal.contract_types import (
    ALL_FAMILIES,
    CONTRACT_TYPES,
    INSURERS,
    INSURERS_AND_MUTUELLES,
    ContractType,
    Section,
    TypeRule,
    YearlyExit,
)

_T = ContractType


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The contracts and people a ground is open to."""

    serves: Callable[[TypeRule], bool]
    persons_only: bool = False
    families: frozenset[CodeFamily] = ALL_FAMILIES
    """Codes that know the ground."""
    groups: frozenset[CodeFamily] = ALL_FAMILIES
    """Those among them that know it for group contracts too."""


def _among(*types: ContractType) -> Callable[[TypeRule], bool]:
    return lambda rule: rule.type in types


def _any(_rule: TypeRule) -> bool:
    return True


def _ends_yearly(rule: TypeRule) -> bool:
    """Tell whether the type is a lasting contract outside life, funeral and dependency cover."""
    return rule.section is not Section.LIFE and rule.yearly_exit is not YearlyExit.FIXED_TERM


def _situation(rule: TypeRule) -> bool:
    mandatory = rule.type is _T.SANTE_COLLECTIVE_OBLIGATOIRE
    return _ends_yearly(rule) and rule.private and not rule.lender_first and not mandatory


def _no_person_insured(rule: TypeRule) -> bool:
    """Tell whether the insurer covers things or liability, not health, life or a loan."""
    return _ends_yearly(rule) and rule.section not in {Section.HEALTH, Section.LOANS}


def _sold_as_vehicle(rule: TypeRule) -> bool:
    return rule.motor or rule.type is _T.NAVIGATION_PLAISANCE


_THINGS: Final = (
    _T.HABITATION_LOCATAIRE, _T.HABITATION_PROPRIETAIRE, _T.COPROPRIETE_LOT, _T.PNO,
    _T.COPROPRIETE_SYNDICAT, _T.ANIMAUX, _T.MOBILE, _T.AFFINITAIRE, _T.EXTENSION_GARANTIE,
    _T.MULTIRISQUE_PRO, _T.DOMMAGES_OUVRAGE, _T.AUTRE,
)  # fmt: skip
"""Damage insurance of a thing that may be sold, inherited or destroyed, vehicles left out."""
_VEHICLES: Final = (
    _T.AUTO, _T.MOTO, _T.SCOOTER, _T.CAMPING_CAR, _T.FLOTTE, _T.NAVIGATION_PLAISANCE,
)  # fmt: skip
_OPTIONAL_GROUPS: Final = (
    _T.SANTE_COLLECTIVE_FACULTATIVE, _T.PREVOYANCE, _T.MOBILE, _T.AFFINITAIRE,
    _T.DEPENDANCE, _T.OBSEQUES, _T.DECES,
)  # fmt: skip
_OWN_HEALTH: Final = (_T.SANTE_INDIVIDUELLE, _T.SANTE_COLLECTIVE_FACULTATIVE)

SCOPES: Final[Mapping[Ground, Scope]] = {
    Ground.CHANGEMENT_SITUATION: Scope(
        serves=_situation,
        persons_only=True,
        families=INSURERS_AND_MUTUELLES,
        groups=INSURERS,  # C. mut. L. 221-17: individual memberships alone
    ),
    Ground.VENTE_VEHICULE: Scope(serves=_sold_as_vehicle),
    Ground.CESSION_BIEN: Scope(serves=_among(*_THINGS)),
    Ground.DECES_ASSURE: Scope(serves=_among(*_THINGS, _T.NAVIGATION_PLAISANCE), persons_only=True),
    Ground.PERTE_TOTALE: Scope(serves=_among(*_THINGS, *_VEHICLES)),
    Ground.DIMINUTION_RISQUE: Scope(serves=_no_person_insured),
    Ground.APRES_SINISTRE: Scope(serves=_ends_yearly, families=INSURERS),
    Ground.AUGMENTATION_TARIF: Scope(serves=_ends_yearly),
    Ground.MODIFICATION_GROUPE: Scope(
        serves=_among(*_OPTIONAL_GROUPS), persons_only=True, families=INSURERS_AND_MUTUELLES
    ),
    Ground.ADHESION_OBLIGATOIRE: Scope(
        serves=_among(*_OWN_HEALTH, _T.PREVOYANCE), persons_only=True
    ),
    Ground.C2S: Scope(serves=_among(*_OWN_HEALTH), persons_only=True),
    Ground.RETRAIT_AGREMENT: Scope(serves=_ends_yearly, families=INSURERS),
    Ground.TRANSFERT_PORTEFEUILLE: Scope(serves=_ends_yearly, families=INSURERS),
    Ground.EMPRUNTEUR_SUBSTITUTION: Scope(serves=_among(_T.EMPRUNTEUR), persons_only=True),
    Ground.EMPRUNTEUR_RESILIATION: Scope(serves=_among(_T.EMPRUNTEUR), persons_only=True),
    Ground.RENONCIATION: Scope(serves=lambda rule: rule.private, persons_only=True),
    Ground.ANNULATION: Scope(serves=_any),
    Ground.RECLAMATION: Scope(serves=_any),
    Ground.MEDIATION: Scope(serves=_any, persons_only=True),  # consumers alone
    Ground.MISE_EN_DEMEURE: Scope(serves=_any),
    Ground.CUSTOM: Scope(serves=_any),
}
"""The grounds whose scope is a list of types; ECHEANCE, CHATEL, HAMON and RIA have rules below."""


def check(
    ground: Ground,
    contract_type: ContractType,
    *,
    policyholder: PolicyholderKind = PolicyholderKind.PERSON,
    requester: Requester = Requester.POLICYHOLDER,
    professional_use: bool = False,
    other_guarantees: bool = False,
    distinct_from_mandatory: bool = True,
    family: CodeFamily = CodeFamily.ASSURANCES,
) -> Refusal | None:
    """Return why that person may not use that ground for that contract, ``None`` if they may.

    ``other_guarantees``: RIA, something else than health and its side guarantees is covered.
    ``distinct_from_mandatory``: RIA, an employee's optional contract stands apart from the
    mandatory one. ``family`` is that of the recipient. Dates play no part here.

    Law: C. assur. art. L. 113-12, L. 113-15-1, L. 113-15-2, R. 113-11; RIA guide 2 and 4.3.
    """
    rule = CONTRACT_TYPES[contract_type]
    private = policyholder is PolicyholderKind.PERSON and not professional_use
    governed = rule.governed_by(family)
    match ground:
        case Ground.ECHEANCE:
            return _echeance(rule, policyholder, requester)
        case Ground.HAMON:
            return _hamon(rule, private=private)
        case Ground.CHATEL:
            return _chatel(rule, governed, private=private)
        case Ground.RIA:
            return _ria(
                rule,
                policyholder,
                requester,
                out_of_scope=other_guarantees,
                tied=not distinct_from_mandatory,
            )
        case _:
            return _in_scope(SCOPES[ground], rule, governed, private=private) or (
                None if ground is Ground.CUSTOM else _capacity(rule, policyholder, requester)
            )


def _echeance(
    rule: TypeRule, policyholder: PolicyholderKind, requester: Requester
) -> Refusal | None:
    if rule.yearly_exit is YearlyExit.LIFE:
        return Refusal.LIFE_EXCLUDED
    if rule.yearly_exit is YearlyExit.FIXED_TERM:
        return Refusal.CONTRACT_OUT_OF_SCOPE
    return _capacity(rule, policyholder, requester)


def _hamon(rule: TypeRule, *, private: bool) -> Refusal | None:
    if not private:
        return Refusal.NATURAL_PERSON_ONLY
    return None if rule.any_time is Ground.HAMON else Refusal.CONTRACT_OUT_OF_SCOPE


def _chatel(rule: TypeRule, governed: CodeFamily, *, private: bool) -> Refusal | None:
    if not private:
        return Refusal.NATURAL_PERSON_ONLY
    if rule.yearly_exit is YearlyExit.LIFE:
        return Refusal.LIFE_EXCLUDED
    known = governed in INSURERS_AND_MUTUELLES  # the CSS has no such text
    return None if rule.renewal_notice_law and known else Refusal.CONTRACT_OUT_OF_SCOPE


def _ria(
    rule: TypeRule,
    policyholder: PolicyholderKind,
    requester: Requester,
    *,
    out_of_scope: bool,
    tied: bool,
) -> Refusal | None:
    if rule.any_time is not Ground.RIA:
        return Refusal.CONTRACT_OUT_OF_SCOPE
    if refusal := _capacity(rule, policyholder, requester):
        return refusal
    if not rule.group and policyholder is PolicyholderKind.COMPANY:
        return Refusal.NATURAL_PERSON_ONLY
    if rule.type is ContractType.SANTE_COLLECTIVE_OBLIGATOIRE:
        return None
    option = tied and rule.group and requester in {Requester.EMPLOYEE, Requester.MEMBER}
    return Refusal.CONTRACT_OUT_OF_SCOPE if out_of_scope or option else None


def _in_scope(
    scope: Scope, rule: TypeRule, governed: CodeFamily, *, private: bool
) -> Refusal | None:
    if scope.persons_only and not private:
        return Refusal.NATURAL_PERSON_ONLY
    known = scope.families & scope.groups if rule.group else scope.families
    if scope.serves(rule) and governed in known:
        return None
    life = rule.yearly_exit is YearlyExit.LIFE
    return Refusal.LIFE_EXCLUDED if life else Refusal.CONTRACT_OUT_OF_SCOPE


def _capacity(
    rule: TypeRule, policyholder: PolicyholderKind, requester: Requester
) -> Refusal | None:
    """Refuse a dependant, and anybody but the employer for a mandatory group contract."""
    if requester is Requester.DEPENDANT:
        return Refusal.NO_CAPACITY
    if rule.type is not ContractType.SANTE_COLLECTIVE_OBLIGATOIRE:
        return None
    company = policyholder is PolicyholderKind.COMPANY and requester is Requester.POLICYHOLDER
    employer = company or requester is Requester.EMPLOYER
    return None if employer else Refusal.MANDATORY_MEMBERSHIP
