"""One suite for the store, run on the fake and on real Postgres, so that fakes cannot lie."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from kit.errors import ChangedMeanwhile
from services.letters.domain.legal.codes import Ground
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.letter import (
    Author,
    Extras,
    Follows,
    Letter,
    LetterUnknown,
    State,
)
from services.letters.domain.listing import CursorUnreadable, Filters, ListQuery, Sort
from services.letters.domain.outline import outline
from services.letters.domain.policyholder import Person, Title
from services.letters.domain.tracking import Tracking, TrackingState, View
from services.letters.ports import Store
from services.letters.store import LetterStore, LetterTransaction, PostgresDirectory
from services.letters.tests.builders import (
    NOW,
    PIERRE,
    a_company,
    a_contract,
    a_draft,
    a_frozen,
    a_recipient,
    persons,
)
from services.letters.tests.fakes import FakeDirectory, FakeStore, FakeTransaction
from tests.support.servers import MakeDatabase

AMBRE = a_recipient()
TESSIER = Person(title=Title.MONSIEUR, first_name="Marc", last_name="Tessier")
SILLAGE = a_recipient(name="Groupe Sillage", body_id="AS-0002")


@pytest.fixture(scope="module", params=["fake", pytest.param("real", marks=pytest.mark.servers)])
def make(request: pytest.FixtureRequest) -> MakeDatabase | None:
    """What makes a real database, or nothing for the fake."""
    if request.param == "fake":
        return None
    made: MakeDatabase = request.getfixturevalue("database")
    return made


@pytest.fixture(scope="module")
async def store(make: MakeDatabase | None) -> Store:
    if make is None:
        return FakeStore(FakeDirectory(AMBRE, SILLAGE))
    db = await make("letters")
    await PostgresDirectory(db).put([AMBRE, SILLAGE])
    return LetterStore(db)


@pytest.fixture
def account() -> UUID:
    return uuid4()


async def put(store: Store, letter: Letter, last_covered_day: date | None = None) -> Letter:
    async with store.account(letter.account_id) as transaction:
        await transaction.add(letter, outline(letter, last_covered_day=last_covered_day))
    return letter


async def test_a_letter_comes_back_as_it_was_stored(store: Store, account: UUID) -> None:
    letter = a_draft(
        account,
        contracts=(a_contract(),),
        policyholder=persons(PIERRE),
        recipient=AMBRE,
        extras=Extras(free_text="Merci."),
        follows=Follows(letter_id=uuid4(), number="26-00007"),
    )

    await put(store, letter)

    async with store.account(account) as transaction:
        assert await transaction.get(letter.id) == letter
        assert await transaction.numbered(letter.number) == letter
        assert await transaction.find(uuid4()) is None


async def test_another_accounts_letter_does_not_exist(store: Store, account: UUID) -> None:
    letter = await put(store, a_draft(account))

    async with store.account(uuid4()) as transaction:
        assert await transaction.find(letter.id) is None
        with pytest.raises(LetterUnknown):
            await transaction.get(letter.id)


async def test_numbers_follow_each_other_by_account_and_year(store: Store, account: UUID) -> None:
    async with store.account(account) as transaction:
        taken = [await transaction.next_number(2026) for _ in range(2)]
        taken.append(await transaction.next_number(2027))

    assert taken == ["26-00001", "26-00002", "27-00001"]


async def test_a_failed_transaction_gives_its_number_back(store: Store, account: UUID) -> None:
    async def fail() -> None:
        async with store.account(account) as transaction:
            await transaction.next_number(2026)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()

    async with store.account(account) as transaction:
        assert await transaction.next_number(2026) == "26-00001"


async def test_a_letter_read_too_early_cannot_be_saved(store: Store, account: UUID) -> None:
    letter = await put(store, a_draft(account))
    second, third = replace(letter, version=2), replace(letter, version=3)

    async with store.account(account) as transaction:
        await transaction.save(second, outline(second))
        await transaction.save(third, outline(third))
    with pytest.raises(ChangedMeanwhile):
        async with store.account(account) as transaction:
            await transaction.save(second, outline(second))


async def test_the_frozen_version_comes_back(store: Store, account: UUID) -> None:
    letter = await put(store, a_draft(account, contracts=(a_contract(),), recipient=AMBRE))
    frozen = a_frozen(letter, generation=2)
    locked = letter.freeze(frozen)

    async with store.account(account) as transaction:
        await transaction.save(locked, outline(locked))
        await transaction.keep_version(locked, frozen)
        await transaction.tell_frozen(locked, frozen)
        await transaction.tell_changed(locked, outline(locked), frozen.content_hash)

    async with store.account(account) as transaction:
        assert await transaction.get(letter.id) == locked


async def test_tracking_leaves_the_letters_version_alone(store: Store, account: UUID) -> None:
    letter = await put(store, a_draft(account))
    news = Tracking(state=TrackingState.SCHEDULED, sending_id=uuid4(), version=3, generation=1)

    async with store.account(account) as transaction:
        assert isinstance(transaction, LetterTransaction | FakeTransaction)
        assert await transaction.tracking(letter.id) == letter.tracking
        await transaction.save_tracking(letter.id, news)
        assert await transaction.tracking(letter.id) == news

    async with store.account(account) as transaction:
        followed = await transaction.get(letter.id)
    assert followed == replace(letter, tracking=news)
    assert followed.version == letter.version


async def test_a_thaw_before_its_freeze_is_remembered_and_leaves_the_version_alone(
    store: Store, account: UUID
) -> None:
    letter = await put(store, a_draft(account, contracts=(a_contract(),), recipient=AMBRE))
    given_up = letter.thaw(3, at=letter.updated_at)

    async with store.account(account) as transaction:
        await transaction.save_given_up(given_up)

    async with store.account(account) as transaction:
        found = await transaction.get(letter.id, lock=True)
        assert (found.thawed_up_to, found.version) == (3, letter.version)
        await transaction.save(found.freeze(a_frozen(letter, generation=4)), outline(letter))


def numbered(account: UUID, last: int, **parts: object) -> Letter:
    return a_draft(account, number=f"26-{last:05d}", **parts)


@pytest.fixture
async def five(store: Store, account: UUID) -> UUID:
    """Five letters that differ in all that lists sort and filter on."""
    hour = timedelta(hours=1)
    auto = a_contract(ContractType.AUTO, Ground.ECHEANCE, reference="LG 2019")
    sent = Tracking(
        state=TrackingState.SIGNED,
        sending_id=uuid4(),
        version=9,
        send_day=date(2026, 11, 20),
        changed_at=NOW,
        may_be_finalised=False,
    )
    waiting = replace(sent, state=TrackingState.SCHEDULED)
    health = (a_contract(),)
    pierre = Author(profile_id="pierre", name="Pierre Béraud")
    await put(store, numbered(account, 1, policyholder=a_company("Éclair SARL")))
    await put(
        store,
        numbered(account, 2, contracts=health, recipient=AMBRE, tracking=sent),
        date(2026, 12, 31),
    )
    await put(
        store,
        numbered(account, 3, contracts=(auto,), recipient=SILLAGE, author=pierre),
        date(2027, 2, 28),
    )
    await put(
        store,
        numbered(account, 4, contracts=health, recipient=AMBRE, tracking=waiting),
        date(2027, 1, 31),
    )
    await put(
        store,
        numbered(account, 5, policyholder=persons(TESSIER), updated_at=NOW + hour),
    )
    return account


async def shown(store: Store, account: UUID, query: ListQuery) -> list[int]:
    async with store.account(account) as transaction:
        page = await transaction.page(query)
    return [int(row.number[-5:]) for row in page.rows]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(), [5, 4, 3, 2, 1]),
        (Filters(text="march"), [4, 3, 2]),
        (Filters(text="héLÈNE marchetti"), [4, 3, 2]),
        (Filters(text="va88204417"), [4, 2]),
        (Filters(text="26-00003"), [3]),
        (Filters(text="eclair"), [1]),
        (Filters(text="o'hara"), []),
        (Filters(number="26-0000"), [5, 4, 3, 2, 1]),
        (Filters(number="%"), []),
        (Filters(policyholder="tessier"), [5]),
        (Filters(recipient="sillage"), [3]),
        (Filters(policyholder="sillage"), []),
        (Filters(text="sillage"), []),
        (Filters(policyholder="marc"), [5, 4, 3, 2]),
        (Filters(number="26-00005"), [5]),
        (Filters(contract_type=ContractType.AUTO), [3]),
        (Filters(ground=Ground.RIA), [4, 2]),
        (Filters(tracking_states=(TrackingState.SIGNED, TrackingState.SCHEDULED)), [4, 2]),
        (Filters(states=(State.COMPLETE,)), [4, 3, 2]),
        (Filters(author_profile_id="pierre"), [3]),
        (Filters(last_covered_from=date(2026, 12, 31), last_covered_until=date(2027, 1, 31)), [2]),
        (Filters(sent_from=date(2026, 11, 20), sent_until=date(2026, 11, 21)), [2]),
        (Filters(created_from=date(2026, 11, 24)), []),
        (Filters(created_until=date(2026, 11, 24), ground=Ground.ECHEANCE), [3]),
    ],
)
async def test_filters_let_through_what_they_name(
    store: Store, five: UUID, filters: Filters, found: list[int]
) -> None:
    assert await shown(store, five, ListQuery(filters=filters)) == found


@pytest.mark.parametrize(
    ("sort", "ascending"),
    [
        (Sort.NUMBER, [1, 2, 3, 4, 5]),
        (Sort.POLICYHOLDER, [1, 2, 3, 4, 5]),
        (Sort.EFFECT, [2, 4, 3, 1, 5]),
        (Sort.RECIPIENT, [1, 5, 3, 2, 4]),
        (Sort.SENT, [2, 1, 3, 4, 5]),
        (Sort.UPDATED, [1, 2, 3, 4, 5]),
    ],
)
async def test_pages_of_two_walk_the_whole_list_in_order(
    store: Store, five: UUID, sort: Sort, ascending: list[int]
) -> None:
    for descending in (False, True):
        query, seen = ListQuery(sort=sort, descending=descending, page_size=2), []
        while True:
            async with store.account(five) as transaction:
                page = await transaction.page(query)
            seen += [int(row.number[-5:]) for row in page.rows]
            if not page.next_cursor:
                break
            query = replace(query, cursor=page.next_cursor)
        assert seen == (ascending[::-1] if descending else ascending)


@pytest.mark.parametrize(
    ("view", "found"), [(View.TO_FINISH, [5, 3, 1]), (View.SCHEDULED, [4]), (View.SENT, [2])]
)
async def test_each_view_shows_its_letters(
    store: Store, five: UUID, view: View, found: list[int]
) -> None:
    assert await shown(store, five, ListQuery(view=view)) == found


async def test_counts_and_authors_ignore_the_filters(store: Store, five: UUID) -> None:
    async with store.account(five) as transaction:
        page = await transaction.page(ListQuery(filters=Filters(text="marchetti")))

    assert page.matching.number == 3
    assert {view: count.number for view, count in page.views.items()} == {
        None: 5,
        View.TO_FINISH: 3,
        View.SCHEDULED: 1,
        View.SENT: 1,
    }
    assert [author.name for author in page.authors] == ["Camille Roux", "Pierre Béraud"]


async def test_a_row_shows_its_letter(store: Store, five: UUID) -> None:
    async with store.account(five) as transaction:
        [row] = (await transaction.page(ListQuery(filters=Filters(number="26-00002")))).rows

    assert row.policyholder == ("Mme Hélène Marchetti",)
    assert row.recipient == "Mutuelle Val d’Ambre"
    assert row.contract_references == ("VA-88-204417",)
    assert row.last_covered_day == date(2026, 12, 31)
    assert row.tracking.sent_on == date(2026, 11, 20)
    assert row.created_at == datetime(2026, 11, 23, 13, 48, tzinfo=UTC)
    assert not row.waits_for_user


async def test_a_cursor_serves_its_own_list_only(store: Store, five: UUID) -> None:
    async with store.account(five) as transaction:
        page = await transaction.page(ListQuery(page_size=2))

    for cursor in (page.next_cursor, "nonsense", "W10="):
        query = ListQuery(page_size=2, sort=Sort.UPDATED, cursor=cursor)
        with pytest.raises(CursorUnreadable):
            await shown(store, five, query)
