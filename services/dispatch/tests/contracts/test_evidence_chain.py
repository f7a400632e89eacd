"""Many sheets of one account at once, on real Postgres and the real due worker."""

import asyncio
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import text
from typing_extensions import override

from kit.db import Database
from kit.ids import new_id, new_token, token_hash
from services.dispatch.domain.evidence import GENESIS, Evidence
from services.dispatch.domain.proofs import Proof, ProofKind
from services.dispatch.domain.sending import Sending, State
from services.dispatch.domain.timeline import Happened
from services.dispatch.due import due_worker
from services.dispatch.ports import Desk
from services.dispatch.store import PgStore
from services.dispatch.tests.builders import NOON, a_room, a_sending
from services.dispatch.tests.fakes import SEALED, FakeSealer
from services.dispatch.tests.peers import FakeLetters
from tests.support.servers import MakeDatabase

pytestmark = pytest.mark.servers

SHEETS, HANDS = 24, 6


class CrowdedSealer(FakeSealer):
    """Seals nothing before as many sheets as there are hands wait for their seal together."""

    def __init__(self) -> None:
        self.count = 0
        self._crowd = asyncio.Event()

    @override
    async def seal(self, pdf: bytes, *, evidence: bytes, at: datetime) -> bytes:
        self.count += 1
        if self.count == HANDS:
            self._crowd.set()
        await asyncio.wait_for(self._crowd.wait(), timeout=20)
        return await super().seal(pdf, evidence=evidence, at=at)


async def ended(desk: Desk, account_id: UUID, rank: int) -> Sending:
    """Store a signed letter with its proofs, whose sheet is due."""
    letter, _ = await FakeLetters().freeze(a_sending(), send_day=NOON.date(), key="k")
    deposited = a_sending(State.DEPOSITED)
    assert deposited.attempt is not None
    attempt = replace(
        deposited.attempt, id=new_id(), token_hash=token_hash(new_token()), reference=str(rank)
    )
    signed = replace(
        deposited,
        id=new_id(),
        account_id=account_id,
        letter_id=new_id(),
        letter=letter,
        state=State.SIGNED,
        attempt=attempt,
        deposited_at=NOON,
        ended_at=NOON,
    )
    async with desk.store.account(account_id) as work:
        facts = [Happened(code=code, at=NOON) for code in ("deposited", "signed")]
        saved = await work.save(signed, *facts)
        for kind in (ProofKind.DEPOSIT, ProofKind.RECEIPT):
            await work.add_proof(saved, a_proof(kind, rank))
        key, named = f"evidence:{saved.id}", {"sending_id": str(saved.id)}
        await work.plan("evidence", key, NOON, payload=named)
    return saved


def a_proof(kind: ProofKind, rank: int) -> Proof:
    return Proof(
        kind=kind,
        attempt=1,
        filename=f"26-00042-{kind}.pdf",
        sha256=f"{rank:064x}",
        byte_count=12,
        stamped_at=NOON,
        stored_at=NOON,
        operator_reference=str(rank),
    )


async def done(db: Database) -> list[tuple[int, str | None]]:
    """Wait until every sheet is made; return how often each was tried, and its last failure."""
    asked = text("SELECT state, attempts, last_error FROM scheduled_item WHERE kind = 'evidence'")
    for _ in range(600):
        async with db.worker() as session:
            rows = (await session.execute(asked)).all()
        if all(state == "done" for state, _, _ in rows):
            return [(attempts, error) for _, attempts, error in rows]
        await asyncio.sleep(0.05)
    raise AssertionError("some sheets were not made")


async def test_sheets_of_one_account_are_chained_one_by_one_and_sealed_together(
    database: MakeDatabase,
) -> None:
    db, room, sealer, account_id = await database("dispatch"), a_room(), CrowdedSealer(), new_id()
    desk = replace(room.desk, store=PgStore(db, room.clock), sealer=sealer)
    sendings = [await ended(desk, account_id, rank) for rank in range(SHEETS)]
    worker, stop = due_worker(db, desk, hands=HANDS, lease_s=60), asyncio.Event()

    working = asyncio.create_task(worker.run(stop))
    tried = await done(db)
    stop.set()
    await working

    assert tried == [(1, None)] * SHEETS  # none was in another's way
    assert sealer.count == SHEETS  # and none was sealed twice
    async with db.account(account_id) as session:
        rows = await session.execute(
            text(
                "SELECT number, previous_sha256, sha256, sending_id, evidence"
                " FROM evidence_sheet ORDER BY number"
            )
        )
        links = rows.all()
    assert [link.number for link in links] == list(range(1, SHEETS + 1))
    assert [link.previous_sha256 for link in links] == [
        GENESIS,
        *(link.sha256 for link in links[:-1]),
    ]
    assert {link.sending_id for link in links} == {sending.id for sending in sendings}
    assert {link.evidence for link in links} == {None}
    for link in links:
        await check_sheet(desk, account_id, link.sending_id, (link.number, link.sha256))
    async with desk.store.account(account_id) as work:
        head = await work.evidence_head()
    assert (head.number, head.sha256) == (SHEETS, links[-1].sha256)


async def check_sheet(
    desk: Desk, account_id: UUID, sending_id: UUID, link: tuple[int, str]
) -> None:
    """Check that the sealed sheet carries the very evidence that was chained."""
    async with desk.store.account(account_id) as work:
        sheet = (await work.proofs(sending_id))[-1]
    sealed = await desk.vault.get(sending_id, sheet.sha256)
    evidence = Evidence.read(sealed.partition(SEALED)[2])
    assert (int(evidence.letter["sheet_number"]), evidence.sha256) == link
