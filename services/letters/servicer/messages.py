"""From the domain to messages: letters, rows and frozen versions."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final, TypeVar

from google.protobuf.timestamp_pb2 import Timestamp

from preavis.letters.v1 import letters_pb2 as pb
from services.letters.domain.content_hash import content_hash
from services.letters.domain.contract import Contract
from services.letters.domain.following import NextLetter, next_letters
from services.letters.domain.letter import Author, Extras, Frozen, Letter
from services.letters.domain.listing import Count, LetterRow, Page
from services.letters.domain.outline import missing, state_of
from services.letters.domain.planning import addable_types
from services.letters.domain.policyholder import Company, Policyholder
from services.letters.domain.recent import RecentLetter
from services.letters.domain.recipient import LetterRecipient
from services.letters.domain.tracking import Tracking, View
from services.letters.servicer.requests import (
    CODE_FAMILIES,
    MAIL_KINDS,
    STATES,
    TITLES,
    TRACKING_STATES,
)
from services.letters.servicer.words import Words

_Value = TypeVar("_Value")


def inverse(table: Mapping[int, _Value]) -> dict[_Value, int]:
    """Return an enum's table read the other way."""
    return {value: number for number, value in table.items()}


FAMILY_NUMBERS: Final = inverse(CODE_FAMILIES)
MAIL_NUMBERS: Final = inverse(MAIL_KINDS)
STATE_NUMBERS: Final = inverse(STATES)
TITLE_NUMBERS: Final = inverse(TITLES)
TRACKING_NUMBERS: Final = inverse(TRACKING_STATES)
VIEW_NUMBERS: Final[Mapping[View | None, int]] = {
    None: pb.LETTER_VIEW_ALL,
    View.TO_FINISH: pb.LETTER_VIEW_TO_FINISH,
    View.SCHEDULED: pb.LETTER_VIEW_SCHEDULED,
    View.SENT: pb.LETTER_VIEW_SENT,
}


def iso(day: date | None) -> str:
    """Return an ISO day, empty for none."""
    return day.isoformat() if day else ""


def timestamp(instant: datetime | None) -> Timestamp | None:
    """Return an instant as protobuf has it."""
    if instant is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(instant)
    return stamp


def policyholder(of: Policyholder, extras: Extras) -> pb.Policyholder:
    """Return the policyholder; the account's own reference rides along."""
    kind = pb.POLICYHOLDER_KIND_COMPANY if of.is_company else pb.POLICYHOLDER_KIND_PERSON
    return pb.Policyholder(
        kind=kind,
        persons=[
            pb.Person(
                title=pb.Title.ValueType(TITLE_NUMBERS[one.title]),
                first_name=one.first_name,
                last_name=one.last_name,
                birth_name=one.birth_name,
                birth_day=iso(one.birth_day),
            )
            for one in of.persons
        ],
        company=_company(of.company),
        address_lines=of.address.lines,
        postcode=of.address.postcode,
        town=of.address.town,
        emails=of.emails,
        phone=of.phone,
        client_reference=extras.client_reference,
    )


def _company(of: Company | None) -> pb.Company | None:
    if of is None:
        return None
    return pb.Company(name=of.name, siret=of.siret, representative=of.representative)


def letter_recipient(of: LetterRecipient | None) -> pb.LetterRecipient | None:
    """Return the body as this letter writes to it."""
    if of is None:
        return None
    return pb.LetterRecipient(
        recipient_id=str(of.recipient_id),
        body_id=of.body_id,
        name=of.name,
        code_family=pb.CodeFamily.ValueType(FAMILY_NUMBERS[of.code_family]),
        siren=of.siren,
        postal_lines=of.postal_lines,
        electronic_address=of.electronic_address,
        identified=of.identified,
    )


def tracking(of: Tracking) -> pb.Tracking:
    """Return the sending's last news."""
    kind = MAIL_NUMBERS.get(of.mail_kind, 0) if of.mail_kind else 0
    return pb.Tracking(
        state=pb.TrackingState.ValueType(TRACKING_NUMBERS[of.state]),
        sending_id=str(of.sending_id or ""),
        generation=of.generation,
        mail_kind=pb.MailKind.ValueType(kind),
        send_day=iso(of.send_day),
        deposited_at=timestamp(of.deposited_at),
        received_at=timestamp(of.received_at),
        changed_at=timestamp(of.changed_at),
        closes_on=iso(of.closes_on),
        reason=of.reason,
        may_be_finalised=of.may_be_finalised,
    )


def recent_letter(of: RecentLetter) -> pb.RecentLetter:
    """Return another letter for the same contract."""
    return pb.RecentLetter(
        letter_id=str(of.letter_id),
        number=of.number,
        send_day=iso(of.send_day),
        state=pb.TrackingState.ValueType(TRACKING_NUMBERS[of.state]),
        contract_references=of.references,
    )


def author(of: Author) -> pb.Author:
    """Return who wrote the letter."""
    return pb.Author(profile_id=of.profile_id, name=of.name)


