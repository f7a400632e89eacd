"""Letters: what they hold, and the list of them."""

from datetime import datetime
from typing import Any, Final, Literal

from pydantic import Field

from services.gateway.api.shape import Asked, AskedDay, Day, Shape, Text, example
from services.gateway.api.shapes.law import CodeFamily, MailKind, PolicyholderKind

LetterState = Literal["draft", "complete", "frozen"]
View = Literal["all", "to_finish", "scheduled", "sent"]
Sort = Literal["number", "policyholder", "effect", "recipient", "sent", "updated"]


SOMEBODY: Final[dict[str, Any]] = {
    "kind": "person",
    "persons": [
        {
            "title": "madame",
            "first_name": "Hélène",
            "last_name": "Marchetti",
            "birth_name": "Vasseur",
            "birth_day": "1984-03-14",
        }
    ],
    "address_lines": ["8 rue du Vieux-Temple"],
    "postcode": "38000",
    "town": "Grenoble",
    "emails": ["helene.marchetti@client.example"],
    "client_reference": "MARCH-2211",
}


class Person(Asked):
    """A person who holds a contract."""

    title: Literal["madame", "monsieur"] | None = None
    first_name: str = Field(max_length=80)
    last_name: str = Field(max_length=80, description="The name in use.")
    birth_name: str = Field(default="", max_length=80, description="When the ground asks for it.")
    birth_day: AskedDay | None = None


class Company(Asked):
    """A company that holds a contract."""

    name: str = Field(max_length=80)
    siret: str = Field(description="14 digits.", examples=["73282932000074"])
    representative: str = Field(
        default="", max_length=80, description="Who signs the mandate for it."
    )


class Policyholder(Asked):
    """Who holds the contracts: one or two persons, or a company."""

    model_config = example(**SOMEBODY)

    kind: PolicyholderKind
    persons: list[Person] = Field(default=[], max_length=2)
    company: Company | None = None
    address_lines: list[str] = Field(default=[], description="One to three, before the town.")
    postcode: str = Field(default="", description="Five digits.")
    town: str = Field(default="", max_length=80)
    emails: list[str] = Field(
        default=[], description="Where copies and proofs go: one, or one for each person."
    )
    phone: str = Field(default="", description="French, or with its country code.")
    client_reference: str = Field(default="", max_length=60, description="Yours; never printed.")


class NewLetter(Asked):
    """A letter to begin: its policyholder, or the letter to take it from."""

    model_config = example(policyholder=SOMEBODY)

    policyholder: Policyholder | None = None
    copy_policyholder_from: str = Field(
        default="", description="The `letter_id` of a letter to the same policyholder."
    )


class WantedNext(Asked):
    """The letter to prepare after one that left."""

    model_config = example(ground="RECLAMATION")

    ground: str = Field(description="The `ground` of one of its `next_letters`.")


class ChosenRecipient(Asked):
    """The body to write to."""

    model_config = example(recipient_id="2bf0879b-7f77-5d7b-872e-9686e7aeb817")

    recipient_id: str = Field(description="As `GET /v1/recipients` found it.")


class WantedContract(Asked):
    """A contract to end. Unfinished forms are kept: only malformed values are refused."""

    model_config = example(
        contract_type="auto",
        ground="HAMON",
        reference="VA-88-204417",
        fields={
            "first_subscription": "2020-02-05",
            "wanted_new_start": "2027-03-15",
            "new_insurer_name": "Solenne Assurances",
            "acts_for_new_insurer": "true",
        },
    )

    contract_type: str = Field(description="A `code` of `GET /v1/contract-types`.")
    ground: str = Field(description="A `code` of `GET /v1/grounds`: HAMON, RIA, ECHEANCE…")
    reference: str = Field(
        default="", max_length=40, description="The contract's number at the old insurer."
    )
    fields: dict[str, str] = Field(default={}, description="As `GET /v1/forms` names them.")


class Extras(Asked):
    """What may be added; replaces all three."""

    model_config = example(
        free_text="Merci de confirmer la date d’effet par retour.",
        former_agent_email="agence@ancien-assureur.example",
        client_reference="MARCH-2211",
    )

    free_text: str = Field(
        default="", max_length=3000, description="Paragraphs before the closing formula."
    )
    former_agent_email: str = Field(default="", description="Told of the receipt; or nobody.")
    client_reference: str = Field(default="", max_length=60, description="Yours; never printed.")


class PersonRead(Shape):
    """A person who holds a contract."""

    title: Literal["madame", "monsieur"] | None
    first_name: str
    last_name: str
    birth_name: Text
    birth_day: Day


