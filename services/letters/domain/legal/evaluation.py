"""What the engine is asked, and what it answers: plain values, no text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kit.errors import FieldError, InvalidFields
from services.letters.domain.legal.articles import Article
from services.letters.domain.legal.codes import (
    CodeFamily,
    Ground,
    MailKind,
    PolicyholderKind,
    Refusal,
    Requester,
    SalesChannel,
    SenderMode,
    WarningCode,
)
from services.letters.domain.legal.contract_types import ContractType

Facts = Mapping[str, str | int | date]
FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2199
NO_FACTS: Final[Facts] = MappingProxyType({})


def is_reasonable(day: date) -> bool:
    """Tell whether a day may belong to a contract of someone alive: from 1900 to 2199."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractFacts:
    """One contract to end, as the agent described it. Days are Paris days."""

    contract_type: ContractType
    ground: Ground
    policyholder: PolicyholderKind
    code_family: CodeFamily = CodeFamily.ASSURANCES
    requester: Requester = Requester.POLICYHOLDER
    professional_use: bool = False
    anniversary: date | None = None
    """First day of the next period (*échéance*), not the last day of this one."""
    notice_months: int = 2
    first_subscription: date | None = None
    """Day the same contract was first taken out; later amendments do not restart it."""
    other_guarantees: bool = False
    """RIA: the contract also covers something else than health and its side guarantees."""
    deferral_agreed: bool = False
    """RIA: the policyholder asked for, or agreed to, an end later than the legal month."""
    wanted_new_start: date | None = None
    """HAMON and RIA: first day at the new insurer."""
    wanted_last_covered_day: date | None = None
    """CUSTOM: last day covered by the old contract, in the policyholder's own words."""
    tied_to_mandatory: bool = False
    """RIA: the optional contract and the employer's mandatory one are one contract."""
    option_of_mandatory: bool = False
    """RIA: an option taken within the mandatory contract, which the guide leaves out."""
    event_day: date | None = None
    """The day that opens the ground: move, sale, refusal, publication, information."""
    clause_window_days: int = 30
    """AUGMENTATION_TARIF: days that the contract leaves to answer the increase."""
    clause_delay_months: int = 1
    """AUGMENTATION_TARIF: months from receipt to the end, as the contract says."""
    renewal_notice_sent: date | None = None
    """CHATEL: postmark of the renewal notice; unknown when none came."""
    printed_deadline: date | None = None
    """CHATEL: last sending day that the notice itself prints."""
    channel: SalesChannel | None = None
    """RENONCIATION: how the contract was concluded."""
    concluded: date | None = None
    """RENONCIATION: day of conclusion; for life, the day one was told of it."""
    documents_received: date | None = None
    documents_never_received: bool = False
    right_never_notified: bool = False
    """RENONCIATION at a distance: nothing ever said that the contract could be undone."""
    first_premium_paid: date | None = None
    """RENONCIATION: after free months, the day something was first paid."""
    duration_days: int | None = None
    """RENONCIATION: length of the cover, when it is not a year or more."""
    right_lost: bool = False
    """RENONCIATION: a claim is known, a guarantee was used, or the contract was performed."""
    no_consent: bool = False
    """RENONCIATION: the policyholder never agreed to the contract, and the letter says so."""
    discovered: date | None = None
    """A contract never agreed to: the day the policyholder learned that it exists."""
    first_request_sent: date | None = None
    """The first letter to the body about it: a withdrawal, or the demand for annulment."""
    complaint_sent: date | None = None
    complaint_answered: date | None = None
    mediator_referred: date | None = None
    mediation_ended: date | None = None
    """The mediator's proposal, or refusal to look at the case."""
    lender_accepted: bool = True
    """EMPRUNTEUR_RESILIATION: what the lender decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """When the letter may leave, and what the user wishes. Nothing wished: as soon as possible."""

    first_send_day: date
    """First day on which a letter validated now would leave (dispatch's cutoff decides)."""
    send_day: date | None = None
    new_start: date | None = None
    """Wished start of the new contract; wins over the one stored with the contract."""
    by_paper: bool = False
    """Posted, not sent by LRE: it leaves on working days only."""

    def __post_init__(self) -> None:
        """Refuse days too far for the calendar to be walked. Raises ``InvalidFields``."""
        wished = {"send_day": self.send_day, "new_start": self.new_start}
        wrong = [name for name, day in wished.items() if day and not is_reasonable(day)]
        if wrong:
            raise InvalidFields([FieldError(name, "day-out-of-range") for name in wrong])


class StepKind(StrEnum):
    """The place of an explanation in the reasoning, in reading order."""

    CONDITION = "CONDITION"
    LIMIT = "LIMIT"
    SEND = "SEND"
    RECEIPT = "RECEIPT"
    END = "END"
    START = "START"
    ADVICE = "ADVICE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One computed date (or condition), the sentence that explains it and its articles."""

    kind: StepKind
    sentence: str
    """Code of the French sentence in ``templates/legal/dates.toml``."""
    day: date | None = None
    facts: Facts = field(default_factory=dict)
    articles: tuple[Article, ...] = ()
    at_noon: bool = False
    """The day breaks at noon instead of midnight: a licence withdrawn, C. assur. L. 326-12."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendWindow:
    """First and last days on which sending serves the ground; ``None`` means unbounded."""

    earliest: date | None = None
    latest_safe: date | None = None
    """Last day nobody can dispute."""
    latest: date | None = None
    """Last day the text, or the agreement between bodies, allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderOption:
    """One sender mode: the mail it may use, or why it is forbidden."""

    mode: SenderMode
    mail: tuple[MailKind, ...] = ()
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """Another ground that would serve, and from when."""

    ground: Ground
    send_day: date
    new_start: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """The engine's whole answer for a letter."""

    ok: bool
    catalogue_version: str
    valid_from: date | None = None
    """Since when the row of law that answered holds."""
    valid_until: date | None = None
    """First day on which it no longer holds; ``None`` while it is in force."""
    refusal: Refusal | None = None
    refusal_facts: Facts = field(default_factory=dict)
    nearest_send_day: date | None = None
    """When refused: the first day on which sending would be right."""
    nearest_new_start: date | None = None
    """When refused: the nearest start of the new contract that can be reached."""
    warnings: tuple[WarningCode, ...] = ()
    window: SendWindow = SendWindow()
    send_day: date | None = None
    presumed_receipt: date | None = None
    last_covered_day: date | None = None
    new_start: date | None = None
    contract_end: date | None = None
    """Last day of the contract, when it outlives its cover: a sold vehicle, a loan's cover."""
    doubled_days: int = 0
    """Days that both contracts cover, and that are paid twice."""
    exact: bool = True
    gap_days: int = 0
    exact_start_before: date | None = None
    exact_start_after: date | None = None
    """When not exact: the neighbouring starts that can be reached to the day."""
    steps: tuple[Step, ...] = ()
    legal_basis: tuple[Article, ...] = ()
    required_fields: tuple[str, ...] = ()
    required_documents: tuple[str, ...] = ()
    senders: tuple[SenderOption, ...] = ()
    mentions: tuple[str, ...] = ()
    alternatives: tuple[Ground, ...] = ()
    """When refused: the other grounds worth trying, best first."""
    fallback: Fallback | None = None
    """When refused: the alternative whose dates are already known."""

    @property
    def allowed_senders(self) -> tuple[SenderMode, ...]:
        """Return the modes in which the letter may leave."""
        return tuple(option.mode for option in self.senders if option.refusal is None)

    @property
    def allowed_mail(self) -> tuple[MailKind, ...]:
        """Return the kinds of mail at least one allowed sender may use."""
        used = [kind for option in self.senders for kind in option.mail]
        return tuple(kind for kind in MailKind if kind in used)
