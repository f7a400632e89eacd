"""The calculator and the law's answers over real gRPC, and the days that they refuse."""

import pytest

from kit.errors import InvalidFields
from kit.ids import new_id
from preavis.letters.v1 import letters_pb2 as pb
from services.letters.domain.legal.codes import Ground
from services.letters.tests.wire.conftest import House

pytestmark = pytest.mark.servers

HOME = pb.TerminationFacts(
    contract_type="habitation_locataire",
    ground="CHANGEMENT_SITUATION",
    policyholder_kind=pb.POLICYHOLDER_KIND_PERSON,
    fields={
        "event_day": "2026-11-20",
        "event_kind": "DOMICILE",
        "first_subscription": "2022-02-01",
    },
)


async def test_a_plan_compares_both_contracts_and_cites_what_could_go_wrong(house: House) -> None:
    request = pb.PlanTerminationRequest(
        facts=HOME, new_start="2026-12-20", yearly_premium_cents=365_00
    )

    plan = (await house.stub("gateway").PlanTermination(request)).plan

    assert plan.evaluation.ok
    assert (plan.evaluation.send_day, plan.ends_from) == ("2026-11-23", "2026-12-24")
    assert plan.cover.kind == pb.CoverBetween.KIND_DOUBLE
    assert (plan.cover.days, plan.cover.premium_cents) == (5, 500)
    cited = {one.code: list(one.articles) for one in plan.evaluation.warnings}
    assert cited["direct-link"][0].number.endswith("113-16")


async def test_a_plan_names_what_it_cannot_read(house: House) -> None:
    gateway = house.stub("gateway")
    soon = pb.PlanTerminationRequest(facts=HOME, new_start="soon")
    nowhere = pb.PlanTerminationRequest(facts=pb.TerminationFacts(contract_type="fusée"))

    with pytest.raises(InvalidFields, match="new_start"):
        await gateway.PlanTermination(soon)
    with pytest.raises(InvalidFields, match="ground"):
        await gateway.PlanTermination(nowhere)


async def test_a_table_is_answered_row_by_row(house: House) -> None:
    cells = (
        {"Contrat": "Auto", "Première souscription": "05/02/2020", "Reprise": "15/03/2027"},
        {"Contrat": "Auto", "Motif": "Vente du véhicule", "Date de la vente": "20/05/2026"},
        {"Contrat": "Fusée"},
    )
    asked = pb.PlanTerminationsRequest(
        rows=[pb.PlanTerminationsRequest.Row(cells=one) for one in cells]
    )

    planned, over, unread = (await house.stub("gateway").PlanTerminations(asked)).rows

    assert (planned.ground, planned.send_day) == ("HAMON", "2027-02-13")
    assert over.refusal.reason == "already-terminated-by-law"
    assert [(one.column, one.reason) for one in unread.mistakes] == [
        ("contract_type", "value-unknown")
    ]


async def test_a_table_too_long_for_one_call_is_refused(house: House) -> None:
    asked = pb.PlanTerminationsRequest(rows=[pb.PlanTerminationsRequest.Row()] * 501)

    with pytest.raises(InvalidFields, match="too-many-rows"):
        await house.stub("gateway").PlanTerminations(asked)


async def test_every_ground_describes_its_form_in_its_own_words(house: House) -> None:
    gateway = house.stub("gateway")

    events: dict[str, str] = {}
    for ground in Ground:
        form = await gateway.DescribeForm(
            pb.DescribeFormRequest(contract_type="autre", ground=ground)
        )
        assert form.documents
        assert all(one.label for one in form.fields)
        assert all(one.label for one in form.documents)
        events.update((ground, one.label) for one in form.fields if one.name == "event_day")

    assert events[Ground.DECES_ASSURE] == "Date du décès"
    assert len(set(events.values())) == len(events) - 1  # two appear in the Journal officiel


async def test_a_refusal_gives_its_article_the_nearest_day_and_another_ground(
    house: House,
) -> None:
    late = pb.TerminationFacts()
    late.CopyFrom(HOME)
    late.fields["event_day"] = "2026-08-10"

    answer = await house.stub("gateway").EvaluateTermination(
        pb.EvaluateTerminationRequest(facts=late)
    )

    evaluation = answer.evaluation
    assert not evaluation.ok
    assert evaluation.refusal.reason == "window-closed"
    assert evaluation.refusal.nearest_possible_day == "2026-12-25"
    assert evaluation.refusal.alternative_grounds[0] == "HAMON"
    assert evaluation.refusal.articles
    assert [one.code for one in evaluation.steps][-1] == "safety-net"
    assert all(one.sentence for one in evaluation.steps)


@pytest.mark.parametrize("field", ["first_send_day", "send_day", "new_start", "known_new_start"])
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
async def test_a_plan_is_made_for_days_of_our_time(house: House, field: str, day: str) -> None:
    request = pb.PlanLetterRequest(letter_id=str(new_id()))
    setattr(request, field, day)

    with house.agent() as letters, pytest.raises(InvalidFields) as refused:
        await letters.PlanLetter(request)

    assert [(e.field, e.reason) for e in refused.value.errors] == [(field, "day-out-of-range")]
