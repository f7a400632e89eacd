"""What is joined to an account that was waited for comes as it is now, not as it was before."""

import asyncio

import pytest

from kit.db import Database
from services.accounts.domain.account import Account, Theme
from services.accounts.partners.mails import Mails
from services.accounts.store import SqlStore
from services.accounts.tests.builders import an_account

pytestmark = pytest.mark.servers
PHONE = "+33199001234"


async def test_a_change_of_the_holder_is_not_undone_by_one_that_waited_for_it(
    accounts_db: Database,
) -> None:
    store, account = SqlStore(accounts_db, Mails("http://localhost").compose), an_account()

    async def the_other() -> Account:
        async with store.account(account.id) as tx:
            found = await tx.accounts.get(account.id, lock=True)
            return await tx.accounts.save(found.with_theme(Theme.DARK))

    async with store.everybody("arrange") as tx:
        await tx.accounts.add(account)
    async with store.account(account.id) as tx:
        found = await tx.accounts.get(account.id, lock=True)
        waiting = asyncio.create_task(the_other())
        await asyncio.sleep(0.3)  # it waits at the row
        await tx.accounts.save(found.with_contact(phone=PHONE, mobile="", email=found.holder.email))

    holder = (await waiting).holder
    assert (holder.phone, holder.theme) == (PHONE, Theme.DARK)
