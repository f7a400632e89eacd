"""One transaction on one account."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit import due
from kit import mail as post
from kit.clock import Clock
from kit.errors import ChangedMeanwhile
from kit.events import announce
from kit.ids import derived_id
from kit.mail import Mail
from services.dispatch.domain.evidence import GENESIS
from services.dispatch.domain.proofs import Proof
from services.dispatch.domain.sending import Sending, State
from services.dispatch.domain.timeline import Happened
from services.dispatch.ports import EvidenceHead, Line, SendingMissing
from services.dispatch.store import facts as told
from services.dispatch.store.rows import (
    attempt_row,
    line_of,
    proof_of,
    proof_row,
    sending_of,
    sending_row,
)
from services.dispatch.store.statements import (
    ADD_PROOF,
    ADD_SENDING,
    ANY_HANDED,
    CHAIN,
    CHANGE_SENDING,
    FIRST_HEAD,
    KEEP_ATTEMPT,
    KEEP_HINT,
    LAST_HINT,
    LOCK_HEAD,
    LOCK_SENDING,
    LOCK_SENDING_OF_LETTER,
    MOVE_HEAD,
    NOTE,
    NUMBER_OF_SENDER,
    PROOFS_OF,
    READ_SENDING,
    SEALED,
    TIMELINE_OF,
    UNSEALED,
    WITH_ATTEMPT,
)
from services.dispatch.store.tables import (
    OPERATOR_SENDER,
    SENDING,
)


class PgWork:
    """What a use case may read and change in one transaction."""

    def __init__(self, session: AsyncSession, account_id: UUID, clock: Clock) -> None:
        self._session = session
        self._account_id = account_id
        self._clock = clock
        self._mine = {"asked_account_id": account_id}

    async def get(self, sending_id: UUID) -> Sending:
        """Load a sending, locked until the end. Raises ``SendingMissing``."""
        found = await self._one(LOCK_SENDING, asked_id=sending_id)
        if found is None:
            raise SendingMissing
        return found

    async def find(self, letter_id: UUID) -> Sending | None:
        """Load the sending of a letter, locked until the end."""
        return await self._one(LOCK_SENDING_OF_LETTER, asked_letter_id=letter_id)

    async def save(self, sending: Sending, *facts: Happened) -> Sending:
        """Store the new value with its facts and announce it. Raises ``ChangedMeanwhile``."""
        saved = replace(sending, version=sending.version + 1)
        await self._write(sending, saved)
        await self._write_attempt(saved)
        await self.note(saved, *facts)
        if facts:
            await announce(
                self._session,
                told.sending_changed(saved, self._clock()),
                aggregate_id=saved.id,
                aggregate_version=saved.version,
                account_id=saved.account_id,
            )
        return saved

    async def note(self, sending: Sending, *facts: Happened) -> None:
        """Store facts, once each."""
        for fact in facts:
            await self._session.execute(
                NOTE,
                {
                    "account_id": self._account_id,
                    "sending_id": sending.id,
                    "generation": sending.generation,
                    "mark": derived_id(
                        sending.id,
                        sending.generation,
                        fact.code,
                        fact.at,
                        sorted(fact.facts.items()),
                    ),
                    "code": fact.code,
                    "at": fact.at,
                    "recorded_at": self._clock(),
                    "facts": dict(fact.facts),
                    "applied": fact.applied,
                },
            )

    async def timeline(self, sending_id: UUID) -> Sequence[Line]:
        """Return what happened, oldest first."""
        rows = await self._session.execute(TIMELINE_OF, self._of(sending_id))
        return [line_of(row) for row in rows.mappings()]

    async def has_sent(self) -> bool:
        """Tell whether the account ever handed a letter over."""
        return await self._session.scalar(ANY_HANDED, self._mine) is not None

    async def with_state(self, *states: State) -> Sequence[Sending]:
        """Return the account's sendings in these states."""
        rows = await self._session.execute(
            WITH_ATTEMPT.where(SENDING.c.account_id == self._account_id)
            .where(SENDING.c.state.in_([state.value for state in states]))
            .order_by(SENDING.c.id)
        )
        return [sending_of(row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name

    async def add_proof(self, sending: Sending, proof: Proof) -> bool:
        """Store a proof once, and announce it; False when it was there."""
        added = await self._session.execute(
            ADD_PROOF, proof_row(self._account_id, sending.id, proof)
        )
        if added.first() is None:
            return False
        await announce(
            self._session,
            told.proof_stored(sending, proof),
            aggregate_id=sending.id,
            aggregate_version=sending.version,
            account_id=self._account_id,
        )
        return True

    async def proofs(self, sending_id: UUID) -> Sequence[Proof]:
        """Return the stored proofs, oldest first."""
        rows = await self._session.execute(PROOFS_OF, self._of(sending_id))
        return [proof_of(row) for row in rows.mappings()]

    async def sender_at(self, operator: str, fingerprint: str) -> str:
        """Return the operator's number of this agency; empty before it was created."""
        asked = {"asked_operator": operator, "asked_fingerprint": fingerprint}
        found = await self._session.scalar(NUMBER_OF_SENDER, self._mine | asked)
        return found or ""

    async def remember_sender(self, operator: str, fingerprint: str, number: str) -> None:
        """Keep the operator's number of this agency."""
        row = {"account_id": self._account_id, "operator": operator, "fingerprint": fingerprint}
        kept = insert(OPERATOR_SENDER).values(**row, number=number)
        await self._session.execute(kept.on_conflict_do_nothing())

    async def keep_hint(
        self, attempt_id: UUID, body: bytes, received_at: datetime, *, reference: str
    ) -> None:
        """Keep what a partner told us, unread."""
        row = {"account_id": self._account_id, "attempt_id": attempt_id, "reference": reference}
        await self._session.execute(KEEP_HINT, row | {"body": body, "received_at": received_at})

    async def hinted(self, attempt_id: UUID) -> str | None:
        """Return the number that the last call about an attempt named; None when none came."""
        found: str | None = await self._session.scalar(
            LAST_HINT, self._mine | {"asked_attempt_id": attempt_id}
        )
        return found

    async def evidence_head(self) -> EvidenceHead:
        """Return the end of the account's chain, locked until the end."""
        first = {"account_id": self._account_id, "number": 0, "sha256": GENESIS}
        await self._session.execute(FIRST_HEAD, first)
        number, sha256 = (await self._session.execute(LOCK_HEAD, self._mine)).one()
        return EvidenceHead(number=number, sha256=sha256)

    async def chain_evidence(self, head: EvidenceHead, sending_id: UUID, evidence: bytes) -> None:
        """Chain a sending's evidence to this head, kept until it is sealed."""
        link = {"number": head.number + 1, "sha256": hashlib.sha256(evidence).hexdigest()}
        await self._session.execute(
            CHAIN,
            link
            | {
                "account_id": self._account_id,
                "sending_id": sending_id,
                "previous_sha256": head.sha256,
                "evidence": evidence,
            },
        )
        await self._session.execute(MOVE_HEAD, self._mine | link)

    async def unsealed_evidence(self, sending_id: UUID) -> bytes | None:
        """Return a sending's evidence that is chained and not sealed yet."""
        found: bytes | None = await self._session.scalar(UNSEALED, self._of(sending_id))
        return found

    async def evidence_sealed(self, sending_id: UUID) -> None:
        """Keep no more than the hash: the sealed sheet carries the evidence."""
        await self._session.execute(SEALED, self._of(sending_id))

    async def plan(
        self,
        kind: str,
        key: str,
        due_at: datetime,
        *,
        local_date: date | None = None,
        payload: Mapping[str, str] | None = None,
    ) -> None:
        """Plan due work; the same key replaces it."""
        await due.schedule(
            self._session,
            kind=kind,
            key=key,
            due_at=due_at,
            account_id=self._account_id,
            local_date=local_date,
            payload=payload,
        )

    async def unplan(self, key: str) -> None:
        """Give up due work."""
        await due.cancel(self._session, key)

    async def mail(self, mail: Mail, *, key: str) -> None:
        """Queue an e-mail; the same key is one e-mail."""
        await post.queue(self._session, mail, key=key, account_id=self._account_id)

    def _of(self, sending_id: UUID) -> dict[str, UUID]:
        return self._mine | {"asked_sending_id": sending_id}

    async def _one(self, lock: Select[tuple[UUID]], **asked: UUID) -> Sending | None:
        """Load a sending, its row locked first and alone.

        In one statement, a row that was waited for would come as it is now, and its attempt as it
        was before the wait.
        """
        number = await self._session.scalar(lock, self._mine | asked)
        if number is None:
            return None
        found = await self._session.execute(READ_SENDING, self._mine | {"asked_id": number})
        return sending_of(found.one()._mapping)  # noqa: SLF001 - SQLAlchemy's public name

    async def _write(self, old: Sending, new: Sending) -> None:
        values = sending_row(new) | {"version": new.version}
        if old.version == 0:
            written = await self._session.execute(ADD_SENDING, values)
        else:
            stands = {"asked_id": old.id, "asked_version": old.version}
            written = await self._session.execute(CHANGE_SENDING, self._mine | stands | values)
        if written.first() is None:
            raise ChangedMeanwhile

    async def _write_attempt(self, sending: Sending) -> None:
        if sending.attempt is None:
            return
        await self._session.execute(KEEP_ATTEMPT, attempt_row(sending, sending.attempt))
