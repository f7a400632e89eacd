"""What each pair of contract type and ground asks of the agent, and how the answers are read.

The French labels and helps are in ``templates/legal/labels.toml``, under the same codes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

from stdnum.fr import siren as siren_number

from kit.errors import FieldError, InvalidFields
from services.letters.domain.legal.codes import CodeFamily, Ground, PolicyholderKind
from services.letters.domain.legal.contract_types import (
    CONTRACT_TYPES,
    ContractType,
    Section,
    TypeRule,
    YearlyExit,
)
from services.letters.domain.legal.evaluation import ContractFacts, is_reasonable
from services.letters.domain.policyholder import is_email, phone_number


class Scope(StrEnum):
    """Whether each contract of a letter has its own answer."""

    LETTER = "LETTER"
    CONTRACT = "CONTRACT"


class FieldKind(StrEnum):
    """How a field is typed and shown."""

    TEXT = "TEXT"
    LONG_TEXT = "LONG_TEXT"
    DAY = "DAY"  # sent as an ISO day
    MONTHS = "MONTHS"
    SIREN = "SIREN"
    PHONE = "PHONE"
    EMAIL = "EMAIL"
    FLAG = "FLAG"  # "true", or no answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question to the agent."""

    code: str
    kind: FieldKind
    required: bool = True
    """The letter cannot leave without it; a required FLAG is a box to tick."""
    default: str = ""
    scope: Scope = Scope.LETTER
    longest: int = 120
    """Characters for texts, months for a number of months."""


_DAY, _TEXT, _FLAG = FieldKind.DAY, FieldKind.TEXT, FieldKind.FLAG
TYPE_LABEL: Final = Field(code="type_label", kind=_TEXT, scope=Scope.CONTRACT, longest=60)
ANNIVERSARY: Final = Field(code="anniversary", kind=_DAY, scope=Scope.CONTRACT)
NOTICE_MONTHS: Final = Field(
    code="notice_months", kind=FieldKind.MONTHS, scope=Scope.CONTRACT, default="2", longest=2
)
FIRST_SUBSCRIPTION: Final = Field(code="first_subscription", kind=_DAY, scope=Scope.CONTRACT)
NEW_START: Final = Field(code="wanted_new_start", kind=_DAY)
NEW_INSURER_NAME: Final = Field(code="new_insurer_name", kind=_TEXT)
NEW_CONTRACT_REFERENCE: Final = Field(
    code="new_contract_reference", kind=_TEXT, scope=Scope.CONTRACT, required=False, longest=60
)
ACTS_FOR_NEW_INSURER: Final = Field(code="acts_for_new_insurer", kind=_FLAG)
NEW_INSURER_SIREN: Final = Field(code="new_insurer_siren", kind=FieldKind.SIREN, longest=9)
NEW_INSURER_STATUS: Final = Field(code="new_insurer_status", kind=_TEXT, longest=160)
CONTACT_NAME: Final = Field(code="contact_name", kind=_TEXT, longest=80)
CONTACT_PHONE: Final = Field(code="contact_phone", kind=FieldKind.PHONE, longest=20)
CONTACT_EMAIL: Final = Field(code="contact_email", kind=FieldKind.EMAIL)
OTHER_GUARANTEES: Final = Field(
    code="other_guarantees", kind=_FLAG, scope=Scope.CONTRACT, required=False
)
DEFERRAL_AGREED: Final = Field(code="deferral_agreed", kind=_FLAG, required=False)
VEHICLE_PLATE: Final = Field(
    code="vehicle_plate", kind=_TEXT, scope=Scope.CONTRACT, required=False, longest=12
)
RISK_ADDRESS: Final = Field(code="risk_address", kind=_TEXT, scope=Scope.CONTRACT, required=False)
GROUND_TEXT: Final = Field(code="ground_text", kind=FieldKind.LONG_TEXT, longest=1200)
GROUND_ARTICLE: Final = Field(code="ground_article", kind=_TEXT, required=False)
WANTED_END: Final = Field(code="wanted_last_covered_day", kind=_DAY, required=False)
REVIEWED: Final = Field(code="reviewed", kind=_FLAG)

POLICYHOLDER_FIELDS: Final[Mapping[Ground, tuple[str, ...]]] = {
    Ground.RIA: ("birth_name", "birth_day"),
}
"""What the ground asks of the policyholder's own record, beyond name and address: RIA guide 3.2."""


def fields_for(contract_type: ContractType, ground: Ground) -> tuple[Field, ...]:
    """Return the questions of a pair, in the order they are asked."""
    rule = CONTRACT_TYPES[contract_type]
    label = (TYPE_LABEL,) if contract_type is ContractType.AUTRE else ()
    return (*label, *_thing(rule), *_by_ground(rule, ground))


def required_fields(contract_type: ContractType, ground: Ground) -> tuple[str, ...]:
    """Return the codes of the fields a letter cannot leave without."""
    return tuple(field.code for field in fields_for(contract_type, ground) if field.required)


def missing(values: Mapping[str, str], contract_type: ContractType, ground: Ground) -> list[str]:
    """Return the codes of what is still to be answered before sending."""
    return [
        field.code
        for field in fields_for(contract_type, ground)
        if field.required and not _given(values, field)
    ]


