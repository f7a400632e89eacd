"""The directory, the legal catalogue, and what the legal engine answers."""

from typing import Literal

from pydantic import Field

from services.gateway.api.shape import Asked, AskedDay, Day, Shape, Text, example

CodeFamily = Literal["assurances", "securite_sociale", "mutualite"]
PolicyholderKind = Literal["person", "company"]
AddressScope = Literal["any", "person", "company_group"]
MailKind = Literal["simple", "acknowledged", "qualified"]
SenderMode = Literal["agency", "platform"]


class PostalAddress(Shape):
    """Where paper goes."""

    scope: AddressScope | None = Field(description="Which contracts it serves.")
    lines: list[str]
    postcode: str
    town: str


class ElectronicAddress(Shape):
    """Where electronic registered letters go."""

    scope: AddressScope | None
    email: str


class Recipient(Shape):
    """A body letters are written to."""

    recipient_id: str
    body_id: str = Field(description="The directory's own stable key.")
    name: str
    kind: Literal["insurer", "mutuelle", "institution", "bank", "manager"] | None
    siren: Text
    code_family: CodeFamily | None = Field(description="Selects the code for health cover.")
    postal_addresses: list[PostalAddress]
    electronic_addresses: list[ElectronicAddress] = Field(description="None: paper only.")
    identified: bool = Field(description="Its identity was verified (eIDAS).")
    open: bool = Field(description="False: letters to it are blocked.")


class Recipients(Shape):
    """What a search found, best first."""

    recipients: list[Recipient]
    total_count: int


class ContractType(Shape):
    """A type of contract."""

    code: str
    label: str
    family: str
    family_label: str
    held_by: list[PolicyholderKind]
    needs_label: bool


class ContractTypes(Shape):
    """The types of contracts of the legal catalogue."""

    contract_types: list[ContractType]
    catalogue_version: str


class Article(Shape):
    """An article of law."""

    number: str
    code: str
    citation: str
    paraphrase: Text
    in_force_since: Day


class Refusal(Shape):
    """Why the law says no, and when it would say yes."""

    reason: str
    sentence: str
    nearest_possible_day: Day
    nearest_is_new_start: bool = Field(
        description="True: the nearest day is a start of the new contract; false: a sending day."
    )
    alternative_grounds: list[str]
    articles: list[Article]


class Ground(Shape):
    """A ground to end a contract."""

    code: str
    label: str
    sentence: str
    articles: list[Article]
    open: bool
    refusal: Refusal | None = Field(description="When it is not open.")
    planned_from_new_start: bool = Field(
        description="The start of the new contract is given, and the sending day computed."
    )


class Grounds(Shape):
    """Grounds for a type of contract, the closed ones with the reason why."""

    grounds: list[Ground]
    catalogue_version: str


class Choice(Shape):
    """One value of a field."""

    value: str
    label: str


class FormField(Shape):
    """A field that a contract type and a ground ask for."""

    name: str
    kind: str | None
    scope: Literal["letter", "contract", "policyholder"] | None
    required: bool
    label: str
    help: Text
    choices: list[Choice]
    default_value: Text
    max_length: int


class FormDocument(Shape):
    """A document that goes with it."""

    code: str
    label: str
    required: bool


class Form(Shape):
    """Fields and documents of a contract type and a ground."""

    fields: list[FormField]
    documents: list[FormDocument]
    catalogue_version: str


class Warning(Shape):  # noqa: A001 - what it is
    """Something that is allowed, and risky."""

    code: str
    sentence: str
    articles: list[Article]


class Step(Shape):
    """One line of the dates, and why."""

    kind: Literal["send", "receipt", "end", "start", "other"] | None
    label: str
    day: Day
    hour: Text
    sentence: str
    articles: list[Article]


class Neighbour(Shape):
    """Another start near the wanted one."""

    new_start: Day
    send_day: Day
    last_covered_day: Day
    exact: bool
    gap_days: int
    latest_tolerant_send_day: Day


class Evaluation(Shape):
    """The legal engine's answer. When not `ok`, the days that could be computed are still given."""

    ok: bool
    refusal: Refusal | None
    warnings: list[Warning]
    send_day: Day
    earliest_send_day: Day
    latest_safe_send_day: Day
    latest_send_day: Day
    presumed_receipt_day: Day
    last_covered_day: Day = Field(description="Covered until 24:00 that day.")
    new_start: Day = Field(description="The new contract starts at 00:00 that day.")
    wanted_new_start: Day
    earliest_new_start: Day
    exact: bool
    gap_days: int
    steps: list[Step]
    legal_basis: list[Article]
    neighbours: list[Neighbour]
    allowed_senders: list[SenderMode]
    allowed_mail: list[MailKind]
    needs_deferral_agreement: bool
    planned_from_new_start: bool
    catalogue_version: str


class Case(Asked):
    """What the engine needs to know, and what is fixed: a sending day, a new start, or nothing."""

    model_config = example(
        contract_type="auto",
        ground="HAMON",
        fields={"first_subscription": "2020-02-05", "acts_for_new_insurer": "true"},
        new_start="2027-03-15",
    )

    contract_type: str = Field(description="A `code` of `GET /v1/contract-types`.")
    ground: str = Field(description="A `code` of `GET /v1/grounds`.")
    policyholder_kind: PolicyholderKind = "person"
    code_family: CodeFamily = "assurances"
    fields: dict[str, str] = Field(default={}, description="As `GET /v1/forms` names them.")
    send_day: AskedDay | None = None
    new_start: AskedDay | None = None
    first_send_day: AskedDay | None = Field(
        default=None, description="The first day a letter could leave; else today in Paris."
    )
