"""What each pair of contract type and ground asks of the agent: a table of questions.

The French labels and helps are in ``templates/legal/labels.toml``, under the same codes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from services.letters.domain.legal.codes import Ground, SalesChannel, SituationEvent
from services.letters.domain.legal.contract_types import (
    CONTRACT_TYPES,
    ContractType,
    Section,
    TypeRule,
    YearlyExit,
)


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
    DAYS = "DAYS"  # a number of days
    CHOICE = "CHOICE"  # one of the field's own codes


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
    """Characters for texts; the greatest number for a number of months or days."""
    choices: tuple[str, ...] = ()
    """CHOICE: the codes one of which is the answer."""


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

EVENT_DAY: Final = Field(code="event_day", kind=_DAY)
EVENT_KIND: Final = Field(
    code="event_kind", kind=FieldKind.CHOICE, choices=tuple(SituationEvent), longest=40
)
RISK_LINK: Final = Field(code="risk_link", kind=FieldKind.LONG_TEXT, longest=600)
EVENT_CAUSE: Final = Field(code="event_cause", kind=_TEXT)
QUALITY: Final = Field(code="requester_quality", kind=_TEXT, longest=80)
FORMER_HOLDER: Final = Field(code="former_holder", kind=_TEXT)
REQUEST_DAY: Final = Field(code="request_day", kind=_DAY)
CLAUSE_WINDOW: Final = Field(
    code="clause_window_days", kind=FieldKind.DAYS, default="30", longest=365
)
CLAUSE_DELAY: Final = Field(
    code="clause_delay_months", kind=FieldKind.MONTHS, default="1", longest=12
)
RENEWAL_NOTICE_SENT: Final = Field(
    code="renewal_notice_sent", kind=_DAY, scope=Scope.CONTRACT, required=False
)
PRINTED_DEADLINE: Final = Field(
    code="printed_deadline", kind=_DAY, scope=Scope.CONTRACT, required=False
)
CHANNEL: Final = Field(
    code="channel", kind=FieldKind.CHOICE, choices=tuple(SalesChannel), longest=40
)
CONCLUDED: Final = Field(code="concluded", kind=_DAY)
DOCUMENTS_RECEIVED: Final = Field(code="documents_received", kind=_DAY, required=False)
DOCUMENTS_NEVER: Final = Field(code="documents_never_received", kind=_FLAG, required=False)
RIGHT_NEVER_NOTIFIED: Final = Field(code="right_never_notified", kind=_FLAG, required=False)
FIRST_PREMIUM: Final = Field(code="first_premium_paid", kind=_DAY, required=False)
DURATION: Final = Field(code="duration_days", kind=FieldKind.DAYS, required=False, longest=3660)
RIGHT_LOST: Final = Field(code="right_lost", kind=_FLAG, required=False)
NO_CONSENT: Final = Field(code="no_consent", kind=_FLAG, required=False)
DISCOVERED: Final = Field(code="discovered", kind=_DAY)
STORY: Final = Field(code="story", kind=FieldKind.LONG_TEXT, longest=1200)
SUMS_TAKEN: Final = Field(code="sums_taken", kind=_TEXT, required=False)
FIRST_REQUEST: Final = Field(code="first_request_sent", kind=_DAY)
COMPLAINT: Final = Field(code="complaint_sent", kind=_DAY)
COMPLAINT_ANSWERED: Final = Field(code="complaint_answered", kind=_DAY, required=False)
REFERRED: Final = Field(code="mediator_referred", kind=_DAY, required=False)
MEDIATION_ENDED: Final = Field(code="mediation_ended", kind=_DAY, required=False)
INSURER_IN_DISPUTE: Final = Field(code="insurer_in_dispute", kind=_TEXT)
PAYMENT_DAYS: Final = Field(code="payment_days", kind=FieldKind.DAYS, default="15", longest=60)
LOAN_REFERENCES: Final = Field(code="loan_references", kind=_TEXT)
LENDER_NAME: Final = Field(code="lender_name", kind=_TEXT)
LENDER_ACCEPTED: Final = Field(code="lender_accepted", kind=_FLAG)
DECISION_DAY: Final = Field(code="lender_decision_day", kind=_DAY)
MEMBERSHIP: Final = Field(
    code="membership_reference", kind=_TEXT, scope=Scope.CONTRACT, required=False, longest=60
)
GROUP_COMPANY: Final = Field(code="group_company", kind=_TEXT, scope=Scope.CONTRACT, required=False)
TIED_TO_MANDATORY: Final = Field(
    code="tied_to_mandatory", kind=_FLAG, scope=Scope.CONTRACT, required=False
)
OPTION_OF_MANDATORY: Final = Field(
    code="option_of_mandatory", kind=_FLAG, scope=Scope.CONTRACT, required=False
)
DEPENDANT: Final = Field(code="dependant", kind=_FLAG, required=False)
PROFESSIONAL_USE: Final = Field(
    code="professional_use", kind=_FLAG, scope=Scope.CONTRACT, required=False
)

POLICYHOLDER_FIELDS: Final[Mapping[Ground, tuple[str, ...]]] = {
    Ground.RIA: ("birth_name", "birth_day"),
}
"""What the ground asks of the policyholder's own record, beyond name and address: RIA guide 3.2."""