class CompanyRead(Shape):
    """A company that holds a contract."""

    name: str
    siret: str
    representative: Text


class PolicyholderRead(Shape):
    """Who holds the contracts."""

    kind: PolicyholderKind | None
    persons: list[PersonRead]
    company: CompanyRead | None
    address_lines: list[str]
    postcode: str
    town: str
    emails: list[str]
    phone: Text
    client_reference: Text


class Contract(Shape):
    """A contract to end."""

    contract_id: str
    contract_type: str
    contract_type_label: str
    ground: str
    ground_label: str
    reference: Text
    fields: dict[str, str] = Field(description="As given: ISO days, `true` or `false`, texts.")


class LetterRecipient(Shape):
    """The recipient as it stands in this letter."""

    recipient_id: str
    name: str
    code_family: CodeFamily | None
    siren: Text
    postal_lines: list[str]
    electronic_address: Text = Field(description="Absent: paper only.")
    identified: bool


class MissingItem(Shape):
    """Something to fill in before the letter is complete."""

    code: str = Field(description="Stable, kebab-case.")
    sentence: str = Field(description="In French.")
    contract_id: Text = Field(description="When a contract lacks it.")
    field: Text = Field(description="The field to fill in.")


class Tracking(Shape):
    """Where the sending stands, as its last news told."""

    state: str | None = Field(description="As an agent sees it.")
    mail_kind: MailKind | None
    send_day: Day = Field(description="Planned or actual.")
    deposited_at: datetime | None = Field(description="When the operator took it: it was sent.")
    received_at: datetime | None = Field(description="When the recipient accepted or collected it.")
    closes_on: Day = Field(description="The last day the recipient may answer.")
    reason: Text = Field(description="When blocked, turned down or failed: why.")
    may_be_finalised: bool = Field(description="Whether it may be validated (again).")


class Author(Shape):
    """Who wrote it."""

    profile_id: str
    name: str


class ExtrasRead(Shape):
    """What was added."""

    free_text: Text
    former_agent_email: Text
    client_reference: Text


class NextLetter(Shape):
    """A letter that may follow in the same file."""

    ground: str
    ground_label: str
    sendable_from: Day = Field(description="The first day it may leave, when nobody answers.")


class Letter(Shape):
    """A letter."""

    letter_id: str
    number: str = Field(description="As people know it: `26-00042`.")
    version: int = Field(description="Also its ETag.")
    state: LetterState | None = Field(
        description="`complete` when nothing is missing; `frozen` when a sending holds it."
    )
    content_hash: str = Field(description="What a mandate is bound to.")
    author: Author | None
    policyholder: PolicyholderRead | None
    recipient: LetterRecipient | None
    contracts: list[Contract]
    extras: ExtrasRead | None
    missing: list[MissingItem] = Field(description="What remains to be filled in.")
    tracking: Tracking | None = Field(description="Its sending, as last told; absent before.")
    ground: Text
    ground_label: Text
    subject: Text
    new_insurer_name: Text
    wanted_new_start: Day = Field(description="The start of the new contract that was asked for.")
    deferral_agreed: bool
    addable_contract_types: list[str] = Field(
        description="Types whose contracts this letter may also end."
    )
    follows_letter_id: Text = Field(description="The earlier letter of the same file.")
    follows_number: Text
    next_letters: list[NextLetter] = Field(description="What may follow, once it left.")
    catalogue_version: str
    created_at: datetime | None
    updated_at: datetime | None


class LetterRow(Shape):
    """A letter in the list."""

    letter_id: str
    number: str
    version: int
    policyholder: str
    recipient: Text
    contract_references: list[str]
    contract_type_labels: list[str]
    ground: Text
    ground_label: Text
    last_covered_day: Day
    new_start: Day
    state: LetterState | None
    tracking: Tracking | None
    author: Author | None
    client_reference: Text
    waits_for_user: bool = Field(description="Whether the next move is yours.")
    created_at: datetime | None
    updated_at: datetime | None


class ViewCount(Shape):
    """How many letters a view holds."""

    view: View | None
    count: int
    at_least: bool = Field(description="The count is a floor.")


class LetterPage(Shape):
    """One page of letters."""

    rows: list[LetterRow]
    next_cursor: Text = Field(description="Absent on the last page.")
    view_counts: list[ViewCount]
    matching_count: int = Field(description="Letters that match, on all pages.")
    matching_at_least: bool = Field(description="The count is a floor.")
