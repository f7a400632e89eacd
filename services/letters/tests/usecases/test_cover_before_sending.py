"""The days between two contracts, said of a letter before it leaves."""

from dataclasses import replace
from datetime import date

import pytest

from kit.money import Money
from preavis.letters.v1 import letters_pb2 as pb
from services.letters.domain.calculator.cover import Cover, CoverKind
from services.letters.domain.contract import Contract
from services.letters.domain.legal.codes import Ground, WarningCode
from services.letters.domain.legal.contract_types import ContractType
from services.letters.servicer import plans
from services.letters.tests.builders import ACCOUNT, a_contract, a_draft
from services.letters.tests.desk import AMBRE, a_house
from services.letters.tests.usecases.test_plans import PLANS
from services.letters.usecases import sendings
from services.letters.usecases.sendings import PlannedLetter, Wish
from tests.support.time import day

CAR = a_contract(ContractType.AUTO, Ground.ECHEANCE, reference="A-1")
LAWYER = a_contract(ContractType.PROTECTION_JURIDIQUE, Ground.ECHEANCE, reference="P-1")


async def planned(wish: Wish, *contracts: Contract) -> PlannedLetter:
    house = await a_house(a_draft(contracts=contracts, recipient=AMBRE))
    return await sendings.plan_letter(
        ACCOUNT, house.letter.id, wish, store=house.store, clock=house.clock
    )


async def between(start: str | None, *contracts: Contract, premium: int = 0) -> Cover | None:
    """Compare a known start with the anniversary of Monday 1 February 2027."""
    known = day(start) if start else None
    yearly = Money(premium) if premium else None
    found = await planned(Wish(known_new_start=known, yearly_premium=yearly), *contracts)
    assert found.explored.evaluation.last_covered_day == day("Sun 2027-01-31")  # never moved
    return found.cover


async def test_nothing_is_compared_while_no_start_is_known() -> None:
    assert await between(None, CAR) is None


@pytest.mark.parametrize(
    ("start", "kind", "days", "first", "last"),
    [
        ("Thu 2027-02-11", CoverKind.GAP, 10, "Mon 2027-02-01", "Wed 2027-02-10"),
        ("Wed 2027-01-20", CoverKind.DOUBLE, 12, "Wed 2027-01-20", "Sun 2027-01-31"),
    ],
)
async def test_days_without_cover_and_days_paid_twice_are_counted_and_priced(
    start: str, kind: CoverKind, days: int, first: str, last: str
) -> None:
    found = await between(start, CAR, premium=365_00)

    assert found is not None
    assert (found.kind, found.days, found.premium) == (kind, days, Money(days * 100))
    assert (found.first_day, found.last_day) == (day(first), day(last))
    assert found.compulsory is (kind is CoverKind.GAP)


async def test_a_start_that_follows_the_end_leaves_nothing_between() -> None:
    found = await between("Mon 2027-02-01", CAR)

    assert found is not None
    assert (found.kind, found.days, found.compulsory) == (CoverKind.CONTINUOUS, 0, False)


@pytest.mark.parametrize(
    ("contracts", "compulsory"), [((LAWYER,), False), ((LAWYER, CAR), True), ((CAR, LAWYER), True)]
)
async def test_one_compulsory_insurance_among_the_contracts_is_enough(
    contracts: tuple[Contract, ...], compulsory: bool
) -> None:
    found = await between("Thu 2027-02-11", *contracts)

    assert found is not None
    assert found.compulsory is compulsory


async def test_the_start_that_the_dates_are_computed_from_is_the_one_compared() -> None:
    ria = a_contract(wanted_new_start="2027-01-02")
    wish = Wish(new_start=date(2027, 1, 1), known_new_start=date(2027, 6, 1))

    found = (await planned(wish, ria)).cover

    assert found is not None  # the tolerance of the first of January
    assert (found.days, found.certain) == (1, False)


async def test_a_known_start_moves_no_date_that_the_contract_has_wished() -> None:
    ria = a_contract(wanted_new_start="2027-02-01")

    known = await planned(Wish(known_new_start=date(2027, 6, 1)), ria)

    assert known.explored == (await planned(Wish(), ria)).explored


async def test_days_that_a_loan_is_insured_twice_are_counted_and_priced() -> None:
    loan = a_contract(
        ContractType.EMPRUNTEUR, Ground.EMPRUNTEUR_RESILIATION, wanted_new_start="2026-12-01"
    )
    wish = Wish(first_send_day=day("Mon 2026-11-23"), yearly_premium=Money(365_00))

    found = (await planned(wish, loan)).cover  # received on the 24th, over ten days later

    assert found is not None
    assert (found.kind, found.days, found.premium) == (CoverKind.DOUBLE, 3, Money(3_00))
    assert (found.first_day, found.last_day) == (day("Tue 2026-12-01"), day("Thu 2026-12-03"))


async def test_it_is_read_and_said_in_french() -> None:
    request = pb.PlanLetterRequest(known_new_start="2027-02-11", yearly_premium_cents=365_00)

    found = await planned(plans.wish(request), CAR)
    unwarned = replace(found.explored.evaluation, warnings=())
    said = PLANS.cover(found.cover, unwarned)

    assert said is not None
    bare, compulsory, premium = (one.replace("\u00a0", " ") for one in said.sentences)
    assert "du 1er février 2027 au 10 février 2027, soit 10 jours" in bare
    assert "obligatoire" in compulsory
    assert "10,00 €" in premium
    assert said.articles


async def test_what_a_warning_says_already_is_not_said_twice() -> None:
    found = await planned(Wish(known_new_start=day("Thu 2027-02-11")), CAR)
    answer = found.explored.evaluation

    said = PLANS.cover(found.cover, answer)

    assert WarningCode.COMPULSORY_COVER in answer.warnings
    assert said is not None
    assert not any("obligatoire" in sentence for sentence in said.sentences)