def fields_for(contract_type: ContractType, ground: Ground) -> tuple[Field, ...]:
    """Return the questions of a pair, in the order they are asked."""
    rule = CONTRACT_TYPES[contract_type]
    label = (TYPE_LABEL,) if contract_type is ContractType.AUTRE else ()
    return (*label, *_thing(rule), *_by_ground(rule, ground), *_use(rule, ground))


def _by_ground(rule: TypeRule, ground: Ground) -> tuple[Field, ...]:
    match ground:
        case Ground.ECHEANCE:
            return (ANNIVERSARY, _notice(rule), _SINCE)
        case Ground.CHATEL:
            return (ANNIVERSARY, _notice(rule), RENEWAL_NOTICE_SENT, PRINTED_DEADLINE, _SINCE)
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
            return _ria(rule)
        case Ground.RENONCIATION:
            return tuple(_withdrawal(rule))
        case _:
            since = (_SINCE,) if rule.any_time and ground in _WITH_SINCE else ()
            return (*QUESTIONS[ground], *since)


_SINCE: Final = replace(FIRST_SUBSCRIPTION, required=False)
_NEW_COVER: Final = (NEW_START, NEW_INSURER_NAME, NEW_CONTRACT_REFERENCE)
_STORY: Final = (DISCOVERED, STORY, SUMS_TAKEN)
_COMPLAINED: Final = (
    replace(FIRST_REQUEST, required=False),
    COMPLAINT,
    COMPLAINT_ANSWERED,
)
QUESTIONS: Final[Mapping[Ground, tuple[Field, ...]]] = {
    Ground.CHANGEMENT_SITUATION: (EVENT_KIND, EVENT_DAY, RISK_LINK),
    Ground.VENTE_VEHICULE: (EVENT_DAY,),
    Ground.CESSION_BIEN: (EVENT_DAY, QUALITY, FORMER_HOLDER),
    Ground.DECES_ASSURE: (EVENT_DAY, FORMER_HOLDER, QUALITY),
    Ground.PERTE_TOTALE: (EVENT_DAY, EVENT_CAUSE),
    Ground.DIMINUTION_RISQUE: (REQUEST_DAY, EVENT_DAY),
    Ground.APRES_SINISTRE: (EVENT_DAY,),
    Ground.AUGMENTATION_TARIF: (EVENT_DAY, CLAUSE_WINDOW, CLAUSE_DELAY, GROUND_ARTICLE),
    Ground.MODIFICATION_GROUPE: (EVENT_DAY,),
    Ground.ADHESION_OBLIGATOIRE: (EVENT_DAY,),
    Ground.C2S: (EVENT_DAY,),
    Ground.RETRAIT_AGREMENT: (EVENT_DAY,),
    Ground.TRANSFERT_PORTEFEUILLE: (EVENT_DAY,),
    Ground.EMPRUNTEUR_SUBSTITUTION: (LOAN_REFERENCES, *_NEW_COVER),
    Ground.EMPRUNTEUR_RESILIATION: (LENDER_NAME, LENDER_ACCEPTED, DECISION_DAY, *_NEW_COVER),
    Ground.RENONCIATION: (
        CHANNEL,
        CONCLUDED,
        DOCUMENTS_RECEIVED,
        DOCUMENTS_NEVER,
        RIGHT_NEVER_NOTIFIED,
        FIRST_PREMIUM,
        DURATION,
        RIGHT_LOST,
        NO_CONSENT,
    ),
    Ground.ANNULATION: _STORY,
    Ground.RECLAMATION: (FIRST_REQUEST, *_STORY),
    Ground.MEDIATION: (INSURER_IN_DISPUTE, *_COMPLAINED, *_STORY),
    Ground.MISE_EN_DEMEURE: (*_COMPLAINED, REFERRED, MEDIATION_ENDED, PAYMENT_DAYS, *_STORY),
    Ground.CUSTOM: (GROUND_TEXT, GROUND_ARTICLE, WANTED_END, REVIEWED),
}
"""The questions of the grounds that ask the same of every type."""
_WITH_SINCE: Final = frozenset(QUESTIONS) - {
    Ground.CUSTOM,
    Ground.RENONCIATION,
    Ground.ANNULATION,
    Ground.RECLAMATION,
    Ground.MEDIATION,
    Ground.MISE_EN_DEMEURE,
    Ground.EMPRUNTEUR_SUBSTITUTION,
    Ground.EMPRUNTEUR_RESILIATION,
}
"""Grounds whose refusal may fall back on the any-time one, when the contract's age is known."""


