from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from kit.errors import ChangedMeanwhile, InvalidFields, TurnedDown
from services.accounts import usecases
from services.accounts.domain.account import Account, AccountKind
from services.accounts.domain.facts import NoticeKind, StandingChanged
from services.accounts.domain.proof import (
    Proof,
    ProofKind,
    ProofMissing,
    ProofNotExpected,
    ProofReviewed,
    ProofState,
    RejectionReason,
)
from services.accounts.domain.registration import Registration
from services.accounts.domain.registration import RegistrationStatus as Status
from services.accounts.domain.throttle import Throttled
from services.accounts.tests.builders import NOBODY, REMOVED, an_account, both_proofs
from services.accounts.tests.fakes import FakeFiles, FakeRegistry, FakeStore, fake_upload
from services.accounts.usecases.proving import Actor
from tests.support.time import SettableClock

INES = Actor(id=uuid4(), name="Inès Carpentier")
ATTESTATION = ProofKind.ORIAS_ATTESTATION


@dataclass
class Desk:
    """An account, and the staff who review it."""

    store: FakeStore
    files: FakeFiles
    registry: FakeRegistry
    clock: SettableClock
    account: Account

    async def hand_in(
        self,
        kind: ProofKind = ATTESTATION,
        key: str = "k",
        valid_until: str = "2027-02-28",
        filename: str = "attestation 2026.pdf",
    ) -> Proof:
        return await usecases.upload_proof(
            self.account.id,
            kind,
            filename=filename,
            data=f"{kind}{key}".encode(),
            valid_until=valid_until,
            key=key,
            store=self.store,
            uploads=fake_upload,
            files=self.files,
            clock=self.clock,
        )

    async def accept(self, proof: Proof, valid_until: str = "", version: int = 0) -> Proof:
        return await usecases.accept_proof(
            self.account.id,
            proof.id,
            valid_until=valid_until,
            note="",
            version=version,
            by=INES,
            store=self.store,
            clock=self.clock,
        )

    async def reject(self, proof: Proof) -> Proof:
        return await usecases.reject_proof(
            self.account.id,
            proof.id,
            reason=RejectionReason.UNREADABLE,
            note="Le numéro est caché.",
            version=0,
            by=INES,
            store=self.store,
            clock=self.clock,
        )

    async def check(self, asked_by: Actor | None = None) -> Registration:
        return await usecases.check_registration(
            self.account.id,
            asked_by=asked_by,
            store=self.store,
            registry=self.registry,
            clock=self.clock,
        )

    async def may_send(self, day: date) -> bool:
        _, found = await usecases.read_standing(self.account.id, day, store=self.store)
        return found.may_send

    async def give(self, *proofs: Proof) -> None:
        async with self.store.everybody("arrange") as tx:
            for proof in proofs:
                await tx.proofs.add(proof)


@pytest.fixture
async def desk(
    store: FakeStore, files: FakeFiles, registry: FakeRegistry, clock: SettableClock
) -> Desk:
    account = an_account()
    async with store.everybody("arrange") as tx:
        await tx.accounts.add(account)
    return Desk(store, files, registry, clock, account)


