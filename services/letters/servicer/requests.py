"""From messages to the domain: what cannot be read is refused by name."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final, TypeVar
from uuid import UUID

from kit.errors import FieldError, InvalidFields
from kit.ids import parse_id
from kit.rpc_requests import read_day
from preavis.letters.v1 import letters_pb2 as pb
from services.letters.domain.legal.codes import (
    CodeFamily,
    Ground,
    MailKind,
    PolicyholderKind,
    SenderMode,
)
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.letter import MandateMention, State
from services.letters.domain.listing import Filters, ListQuery, Sort
from services.letters.domain.policyholder import (
    Address,
    Company,
    Person,
    Policyholder,
    Title,
)
from services.letters.domain.tracking import TrackingState, View
from services.letters.usecases.sendings import Viewing

CODE_FAMILIES: Final[Mapping[int, CodeFamily]] = {
    pb.CODE_FAMILY_ASSURANCES: CodeFamily.ASSURANCES,
    pb.CODE_FAMILY_SECURITE_SOCIALE: CodeFamily.SECURITE_SOCIALE,
    pb.CODE_FAMILY_MUTUALITE: CodeFamily.MUTUALITE,
}
HOLDERS: Final[Mapping[int, PolicyholderKind]] = {
    pb.POLICYHOLDER_KIND_PERSON: PolicyholderKind.PERSON,
    pb.POLICYHOLDER_KIND_COMPANY: PolicyholderKind.COMPANY,
}
MAIL_KINDS: Final[Mapping[int, MailKind]] = {
    pb.MAIL_KIND_SIMPLE: MailKind.LRE_SIMPLE,
    pb.MAIL_KIND_ACKNOWLEDGED: MailKind.LRE_ACKNOWLEDGED,
}
TITLES: Final[Mapping[int, Title]] = {
    pb.TITLE_MADAME: Title.MADAME,
    pb.TITLE_MONSIEUR: Title.MONSIEUR,
}
STATES: Final[Mapping[int, State]] = {
    pb.LETTER_STATE_DRAFT: State.DRAFT,
    pb.LETTER_STATE_COMPLETE: State.COMPLETE,
    pb.LETTER_STATE_FROZEN: State.FROZEN,
}
VIEWS: Final[Mapping[int, View | None]] = {
    pb.LETTER_VIEW_UNSPECIFIED: None,
    pb.LETTER_VIEW_ALL: None,
    pb.LETTER_VIEW_TO_FINISH: View.TO_FINISH,
    pb.LETTER_VIEW_SCHEDULED: View.SCHEDULED,
    pb.LETTER_VIEW_SENT: View.SENT,
}
SORTS: Final[Mapping[int, Sort]] = {
    pb.LETTER_SORT_UNSPECIFIED: Sort.NUMBER,
    pb.LETTER_SORT_NUMBER: Sort.NUMBER,
    pb.LETTER_SORT_POLICYHOLDER: Sort.POLICYHOLDER,
    pb.LETTER_SORT_EFFECT: Sort.EFFECT,
    pb.LETTER_SORT_RECIPIENT: Sort.RECIPIENT,
    pb.LETTER_SORT_SENT: Sort.SENT,
    pb.LETTER_SORT_UPDATED: Sort.UPDATED,
}
TRACKING_STATES: Final[Mapping[int, TrackingState]] = {
    pb.TrackingState.Value(f"TRACKING_STATE_{state.name}"): state for state in TrackingState
}
SENDERS: Final[Mapping[int, SenderMode]] = {
    pb.SENDER_MODE_AGENCY: SenderMode.AGENCY,
    pb.SENDER_MODE_PLATFORM: SenderMode.PLATFORM,
}
MANDATES: Final[Mapping[int, MandateMention]] = {
    pb.MANDATE_MENTION_UNSPECIFIED: MandateMention.HELD,
    pb.MANDATE_MENTION_ATTACHED: MandateMention.ATTACHED,
    pb.MANDATE_MENTION_HELD: MandateMention.HELD,
}
USUAL_PAGE: Final = 50
LONGEST_PAGE: Final = 200
LONGEST_KEY: Final = 200

_Code = TypeVar("_Code", bound=StrEnum)
_Found = TypeVar("_Found")


def required_day(text: str, field: str) -> date:
    """Read an ISO day. Raises ``InvalidFields``."""
    found = read_day(text, field)
    if found is None:
        raise InvalidFields([FieldError(field, "field-required")])
    return found


def code(kind: type[_Code], text: str, field: str) -> _Code:
    """Read a code of the catalogue. Raises ``InvalidFields``."""
    try:
        return kind(text)
    except ValueError:
        reason = "value-unknown" if text else "field-required"
        raise InvalidFields([FieldError(field, reason, {"value": text[:40]})]) from None


def found(table: Mapping[int, _Found], number: int, field: str) -> _Found:
    """Read an enum. Raises ``InvalidFields`` when it is not given, or unknown."""
    try:
        return table[number]
    except KeyError:
        raise InvalidFields([FieldError(field, "field-required")]) from None


def key(text: str) -> str:
    """Read an idempotency key. Raises ``InvalidFields``."""
    if not 1 <= len(text) <= LONGEST_KEY:
        raise InvalidFields([FieldError("idempotency_key", "idempotency-key-length")])
    return text


def identifier(text: str) -> UUID | None:
    """Read an optional id. Raises ``UnreadableId``."""
    return parse_id(text) if text else None


def policyholder(message: pb.Policyholder) -> Policyholder:
    """Read a policyholder; its rules are checked later. Raises ``InvalidFields``."""
    kind = found(HOLDERS, message.kind, "kind")
    company = None
    if kind is PolicyholderKind.COMPANY:
        given = message.company
        company = Company(name=given.name, siret=given.siret, representative=given.representative)
    return Policyholder(
        persons=tuple(_person(one, index) for index, one in enumerate(message.persons)),
        company=company,
        address=Address(
            lines=tuple(message.address_lines), postcode=message.postcode, town=message.town
        ),
        emails=tuple(message.emails),
        phone=message.phone,
    )


def viewing(message: pb.RenderLetterRequest | pb.PreviewLetterRequest) -> Viewing:
    """Read how a letter is to be looked at."""
    return Viewing(
        first_send_day=read_day(message.first_send_day, "first_send_day"),
        send_day=read_day(message.send_day, "send_day"),
        new_start=read_day(message.new_start, "new_start"),
        mail_kind=MAIL_KINDS.get(message.mail_kind),
        mandate=MANDATES.get(message.mandate_mention, MandateMention.HELD),
    )


def list_query(message: pb.ListLettersRequest) -> ListQuery:
    """Read one page of one list. Raises ``InvalidFields``."""
    return ListQuery(
        view=VIEWS.get(message.view),
        filters=_filters(message.filters),
        sort=SORTS.get(message.sort, Sort.NUMBER),
        descending=message.descending,
        cursor=message.cursor,
        page_size=min(message.page_size, LONGEST_PAGE) if message.page_size > 0 else USUAL_PAGE,
    )


def _person(message: pb.Person, index: int) -> Person:
    return Person(
        title=found(TITLES, message.title, f"persons.{index}.title"),
        first_name=message.first_name,
        last_name=message.last_name,
        birth_name=message.birth_name,
        birth_day=read_day(message.birth_day, f"persons.{index}.birth_day"),
    )


def _filters(message: pb.LetterFilters) -> Filters:
    asked_type, ground = message.contract_type, message.ground
    return Filters(
        text=message.text,
        number=message.number,
        policyholder=message.policyholder,
        recipient=message.recipient,
        last_covered_from=read_day(message.last_covered_from, "filters.last_covered_from"),
        last_covered_until=read_day(message.last_covered_until, "filters.last_covered_until"),
        sent_from=read_day(message.sent_from, "filters.sent_from"),
        sent_until=read_day(message.sent_until, "filters.sent_until"),
        created_from=read_day(message.created_from, "filters.created_from"),
        created_until=read_day(message.created_until, "filters.created_until"),
        contract_type=code(ContractType, asked_type, "contract_type") if asked_type else None,
        ground=code(Ground, ground, "ground") if ground else None,
        states=tuple(STATES[one] for one in message.letter_states if one in STATES),
        tracking_states=tuple(
            TRACKING_STATES[one] for one in message.tracking_states if one in TRACKING_STATES
        ),
        author_profile_id=message.author_profile_id,
    )
