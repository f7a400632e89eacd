"""Our own evidence sheet: chained once a sending has ended, then sealed and kept."""

import json
from pathlib import Path
from typing import Final
from uuid import UUID

from kit.days import paris_date
from kit.failpoints import failpoint
from kit.french import long_day
from services.dispatch.domain.evidence import Evidence
from services.dispatch.domain.evidence_sheet import Previous, evidence_of
from services.dispatch.domain.proofs import Proof, ProofKind, filename
from services.dispatch.domain.sending import ENDED, Sending
from services.dispatch.domain.timeline import Happened
from services.dispatch.ports import Desk, Work
from services.dispatch.usecases import erasing, proving, telling

TEMPLATE: Final = Path(__file__).parent.parent / "templates" / "evidence.typ"


async def seal_evidence(account_id: UUID, sending_id: UUID, *, desk: Desk) -> None:
    """Make the evidence sheet of a sending that has ended, once.

    Its evidence is first chained to the account's, in a transaction as short as can be; rendering
    and sealing, which are slow, wait for no other sheet. Raises ``ProofNotReady`` while the
    operator's own proofs are not all here: it is tried again.
    """
    async with desk.store.account(account_id) as work:
        sending = await work.get(sending_id)
        stored = await proving.stored_kinds(work, sending)
        if sending.state not in ENDED or ProofKind.EVIDENCE in stored:
            return
        if proving.expected(sending) - stored:
            raise proving.ProofNotReady
        evidence = await _chained(work, sending)
    failpoint("dispatch.evidence.chained")
    sheet = await desk.printer.render(_words(sending, evidence), template=TEMPLATE)
    sealed = await desk.sealer.seal(sheet.pdf, evidence=evidence.to_bytes(), at=desk.clock())
    failpoint("dispatch.evidence.sealed")
    await _keep(sending, evidence, sealed, desk=desk)
    failpoint("dispatch.evidence.stored")


async def _chained(work: Work, sending: Sending) -> Evidence:
    """Return a sending's link of the account's chain, added if it is not there yet."""
    unsealed = await work.unsealed_evidence(sending.id)
    if unsealed is not None:
        return Evidence.read(unsealed)
    if sending.letter is None:
        raise ValueError("a sending that has ended carried a letter")
    timeline = await work.timeline(sending.id)
    proofs = await work.proofs(sending.id)
    head = await work.evidence_head()  # last: the account's other sheets wait from here
    evidence = evidence_of(
        sending,
        sending.letter,
        facts=[line.fact for line in timeline if line.generation == sending.generation],
        proofs=proofs,
        previous=Previous(number=head.number, sha256=head.sha256),
    )
    await work.chain_evidence(head, sending.id, evidence.to_bytes())
    return evidence


async def _keep(sending: Sending, evidence: Evidence, sealed: bytes, *, desk: Desk) -> None:
    sha256 = await desk.vault.put(sending.id, sealed)
    now, attempt, letter = desk.clock(), sending.attempt, sending.letter
    proof = Proof(
        kind=ProofKind.EVIDENCE,
        attempt=attempt.number if attempt else 0,
        filename=filename(letter.number if letter else "", ProofKind.EVIDENCE),
        sha256=sha256,
        byte_count=len(sealed),
        stamped_at=now,
        stored_at=now,
        operator_reference=attempt.reference if attempt else "",
    )
    facts = {"sha256": sha256, "sheet": evidence.letter["sheet_number"]}
    async with desk.store.account(sending.account_id) as work:
        current = await work.get(sending.id)
        if await work.add_proof(current, proof):
            await work.evidence_sealed(current.id)
            await erasing.plan(work, current.id, sha256, paris_date(now))
            await work.note(current, Happened(code="proof-evidence", at=now, facts=facts))


def _words(sending: Sending, evidence: Evidence) -> dict[str, object]:
    """Return what the sheet prints: the very data that is attached to it, and days as people say.

    A day that is not known is absent.
    """
    order = sending.order
    days = {
        "sent": order.send_day,
        "last_covered": order.last_covered_day,
        "new_start": order.new_start,
        "closes": telling.closes_on(sending),
    }
    return {
        "evidence": json.loads(evidence.to_bytes()),
        "sha256": evidence.sha256,
        "days": {name: long_day(day) for name, day in days.items() if day},
    }
