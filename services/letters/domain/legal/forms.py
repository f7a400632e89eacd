"""How the answers to a pair's questions are read, checked and given to the engine."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from stdnum.fr import siren as siren_number

from kit.errors import FieldError, InvalidFields
from services.letters.domain.legal import questions
from services.letters.domain.legal.codes import (
    CodeFamily,
    Ground,
    PolicyholderKind,
    Requester,
    SalesChannel,
)
from services.letters.domain.legal.contract_types import CONTRACT_TYPES, ContractType
from services.letters.domain.legal.evaluation import ContractFacts, is_reasonable
from services.letters.domain.legal.questions import Field, FieldKind, fields_for
from services.letters.domain.policyholder import is_email, phone_number


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
    channel = _given(values, questions.CHANNEL)
    return ContractFacts(
        contract_type=contract_type,
        ground=ground,
        policyholder=policyholder,
        code_family=code_family,
        requester=_requester(values, contract_type, policyholder),
        professional_use=_ticked(values, questions.PROFESSIONAL_USE),
        anniversary=_day(values, questions.ANNIVERSARY),
        notice_months=_number(values, questions.NOTICE_MONTHS) or 2,
        first_subscription=_day(values, questions.FIRST_SUBSCRIPTION),
        other_guarantees=_ticked(values, questions.OTHER_GUARANTEES),
        deferral_agreed=_ticked(values, questions.DEFERRAL_AGREED),
        wanted_new_start=_day(values, questions.NEW_START),
        wanted_last_covered_day=_day(values, questions.WANTED_END),
        tied_to_mandatory=_ticked(values, questions.TIED_TO_MANDATORY),
        option_of_mandatory=_ticked(values, questions.OPTION_OF_MANDATORY),
        event_day=_day(values, questions.EVENT_DAY),
        clause_window_days=_number(values, questions.CLAUSE_WINDOW) or 30,
        clause_delay_months=_number(values, questions.CLAUSE_DELAY) or 1,
        renewal_notice_sent=_day(values, questions.RENEWAL_NOTICE_SENT),
        printed_deadline=_day(values, questions.PRINTED_DEADLINE),
        channel=SalesChannel(channel) if channel in set(SalesChannel) else None,
        concluded=_day(values, questions.CONCLUDED),
        documents_received=_day(values, questions.DOCUMENTS_RECEIVED),
        documents_never_received=_ticked(values, questions.DOCUMENTS_NEVER),
        right_never_notified=_ticked(values, questions.RIGHT_NEVER_NOTIFIED),
        first_premium_paid=_day(values, questions.FIRST_PREMIUM),
        duration_days=_number(values, questions.DURATION),
        right_lost=_ticked(values, questions.RIGHT_LOST),
        no_consent=_ticked(values, questions.NO_CONSENT),
        discovered=_day(values, questions.DISCOVERED),
        first_request_sent=_day(values, questions.FIRST_REQUEST),
        complaint_sent=_day(values, questions.COMPLAINT),
        complaint_answered=_day(values, questions.COMPLAINT_ANSWERED),
        mediator_referred=_day(values, questions.REFERRED),
        mediation_ended=_day(values, questions.MEDIATION_ENDED),
        lender_accepted=_ticked(values, questions.LENDER_ACCEPTED),
    )


def _requester(
    values: Mapping[str, str], contract_type: ContractType, policyholder: PolicyholderKind
) -> Requester:
    """Return in what quality the policyholder asks."""
    if _ticked(values, questions.DEPENDANT):
        return Requester.DEPENDANT
    if not CONTRACT_TYPES[contract_type].group:
        return Requester.POLICYHOLDER
    return Requester.EMPLOYER if policyholder is PolicyholderKind.COMPANY else Requester.MEMBER


def _given(values: Mapping[str, str], field: Field) -> str:
    """Return the answer without stray spaces, its default if there is none, "" if unanswered."""
    value = values.get(field.code, "").strip()
    if field.kind is FieldKind.FLAG:
        return "true" if value in _TICKED else ""
    if field.kind is not FieldKind.LONG_TEXT:
        value = " ".join(value.split())
    return value or field.default


def _ticked(values: Mapping[str, str], field: Field) -> bool:
    return bool(_given(values, field))


def _number(values: Mapping[str, str], field: Field) -> int | None:
    text = values.get(field.code) or field.default
    return int(text) if text else None


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


def _days(value: str, field: Field) -> _Read:
    if not re.fullmatch(r"[0-9]{1,4}", value) or not 1 <= int(value) <= field.longest:
        return value, "days-out-of-range"
    return str(int(value)), ""


def _choice(value: str, field: Field) -> _Read:
    return value, "" if value in field.choices else "value-unknown"


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
    FieldKind.DAYS: _days,
    FieldKind.CHOICE: _choice,
}
