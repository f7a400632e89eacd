"""Credit that fell low: one e-mail to the holder, however often the fact comes."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from kit.clock import system_clock
from kit.db import Database
from kit.events import Incoming
from kit.ids import new_id
from preavis.billing.v1.events_pb2 import CreditLow
from services.accounts.consumers import billing_consumer
from services.accounts.domain.account import AccountMissing, AccountState
from services.accounts.partners.mails import Mails
from services.accounts.store import SqlStore
from services.accounts.tests.builders import an_account

pytestmark = pytest.mark.servers


@pytest.fixture
def sql(accounts_db: Database) -> SqlStore:
    return SqlStore(accounts_db, Mails("http://localhost").compose)


def a_fall(account_id: UUID, *, version: int = 7, age: timedelta = timedelta()) -> Incoming:
    return Incoming(
        event_id=new_id(),
        account_id=account_id,
        aggregate_id=str(account_id),
        aggregate_version=version,
        occurred_at=system_clock() - age,
        message=CreditLow(
            account_id=str(account_id),
            aggregate_id=str(account_id),
            aggregate_version=version,
            available_cents=1_760,
            low_below_cents=2_000,
        ),
    )


async def mails(db: Database, account_id: UUID) -> list[tuple[str, str]]:
    wanted = text(
        "SELECT mail ->> 'to', mail ->> 'subject' FROM outgoing_mail WHERE account_id = :id"
    )
    async with db.worker() as session:
        return [(to, subject) for to, subject in await session.execute(wanted, {"id": account_id})]


async def test_the_holder_is_told_once_for_each_fall(sql: SqlStore, accounts_db: Database) -> None:
    account, consumer = an_account(), billing_consumer(sql.book)
    async with sql.account(account.id) as tx:
        await tx.accounts.add(account)
    first = a_fall(account.id)

    for _ in range(2):
        await consumer.take(accounts_db, first)  # delivered twice
    await consumer.take(accounts_db, a_fall(account.id))  # published again under another id
    assert len(await mails(accounts_db, account.id)) == 1

    await consumer.take(accounts_db, a_fall(account.id, version=12))
    told = await mails(accounts_db, account.id)

    assert [to for to, _ in told] == [account.holder.email] * 2
    assert told[0][1].startswith("Il vous reste 17,60")


async def test_old_news_and_closed_accounts_are_left_in_peace(
    sql: SqlStore, accounts_db: Database
) -> None:
    account = an_account()
    closed = an_account(state=AccountState.CLOSED)
    consumer = billing_consumer(sql.book)
    for one in (account, closed):
        async with sql.account(one.id) as tx:
            await tx.accounts.add(one)

    await consumer.take(accounts_db, a_fall(account.id, age=timedelta(days=4)))
    await consumer.take(accounts_db, a_fall(closed.id))

    assert await mails(accounts_db, account.id) == []
    assert await mails(accounts_db, closed.id) == []


async def test_an_account_that_does_not_exist_is_for_a_person_to_look_at(
    sql: SqlStore, accounts_db: Database
) -> None:
    with pytest.raises(AccountMissing):
        await billing_consumer(sql.book).take(accounts_db, a_fall(new_id()))
