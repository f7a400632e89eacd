"""One transaction on one account."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import TextClause
from sqlalchemy.ext.asyncio import AsyncSession

from kit import due
from kit import mail as post
from kit.clock import Clock
from kit.db import run
from kit.errors import ChangedMeanwhile
from kit.events import announce
from kit.mail import Mail
from services.dispatch.domain.attempts import AttemptState
from services.dispatch.domain.evidence import GENESIS
from services.dispatch.domain.proofs import Proof
from services.dispatch.domain.sending import Sending, State
from services.dispatch.domain.timeline import Happened
from services.dispatch.ports import EvidenceHead, Line, SendingMissing
from services.dispatch.store import facts as told
from services.dispatch.store import statements as sql
from services.dispatch.store.rows import (
    attempt_row,
    line_of,
    note_row,
    proof_of,
    proof_row,
    sending_of,
    sending_row,
)

_HANDED: Final = [AttemptState.ACCEPTED, AttemptState.HANDED, AttemptState.UNKNOWN]


class PgWork:
    """What a use case may read and change in one transaction."""

    def __init__(self, session: AsyncSession, account_id: UUID, clock: Clock) -> None:
        self._session = session
        self._account_id = account_id
        self._clock = clock

    async def get(self, sending_id: UUID) -> Sending:
        """Load a sending, locked until the end. Raises ``SendingMissing``."""
        found = await self._locked(sql.LOCK_SENDING, sending_id=sending_id)
        if found is None:
            raise SendingMissing
        return found

    async def find(self, letter_id: UUID) -> Sending | None:
        """Load the sending of a letter, locked until the end."""
        return await self._locked(sql.LOCK_SENDING_OF_LETTER, letter_id=letter_id)

    async def look(self, sending_id: UUID) -> Sending:
        """Load a sending as it stands. Raises ``SendingMissing``."""
        for row in await self._ask(sql.READ_SENDING, sending_id=sending_id):
            return sending_of(row)
        raise SendingMissing

    async def look_for(self, letter_id: UUID) -> Sending | None:
        """Load the sending of a letter as it stands."""
        for row in await self._ask(sql.READ_SENDING_OF_LETTER, letter_id=letter_id):
            return sending_of(row)
        return None

    async def save(self, sending: Sending, *facts: Happened) -> Sending:
        """Store the new value with its facts and announce it. Raises ``ChangedMeanwhile``."""
        saved = replace(sending, version=sending.version + 1)
        written = sql.CHANGE_SENDING if sending.version else sql.ADD_SENDING
        if not await run(self._session, written, sending_row(saved)):
            raise ChangedMeanwhile
        if saved.attempt is not None:
            await run(self._session, sql.KEEP_ATTEMPT, attempt_row(saved, saved.attempt))
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
            row = note_row(self._account_id, sending, fact) | {"recorded_at": self._clock()}
            await run(self._session, sql.NOTE, row)

    async def timeline(self, sending_id: UUID) -> Sequence[Line]:
        """Return what happened, oldest first."""
        return [line_of(row) for row in await self._ask(sql.TIMELINE_OF, sending_id=sending_id)]

    async def has_sent(self) -> bool:
        """Tell whether the account ever handed a letter over."""
        (row,) = await self._ask(sql.ANY_HANDED, states=_HANDED)
        return bool(row["exists"])

    async def with_state(self, *states: State) -> Sequence[Sending]:
        """Return the account's sendings in these states."""
        return [sending_of(row) for row in await self._ask(sql.WITH_STATE, states=list(states))]

    async def add_proof(self, sending: Sending, proof: Proof) -> bool:
        """Store a proof once, and announce it; False when it was there."""
        row = proof_row(self._account_id, sending.id, proof)
        if not await run(self._session, sql.ADD_PROOF, row):
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
        return [proof_of(row) for row in await self._ask(sql.PROOFS_OF, sending_id=sending_id)]

    async def sender_at(self, operator: str, fingerprint: str) -> str:
        """Return the operator's number of this agency; empty before it was created."""
        asked = {"operator": operator, "fingerprint": fingerprint}
        found = await self._ask(sql.NUMBER_OF_SENDER, **asked)
        return found[0]["number"] if found else ""

    async def remember_sender(self, operator: str, fingerprint: str, number: str) -> None:
        """Keep the operator's number of this agency."""
        await self._ask(sql.KEEP_SENDER, operator=operator, fingerprint=fingerprint, number=number)

    async def keep_hint(
        self, attempt_id: UUID, body: bytes, received_at: datetime, *, reference: str
    ) -> None:
        """Keep what a partner told us, unread."""
        await self._ask(
            sql.KEEP_HINT,
            attempt_id=attempt_id,
            body=body,
            received_at=received_at,
            reference=reference,
        )

    async def hinted(self, attempt_id: UUID) -> str | None:
        """Return the number that the last call about an attempt named; None when none came."""
        found = await self._ask(sql.LAST_HINT, attempt_id=attempt_id)
        return found[0]["reference"] if found else None

    async def evidence_head(self) -> EvidenceHead:
        """Return the end of the account's chain, locked until the end."""
        await self._ask(sql.FIRST_HEAD, sha256=GENESIS)
        (row,) = await self._ask(sql.LOCK_HEAD)
        return EvidenceHead(number=row["number"], sha256=row["sha256"])

    async def chain_evidence(self, head: EvidenceHead, sending_id: UUID, evidence: bytes) -> None:
        """Chain a sending's evidence to this head, kept until it is sealed."""
        number, sha256 = head.number + 1, hashlib.sha256(evidence).hexdigest()
        await self._ask(
            sql.CHAIN,
            number=number,
            sending_id=sending_id,
            previous_sha256=head.sha256,
            sha256=sha256,
            evidence=evidence,
        )
        await self._ask(sql.MOVE_HEAD, number=number, sha256=sha256)

    async def unsealed_evidence(self, sending_id: UUID) -> bytes | None:
        """Return a sending's evidence that is chained and not sealed yet."""
        found = await self._ask(sql.UNSEALED, sending_id=sending_id)
        return found[0]["evidence"] if found else None

    async def evidence_sealed(self, sending_id: UUID) -> None:
        """Keep no more than the hash: the sealed sheet carries the evidence."""
        await self._ask(sql.SEALED, sending_id=sending_id)

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

    async def _locked(self, lock: TextClause, **asked: UUID) -> Sending | None:
        """Load a sending, its row locked first and alone.

        In one statement, a row that was waited for would come as it is now, and its attempt as it
        was before the wait.
        """
        for row in await self._ask(lock, **asked):
            which = {"sending_id": row["id"], "number": row["attempt_number"]}
            tried = await self._ask(sql.ATTEMPT_OF, **which) if which["number"] else []
            return sending_of(row | tried[0] if tried else row)
        return None

    async def _ask(self, statement: TextClause, **values: Any) -> list[dict[str, Any]]:  # noqa: ANN401
        """Run a statement about our account; return its rows."""
        return await run(self._session, statement, {"account_id": self._account_id, **values})
