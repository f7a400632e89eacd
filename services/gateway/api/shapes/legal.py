"""The calculator: what is asked of it, and its plans."""

from typing import Literal

from pydantic import Field

from services.gateway.api.shape import Asked, AskedDay, Cents, Day, Shape, Text, example
from services.gateway.api.shapes.law import (
    Article,
    CodeFamily,
    Evaluation,
    PolicyholderKind,
    Refusal,
    Warning,  # noqa: A004 - what it is
)


class CoverBetween(Shape):
    """The days between the old contract and the new one."""

    kind: Literal["continuous", "gap", "double"] | None = Field(
        description="`gap`: without cover. `double`: covered, and paid, twice."
    )
    days: int
    first_day: Day
    last_day: Day
    premium_cents: int = Field(
        description="The old premium of these days, pro rata; 0 when no yearly premium was given."
    )
    certain: bool = Field(description="False: only if the old body refuses the tolerance.")
    sentences: list[str] = Field(description="In French.")
    articles: list[Article]


class PremiumRefund(Shape):
    """What the old body gives back of a year paid in advance."""

    refunded_days: int
    period_days: int = Field(description="The days of that contract year.")
    amount_cents: int
    sentence: str = Field(description="In French.")
    articles: list[Article]


class TerminationPlan(Shape):
    """When a contract may end, when to send, and what lies between the two contracts."""

    evaluation: Evaluation
    ends_from: Day = Field(description="The first day that may be the last one covered.")
    ends_until: Day = Field(description="The last such day; absent while the ground stays open.")
    cover: CoverBetween | None = Field(description="Absent while no `new_start` is known.")
    refund: PremiumRefund | None = Field(
        description="When the ground gives it and `yearly_premium_cents` was given."
    )


class Question(Asked):
    """One contract to end."""

    model_config = example(
        contract_type="sante_individuelle",
        ground="RIA",
        code_family="mutualite",
        fields={"first_subscription": "2022-02-01"},
        new_start="2027-01-01",
        yearly_premium_cents=128_440,
    )

    contract_type: str = Field(description="A `code` of `GET /v1/contract-types`.")
    ground: str = Field(description="A `code` of `GET /v1/grounds`.")
    policyholder_kind: PolicyholderKind = "person"
    code_family: CodeFamily = "assurances"
    fields: dict[str, str] = Field(
        default={}, description="As `GET /v1/forms` names them; only the days matter here."
    )
    new_start: AskedDay | None = Field(
        default=None, description="The start of the new contract, wished or signed already."
    )
    send_day: AskedDay | None = Field(default=None, description="A sending day that is fixed.")
    first_send_day: AskedDay | None = Field(
        default=None, description="The first day a letter could leave; else today in Paris."
    )
    yearly_premium_cents: Cents = Field(
        default=0, description="The premium of a year of the old contract, for the sums."
    )
    paid_from: AskedDay | None = Field(
        default=None,
        description="A first day of a paid year; else the anniversary, else the subscription.",
    )


class Mistake(Shape):
    """A cell that cannot be read."""

    column: str
    reason: str = Field(description="Stable, kebab-case.")
    detail: str = Field(description="In French.")


class PlannedRow(Shape):
    """The answer to one row; neither `mistakes` nor a `refusal`: the plan stands."""

    line: int = Field(description="The row’s rank in the file, the first one under the header: 1.")
    reference: Text = Field(description="The cell of the column `reference`, if there is one.")
    mistakes: list[Mistake]
    contract_type: Text
    ground: Text = Field(description="The one asked, else the best one offered.")
    refusal: Refusal | None
    send_day: Day
    latest_safe_send_day: Day
    latest_send_day: Day
    presumed_receipt_day: Day
    last_covered_day: Day
    new_start: Day
    ends_from: Day
    ends_until: Day
    cover: CoverBetween | None
    refund: PremiumRefund | None
    warnings: list[Warning]
    articles: list[str] = Field(description="As a letter cites them.")


class PlannedRows(Shape):
    """The answers, in the order of the rows."""

    rows: list[PlannedRow]
