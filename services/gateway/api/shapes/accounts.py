"""Accounts, sessions, proofs, and the staff's reviews of them."""

from datetime import datetime
from typing import Final, Literal

from pydantic import Field, SecretStr

from services.gateway.api.shape import Asked, AskedDay, Day, SeenVersion, Shape, Text, example

AccountKind = Literal["intermediary", "insurer", "other"]
ProofKind = Literal["orias_attestation", "identity_document", "statutes"]


PHRASE: Final = "une phrase que vous seul connaissez"
LINK: Final = "ce-que-porte-la-fin-du-lien"


class Address(Asked):
    """A French postal address."""

    street: str = Field(max_length=80, description="Number and street: 38 characters printed.")
    complement: str = Field(default="", max_length=80)
    postcode: str = Field(description="Five digits.")
    town: str = Field(max_length=80)


class NewAccount(Asked):
    """Who asks for an account."""

    model_config = example(
        kind="intermediary",
        email="camille.beraud@agence.example",
        password=PHRASE,
        first_name="Camille",
        last_name="Béraud",
        trade_name="Agence Béraud Assurances",
        address={
            "street": "12 place du Marché-aux-Herbes",
            "postcode": "38000",
            "town": "Grenoble",
        },
        phone="04 65 71 12 34",
        orias_number="07001234",
        siret="73282932000074",
    )

    kind: AccountKind = "intermediary"
    email: str = Field(description="The login.")
    password: SecretStr = Field(description="12 to 200 characters.")
    first_name: str
    last_name: str = Field(description="Of the legal representative.")
    trade_name: str = Field(description="Signs the letters.")
    address: Address
    phone: str = Field(description="French, or with its country code.")
    mobile: str = ""
    orias_number: str = Field(default="", description="8 digits.")
    siret: str = Field(default="", description="14 digits.")


class MailedTo(Shape):
    """Where the link was sent."""

    email: str


class Activation(Asked):
    """The token of an activation link."""

    model_config = example(token=LINK)

    token: SecretStr = Field(description="The end of the mailed link.")


class Activated(Shape):
    """The address now proven."""

    email: str
    email_changed: bool


class Forgotten(Asked):
    """Whose link is wanted."""

    model_config = example(email="camille.beraud@agence.example")

    email: str


class NewPassword(Asked):
    """The token of a reset link, and the new password."""

    model_config = example(token=LINK, password=PHRASE)

    token: SecretStr = Field(description="The end of the mailed link.")
    password: SecretStr = Field(description="12 to 200 characters.")


class Login(Asked):
    """A login."""

    model_config = example(email="camille.beraud@agence.example", password=PHRASE)

    email: str
    password: SecretStr


class Session(Shape):
    """A session: give the token as `Authorization: Bearer`."""

    token: str = Field(description="Shown once.")
    expires_at: datetime | None = Field(
        description="At the latest: it ends earlier when left unused."
    )
    display_name: str
    kind: Literal["agent", "staff"]
    roles: list[str]


class AddressRead(Shape):
    """A French postal address."""

    street: str
    complement: Text
    postcode: str
    town: str


class Registration(Shape):
    """What the ORIAS registry last said."""

    status: str | None
    checked_at: datetime | None
    denomination: Text
    siren: Text
    blocks_from: Day


class Account(Shape):
    """An account and its holder."""

    id: str
    kind: AccountKind | None
    state: Literal["pending", "active", "closed"] | None = Field(
        description="`pending` until the mailed link was followed."
    )
    trade_name: str
    address: AddressRead | None
    orias_number: Text
    siret: Text
    first_name: str
    last_name: str
    email: str
    phone: str
    mobile: Text
    email_to_confirm: Text = Field(description="A new address whose link was not followed yet.")
    registration: Registration | None = Field(description="What the registry last said.")
    created_at: datetime | None
    activated_at: datetime | None
    version: int = Field(description="Also its ETag.")


class Contact(Asked):
    """What an account may change by itself. A new e-mail counts once its link was followed."""

    model_config = example(email="camille.beraud@agence.example", phone="04 65 71 12 35")

    email: str
    phone: str = Field(description="French, or with its country code.")
    mobile: str = ""
    current_password: SecretStr | None = Field(default=None, description="If the e-mail changes.")


class Proof(Shape):
    """A document handed in."""

    id: str
    kind: ProofKind | None
    state: Literal["in_review", "accepted", "rejected", "replaced", "expired"] | None
    filename: str
    media_type: str
    page_count: int
    sha256: str = Field(description="Of the file as kept, in hexadecimal.")
    valid_until: Day
    uploaded_at: datetime | None
    reviewed_at: datetime | None
    rejection_reason: str | None = Field(description="When rejected: why.")
    note: Text = Field(description="What staff wrote about it.")
    version: int
    erased_at: datetime | None = Field(description="Of its file and name, their term over.")


class Proofs(Shape):
    """All proofs, newest first."""

    proofs: list[Proof]


class Remark(Shape):
    """Something about the right to send."""

    code: str
    facts: dict[str, str]


class Standing(Shape):
    """Whether the account may send in its own name."""

    may_send_as_agency: bool = Field(description="Whether it may send in its own name.")
    blockers: list[Remark] = Field(description="What forbids it.")
    warnings: list[Remark] = Field(description="What will soon.")
    valid_until: Day = Field(description="The last day on which nothing forbids it.")


class ReviewItem(Shape):
    """An account that waits for a review."""

    account_id: str
    trade_name: str
    kind: AccountKind | None
    orias_number: Text
    registration: str | None
    waiting_since: datetime | None
    waiting: list[ProofKind]


class ReviewQueue(Shape):
    """Accounts to review, the one waiting longest first."""

    items: list[ReviewItem]
    next_cursor: Text
    total: int


class AuditEntry(Shape):
    """Something staff did."""

    at: datetime | None
    actor: str
    action: str
    facts: dict[str, str]


class Review(Shape):
    """All that helps to judge an account's proofs."""

    account: Account
    proofs: list[Proof]
    history: list[AuditEntry]
    next_account_id: Text


class Acceptance(Asked):
    """A proof is accepted."""

    model_config = example(valid_until="2027-02-28")

    valid_until: AskedDay | None = Field(default=None, description="Read on the document.")
    note: str = Field(default="", description="Told to the account.")
    version: SeenVersion = 0


class Rejection(Asked):
    """A proof is rejected."""

    model_config = example(reason="unreadable", note="La photo est floue.")

    reason: Literal[
        "unreadable", "wrong_document", "expired", "other_name", "incomplete", "registry_disagrees"
    ]
    note: str = Field(default="", description="Told to the account.")
    version: SeenVersion = 0


class Accounts(Shape):
    """Accounts found."""

    accounts: list[Account]
    next_cursor: Text


class Lifting(Asked):
    """Why an account may try again."""

    model_config = example(note="Called back on the number of the file: it was the holder.")

    note: str = Field(description="10 to 2000 characters, kept for good.")


class Lifted(Shape):
    """Whether anything was counted."""

    had_to_wait: bool
