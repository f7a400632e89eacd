"""Who may use a ground, for which contract: answered before any date is computed."""

from services.letters.domain.legal.codes import Ground, PolicyholderKind, Refusal, Requester
from services.letters.domain.legal.contract_types import (
    CONTRACT_TYPES,
    ContractType,
    TypeRule,
    YearlyExit,
)


def check(
    ground: Ground,
    contract_type: ContractType,
    *,
    policyholder: PolicyholderKind = PolicyholderKind.PERSON,
    requester: Requester = Requester.POLICYHOLDER,
    professional_use: bool = False,
    other_guarantees: bool = False,
    distinct_from_mandatory: bool = True,
) -> Refusal | None:
    """Return why that person may not use that ground for that contract, ``None`` if they may.

    ``other_guarantees``: RIA, something else than health and its side guarantees is covered.
    ``distinct_from_mandatory``: RIA, the optional group contract stands apart from the mandatory
    one. Dates play no part here.

    Law: C. assur. art. L. 113-12, L. 113-15-1, L. 113-15-2, R. 113-11; RIA guide 2 and 4.3.
    """
    rule = CONTRACT_TYPES[contract_type]
    match ground:
        case Ground.ECHEANCE:
            return _echeance(rule, requester)
        case Ground.HAMON:
            return _hamon(rule, policyholder, professional_use=professional_use)
        case Ground.CHATEL:
            return _chatel(rule, policyholder, professional_use=professional_use)
        case Ground.RIA:
            return _ria(
                rule,
                policyholder,
                requester,
                out_of_scope=other_guarantees or not distinct_from_mandatory,
            )
        case _:
            return None


def _echeance(rule: TypeRule, requester: Requester) -> Refusal | None:
    if rule.yearly_exit is YearlyExit.LIFE:
        return Refusal.LIFE_EXCLUDED
    if rule.yearly_exit is YearlyExit.FIXED_TERM:
        return Refusal.CONTRACT_OUT_OF_SCOPE
    return _capacity(rule, requester)


def _hamon(
    rule: TypeRule, policyholder: PolicyholderKind, *, professional_use: bool
) -> Refusal | None:
    if policyholder is PolicyholderKind.COMPANY or professional_use:
        return Refusal.NATURAL_PERSON_ONLY
    return None if rule.any_time is Ground.HAMON else Refusal.CONTRACT_OUT_OF_SCOPE


def _chatel(
    rule: TypeRule, policyholder: PolicyholderKind, *, professional_use: bool
) -> Refusal | None:
    if policyholder is PolicyholderKind.COMPANY or professional_use:
        return Refusal.NATURAL_PERSON_ONLY
    if rule.yearly_exit is YearlyExit.LIFE:
        return Refusal.LIFE_EXCLUDED
    return None if rule.renewal_notice_law else Refusal.CONTRACT_OUT_OF_SCOPE


def _ria(
    rule: TypeRule, policyholder: PolicyholderKind, requester: Requester, *, out_of_scope: bool
) -> Refusal | None:
    if refusal := _capacity(rule, requester):
        return refusal
    if rule.any_time is not Ground.RIA:
        return Refusal.CONTRACT_OUT_OF_SCOPE
    if not rule.group and policyholder is PolicyholderKind.COMPANY:
        return Refusal.NATURAL_PERSON_ONLY
    mandatory = rule.type is ContractType.SANTE_COLLECTIVE_OBLIGATOIRE
    return Refusal.CONTRACT_OUT_OF_SCOPE if out_of_scope and not mandatory else None


def _capacity(rule: TypeRule, requester: Requester) -> Refusal | None:
    if requester is Requester.DEPENDANT:
        return Refusal.NO_CAPACITY
    mandatory = rule.type is ContractType.SANTE_COLLECTIVE_OBLIGATOIRE
    if mandatory and requester in {Requester.EMPLOYEE, Requester.MEMBER}:
        return Refusal.MANDATORY_MEMBERSHIP
    return None
