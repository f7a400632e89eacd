"""A renewal season lived by the real due worker on real Postgres: checks, warnings, the end."""

from dataclasses import dataclass
from datetime import date, datetime

import pytest
from sqlalchemy import text

from kit.db import Database
from kit.due import DueWorker
from services.accounts import usecases
from services.accounts.domain.account import Account
from services.accounts.domain.proof import ProofState
from services.accounts.domain.registration import RegistrationStatus as Status
from services.accounts.due import due_worker
from services.accounts.partners.mails import Mails
from services.accounts.store import SqlStore
from services.accounts.tests.builders import BROKER, REMOVED, a_proof, an_account, both_proofs
from services.accounts.tests.fakes import FakeFiles, FakeRegistry
from services.accounts.usecases.standings import tell_standing
from tests.support.servers import MakeDatabase
from tests.support.time import SettableClock, paris

pytestmark = pytest.mark.servers

NEXT = text("SELECT min(due_at) FROM scheduled_item WHERE state = 'pending'")
MAILS = text("SELECT mail ->> 'subject' FROM outgoing_mail ORDER BY id")


@dataclass
class Season:
    """One agency, the registry, and time."""

    db: Database
    store: SqlStore
    worker: DueWorker
    registry: FakeRegistry
    clock: SettableClock
    account: Account

    async def live_until(self, end: str) -> None:
        """Go from due instant to due instant, and do what is due at each."""
        until = paris(end)
        while (at := await self._next()) is not None and at <= until:
            self.clock.now = max(at, self.clock.now)
            while await self.worker.do_within() or await self.worker.do_leased():
                pass
            async with self.db.worker() as session:  # a silent registry is asked again at once
                await session.execute(text("UPDATE scheduled_item SET retry_at = now()"))
            if self.registry.down:
                break
        self.clock.now = until

    async def _next(self) -> datetime | None:
        async with self.db.worker() as session:
            found: datetime | None = await session.scalar(NEXT)
        return found

    async def mails(self) -> list[str]:
        async with self.db.worker() as session:
            return [str(subject) for subject in await session.scalars(MAILS)]

    async def may_send(self, day: str) -> bool:
        on_day = date.fromisoformat(day)
        _, found = await usecases.read_standing(self.account.id, on_day, store=self.store)
        return found.may_send

    async def status(self) -> Status:
        async with self.store.account(self.account.id) as tx:
            return (await tx.accounts.get(self.account.id)).registration.status


@pytest.fixture
async def season(database: MakeDatabase) -> Season:
    """An agency in order since November, whose attestation ends with February."""
    db = await database("accounts")
    store = SqlStore(db, Mails("http://localhost").compose)
    clock, registry = SettableClock(paris("Mon 2026-11-23 10:00")), FakeRegistry(BROKER)
    account = an_account()
    async with store.account(account.id) as tx:
        await tx.accounts.add(account)
        for proof in both_proofs(account.id):
            await tx.proofs.add(proof)
        account = await tell_standing(tx, account, now=clock())
        await tx.outbox.plan_check(account.id, clock())
    worker = due_worker(
        db, clock, store=store, book_of=store.book, registry=registry, files=FakeFiles()
    )
    return Season(db, store, worker, registry, clock, account)


async def renew(season: Season) -> None:
    """Have next year's attestation accepted."""
    newer = a_proof(
        season.account.id,
        state=ProofState.ACCEPTED,
        valid_until=date(2028, 2, 29),
        uploaded_at=season.clock(),
    )
    async with season.store.account(season.account.id) as tx:
        await tx.proofs.add(newer)
        account = await tx.accounts.get(season.account.id, lock=True)
        await tell_standing(tx, account, now=season.clock())


async def test_the_registry_is_asked_each_month_and_at_the_renewal(season: Season) -> None:
    await season.live_until("Mon 2027-03-01 12:00")

    assert len(season.registry.asked) == 5  # 23 November, then every 30 days, then 1 March at 6:00
    assert await season.status() is Status.REGISTERED


async def test_the_end_of_an_attestation_is_told_a_month_and_a_week_ahead_then_stops_sending(
    season: Season,
) -> None:
    told = []
    for until in (
        "Thu 2027-01-28 23:59", "Fri 2027-01-29 00:00", "Sat 2027-02-20 23:59",
        "Sun 2027-02-21 00:00", "Sun 2027-02-28 23:59", "Mon 2027-03-01 00:00",
    ):  # fmt: skip
        await season.live_until(until)
        told.append(len(await season.mails()))

    assert told == [0, 1, 1, 2, 2, 3]
    assert await season.may_send("2027-02-28")
    assert not await season.may_send("2027-03-01")


async def test_who_renews_in_time_is_left_in_peace_for_another_year(season: Season) -> None:
    await season.live_until("Fri 2027-01-29 08:00")
    await renew(season)

    await season.live_until("Wed 2028-01-26 12:00")

    assert len(await season.mails()) == 1  # the warning that came before the renewal
    assert await season.may_send("2027-03-01")
    assert await season.may_send("2028-02-29")


async def test_a_lapse_found_at_the_renewal_warns_for_a_fortnight_then_stops_sending(
    season: Season,
) -> None:
    await renew(season)
    await season.live_until("Sun 2027-02-28 12:00")
    season.registry.answer = REMOVED

    await season.live_until("Mon 2027-03-01 06:00")
    warned = await season.mails()
    await season.live_until("Sun 2027-03-14 23:59")
    asked = len(season.registry.asked)
    before = await season.mails()
    await season.live_until("Mon 2027-03-15 07:00")

    assert len(warned) == len(before) == 1
    assert asked > 15  # every day since
    assert await season.may_send("2027-03-14")
    assert not await season.may_send("2027-03-15")
    assert len(await season.mails()) == 2


async def test_a_lapse_made_good_meanwhile_stops_nothing(season: Season) -> None:
    await renew(season)
    await season.live_until("Sun 2027-02-28 12:00")
    season.registry.answer = REMOVED
    await season.live_until("Fri 2027-03-05 12:00")
    season.registry.answer = BROKER

    await season.live_until("Thu 2027-04-01 12:00")

    assert await season.status() is Status.REGISTERED
    assert await season.may_send("2027-03-15")
    assert len(await season.mails()) == 1


async def test_while_the_registry_is_silent_what_stood_before_stands(season: Season) -> None:
    await renew(season)
    season.registry.down = True

    await season.live_until("Mon 2027-03-01 12:00")

    assert await season.status() is Status.REGISTERED
    assert await season.may_send("2027-03-20")
    season.registry.down, season.registry.answer = False, REMOVED
    await season.live_until("Tue 2027-03-02 12:00")
    assert await season.status() is Status.LAPSED
