"""The calculator's RPCs, without their wire: what is read, planned and said."""

from datetime import UTC, date, datetime

import pytest

from kit.errors import InvalidFields
from preavis.letters.v1 import letters_pb2 as pb
from services.letters.domain.calculator.plan import plan
from services.letters.partners.typesetter import TEMPLATES, catalogue
from services.letters.servicer import plans
from services.letters.servicer.answers import Answers
from services.letters.servicer.words import Words
from services.letters.usecases.calculator import plan_rows

WORDS = Words(
    catalogue(),
    (TEMPLATES / "drafts.toml").read_text("utf-8"),
    (TEMPLATES / "legal/columns.toml").read_text("utf-8"),
)
PLANS = plans.Plans(WORDS, Answers(WORDS))


def clock() -> datetime:
    return datetime(2026, 11, 22, 12, tzinfo=UTC)


def planned(request: pb.PlanTerminationRequest) -> pb.TerminationPlan:
    asked = plans.question(request, clock)
    return PLANS.plan(plan(asked), asked)


def health(**more: object) -> pb.PlanTerminationRequest:
    facts = pb.TerminationFacts(
        contract_type="sante_individuelle",
        ground="RIA",
        code_family=pb.CODE_FAMILY_MUTUALITE,
        fields={"first_subscription": "2022-02-01"},
    )
    return pb.PlanTerminationRequest(facts=facts, **more)  # type: ignore[arg-type]


def answered(*rows: dict[str, str]) -> list[pb.PlannedRow]:
    found = plan_rows(rows, WORDS.names, first_send_day=None, clock=clock)
    return [PLANS.row(one) for one in found]


def test_a_plan_says_its_days_its_risks_and_its_sums_each_with_its_article() -> None:
    found = planned(health(new_start="2027-01-01", yearly_premium_cents=1200_00))

    answer = found.evaluation
    assert (answer.send_day, answer.last_covered_day) == ("2026-11-29", "2026-12-31")
    assert answer.wanted_new_start == "2027-01-01"
    assert found.ends_from == "2026-12-23"
    assert [one.code for one in answer.warnings][:2] == ["relies-on-tolerance", "cover-gap-risk"]
    cited = {one.code: [article.number for article in one.articles] for one in answer.warnings}
    assert cited["cover-gap-risk"]
    assert cited["waiting-period"] == []  # a clause decides, no article does
    assert (found.cover.kind, found.cover.days) == (pb.CoverBetween.KIND_GAP, 1)
    assert "31 décembre 2026" in found.cover.sentences[0].replace("\u00a0", " ")
    assert "3,29 €" in found.cover.sentences[1].replace("\u00a0", " ")
    assert found.cover.articles[0].number.endswith("221-10-2")
    assert (found.refund.refunded_days, found.refund.period_days) == (31, 365)
    assert "31 jours" in found.refund.sentence.replace("\u00a0", " ")


def test_a_plan_without_a_new_start_has_nothing_to_compare() -> None:
    found = planned(health())

    assert not found.HasField("cover")
    assert not found.HasField("refund")
    assert found.evaluation.send_day == "2026-11-22"


def test_an_unknown_day_and_a_foolish_premium_are_named() -> None:
    with pytest.raises(InvalidFields, match="new_start"):
        planned(health(new_start="soon"))
    with pytest.raises(InvalidFields, match="yearly_premium_cents"):
        planned(health(yearly_premium_cents=-1))


def test_each_row_has_its_own_answer_in_its_place() -> None:
    good = {"Contrat": "Auto", "Première souscription": "05/02/2020", "Reprise": "15/03/2027"}
    late = {"contract_type": "chasse", "anniversary": "2026-12-01", "new_start": "2026-12-01"}
    bad = {"Contrat": "Fusée"}
    unsaid = {"contract_type": "auto"}

    rows = answered(good, late, bad, unsaid)

    assert (rows[0].ground, rows[0].send_day) == ("HAMON", "2027-02-13")
    assert rows[0].articles
    assert rows[1].refusal.reason == "notice-too-late"
    assert rows[1].cover.kind == pb.CoverBetween.KIND_DOUBLE
    assert [(m.column, m.reason) for m in rows[2].mistakes] == [("contract_type", "value-unknown")]
    assert [m.column for m in rows[3].mistakes] == ["first_subscription"]


def test_one_call_takes_five_hundred_rows() -> None:
    request = pb.PlanTerminationsRequest(rows=[pb.PlanTerminationsRequest.Row()] * 500)
    assert len(plans.rows(request)) == 500

    request.rows.add()
    with pytest.raises(InvalidFields, match="too-many-rows"):
        plans.rows(request)


def test_from_eight_in_the_evening_a_plan_leaves_tomorrow() -> None:
    def evening() -> datetime:
        return datetime(2026, 11, 22, 19, tzinfo=UTC)  # 20:00 in Paris

    asked = plans.question(health(), evening)
    (row,) = plan_rows(
        [{"contract_type": "chasse", "anniversary": "2027-06-01"}],
        WORDS.names,
        first_send_day=None,
        clock=evening,
    )

    assert asked.first_send_day == date(2026, 11, 23)
    assert PLANS.row(row).send_day == "2026-11-23"


def test_the_day_asked_for_is_the_first_that_a_letter_may_leave() -> None:
    found = planned(health(first_send_day="2027-01-10"))

    assert date.fromisoformat(found.evaluation.send_day) == date(2027, 1, 10)
