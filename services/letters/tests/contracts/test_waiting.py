"""Who waits for another's transaction sees what it left, and what is joined as it is now."""

import asyncio
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from services.letters.domain.letter import Letter
from services.letters.domain.outline import outline
from services.letters.store import LetterStore, PostgresDirectory
from services.letters.tests.builders import NOW, a_contract, a_draft, a_frozen, a_recipient
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


async def test_of_two_letters_for_one_contract_frozen_at_once_the_second_sees_the_first(
    database: MakeDatabase,
) -> None:
    db = await database("letters")
    await PostgresDirectory(db).put([AMBRE])
    store, account, since = LetterStore(db), uuid4(), date(2026, 10, 24)
    first, second = (
        a_draft(account, number=number, recipient=AMBRE, contracts=(a_contract(),))
        for number in ("26-00001", "26-00002")
    )

    async def the_other() -> list[str]:
        async with store.account(account) as transaction:
            alike = await transaction.alike(second, sent_from=since, alone=True)
            return [one.number for one in alike]

    async with store.account(account) as transaction:
        for letter in (first, second):
            await transaction.add(letter, outline(letter))
    async with store.account(account) as transaction:
        assert await transaction.alike(first, sent_from=since, alone=True) == []
        waiting = asyncio.create_task(the_other())
        await asyncio.sleep(0.3)  # it waits for those before it
        locked = replace(first, frozen=a_frozen(first), version=2)
        await transaction.save(locked, outline(locked))

    assert await waiting == ["26-00001"]
