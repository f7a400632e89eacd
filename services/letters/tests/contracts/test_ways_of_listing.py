"""A page is read in several ways, by how many letters fit; each gives what the fake gives."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from uuid import UUID, uuid4

import pytest

from services.letters.domain.legal.codes import Ground
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.letter import Letter, State
from services.letters.domain.listing import Filters, ListQuery, Sort
from services.letters.domain.outline import outline
from services.letters.domain.policyholder import Person, Title
from services.letters.domain.tracking import Tracking, TrackingState, View
from services.letters.ports import Store
from services.letters.store import LetterStore, PostgresDirectory, counting, listing
from services.letters.tests.builders import NOW, a_contract, a_draft, a_recipient, persons
from services.letters.tests.fakes import FakeDirectory, FakeStore
from tests.support.servers import MakeDatabase

pytestmark = pytest.mark.servers
ACCOUNT = uuid4()
AMBRE = a_recipient()
SILLAGE = a_recipient(name="Groupe Sillage", body_id="AS-0002")
NAMES = ("Marchetti", "Tessier", "Marc", "Aubertin")
QUESTIONS = (
    Filters(text="mar"),
    Filters(text="mar chetti"),
    Filters(policyholder="m"),
    Filters(recipient="groupe"),
    Filters(number="26-0000"),
    Filters(contract_type=ContractType.AUTO),
    Filters(contract_type=ContractType.AUTO, text="te"),
    Filters(ground=Ground.HAMON),
    Filters(states=(State.DRAFT, State.COMPLETE)),
    Filters(tracking_states=(TrackingState.SIGNED,)),
    Filters(last_covered_from=date(2026, 12, 3)),
    Filters(last_covered_until=date(2026, 12, 8)),
    Filters(sent_from=date(2026, 11, 1), sent_until=date(2026, 12, 1)),
    Filters(author_profile_id="camille"),
)


def letters() -> list[tuple[Letter, date | None]]:
    """Twelve letters that differ in most of what lists filter and sort on."""
    return [a_letter_of(n) for n in range(1, 13)]


def a_letter_of(n: int) -> tuple[Letter, date | None]:
    kind = (ContractType.AUTO, Ground.ECHEANCE) if n % 2 else (ContractType.MOTO, Ground.HAMON)
    person = Person(title=Title.MONSIEUR, first_name="Chetti", last_name=NAMES[n % len(NAMES)])
    sent = Tracking(
        state=TrackingState.SIGNED,
        sending_id=uuid4(),
        version=9,
        send_day=date(2026, 11, 20) - timedelta(days=n % 4),
        changed_at=NOW,
        may_be_finalised=False,
    )
    letter = a_draft(
        ACCOUNT,
        number=f"26-{n:05d}",
        policyholder=persons(person),
        recipient=AMBRE if n % 3 else SILLAGE,
        contracts=(a_contract(*kind),) if n % 5 else (),
        updated_at=NOW + timedelta(hours=n * 7 % 5),
        tracking=sent if n > 6 else Tracking(),
    )
    return letter, date(2026, 12, n) if n % 4 else None


@pytest.fixture(scope="module")
async def fake() -> Store:
    return await filled(FakeStore(FakeDirectory(AMBRE, SILLAGE)))


@pytest.fixture(scope="module")
async def real(database: MakeDatabase) -> Store:
    db = await database("letters")
    await PostgresDirectory(db).put([AMBRE, SILLAGE])
    return await filled(LetterStore(db))


async def filled(store: Store) -> Store:
    for letter, last_covered_day in letters():
        async with store.account(letter.account_id) as transaction:
            await transaction.add(letter, outline(letter, last_covered_day=last_covered_day))
    return store


@pytest.fixture(params=["gathered", "followed", "followed in vain"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Have a page read in one of the ways, by making them serve few letters instead of many."""
    ceiling, followed = {
        "gathered": (10_000, 10_000),
        "followed": (1, 10_000),
        "followed in vain": (1, 4),
    }[request.param]
    monkeypatch.setattr(listing, "COUNT_CEILING", ceiling)
    monkeypatch.setattr(counting, "COUNT_CEILING", ceiling)
    monkeypatch.setattr(counting, "WORDS_READ", 2 * (ceiling + 1))
    monkeypatch.setattr(listing, "FOLLOWED", followed)
    return str(request.param)


async def walked(store: Store, account: UUID, query: ListQuery) -> list[str]:
    seen: list[str] = []
    while True:
        async with store.account(account) as transaction:
            page = await transaction.page(query)
        seen += [row.number for row in page.rows]
        if not page.next_cursor:
            return seen
        query = replace(query, cursor=page.next_cursor)


@pytest.mark.parametrize("filters", QUESTIONS)
async def test_each_way_gives_the_same_pages(
    fake: Store, real: Store, way: str, filters: Filters
) -> None:
    place = QUESTIONS.index(filters)  # each question in two orders, all orders among them
    sorts = [list(Sort)[place % len(Sort)], list(Sort)[(place + 2) % len(Sort)]]
    for sort, view in product(sorts, (None, View.TO_FINISH)):
        query = ListQuery(
            view=view, filters=filters, sort=sort, descending=place % 2 == 0, page_size=3
        )
        expected = await walked(fake, ACCOUNT, query)

        assert await walked(real, ACCOUNT, query) == expected
        assert expected or view is not None


async def test_a_count_stops_at_its_ceiling_and_says_so(real: Store, way: str) -> None:
    async with real.account(ACCOUNT) as transaction:
        page = await transaction.page(ListQuery(filters=Filters(policyholder="chetti")))

    if way == "gathered":
        assert (page.matching.number, page.matching.at_least) == (12, False)
    else:
        assert (page.matching.number, page.matching.at_least) == (1, True)
