"""From the domain to messages: the directory, the catalogue and the legal engine's answers."""

from collections.abc import Iterable
from typing import Final

from preavis.letters.v1 import letters_pb2 as pb
from services.letters.domain.catalogue import OfferedGround, holders
from services.letters.domain.legal import questions
from services.letters.domain.legal.codes import (
    Ground,
    MailKind,
    PolicyholderKind,
    Refusal,
    SenderMode,
    WarningCode,
)
from services.letters.domain.legal.contract_types import ContractType, TypeRule
from services.letters.domain.legal.evaluation import Evaluation, Step, StepKind
from services.letters.domain.planning import Explored
from services.letters.domain.recipient import AddressScope, Recipient, RecipientKind
from services.letters.domain.words import spans
from services.letters.servicer.messages import FAMILY_NUMBERS, MAIL_NUMBERS, iso
from services.letters.servicer.words import Words, kebab

_SCOPES: Final = {
    AddressScope.ANY: pb.ADDRESS_SCOPE_ANY,
    AddressScope.PERSON: pb.ADDRESS_SCOPE_PERSON,
    AddressScope.COMPANY_GROUP: pb.ADDRESS_SCOPE_COMPANY_GROUP,
}
_KINDS: Final = {
    RecipientKind.INSURER: pb.RECIPIENT_KIND_INSURER,
    RecipientKind.MUTUELLE: pb.RECIPIENT_KIND_MUTUELLE,
    RecipientKind.INSTITUTION: pb.RECIPIENT_KIND_INSTITUTION,
    RecipientKind.BANK: pb.RECIPIENT_KIND_BANK,
    RecipientKind.MANAGER: pb.RECIPIENT_KIND_MANAGER,
    RecipientKind.MEDIATOR: pb.RECIPIENT_KIND_MEDIATOR,
}
_HOLDERS: Final = {
    PolicyholderKind.PERSON: pb.POLICYHOLDER_KIND_PERSON,
    PolicyholderKind.COMPANY: pb.POLICYHOLDER_KIND_COMPANY,
}
_SENDERS: Final = {
    SenderMode.AGENCY: pb.SENDER_MODE_AGENCY,
    SenderMode.PLATFORM: pb.SENDER_MODE_PLATFORM,
}
_STEPS: Final = {
    StepKind.SEND: pb.Step.KIND_SEND,
    StepKind.RECEIPT: pb.Step.KIND_RECEIPT,
    StepKind.END: pb.Step.KIND_END,
    StepKind.START: pb.Step.KIND_START,
}
_FIELD_KINDS: Final = {
    questions.FieldKind.TEXT: pb.FIELD_KIND_TEXT,
    questions.FieldKind.LONG_TEXT: pb.FIELD_KIND_LONG_TEXT,
    questions.FieldKind.DAY: pb.FIELD_KIND_DAY,
    questions.FieldKind.MONTHS: pb.FIELD_KIND_WHOLE_NUMBER,
    questions.FieldKind.SIREN: pb.FIELD_KIND_SIREN,
    questions.FieldKind.PHONE: pb.FIELD_KIND_PHONE,
    questions.FieldKind.EMAIL: pb.FIELD_KIND_EMAIL,
    questions.FieldKind.FLAG: pb.FIELD_KIND_YES_NO,
    questions.FieldKind.DAYS: pb.FIELD_KIND_WHOLE_NUMBER,
    questions.FieldKind.CHOICE: pb.FIELD_KIND_CHOICE,
}
_FIELD_SCOPES: Final = {
    questions.Scope.LETTER: pb.FIELD_SCOPE_LETTER,
    questions.Scope.CONTRACT: pb.FIELD_SCOPE_CONTRACT,
}


def recipient(of: Recipient) -> pb.Recipient:
    """Return a body of the directory."""
    return pb.Recipient(
        recipient_id=str(of.id),
        body_id=of.body_id,
        name=of.name,
        kind=_KINDS[of.kind],
        siren=of.siren,
        code_family=pb.CodeFamily.ValueType(FAMILY_NUMBERS[of.code_family]),
        postal_addresses=[
            pb.PostalAddress(
                scope=_SCOPES[one.scope], lines=one.lines, postcode=one.postcode, town=one.town
            )
            for one in of.postal
        ],
        electronic_addresses=[
            pb.ElectronicAddress(scope=_SCOPES[one.scope], email=one.email) for one in of.electronic
        ],
        identified=of.identified,
        contacts=[
            pb.RegisterContact(
                scope=_SCOPES[one.scope], name=one.name, phone=one.phone, email=one.email
            )
            for one in of.contacts
        ],
        families=of.families,
        aliases=of.aliases,
        open=of.is_open,
    )


def hits(query: str, found: Iterable[Recipient], total: int) -> pb.SearchRecipientsResponse:
    """Return what a type-ahead found, with the letters to underline."""
    return pb.SearchRecipientsResponse(
        hits=[
            pb.SearchRecipientsResponse.Hit(
                recipient=recipient(one),
                matched=[
                    pb.SearchRecipientsResponse.Span(start=start, end=end)
                    for start, end in spans(query, one.name)
                ],
            )
            for one in found
        ],
        total_count=total,
    )


