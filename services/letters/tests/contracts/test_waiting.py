"""What is joined to a letter that was waited for comes as it is now, not as it was before."""

import asyncio
from uuid import uuid4

import pytest

from services.letters.domain.letter import Letter
from services.letters.domain.outline import outline
from services.letters.store import LetterStore, PostgresDirectory
from services.letters.tests.builders import NOW, a_draft, a_recipient
from tests.support.servers import MakeDatabase

pytestmark = pytest.mark.servers
AMBRE = a_recipient()


async def test_a_letter_that_was_waited_for_comes_with_its_recipient_of_now(
    database: MakeDatabase,
) -> None:
    db = await database("letters")
    await PostgresDirectory(db).put([AMBRE])
    store, letter = LetterStore(db), a_draft(uuid4())

    async def the_other() -> Letter:
        async with store.account(letter.account_id) as transaction:
            return await transaction.get(letter.id, lock=True)

    async with store.account(letter.account_id) as transaction:
        await transaction.add(letter, outline(letter))
    async with store.account(letter.account_id) as transaction:
        found = await transaction.get(letter.id, lock=True)
        waiting = asyncio.create_task(the_other())
        await asyncio.sleep(0.3)  # it waits at the row
        chosen = found.with_recipient(AMBRE, at=NOW)
        await transaction.save(chosen, outline(chosen))

    assert (await waiting).recipient == AMBRE
