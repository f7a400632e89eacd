"""What each pair of contract type and ground asks of the agent, and how the answers are read.

The French labels and helps are in ``templates/legal/labels.toml``, under the same codes.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


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
CONTACT_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2199
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