class Answers:
    """The legal engine's answers as messages, in French."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def contract_type(self, rule: TypeRule) -> pb.ContractType:
        """Return a contract type."""
        return pb.ContractType(
            code=rule.type,
            label=self._words.catalogue.contract_type(rule.type).label,
            family=rule.section.lower(),
            family_label=self._words.catalogue.section(rule.section),
            held_by=[_HOLDERS[one] for one in holders(rule)],
            needs_label=rule.type is ContractType.AUTRE,
        )

    def ground(self, of: OfferedGround) -> pb.Ground:
        """Return a ground, open or closed."""
        words = self._words.catalogue.ground(of.ground)
        return pb.Ground(
            code=of.ground,
            label=words.label,
            sentence=words.help,
            articles=[self._words.article(article) for article in of.articles],
            open=of.refusal is None,
            refusal=self._words.refusal(of.refusal) if of.refusal else None,
            planned_from_new_start=of.planned_from_new_start,
        )

    def form(self, contract_type: ContractType, ground: Ground) -> list[pb.FormField]:
        """Return the questions of a pair; those about the policyholder's own record come first."""
        own = [self._own_field(name) for name in questions.POLICYHOLDER_FIELDS.get(ground, ())]
        asked = questions.fields_for(contract_type, ground)
        return own + [self._field(one, ground) for one in asked]

    def documents(self, codes: Iterable[str]) -> list[pb.FormDocument]:
        """Return the papers a ground asks for."""
        return [
            pb.FormDocument(
                code=one, label=self._words.catalogue.document(one).label, required=True
            )
            for one in codes
        ]

    def explored(self, of: Explored, ground: Ground, *, planned: bool) -> pb.Evaluation:
        """Return an answer with its surroundings."""
        message = self._evaluation(of.evaluation, ground)
        message.planned_from_new_start = planned
        message.neighbours.extend(_neighbour(one) for one in of.neighbours)
        if of.soonest is not None:
            soonest = of.soonest.new_start or of.soonest.nearest_new_start
            message.earliest_new_start = iso(soonest)
        return message

    def _evaluation(self, of: Evaluation, ground: Ground) -> pb.Evaluation:
        return pb.Evaluation(
            ok=of.ok,
            refusal=self._words.refusal_of(of),
            warnings=[
                pb.Warning(code=kebab(one), sentence=self._words.catalogue.warning(one, of, ground))
                for one in of.warnings
            ],
            send_day=iso(of.send_day),
            earliest_send_day=iso(of.window.earliest),
            latest_safe_send_day=iso(of.window.latest_safe),
            latest_send_day=iso(of.window.latest),
            presumed_receipt_day=iso(of.presumed_receipt),
            last_covered_day=iso(of.last_covered_day),
            new_start=iso(of.new_start),
            exact=of.exact,
            gap_days=of.gap_days,
            steps=[self._step(one) for one in of.steps],
            legal_basis=[self._words.article(one) for one in of.legal_basis],
            allowed_senders=[_SENDERS[one] for one in of.allowed_senders],
            allowed_mail=_mail(of.allowed_mail),
            catalogue_version=of.catalogue_version,
            mentions=of.mentions,
            contract_end_day=iso(of.contract_end),
            doubled_days=of.doubled_days,
            needs_deferral_agreement=of.refusal is Refusal.DEFERRAL_NOT_AGREED
            or WarningCode.RELIES_ON_DEFERRAL in of.warnings,
        )

    def _step(self, of: Step) -> pb.Step:
        words = self._words.catalogue.step(of)
        return pb.Step(
            kind=_STEPS.get(of.kind, pb.Step.KIND_OTHER),
            label=words.label,
            day=iso(of.day),
            sentence=words.sentence,
            articles=[self._words.article(one) for one in of.articles],
            hour=words.hour,
            code=kebab(of.sentence),
        )

    def _field(self, of: questions.Field, ground: Ground) -> pb.FormField:
        words = self._words.catalogue.field(of.code, ground)
        return pb.FormField(
            name=of.code,
            kind=_FIELD_KINDS[of.kind],
            scope=_FIELD_SCOPES[of.scope],
            required=of.required,
            label=words.label,
            help=words.help,
            choices=[
                pb.FormField.Choice(value=value, label=self._words.catalogue.choice(of.code, value))
                for value in of.choices
            ],
            default_value=of.default,
            max_length=of.longest,
            must_be_true=of.required and of.kind is questions.FieldKind.FLAG,
        )

    def _own_field(self, name: str) -> pb.FormField:
        words = self._words.policyholder_field(name)
        return pb.FormField(
            name=name,
            kind=pb.FIELD_KIND_DAY if name.endswith("_day") else pb.FIELD_KIND_TEXT,
            scope=pb.FIELD_SCOPE_POLICYHOLDER,
            required=name.endswith("_day"),  # a birth name equal to the name in use is left empty
            label=words.label,
            help=words.help,
        )


def _mail(kinds: Iterable[MailKind]) -> list[pb.MailKind.ValueType]:
    return [pb.MailKind.ValueType(MAIL_NUMBERS[one]) for one in kinds if one in MAIL_NUMBERS]


def _neighbour(of: Evaluation) -> pb.Neighbour:
    return pb.Neighbour(
        new_start=iso(of.new_start),
        send_day=iso(of.send_day),
        last_covered_day=iso(of.last_covered_day),
        exact=of.exact,
        gap_days=of.gap_days,
        latest_tolerant_send_day=iso(of.window.latest),
    )
