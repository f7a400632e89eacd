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

    recipient_id: str = Field(description="What a letter is addressed by.")
    body_id: str = Field(description="The directory's own stable key.")
    name: str
    kind: Literal["insurer", "mutuelle", "institution", "bank", "manager", "mediator"] | None
    siren: Text = Field(description="Nine digits.")
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

    code: str = Field(description="Stable.")
    label: str = Field(description="In French.")
    family: str
    family_label: str
    held_by: list[PolicyholderKind] = Field(description="Who may hold such a contract.")
    needs_label: bool = Field(description="The type must be named in words.")


class ContractTypes(Shape):
    """The types of contracts of the legal catalogue."""

    contract_types: list[ContractType]
    catalogue_version: str


class Article(Shape):
    """An article of law."""

    number: str = Field(description="As `L. 113-15-2`.")
    code: str = Field(description="The French code of law.")
    citation: str = Field(description="As a letter cites it.")
    paraphrase: Text = Field(description="What it says, in plain French.")
    in_force_since: Day


class Refusal(Shape):
    """Why the law says no, and when it would say yes."""

    reason: str = Field(description="Stable, kebab-case: `one-year-not-elapsed`.")
    sentence: str = Field(description="In French, with dates in it.")
    nearest_possible_day: Day = Field(description="The nearest day that would be accepted.")
    nearest_is_new_start: bool = Field(
        description="True: the nearest day is a start of the new contract; false: a sending day."
    )
    alternative_grounds: list[str] = Field(description="Grounds to offer instead.")
    articles: list[Article]


class Ground(Shape):
    """A ground to end a contract."""

    code: str = Field(description="Stable: `HAMON`, `RIA`, `ECHEANCE`, `CUSTOM`…")
    label: str = Field(description="In French.")
    sentence: str = Field(description="What it means, in French.")
    articles: list[Article]
    open: bool = Field(description="Whether it may be chosen for this contract.")
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

    name: str = Field(description="The key in `fields`.")
    kind: str | None
    scope: Literal["letter", "contract", "policyholder"] | None
    required: bool
    label: str = Field(description="In French.")
    help: Text = Field(description="In French.")
    choices: list[Choice] = Field(description="When only these are taken.")
    default_value: Text
    max_length: int = Field(description="0: no limit said.")


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
    code: str = Field(description="The reasoning, stable: `end-month`, `limit-notice`…")
    label: str = Field(description="In French.")
    day: Day
    hour: Text
    sentence: str = Field(description="How the day was computed, in French.")
    articles: list[Article]


class Neighbour(Shape):
    """Another start near the wanted one."""

    new_start: Day
    send_day: Day
    last_covered_day: Day
    exact: bool
    gap_days: int = Field(description="Days of the old cover beyond the legal end.")
    latest_tolerant_send_day: Day = Field(
        description="The last sending day that tolerance still covers."
    )


class Evaluation(Shape):
    """The legal engine's answer. When not `ok`, the days that could be computed are still given."""

    ok: bool = Field(description="Whether the law lets it leave like this.")
    refusal: Refusal | None = Field(description="When it does not: why.")
    warnings: list[Warning] = Field(description="What is allowed, and risky.")
    send_day: Day = Field(description="The day to send on: the best one, unless another was asked.")
    earliest_send_day: Day = Field(
        description="The legal window to send; absent when it has no beginning."
    )
    latest_safe_send_day: Day = Field(description="The last day without dispute or tolerance.")
    latest_send_day: Day = Field(
        description="The last day of the legal window; absent when it has no end."
    )
    presumed_receipt_day: Day = Field(description="When the recipient is presumed to have it.")
    last_covered_day: Day = Field(description="Covered until 24:00 that day.")
    new_start: Day = Field(description="The new contract starts at 00:00 that day.")
    wanted_new_start: Day = Field(
        description="The start that was wanted; another than `new_start` when out of reach."
    )
    earliest_new_start: Day = Field(
        description="HAMON, RIA: the start that a letter sent now would give."
    )
    exact: bool = Field(description="Whether the cover ends on the very day the law gives.")
    gap_days: int = Field(
        description="Days between the legal end and `last_covered_day`; may be negative."
    )
    steps: list[Step] = Field(description="The dates one by one, each with its reason, in French.")
    legal_basis: list[Article] = Field(description="The articles it rests on.")
    neighbours: list[Neighbour] = Field(
        description="Exact starts near the wanted one, before then after."
    )
    allowed_senders: list[SenderMode]
    allowed_mail: list[MailKind]
    needs_deferral_agreement: bool = Field(
        description="The policyholder must have asked, on record, to defer the end."
    )
    planned_from_new_start: bool = Field(
        description="The start of the new contract is given, and the sending day computed."
    )
    contract_end_day: Day = Field(
        description="The last day of a contract that outlives its cover, as a sold vehicle’s does."
    )
    doubled_days: int = Field(description="Days that both contracts cover for certain.")
    catalogue_version: str = Field(description="The version of the law’s catalogue that answered.")


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
    send_day: AskedDay | None = Field(default=None, description="A sending day that is fixed.")
    new_start: AskedDay | None = Field(
        default=None, description="A start of the new contract that is fixed."
    )
    first_send_day: AskedDay | None = Field(
        default=None, description="The first day a letter could leave; else today in Paris."
    )
