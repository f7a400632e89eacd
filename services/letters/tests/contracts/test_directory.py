"""One suite for the recipients' directory: run on the fake and on real Postgres."""

from dataclasses import replace
from uuid import uuid4

import pytest

from services.letters.domain.recipient import RecipientUnknown
from services.letters.ports import Directory
from services.letters.store import PostgresDirectory
from services.letters.tests.builders import a_recipient
from services.letters.tests.fakes import FakeDirectory
from tests.support.servers import MakeDatabase

BODIES = [
    a_recipient(name="La Garancière, assurances mutuelles", body_id="AS-0001", town="Poitiers"),
    a_recipient(name="Garantie du Littoral", body_id="AS-0002", town="La Rochelle"),
    a_recipient(name="Mutuelle Garance Active", body_id="MU-0003", town="Lille", aliases=("MGA",)),
    a_recipient(name="Cap Émeraude Assurances", body_id="AS-0004", town="Saint-Malo"),
    a_recipient(name="Œuvre d’entraide", body_id="MU-0005", town="Lille", is_open=False),
]


@pytest.fixture(scope="module", params=["fake", pytest.param("real", marks=pytest.mark.servers)])
def make(request: pytest.FixtureRequest) -> MakeDatabase | None:
    """What makes a real database, or nothing for the fake."""
    if request.param == "fake":
        return None
    made: MakeDatabase = request.getfixturevalue("database")
    return made


@pytest.fixture(scope="module")
async def directory(make: MakeDatabase | None) -> Directory:
    found: Directory = FakeDirectory() if make is None else PostgresDirectory(await make("letters"))
    await found.put(BODIES)
    return found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("garan", ["AS-0002", "AS-0001", "MU-0003"]),
        ("la gar", ["AS-0001", "AS-0002"]),  # la Rochelle is a town: after the names
        ("emeraude cap", ["AS-0004"]),
        ("ÉMER", ["AS-0004"]),
        ("mga", ["MU-0003"]),
        ("mutuelle lille", ["MU-0003"]),
        ("lille", ["MU-0003", "MU-0005"]),  # an open body first
        ("oeuvre", ["MU-0005"]),
        ("entraide", ["MU-0005"]),
        ("as0004", ["AS-0004"]),
        ("g", []),
        ("", []),
        ("'; drop table recipient; --", []),
        ("zzz", []),
    ],
)
async def test_each_word_typed_begins_a_word(
    directory: Directory, query: str, found: list[str]
) -> None:
    hits, total = await directory.search(query, limit=8)

    assert [hit.body_id for hit in hits] == found
    assert total == len(found)


async def test_a_limit_cuts_the_hits_and_not_the_count(directory: Directory) -> None:
    hits, total = await directory.search("garan", limit=1)

    assert [hit.body_id for hit in hits] == ["AS-0002"]
    assert total == 3


async def test_a_body_comes_back_as_it_was_put(directory: Directory) -> None:
    assert await directory.get(BODIES[2].id) == BODIES[2]
    with pytest.raises(RecipientUnknown):
        await directory.get(uuid4())


async def test_a_body_put_again_is_replaced_and_found_by_its_new_name(directory: Directory) -> None:
    renamed = replace(BODIES[3], name="Cap Turquoise")

    await directory.put([renamed])

    assert await directory.named(["AS-0004", "AS-9999"]) == {"AS-0004": renamed}
    hits, _ = await directory.search("turquoise", limit=8)
    assert hits == [renamed]
    await directory.put(BODIES)
