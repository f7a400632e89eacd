"""Sendings: what remains to be done, the plan, where it stands, and its proofs."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from services.gateway.api.shape import Asked, AskedDay, Cents, Day, OneOf, Shape, Text, example
from services.gateway.api.shapes.law import Evaluation, MailKind

ProofKind = Literal[
    "deposit", "receipt", "refusal", "unclaimed", "bounce", "evidence", "letter", "mandate"
]


def _true(value: object) -> object:
    """Let ``true`` through: 1 equals it, and is none."""
    if value is not True and value is not None:
        raise ValueError("not true")
    return value


class Action(Shape):
    """Something to do, or done, before the letter can leave."""

    code: str
    done: bool
    facts: dict[str, str]


class MailPrice(Shape):
    """What a kind of mail costs."""

    mail_kind: MailKind | None
    net_cents: int
    vat_cents: int
    gross_cents: int
    vat_rate_bp: int = Field(description="2000 is 20 %.")
    allowed: bool


class Preflight(Shape):
    """What remains to be done, and today's prices."""

    ready: bool
    actions: list[Action]
    prices: list[MailPrice]
    available_cents: int


class Timing(OneOf):
    """When it should leave: exactly one of these."""

    now: Annotated[Literal[True] | None, BeforeValidator(_true)] = Field(
        default=None, description="At once, within the hours of sending."
    )
    send_day: AskedDay | None = None
    new_start: AskedDay | None = Field(default=None, description="HAMON, RIA: the day is computed.")


class WantedPlan(Asked):
    """What to plan."""

    model_config = example(mail_kind="acknowledged", timing={"new_start": "2027-03-15"})

    mail_kind: Literal["simple", "acknowledged"] = "simple"
    timing: Timing


class Plan(Shape):
    """The dates and the price of a sending that does not exist yet."""

    evaluation: Evaluation | None
    send_day: Day
    leaves_now: bool
    cutoff: datetime | None
    first_sending: bool
    changeable_until: datetime | None
    price: MailPrice | None


class Validation(Asked):
    """What is validated: the dates and the price exactly as the plan gave them."""

    model_config = example(
        mail_kind="acknowledged",
        timing={"new_start": "2027-03-15"},
        confirmed_send_day="2027-02-13",
        confirmed_last_covered_day="2027-03-14",
        confirmed_new_start="2027-03-15",
        expected_gross_cents=540,
    )

    mail_kind: Literal["simple", "acknowledged"]
    timing: Timing
    confirmed_send_day: AskedDay
    confirmed_last_covered_day: AskedDay | None = None
    confirmed_new_start: AskedDay | None = None
    expected_gross_cents: Cents


class NewDay(OneOf):
    """The new day: exactly one of these."""

    model_config = example(send_day="2027-02-15")

    send_day: AskedDay | None = None
    new_start: AskedDay | None = None


class SendingEvent(Shape):
    """Something that happened to a sending."""

    code: str
    at: datetime | None
    recorded_at: datetime | None
    applied: bool = Field(description="False: late or repeated news, which changed nothing.")
    facts: dict[str, str]
    generation: int


class SendingProof(Shape):
    """A stored document."""

    kind: ProofKind | None
    filename: str
    sha256: str
    byte_count: int
    stamped_at: datetime | None
    stored_at: datetime | None
    kept_until: Day
    attempt: int


class Sending(Shape):
    """The sending of a letter."""

    sending_id: str
    letter_id: str
    letter_number: str
    generation: int
    version: int = Field(description="Also its ETag.")
    state: str | None
    tracking: str | None
    mail_kind: MailKind | None
    send_day: Day
    last_covered_day: Day
    new_start: Day
    gross_cents: int
    recipient_name: str
    changeable: bool
    changeable_until: datetime | None
    must_leave_by: datetime | None
    reason: Text
    reason_facts: dict[str, str]
    finalised_at: datetime | None
    deposited_at: datetime | None
    deposit_day: Day
    closes_on: Day
    ended_at: datetime | None
    operator: Text
    operator_reference: Text
    author_name: str
    may_be_finalised: bool
    events: list[SendingEvent]
    proofs: list[SendingProof]


class UnknownSending(Shape):
    """A sending whose operator did not answer."""

    sending_id: str
    account_id: str
    letter_number: str
    operator: str
    our_reference: str
    operator_sender: str
    submitted_at: datetime | None
    must_leave_by: datetime | None
    alarmed: bool
    recipient_name: str


class UnknownSendings(Shape):
    """What staff must find out, oldest first."""

    sendings: list[UnknownSending]


class FoundAccepted(Asked):
    """It was found at the operator's."""

    model_config = example(
        operator_reference="AR24-4471-9920",
        evidence_note="Seen in the operator's customer area on 23 November at 10:40.",
    )

    operator_reference: str = Field(description="The operator's own number.")
    evidence_note: str = Field(min_length=1, description="What was seen, where and when.")


class FoundAbsent(Asked):
    """It was not found at the operator's."""

    model_config = example(
        our_reference="0198c5c8-1e0f-7a51-9d3c-5b7f6f1f2a10",
        evidence_note="Not in the operator's customer area on 23 November at 10:40.",
    )

    our_reference: str = Field(description="The attempt looked for, as the list named it.")
    evidence_note: str = Field(min_length=1, description="What was seen, where and when.")
