"""Which letters the store finds for the same contract: the fake and Postgres say the same."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.letters.domain.letter import Letter
from services.letters.domain.outline import outline
from services.letters.domain.tracking import Tracking, TrackingState
from services.letters.ports import Store
from services.letters.store import LetterStore, PostgresDirectory
from services.letters.tests.builders import NOW, a_contract, a_draft, a_frozen, a_recipient
from services.letters.tests.fakes import FakeDirectory, FakeStore
from tests.support.servers import MakeDatabase

AMBRE = a_recipient()
SILLAGE = a_recipient(name="Groupe Sillage", body_id="AS-0002")
SINCE = date(2026, 10, 24)


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


def written(account: UUID, number: int, *references: str, **parts: object) -> Letter:
    contracts = tuple(a_contract(reference=one) for one in references)
    known = {"recipient": AMBRE, "contracts": contracts} | parts
    return a_draft(account, number=f"26-{number:05d}", **known)


def locked(letter: Letter, *, sent_on: date | None = None) -> Letter:
    """The letter as a sending holds it; it left on that day, if it did."""
    state = TrackingState.DEPOSITED if sent_on else TrackingState.SCHEDULED
    tracking = Tracking(state=state, sending_id=uuid4(), version=2, generation=1, send_day=sent_on)
    return replace(letter, frozen=a_frozen(letter), tracking=tracking)


async def put(store: Store, *letters: Letter) -> None:
    for letter in letters:
        async with store.account(letter.account_id) as transaction:
            await transaction.add(letter, outline(letter))


async def found(store: Store, letter: Letter) -> list[str]:
    async with store.account(letter.account_id) as transaction:
        return [one.number for one in await transaction.alike(letter, sent_from=SINCE, alone=True)]


async def test_only_letters_locked_for_the_same_body_and_contract_are_alike(store: Store) -> None:
    account, other_account = uuid4(), uuid4()
    letter = written(account, 1, "VA-88 204417", "B2")

    def changed_at(hour: int, number: int, *references: str, **parts: Any) -> Letter:
        return written(account, number, *references, updated_at=NOW.replace(hour=hour), **parts)

    await put(
        store,
        letter,
        written(account, 2, "VA-88-204417"),  # a draft
        locked(changed_at(8, 3, "va88204417")),
        locked(changed_at(9, 4, "b/2"), sent_on=SINCE),
        locked(written(account, 5, "B2"), sent_on=date(2026, 10, 23)),  # a day too old
        locked(written(account, 6, "B2", recipient=SILLAGE)),
        locked(written(account, 7, "B3", "VA-88-2044")),
        locked(changed_at(10, 8, "X", "B 2")),
        locked(written(other_account, 9, "B2")),
    )

    assert await found(store, letter) == ["26-00008", "26-00004", "26-00003"]


async def test_a_letter_without_recipient_or_reference_is_like_no_other(store: Store) -> None:
    account = uuid4()
    await put(store, locked(written(account, 1, "-")), locked(written(account, 2, "A1")))

    assert await found(store, written(account, 3, "-")) == []
    assert await found(store, written(account, 4, "A1", recipient=None)) == []
