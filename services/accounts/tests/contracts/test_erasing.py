"""Files of proofs go when their term is over, on real Postgres and real files, by the clock."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from kit.blobs import BlobMissing
from kit.db import Database
from kit.due import DueWorker
from kit.failpoints import Crashed, crash_at
from kit.ids import new_id
from services.accounts import usecases
from services.accounts.domain.account import Account
from services.accounts.domain.proof import Proof, ProofKind, RejectionReason
from services.accounts.due import due_worker
from services.accounts.partners.mails import Mails
from services.accounts.partners.proof_files import ProofFiles
from services.accounts.ports import ERASE_PROOF
from services.accounts.store import SqlStore
from services.accounts.tests.builders import BROKER, an_account
from services.accounts.tests.fakes import FakeRegistry, fake_upload
from services.accounts.usecases.erasing import plan_erasure
from services.accounts.usecases.proving import Actor
from tests.support.servers import MakeDatabase
from tests.support.time import SettableClock, paris

pytestmark = pytest.mark.servers

INES = Actor(id=new_id(), name="Inès Carpentier")
IDENTITY, ATTESTATION = ProofKind.IDENTITY_DOCUMENT, ProofKind.ORIAS_ATTESTATION
SAME = b"the same bytes"
NEXT = text("SELECT min(due_at) FROM scheduled_item WHERE state = 'pending' AND kind = :kind")


@dataclass
class Cabinet:
    """Accounts, their files, and time."""

    db: Database
    store: SqlStore
    files: ProofFiles
    worker: DueWorker
    clock: SettableClock

    async def account(self) -> Account:
        account = an_account()
        async with self.store.account(account.id) as tx:
            await tx.accounts.add(account)
        return account

    async def hand_in(self, account: Account, kind: ProofKind, data: bytes = SAME) -> Proof:
        return await usecases.upload_proof(
            account.id, kind, filename="cni-helene.pdf", data=data,
            valid_until="2027-12-31" if kind is ATTESTATION else "", key=str(new_id()),
            store=self.store, uploads=fake_upload, files=self.files, clock=self.clock,
        )  # fmt: skip

    async def reject(self, proof: Proof) -> Proof:
        return await usecases.reject_proof(
            proof.account_id, proof.id, reason=RejectionReason.UNREADABLE, note="", version=0,
            by=INES, store=self.store, clock=self.clock,
        )  # fmt: skip

    async def accept(self, proof: Proof) -> Proof:
        return await usecases.accept_proof(
            proof.account_id, proof.id, valid_until="", note="", version=0,
            by=INES, store=self.store, clock=self.clock,
        )  # fmt: skip

    async def close(self, account_id: UUID) -> None:
        async with self.store.account(account_id) as tx:
            account = await tx.accounts.get(account_id, lock=True)
            await tx.accounts.save(account.close(at=self.clock()))

    async def live_until(self, end: str) -> None:
        """Go from look to look, and do what is due at each."""
        until = paris(end)
        while (at := await self._next()) is not None and at <= until:
            self.clock.now = max(at, self.clock.now)
            while await self.worker.do_leased():
                pass
        self.clock.now = until

    async def _next(self) -> datetime | None:
        async with self.db.worker() as session:
            found: datetime | None = await session.scalar(NEXT, {"kind": ERASE_PROOF})
        return found

    async def is_kept(self, proof: Proof) -> bool:
        """Say whether the file is there, and that its row says the same."""
        async with self.store.account(proof.account_id) as tx:
            row = await tx.proofs.get(proof.account_id, proof.id)
        try:
            await self.files.get(proof.id, proof.sha256)
        except BlobMissing:
            assert (row.erased_at is not None, row.filename) == (True, "")
            return False
        assert row.erased_at is None
        return True


@pytest.fixture
async def cabinet(database: MakeDatabase, tmp_path: Path) -> Cabinet:
    db = await database("accounts")
    store = SqlStore(db, Mails("http://localhost").compose)
    clock, files = SettableClock(paris("Mon 2027-03-01 10:00")), ProofFiles(tmp_path)
    worker = due_worker(
        db, clock, store=store, book_of=store.book, registry=FakeRegistry(BROKER), files=files
    )
    return Cabinet(db, store, files, worker, clock)


async def test_a_rejected_identity_document_goes_after_thirty_days(cabinet: Cabinet) -> None:
    proof = await cabinet.reject(await cabinet.hand_in(await cabinet.account(), IDENTITY))

    await cabinet.live_until("Wed 2027-03-31 23:59")
    assert await cabinet.is_kept(proof)
    await cabinet.live_until("Thu 2027-04-01 00:00")

    assert not await cabinet.is_kept(proof)


async def test_a_proof_that_gave_way_goes_and_the_newer_one_stays(cabinet: Cabinet) -> None:
    account = await cabinet.account()
    old, new = [await cabinet.hand_in(account, IDENTITY) for _ in range(2)]

    await cabinet.live_until("Thu 2027-04-01 00:00")

    assert not await cabinet.is_kept(old)
    assert await cabinet.is_kept(new)


async def test_the_same_bytes_of_another_account_are_not_touched(cabinet: Cabinet) -> None:
    mine = await cabinet.reject(await cabinet.hand_in(await cabinet.account(), IDENTITY))
    theirs = await cabinet.accept(await cabinet.hand_in(await cabinet.account(), IDENTITY))
    assert mine.sha256 == theirs.sha256

    await cabinet.live_until("Thu 2027-04-01 00:00")

    assert not await cabinet.is_kept(mine)
    assert await cabinet.is_kept(theirs)


async def test_an_accepted_proof_lives_with_its_account_and_five_years_more(
    cabinet: Cabinet,
) -> None:
    account = await cabinet.account()
    proof = await cabinet.accept(await cabinet.hand_in(account, ATTESTATION))

    await cabinet.live_until("Tue 2035-05-15 12:00")
    assert await cabinet.is_kept(proof)
    await cabinet.close(account.id)
    await cabinet.live_until("Tue 2040-05-15 23:59")
    assert await cabinet.is_kept(proof)
    await cabinet.live_until("Wed 2040-05-16 00:00")

    assert not await cabinet.is_kept(proof)


async def test_what_nobody_judged_goes_soon_after_its_account_is_closed(cabinet: Cabinet) -> None:
    account = await cabinet.account()
    proof = await cabinet.hand_in(account, IDENTITY)
    await cabinet.close(account.id)

    await cabinet.live_until("Thu 2028-03-02 00:00")  # the yearly look at the latest

    assert not await cabinet.is_kept(proof)


async def test_the_yearly_look_does_not_put_off_what_a_rejection_plans(cabinet: Cabinet) -> None:
    proof = await cabinet.hand_in(account := await cabinet.account(), IDENTITY)
    cabinet.clock.set("Wed 2028-03-01 00:00")
    now, where = cabinet.clock(), {"store": cabinet.store, "files": cabinet.files}

    async with cabinet.store.account(account.id) as tx:  # staff judge it at that very instant
        account = await tx.accounts.get(account.id, lock=True)
        rejected = proof.reject(by="Inès", at=now, reason=RejectionReason.UNREADABLE, note="")
        await plan_erasure(tx, account, await tx.proofs.save(rejected), now=now)
        look = asyncio.create_task(
            usecases.erase_proof(account.id, proof.id, **where, clock=cabinet.clock)  # type: ignore[arg-type]
        )
        await asyncio.sleep(0.3)  # it waits
    assert not await look

    await cabinet.live_until("Sat 2028-04-01 00:00")
    assert not await cabinet.is_kept(proof)


async def test_after_a_crash_the_row_is_told_what_the_disk_knows(cabinet: Cabinet) -> None:
    proof = await cabinet.reject(await cabinet.hand_in(await cabinet.account(), IDENTITY))
    cabinet.clock.set("Thu 2027-04-01 09:00")
    where = {"store": cabinet.store, "files": cabinet.files, "clock": cabinet.clock}

    with crash_at("accounts.erase.erased"), pytest.raises(Crashed):
        await usecases.erase_proof(proof.account_id, proof.id, **where)  # type: ignore[arg-type]
    for _ in range(2):
        assert await usecases.erase_proof(proof.account_id, proof.id, **where)  # type: ignore[arg-type]

    assert not await cabinet.is_kept(proof)