class LetterMessages:
    """Letters as messages, with their French labels."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def letter(self, of: Letter, subject: str) -> pb.Letter:
        """Return a whole letter."""
        shared = of.contracts[0] if of.contracts else None
        message = pb.Letter(
            letter_id=str(of.id),
            number=of.number,
            version=of.version,
            state=pb.LetterState.ValueType(STATE_NUMBERS[state_of(of)]),
            content_hash=of.frozen.content_hash if of.frozen else content_hash(of),
            author=author(of.author),
            policyholder=policyholder(of.policyholder, of.extras),
            recipient=letter_recipient(of.written_to),
            contracts=[self._contract(one) for one in of.contracts],
            extras=_extras(of.extras),
            missing=self._missing(of),
            tracking=tracking(of.tracking),
            frozen=_summary(of.frozen),
            created_at=timestamp(of.created_at),
            updated_at=timestamp(of.updated_at),
            ground=of.ground or "",
            ground_label=self._words.ground_label(of.ground),
            subject=subject,
            catalogue_version=of.frozen.catalogue_version if of.frozen else "",
            addable_contract_types=[one.value for one in addable_types(of)],
            follows_letter_id=str(of.follows.letter_id) if of.follows else "",
            follows_number=of.follows.number if of.follows else "",
            next_letters=[self._next(one) for one in next_letters(of)],
        )
        if shared is not None:
            message.deferral_agreed = shared.value("deferral_agreed") == "true"
            message.new_insurer_name = shared.value("new_insurer_name")
            message.wanted_new_start = shared.value("wanted_new_start")
        return message

    def row(self, of: LetterRow) -> pb.LetterRow:
        """Return a row of the list."""
        types = zip(of.contract_types, of.contract_labels, strict=True)
        return pb.LetterRow(
            letter_id=str(of.id),
            number=of.number,
            policyholder=" et ".join(of.policyholder),
            last_covered_day=iso(of.last_covered_day),
            new_start=iso(of.new_start),
            contract_references=of.contract_references,
            contract_type_labels=[
                named or self._words.catalogue.contract_type(kind).label for kind, named in types
            ],
            ground=of.ground or "",
            ground_label=self._words.ground_label(of.ground),
            recipient=of.recipient,
            state=pb.LetterState.ValueType(STATE_NUMBERS[of.state]),
            tracking=tracking(of.tracking),
            author=author(of.author),
            version=of.version,
            created_at=timestamp(of.created_at),
            updated_at=timestamp(of.updated_at),
            client_reference=of.client_reference,
            waits_for_user=of.waits_for_user,
        )

    def page(self, of: Page) -> pb.ListLettersResponse:
        """Return a page of the list."""
        return pb.ListLettersResponse(
            rows=[self.row(row) for row in of.rows],
            next_cursor=of.next_cursor,
            view_counts=[_view_count(view, count) for view, count in of.views.items()],
            matching_count=of.matching.number,
            matching_at_least=of.matching.at_least,
            authors=[author(one) for one in of.authors],
        )

    def frozen(self, letter: Letter, frozen: Frozen, pdf: bytes) -> pb.FrozenLetter:
        """Return the version that leaves, with all that dispatch needs of it."""
        return pb.FrozenLetter(
            letter_id=str(letter.id),
            version=letter.version,
            number=letter.number,
            pdf=pdf,
            sha256=frozen.sha256,
            content_hash=frozen.content_hash,
            send_day=iso(frozen.send_day),
            presumed_receipt_day=iso(frozen.presumed_receipt),
            last_covered_day=iso(frozen.last_covered_day),
            new_start=iso(frozen.new_start),
            latest_send_day=iso(frozen.latest_send_day),
            earliest_send_day=iso(frozen.earliest_send_day),
            recipient=letter_recipient(frozen.recipient),
            policyholder=policyholder(letter.policyholder, letter.extras),
            policyholder_names=letter.policyholder.names,
            policyholder_emails=letter.policyholder.emails,
            former_agent_email=letter.extras.former_agent_email,
            author_name=letter.author.name,
            author_profile_id=letter.author.profile_id,
            subject=frozen.subject,
            ground=letter.ground or "",
            contract_types=[one.type.value for one in letter.contracts],
            contract_references=[one.reference for one in letter.contracts],
            client_reference=letter.extras.client_reference,
            page_count=frozen.page_count,
            generation=frozen.generation,
            sending_id=str(frozen.sending_id),
            catalogue_version=frozen.catalogue_version,
            mail_kind=pb.MailKind.ValueType(MAIL_NUMBERS[frozen.mail_kind]),
        )

    def _contract(self, of: Contract) -> pb.Contract:
        return pb.Contract(
            contract_id=str(of.id),
            contract_type=of.type,
            contract_type_label=self._words.contract_label(of),
            ground=of.ground,
            ground_label=self._words.ground_label(of.ground),
            reference=of.reference,
            fields=of.fields,
        )

    def _next(self, of: NextLetter) -> pb.NextLetter:
        return pb.NextLetter(
            ground=of.ground,
            ground_label=self._words.ground_label(of.ground),
            sendable_from=iso(of.sendable_from),
        )

    def _missing(self, of: Letter) -> list[pb.MissingItem]:
        return [
            pb.MissingItem(
                code=item.code,
                sentence=self._words.missing(item, of.ground),
                contract_id=str(item.contract_id or ""),
                field=item.field,
            )
            for item in missing(of)
        ]


def _extras(of: Extras) -> pb.Extras:
    return pb.Extras(
        free_text=of.free_text,
        former_agent_email=of.former_agent_email,
        client_reference=of.client_reference,
    )


def _summary(of: Frozen | None) -> pb.FrozenSummary | None:
    if of is None:
        return None
    return pb.FrozenSummary(
        sending_id=str(of.sending_id),
        generation=of.generation,
        send_day=iso(of.send_day),
        last_covered_day=iso(of.last_covered_day),
        new_start=iso(of.new_start),
        sha256=of.sha256,
        frozen_at=timestamp(of.frozen_at),
    )


def _view_count(view: View | None, count: Count) -> pb.ListLettersResponse.ViewCount:
    return pb.ListLettersResponse.ViewCount(
        view=pb.LetterView.ValueType(VIEW_NUMBERS[view]),
        count=count.number,
        at_least=count.at_least,
    )
