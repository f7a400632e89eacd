"""Whatever the day the demonstration is made, the law allows what its cast does."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from stdnum.fr import siret

from local.demo.cast import AGENCY, NEWCOMER, ROLES, Fate, Role
from local.demo.play import BODIES
from local.sandbox.registry.population import Population, State
from services.letters.domain.directory_file import read_directory
from services.letters.domain.legal import engine, forms
from services.letters.domain.legal.codes import Ground, PolicyholderKind
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.legal.evaluation import Timing
from services.letters.domain.recipient import Recipient, RecipientKind

DAYS = [date(2026, 11, 20) + timedelta(days=number) for number in range(0, 800, 3)]


@pytest.fixture(scope="module")
def bodies() -> list[Recipient]:
    found, wrong = read_directory(Path(BODIES).read_bytes())
    assert wrong == []
    return found


def written(role: Role, bodies: list[Recipient]) -> Recipient:
    (body,) = [body for body in bodies if role.body in body.name]
    return body


@pytest.mark.parametrize(
    "role", [r for r in ROLES if r.fate is not Fate.BEGUN], ids=lambda r: r.key
)
def test_the_law_allows_each_role_on_any_day(role: Role, bodies: list[Recipient]) -> None:
    kind, ground = ContractType(role.contract_type), Ground(role.ground)
    holder = PolicyholderKind.PERSON if role.person else PolicyholderKind.COMPANY
    refusals = {}
    for today in DAYS:
        facts = forms.facts(
            forms.checked(role.answers(today), kind, ground),
            contract_type=kind,
            ground=ground,
            policyholder=holder,
            code_family=written(role, bodies).code_family,
        )
        if role.leaves_at_once:
            timing = Timing(first_send_day=today, send_day=today)
        elif facts.wanted_new_start:
            timing = Timing(first_send_day=today, new_start=facts.wanted_new_start)
        else:
            timing = Timing(first_send_day=today, send_day=today + timedelta(days=12))
        if refusal := engine.evaluate([facts], timing).refusal:
            refusals[today] = refusal

    assert refusals == {}


@pytest.mark.parametrize("role", ROLES, ids=lambda r: r.key)
def test_each_role_writes_to_one_body_that_takes_electronic_letters(
    role: Role, bodies: list[Recipient]
) -> None:
    body = written(role, bodies)

    assert body.is_open
    assert body.electronic
    assert (role.fate is Fate.BOUNCED) == body.electronic[0].email.startswith("rebond")


def test_every_fate_is_played() -> None:
    assert {role.fate for role in ROLES} == set(Fate)


def test_the_directory_is_large_varied_and_evidently_fictional(bodies: list[Recipient]) -> None:
    kinds = Counter(body.kind for body in bodies)
    addresses = [each.email for body in bodies for each in body.electronic]

    assert len(bodies) > 300
    assert set(kinds) == set(RecipientKind)
    assert len({body.name for body in bodies}) == len(bodies)
    assert all(body.siren.startswith("000") for body in bodies)
    assert all(address.endswith(".example") for address in addresses)
    assert sum(not body.electronic for body in bodies) > 10
    assert any(not body.is_open for body in bodies)


@pytest.mark.parametrize("agency", [AGENCY, NEWCOMER], ids=["agency", "newcomer"])
def test_agencies_are_known_to_the_register_under_their_own_siren(agency: dict[str, str]) -> None:
    firm = Population().find(number=agency["orias_number"])

    assert firm is not None
    assert siret.is_valid(agency["siret"])
    assert agency["siret"].startswith(firm.siren)
    assert all(firm.state(day) is State.ACTIVE for day in DAYS)
