"""What only the real database can promise: rows closed to others, facts and e-mails that wait."""

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import text

from kit.db import Database
from preavis.accounts.v1.events_pb2 import StandingChanged
from services.accounts.domain import facts
from services.accounts.domain.facts import Notice, NoticeKind
from services.accounts.domain.throttle import Act
from services.accounts.partners.mails import Mails
from services.accounts.store import SqlStore
from services.accounts.tests.builders import NOW, a_login, a_proof, an_account
from tests.support.time import day

pytestmark = pytest.mark.servers


@pytest.fixture
def sql(accounts_db: Database) -> SqlStore:
    return SqlStore(accounts_db, Mails("http://localhost").compose)


@pytest.mark.parametrize("table", ["account", "profile", "proof", "audit_entry"])
async def test_a_transaction_that_names_no_account_sees_no_row(
    sql: SqlStore, accounts_db: Database, table: str
) -> None:
    account = an_account()
    async with sql.account(account.id) as tx:
        await tx.accounts.add(account)
        await tx.logins.add(a_login(account))
        await tx.proofs.add(a_proof(account.id))
        entry = facts.AuditEntry(at=NOW, actor_id=None, actor="Inès", action="proof-viewed")
        await tx.proofs.note(account.id, entry)
    count = text(f"SELECT count(*) FROM {table}")  # noqa: S608 - a literal above

    async with accounts_db.account(uuid4()) as session:
        assert await session.scalar(count) == 0
    async with accounts_db.worker() as session:
        assert await session.scalar(count) == 0
    async with accounts_db.account(account.id) as session:
        assert (await session.scalar(count) or 0) > 0


async def test_the_audit_cannot_be_rewritten(accounts_db: Database) -> None:
    for verb in ("UPDATE audit_entry SET actor = 'x'", "DELETE FROM audit_entry"):
        with pytest.raises(Exception, match="permission denied"):
            async with accounts_db.across_accounts("tamper") as session:
                await session.execute(text(verb))


async def test_facts_and_e_mails_wait_for_the_commit(sql: SqlStore, accounts_db: Database) -> None:
    account = an_account()
    told = facts.StandingChanged(
        account_id=account.id, version=3, may_send=False, blockers=("a", "b"),
        last_day=day("Sun 2027-02-28"),
    )  # fmt: skip
    notice = Notice(
        kind=NoticeKind.PROOF_ACCEPTED, key=f"n:{account.id}", to="a@b.example",
        facts={"name": "H", "kind": "statutes", "note": "", "end_day": None},
    )  # fmt: skip
    async with sql.account(account.id) as tx:
        await tx.outbox.announce(told)
        await tx.outbox.tell(notice, account.id)
        await tx.outbox.tell(notice, account.id)
        await tx.outbox.plan_check(account.id, NOW)
        await tx.outbox.plan_standing(account.id, day("Mon 2027-03-01"))

    mine = {"id": account.id}
    async with accounts_db.worker() as session:
        payload = await session.scalar(
            text("SELECT payload FROM outbox WHERE account_id = :id"), mine
        )
        mails = await session.scalars(
            text("SELECT mail ->> 'subject' FROM outgoing_mail WHERE account_id = :id"), mine
        )
        items = await session.execute(
            text("SELECT kind, due_at FROM scheduled_item WHERE account_id = :id ORDER BY 1"), mine
        )
    message = StandingChanged.FromString(payload)
    assert (message.aggregate_version, message.valid_until) == (3, "2027-02-28")
    assert list(mails) == ["Acceptés\u00a0: vos statuts"]
    assert [(row.kind, row.due_at.isoformat()) for row in items] == [
        ("check-registration", "2026-11-23T09:00:00+00:00"),
        ("review-standing", "2027-02-28T23:00:00+00:00"),
    ]


async def test_two_tries_at_the_same_instant_are_two(sql: SqlStore) -> None:
    who = str(uuid4())

    async def attempt() -> int:
        async with sql.everybody("count") as tx:
            seen = len(await tx.logins.tries(Act.LOG_IN, who))
            await asyncio.sleep(0.05)
            await tx.logins.add_try(Act.LOG_IN, who, NOW)
            return seen

    assert sorted(await asyncio.gather(attempt(), attempt(), attempt())) == [0, 1, 2]
