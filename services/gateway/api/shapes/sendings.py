"""Sendings: what remains to be done, the plan, where it stands, and its proofs."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from services.gateway.api.shape import Asked, AskedDay, Cents, Day, OneOf, Shape, Text, example
from services.gateway.api.shapes.law import Evaluation, MailKind
from services.gateway.api.shapes.legal import CoverBetween

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

    code: str = Field(description="Stable, kebab-case.")
    done: bool
    facts: dict[str, str] = Field(description="What the action is about.")


class MailPrice(Shape):
    """What a kind of mail costs."""

    mail_kind: MailKind | None
    net_cents: int
    vat_cents: int
    gross_cents: int
    vat_rate_bp: int = Field(description="2000 is 20 %.")
    allowed: bool = Field(description="Whether this letter may leave by it.")


class Preflight(Shape):
    """What remains to be done, and today's prices."""

    ready: bool = Field(description="Whether it may be validated now.")
    actions: list[Action]
    prices: list[MailPrice]
    available_cents: int = Field(description="What can be spent.")


class Timing(OneOf):
    """When it should leave: exactly one of these."""

    now: Annotated[Literal[True] | None, BeforeValidator(_true)] = Field(
        default=None, description="At once, within the hours of sending."
    )
    send_day: AskedDay | None = None
    new_start: AskedDay | None = Field(default=None, description="HAMON, RIA: the day is computed.")


class WantedPlan(Asked):
    """What to plan."""

    model_config = example(
        mail_kind="acknowledged",
        timing={"new_start": "2027-03-15"},
        yearly_premium_cents=48_500,
    )

    mail_kind: Literal["simple", "acknowledged"] = "simple"
    timing: Timing
    known_new_start: AskedDay | None = Field(
        default=None,
        description="The start of a new contract that is only compared with the end of the old "
        "one, where the timing is not a `new_start`.",
    )
    yearly_premium_cents: Cents = Field(
        default=0, description="The premium of a year of the old contract, for the sums."
    )


class RecentLetter(Shape):
    """Another letter to the same recipient about the same contract, lately sent or to be sent."""

    letter_id: str
    number: str = Field(description="As people know it.")
    send_day: Day = Field(description="The day it leaves or left.")
    state: str | None = Field(description="Where it stands, as an agent sees it.")
    contract_references: list[str] = Field(
        description="Of the contracts both end, as the other letter prints them."
    )


class Plan(Shape):
    """The dates and the price of a sending that does not exist yet."""

    evaluation: Evaluation | None = Field(
        description="All that the law says of it; its `ok` says whether it may leave."
    )
    send_day: Day = Field(description="The day it would leave.")
    leaves_now: bool = Field(description="It would leave at once.")
    cutoff: datetime | None = Field(
        description="A sending validated today leaves today when validated before."
    )
    first_sending: bool = Field(
        description="The first in the account’s own name: its cut-off is earlier."
    )
    changeable_until: datetime | None = Field(
        description="It may be moved or cancelled until then, exclusive."
    )
    price: MailPrice | None = Field(description="What it would cost.")
    cover: CoverBetween | None = Field(
        description="The days without cover or paid twice; absent while no new start is known."
    )
    recent_letters: list[RecentLetter] = Field(
        description="Of the last 30 days or to come, about the same contract: the validation "
        "asks for `same_contract_confirmed` when there are any."
    )


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
    confirmed_send_day: AskedDay = Field(description="`send_day` of the plan.")
    confirmed_last_covered_day: AskedDay | None = Field(
        default=None, description="`evaluation.last_covered_day` of the plan."
    )
    confirmed_new_start: AskedDay | None = Field(
        default=None, description="`evaluation.new_start` of the plan."
    )
    expected_gross_cents: Cents = Field(description="`price.gross_cents` of the plan.")
    same_contract_confirmed: Annotated[bool, Field(strict=True)] = Field(
        default=False, description="You know of the plan’s `recent_letters`, and send one more."
    )


class NewDay(OneOf):
    """The new day: exactly one of these."""

    model_config = example(send_day="2027-02-15")

    send_day: AskedDay | None = None
    new_start: AskedDay | None = None


class SendingEvent(Shape):
    """Something that happened to a sending."""

    code: str = Field(description="Stable, kebab-case.")
    at: datetime | None = Field(description="When it happened.")
    recorded_at: datetime | None = Field(description="When we were told.")
    applied: bool = Field(description="False: late or repeated news, which changed nothing.")
    facts: dict[str, str]
    generation: int


class SendingProof(Shape):
    """A stored document."""

    kind: ProofKind | None
    filename: str
    sha256: str = Field(description="Of the file, in hexadecimal.")
    byte_count: int
    stamped_at: datetime | None = Field(description="The instant the document bears.")
    stored_at: datetime | None
    kept_until: Day
    attempt: int


class Sending(Shape):
    """The sending of a letter."""

    sending_id: str
    letter_id: str
    letter_number: str = Field(description="As people know it.")
    generation: int = Field(description="1, then one more each time it is validated again.")
    version: int = Field(description="Also its ETag.")
    state: str | None = Field(description="Where it stands, step by step.")
    tracking: str | None = Field(description="The same, as an agent sees it.")
    mail_kind: MailKind | None
    send_day: Day = Field(description="The day it leaves or left.")
    last_covered_day: Day = Field(description="The old contract covers until 24:00 that day.")
    new_start: Day = Field(description="The new contract starts at 00:00 that day.")
    gross_cents: int = Field(description="Held, then paid.")
    recipient_name: str
    changeable: bool = Field(description="Whether it can be moved or cancelled.")
    changeable_until: datetime | None = Field(
        description="Until then, exclusive; absent when it already cannot."
    )
    must_leave_by: datetime | None = Field(
        description="The last legal instant to leave, exclusive."
    )
    reason: Text = Field(description="When blocked, turned down or failed: why.")
    reason_facts: dict[str, str]
    finalised_at: datetime | None = Field(description="When it was validated.")
    deposited_at: datetime | None = Field(description="When the operator took it.")
    deposit_day: Day = Field(description="The Paris day of it: the legal date of sending.")
    closes_on: Day = Field(description="The last day the recipient may answer.")
    ended_at: datetime | None = Field(
        description="When the recipient accepted, refused, or the window ended."
    )
    operator: Text
    operator_reference: Text = Field(description="The operator’s own number.")
    author_name: str
    may_be_finalised: bool = Field(description="Whether it may be validated again.")
    events: list[SendingEvent] = Field(description="What happened, oldest first.")
    proofs: list[SendingProof] = Field(description="What is stored, oldest first.")


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