async def test_two_accepted_proofs_open_the_way(desk: Desk) -> None:
    attestation = await desk.hand_in()
    identity = await desk.hand_in(ProofKind.IDENTITY_DOCUMENT, key="i", valid_until="")
    assert not await desk.may_send(date(2026, 11, 23))

    await desk.accept(attestation)
    await desk.accept(identity)

    assert await desk.may_send(date(2026, 11, 23))
    last = desk.store.state.facts[-1]
    assert isinstance(last, StandingChanged)
    assert (last.may_send, last.last_day) == (True, date(2027, 2, 28))
    assert [n.kind for n in desk.store.notices] == [NoticeKind.PROOF_ACCEPTED] * 2


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("fdp.\u202eexe\u2066", "fdp.exe"),
        ("a\r\nb\u200b.pdf", "a b.pdf"),
        ("\u202e\u200b", "orias_attestation"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
async def test_a_file_keeps_its_name_as_it_prints(desk: Desk, typed: str, kept: str) -> None:
    assert (await desk.hand_in(filename=typed)).filename == kept


async def test_a_rejection_tells_why_and_keeps_the_door_shut(desk: Desk) -> None:
    rejected = await desk.reject(await desk.hand_in())

    notice = desk.store.notices[-1]
    assert rejected.state is ProofState.REJECTED
    assert (notice.kind, notice.facts["reason"]) == (NoticeKind.PROOF_REJECTED, "unreadable")
    assert notice.facts["note"] == "Le numéro est caché."
    assert not await desk.may_send(date(2026, 11, 23))


async def test_a_decision_made_twice_is_one_e_mail_and_one_entry(desk: Desk) -> None:
    proof = await desk.hand_in()

    await desk.accept(proof)
    await desk.accept(proof)

    assert len(desk.store.notices) == 1
    assert len(desk.store.state.audit) == 1


async def test_a_decision_is_not_turned_round(desk: Desk) -> None:
    proof = await desk.hand_in()
    await desk.reject(proof)

    with pytest.raises(ProofReviewed):
        await desk.accept(proof)


async def test_a_reviewer_who_read_an_older_version_is_stopped(desk: Desk) -> None:
    proof = await desk.hand_in()

    with pytest.raises(ChangedMeanwhile):
        await desk.accept(proof, version=7)


async def test_staff_correct_the_last_day(desk: Desk) -> None:
    accepted = await desk.accept(await desk.hand_in(), valid_until="2027-01-31")

    assert accepted.valid_until == date(2027, 1, 31)


async def test_the_same_upload_twice_is_one_proof(desk: Desk) -> None:
    first = await desk.hand_in(key="same")

    assert await desk.hand_in(key="same") == first
    assert len(desk.store.state.proofs) == 1


async def test_a_new_upload_takes_the_place_of_one_not_reviewed(desk: Desk) -> None:
    old, new = await desk.hand_in(key="1"), await desk.hand_in(key="2")

    states = {p.id: p.state for p in desk.store.state.proofs.values()}
    assert states == {old.id: ProofState.REPLACED, new.id: ProofState.IN_REVIEW}


@pytest.mark.parametrize(
    ("kind", "valid_until", "refusal"),
    [
        (ProofKind.STATUTES, "", ProofNotExpected),
        (ATTESTATION, "", InvalidFields),
        (ATTESTATION, "2026-11-22", InvalidFields),
    ],
)
async def test_what_proves_nothing_is_not_even_read(
    desk: Desk, kind: ProofKind, valid_until: str, refusal: type[TurnedDown]
) -> None:
    with pytest.raises(refusal):
        await desk.hand_in(kind, valid_until=valid_until)

    assert desk.files.kept == {}


async def test_what_staff_look_at_is_recorded_and_what_the_agent_does_is_not(desk: Desk) -> None:
    proof = await desk.hand_in()

    async def read(staff: Actor | None, account_id: UUID = desk.account.id) -> bytes:
        _, data = await usecases.read_proof_file(
            account_id, proof.id, staff=staff, store=desk.store, files=desk.files, clock=desk.clock
        )
        return data

    assert await read(None) == b"orias_attestationk"
    assert await read(INES)
    history = (await usecases.read_review(desk.account.id, store=desk.store)).history
    assert [(e.action, e.actor) for e in history] == [("proof-viewed", "Inès Carpentier")]
    with pytest.raises(ProofMissing):
        await read(None, uuid4())


async def test_the_queue_begins_with_who_waits_longest(desk: Desk) -> None:
    later = an_account(kind=AccountKind.INTERMEDIARY)
    async with desk.store.everybody("arrange") as tx:
        await tx.accounts.add(later)
    await desk.hand_in()
    first = desk.account
    desk.account = later
    desk.clock.advance(timedelta(hours=1))
    await desk.hand_in()

    queue = await usecases.review_queue("", store=desk.store)
    review = await usecases.read_review(first.id, store=desk.store)

    assert [item.account.id for item in queue.items] == [first.id, later.id]
    assert review.next_account_id == later.id


async def test_the_registry_is_asked_and_asked_again(desk: Desk) -> None:
    found = await desk.check()

    assert found.status is Status.REGISTERED
    assert desk.registry.asked == ["07045812"]
    assert desk.store.state.checks[desk.account.id] > desk.clock()


async def test_a_silent_registry_changes_nothing(desk: Desk) -> None:
    desk.registry.down = True

    with pytest.raises(TurnedDown):
        await desk.check()

    stored = desk.store.state.accounts[desk.account.id]
    assert stored.registration.status is Status.REGISTERED


async def test_a_lapse_is_told_at_once_and_forbids_a_fortnight_later(desk: Desk) -> None:
    await desk.give(*both_proofs(desk.account.id, valid_until=date(2028, 2, 29)))
    desk.registry.answer = REMOVED

    await desk.check()

    assert await desk.may_send(date(2026, 12, 6))
    assert not await desk.may_send(date(2026, 12, 7))
    assert [n.kind for n in desk.store.notices] == [NoticeKind.REGISTRATION_LAPSED]
    assert desk.store.state.looks[desk.account.id] <= date(2026, 12, 7)


async def test_an_unknown_number_is_told_once_however_often_it_is_asked(desk: Desk) -> None:
    desk.registry.answer = NOBODY

    for _ in range(3):
        await desk.check()

    assert [n.kind for n in desk.store.notices] == [NoticeKind.REGISTRATION_UNKNOWN]


async def test_the_registry_is_not_hammered_by_a_person(desk: Desk) -> None:
    for _ in range(10):
        await desk.check(INES)

    with pytest.raises(Throttled):
        await desk.check(INES)
    assert (await desk.check(None)).status is Status.REGISTERED


async def test_the_end_of_an_attestation_is_told_by_itself(desk: Desk) -> None:
    await desk.give(*both_proofs(desk.account.id))
    await desk.check()

    for when in ("Fri 2027-01-29 00:00", "Sun 2027-02-21 00:00", "Mon 2027-03-01 00:00"):
        desk.clock.set(when)
        async with desk.store.account(desk.account.id) as tx:
            await usecases.review_standing(tx, desk.account.id, now=desk.clock())

    assert [n.kind for n in desk.store.notices] == [
        NoticeKind.PROOF_EXPIRES,
        NoticeKind.PROOF_EXPIRES,
        NoticeKind.PROOF_EXPIRED,
    ]
    told = [f.may_send for f in desk.store.state.facts if isinstance(f, StandingChanged)]
    assert told == [True, False]