def checked(
    values: Mapping[str, str], contract_type: ContractType, ground: Ground, *, partial: bool = False
) -> dict[str, str]:
    """Return the answers tidied, unknown codes dropped.

    ``partial`` lets required answers be absent (a draft). Raises ``InvalidFields`` naming every
    wrong one: ``field-required``, ``day-unreadable``, ``months-out-of-range``...
    """
    tidied: dict[str, str] = {}
    errors: list[FieldError] = []
    for field in fields_for(contract_type, ground):
        value = _given(values, field)
        if value:
            tidied[field.code], problem = _READERS[field.kind](value, field)
        else:
            problem = "field-required" if field.required and not partial else ""
        if problem:
            errors.append(FieldError(field.code, problem, {"max": str(field.longest)}))
    if errors:
        raise InvalidFields(errors)
    return tidied


def facts(
    values: Mapping[str, str],
    *,
    contract_type: ContractType,
    ground: Ground,
    policyholder: PolicyholderKind,
    code_family: CodeFamily,
) -> ContractFacts:
    """Return the engine's facts from answers already ``checked``; absent ones stay unknown."""
    return ContractFacts(
        contract_type=contract_type,
        ground=ground,
        policyholder=policyholder,
        code_family=code_family,
        anniversary=_day(values, ANNIVERSARY),
        notice_months=int(values.get(NOTICE_MONTHS.code) or NOTICE_MONTHS.default),
        first_subscription=_day(values, FIRST_SUBSCRIPTION),
        other_guarantees=bool(_given(values, OTHER_GUARANTEES)),
        deferral_agreed=bool(_given(values, DEFERRAL_AGREED)),
        wanted_new_start=_day(values, NEW_START),
        wanted_last_covered_day=_day(values, WANTED_END),
    )


def _given(values: Mapping[str, str], field: Field) -> str:
    """Return the answer without stray spaces, its default if there is none, "" if unanswered."""
    value = values.get(field.code, "").strip()
    if field.kind is FieldKind.FLAG:
        return "true" if value in _TICKED else ""
    if field.kind is not FieldKind.LONG_TEXT:
        value = " ".join(value.split())
    return value or field.default


def _by_ground(rule: TypeRule, ground: Ground) -> tuple[Field, ...]:
    match ground:
        case Ground.ECHEANCE:
            return (ANNIVERSARY, _notice(rule), replace(FIRST_SUBSCRIPTION, required=False))
        case Ground.HAMON:
            delegation = (ACTS_FOR_NEW_INSURER,) if rule.new_insurer_notifies else ()
            return (
                FIRST_SUBSCRIPTION,
                NEW_START,
                NEW_INSURER_NAME,
                NEW_CONTRACT_REFERENCE,
                *delegation,
            )
        case Ground.RIA:
            return _RIA_INDIVIDUAL
        case _:
            return (GROUND_TEXT, GROUND_ARTICLE, WANTED_END, REVIEWED)


_RIA_INDIVIDUAL: Final = (
    FIRST_SUBSCRIPTION,
    NEW_START,
    NEW_INSURER_NAME,
    NEW_INSURER_SIREN,
    NEW_INSURER_STATUS,
    NEW_CONTRACT_REFERENCE,
    CONTACT_NAME,
    CONTACT_PHONE,
    CONTACT_EMAIL,
    OTHER_GUARANTEES,
    DEFERRAL_AGREED,
    ACTS_FOR_NEW_INSURER,
)


def _notice(rule: TypeRule) -> Field:
    by_clause = rule.yearly_exit is YearlyExit.CLAUSE
    return replace(
        NOTICE_MONTHS,
        longest=rule.longest_notice_months,
        default="" if by_clause else NOTICE_MONTHS.default,  # the contract alone knows
    )


def _thing(rule: TypeRule) -> tuple[Field, ...]:
    if rule.motor and rule.private:
        return (VEHICLE_PLATE,)
    return (RISK_ADDRESS,) if rule.section is Section.HOME else ()


def _day(values: Mapping[str, str], field: Field) -> date | None:
    text = values.get(field.code)
    return date.fromisoformat(text) if text else None


_Read = tuple[str, str]  # the value tidied, the reason it is wrong or ""


def _text(value: str, field: Field) -> _Read:
    return value, "too-long" if len(value) > field.longest else ""


def _iso_day(value: str, _field: Field) -> _Read:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return value, "day-unreadable"
    return day.isoformat(), "" if is_reasonable(day) else "day-out-of-range"


def _months(value: str, field: Field) -> _Read:
    if not re.fullmatch(r"[0-9]{1,2}", value) or not 1 <= int(value) <= field.longest:
        return value, "months-out-of-range"
    return str(int(value)), ""


def _siren(value: str, _field: Field) -> _Read:
    digits = re.sub(r"\s", "", value)
    return digits, "" if siren_number.is_valid(digits) else "siren-unreadable"


def _phone(value: str, _field: Field) -> _Read:
    if re.fullmatch(r"[13][0-9]{3}", value):  # short numbers of large bodies
        return value, ""
    number = phone_number(value)
    return number or value, "" if number else "phone-unreadable"


def _email(value: str, _field: Field) -> _Read:
    return value, "" if is_email(value) else "email-unreadable"


def _flag(value: str, _field: Field) -> _Read:
    return value, ""


_TICKED: Final = frozenset({"true", "on", "1"})
_READERS: Final = {
    FieldKind.TEXT: _text,
    FieldKind.LONG_TEXT: _text,
    FieldKind.DAY: _iso_day,
    FieldKind.MONTHS: _months,
    FieldKind.SIREN: _siren,
    FieldKind.PHONE: _phone,
    FieldKind.EMAIL: _email,
    FieldKind.FLAG: _flag,
}