def _ria(rule: TypeRule) -> tuple[Field, ...]:
    """Return the guide's fields: 3.2, individual, mandatory group and optional group."""
    mandatory = rule.type is ContractType.SANTE_COLLECTIVE_OBLIGATOIRE
    optional = (
        (MEMBERSHIP, GROUP_COMPANY, TIED_TO_MANDATORY, OPTION_OF_MANDATORY) if rule.group else ()
    )
    return (
        FIRST_SUBSCRIPTION,
        NEW_START,
        NEW_INSURER_NAME,
        NEW_INSURER_SIREN,
        NEW_INSURER_STATUS,
        NEW_CONTRACT_REFERENCE,
        CONTACT_NAME,
        CONTACT_PHONE,
        CONTACT_EMAIL,
        *(() if mandatory else (*optional, DEPENDANT)),
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


def _withdrawal(rule: TypeRule) -> Iterator[Field]:
    """Yield what decides whether that type may be undone: free months are a matter of goods."""
    for one in QUESTIONS[Ground.RENONCIATION]:
        if one is DURATION and rule.yearly_exit is YearlyExit.FIXED_TERM:
            yield replace(one, required=True)  # a trip of a month or less cannot
        elif one is not FIRST_PREMIUM or rule.section is Section.GOODS:
            yield one


def _use(rule: TypeRule, ground: Ground) -> tuple[Field, ...]:
    """Ask about a business where the ground is for private contracts and the type serves both."""
    return (PROFESSIONAL_USE,) if ground in _PRIVATE_ONLY and rule.type in _EITHER_USE else ()


_PRIVATE_ONLY: Final = frozenset({Ground.HAMON, Ground.CHATEL, Ground.RENONCIATION})
_EITHER_USE: Final = frozenset(
    {
        ContractType.AUTO,
        ContractType.MOTO,
        ContractType.SCOOTER,
        ContractType.CAMPING_CAR,
        ContractType.NAVIGATION_PLAISANCE,
        ContractType.PNO,
        ContractType.PREVOYANCE,
        ContractType.EMPRUNTEUR_CONSO,
        ContractType.AUTRE,
    }
)


def _thing(rule: TypeRule) -> tuple[Field, ...]:
    if rule.motor and rule.private:
        return (VEHICLE_PLATE,)
    return (RISK_ADDRESS,) if rule.section is Section.HOME else ()
