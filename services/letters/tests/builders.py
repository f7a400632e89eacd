"""Letters for tests: each builder says only what matters to the test."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

from kit.ids import derived_id, new_id
from services.letters.domain.contract import Contract
from services.letters.domain.legal import never_agreed, questions
from services.letters.domain.legal.codes import CodeFamily, Ground, MailKind
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.letter import Author, Extras, Frozen, Letter, MandateMention
from services.letters.domain.letterhead import Letterhead
from services.letters.domain.policyholder import Address, Company, Person, Policyholder, Title
from services.letters.domain.recipient import (
    AddressScope,
    ElectronicAddress,
    PostalAddress,
    Recipient,
    RecipientKind,
    as_written_to,
)

NOW: Final = datetime(2026, 11, 23, 13, 48, tzinfo=UTC)
ACCOUNT: Final = UUID("0191d3a0-0000-7000-8000-000000000001")
HELENE: Final = Person(
    title=Title.MADAME,
    first_name="Hélène",
    last_name="Marchetti",
    birth_name="Vasseur",
    birth_day=date(1984, 3, 14),
)
CAMILLE: Final = Author(profile_id="camille", name="Camille Roux")
PIERRE: Final = Person(title=Title.MONSIEUR, first_name="Pierre", last_name="Marchetti")
BERAUD: Final = Letterhead(
    trade_name="Agence Béraud Assurances",
    lines=("12 place du Marché-aux-Herbes",),
    postcode="38000",
    town="Grenoble",
    orias="07045812",
    phone="+33465711234",
    email="contact@agence-beraud.example",
    representative="Pierre Béraud",
)
DISPUTE_FIELDS: Final = {
    "discovered": "2026-09-01",
    "story": "Un appel a suffi à prélever ; rien n'a été signé.",
    "sums_taken": "3 × 14,90 €",
    "first_request_sent": "2026-09-05",
    "complaint_sent": "2026-09-20",
    "insurer_in_dispute": "Garantie du Littoral",
    "payment_days": "15",
}
EVENT_FIELDS: Final = {
    "event_day": "2026-11-20",
    "event_kind": "DOMICILE",
    "risk_link": "Le logement assuré n'est plus occupé.",
    "event_cause": "inondation non garantie",
    "requester_quality": "héritière",
    "former_holder": "Jean Marchetti",
    "request_day": "2026-11-02",
}
LOAN_FIELDS: Final = {
    "loan_references": "P-4471 / P-4472",
    "lender_name": "Banque des Alpilles",
    "lender_accepted": "true",
    "lender_decision_day": "2026-11-19",
    "wanted_new_start": "2027-03-01",
    "new_insurer_name": "Garantie du Littoral",
}
RIA_FIELDS: Final = {
    "first_subscription": "2022-02-01",
    "wanted_new_start": "2027-01-01",
    "new_insurer_name": "Solenne Mutuelle",
    "new_insurer_siren": "732829320",
    "new_insurer_status": "Mutuelle soumise aux dispositions du livre II du code de la mutualité",
    "contact_name": "Mme Inès Carpentier",
    "contact_phone": "+33465712020",
    "contact_email": "resiliations@solenne.example",
    "acts_for_new_insurer": "true",
}
HAMON_FIELDS: Final = {
    "first_subscription": "2022-02-01",
    "wanted_new_start": "2027-01-02",
    "new_insurer_name": "Garantie du Littoral",
    "acts_for_new_insurer": "true",
}
ECHEANCE_FIELDS: Final = {"anniversary": "2027-02-01", "notice_months": "2"}
CUSTOM_FIELDS: Final = {"ground_text": "Le tarif a doublé sans avis.", "reviewed": "true"}
FIELDS: Final = {
    **dict.fromkeys(questions.QUESTIONS, EVENT_FIELDS),
    Ground.CHATEL: {"anniversary": "2027-02-01", "renewal_notice_sent": "2026-11-20"},
    Ground.EMPRUNTEUR_SUBSTITUTION: LOAN_FIELDS,
    Ground.EMPRUNTEUR_RESILIATION: LOAN_FIELDS,
    Ground.RENONCIATION: {"channel": "DOORSTEP", "concluded": "2026-11-20"},
    **dict.fromkeys(never_agreed.LETTERS, DISPUTE_FIELDS),
    Ground.RIA: RIA_FIELDS,
    Ground.HAMON: HAMON_FIELDS,
    Ground.ECHEANCE: ECHEANCE_FIELDS,
    Ground.CUSTOM: CUSTOM_FIELDS,
}


def persons(*people: Person) -> Policyholder:
    """One or two persons at an address in Grenoble."""
    return Policyholder(
        persons=people or (HELENE,),
        address=Address(lines=("8 rue du Vieux-Temple",), postcode="38000", town="Grenoble"),
        emails=("h.marchetti@mail.example",),
    )


def a_company(name: str = "Ateliers Aubertin") -> Policyholder:
    """A company with a right SIRET."""
    return Policyholder(
        company=Company(name=name, siret="73282932000074", representative="Paul Aubertin"),
        address=Address(lines=("3 rue de l'Étau",), postcode="69007", town="Lyon"),
        emails=("compta@aubertin.example",),
    )


def a_recipient(
    family: CodeFamily = CodeFamily.MUTUALITE,
    *,
    body_id: str = "VAL-DAMBRE",
    name: str = "Mutuelle Val d’Ambre",
    lines: tuple[str, ...] = ("Service Résiliations", "41 avenue des Tanneurs"),
    town: str = "Chambéry",
    aliases: tuple[str, ...] = (),
    is_open: bool = True,
) -> Recipient:
    """A body that takes electronic registered letters."""
    return Recipient(
        id=derived_id("recipient", body_id),
        body_id=body_id,
        name=name,
        kind=RecipientKind.MUTUELLE,
        siren="404833048",
        code_family=family,
        postal=(PostalAddress(scope=AddressScope.ANY, lines=lines, postcode="73000", town=town),),
        electronic=(
            ElectronicAddress(scope=AddressScope.ANY, email="resiliations@val-dambre.example"),
        ),
        aliases=aliases,
        is_open=is_open,
    )


def a_contract(
    contract_type: ContractType = ContractType.SANTE_INDIVIDUELLE,
    ground: Ground = Ground.RIA,
    *,
    reference: str = "VA-88-204417",
    **fields: str,
) -> Contract:
    """A contract whose answers are complete for its ground, but for those given."""
    return Contract(
        id=derived_id("contract", contract_type, reference),
        type=contract_type,
        ground=ground,
        reference=reference,
        fields={**FIELDS[ground], **fields},
    )


def a_letter(
    *contracts: Contract,
    policyholder: Policyholder | None = None,
    recipient: Recipient | None = None,
    **extras: str,
) -> Letter:
    """A complete RIA letter of Hélène Marchetti to a mutuelle, but for what is given."""
    return Letter(
        id=derived_id("letter", "26-04833"),
        account_id=ACCOUNT,
        number="26-04833",
        version=1,
        author=Author(profile_id="p1", name="Camille Roux"),
        policyholder=policyholder or persons(),
        recipient=recipient or a_recipient(),
        contracts=contracts or (a_contract(),),
        extras=Extras(**extras),
        created_at=NOW,
        updated_at=NOW,
    )


def without_recipient(letter: Letter) -> Letter:
    """The same letter before a body was chosen."""
    return replace(letter, recipient=None)


def a_draft(account_id: UUID = ACCOUNT, *, number: str = "26-00001", **parts: object) -> Letter:
    """A letter with nothing but its policyholder, and what is given."""
    letter = Letter(
        id=new_id(),
        account_id=account_id,
        number=number,
        version=1,
        author=CAMILLE,
        policyholder=persons(),
        created_at=NOW,
        updated_at=NOW,
    )
    return replace(letter, **parts)  # type: ignore[arg-type]  # a builder's freedom


def a_frozen(letter: Letter, **parts: object) -> Frozen:
    """The version that leaves on Sunday 29 November 2026, for a first sending."""
    frozen = Frozen(
        sending_id=derived_id("sending", letter.id),
        generation=1,
        mail_kind=MailKind.LRE_ACKNOWLEDGED,
        mandate=MandateMention.ATTACHED,
        send_day=date(2026, 11, 29),
        presumed_receipt=date(2026, 11, 30),
        last_covered_day=date(2026, 12, 31),
        new_start=date(2027, 1, 1),
        earliest_send_day=None,
        latest_send_day=date(2026, 12, 2),
        wanted_new_start=None,
        sha256="0" * 64,
        page_count=1,
        content_hash="1" * 64,
        subject="Demande de résiliation infra-annuelle santé",
        catalogue_version="2026.11",
        recipient=as_written_to(letter.recipient or a_recipient(), letter.address_scope),
        frozen_at=NOW,
    )
    return replace(frozen, **parts)  # type: ignore[arg-type]  # a builder's freedom
