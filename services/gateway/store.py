"""The edge's own tables: answers kept so that a repeat gets the same, and token buckets.

All times here are technical: the database's own clock.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import text

from kit.db import Database, run
from kit.errors import Kind, TurnedDown
from kit.pruning import Rule

KEPT_FOR_H: Final = 24
ABANDONED_AFTER_S: Final = 60  # a request that died in hand holds its key no longer
PRUNED: Final = (
    # an answer may hold a person's data: it stays no longer than its repeats are promised
    Rule(table="kept_answer", over="true", since="begun_at", kept=timedelta(hours=KEPT_FOR_H)),
    Rule(table="bucket", over="true", since="filled_at", kept=timedelta(days=1)),  # full again
)

_BEGIN: Final = text(
    """
    INSERT INTO kept_answer AS kept (account_id, key, operation, fingerprint)
    VALUES (:scope_id, :key, :operation, :fingerprint)
    ON CONFLICT (account_id, key) DO UPDATE
    SET operation = excluded.operation, fingerprint = excluded.fingerprint, status = NULL,
        headers = NULL, body = NULL, begun_at = clock_timestamp()
    WHERE kept.begun_at < clock_timestamp() - :kept_for_h * interval '1 hour'
       OR kept.status IS NULL AND kept.fingerprint = excluded.fingerprint
          AND kept.begun_at < clock_timestamp() - :abandoned_after_s * interval '1 second'
    RETURNING true
    """
)
_READ: Final = text(
    "SELECT fingerprint, status, headers, body FROM kept_answer"
    " WHERE account_id = :scope_id AND key = :key"
)
_KEEP: Final = text(
    "UPDATE kept_answer SET status = :status, headers = CAST(:headers AS jsonb), body = :body"
    " WHERE account_id = :scope_id AND key = :key AND status IS NULL"
)
_GIVE_UP: Final = text(
    "DELETE FROM kept_answer WHERE account_id = :scope_id AND key = :key AND status IS NULL"
)
_TAKE: Final = text(
    """
    INSERT INTO bucket AS b (key, tokens) VALUES (:key, :burst - 1)
    ON CONFLICT (key) DO UPDATE
    SET tokens = least(
            :burst,
            b.tokens + extract(epoch FROM clock_timestamp() - b.filled_at)::float8 * :per_second
        ) - 1,
        filled_at = clock_timestamp()
    WHERE b.tokens + extract(epoch FROM clock_timestamp() - b.filled_at)::float8 * :per_second >= 1
    RETURNING true
    """
)
_WAIT: Final = text(
    """
    SELECT greatest(
        0,
        (1 - tokens) / :per_second - extract(epoch FROM clock_timestamp() - filled_at)::float8
    ) AS seconds
    FROM bucket WHERE key = :key
    """
)


class IdempotencyKeyReused(TurnedDown):
    """The key was used for another request."""

    reason = "idempotency-key-reused"


class IdempotencyKeyInUse(TurnedDown):
    """The same request is being answered at this moment."""

    kind = Kind.LATER
    reason = "idempotency-key-in-use"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """An answer given before."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A request that may be repeated: whose it is, its key, and what it asks."""

    scope_id: UUID
    key: str
    operation: str  # "POST /v1/letters"
    fingerprint: str  # keyed hash of the request: bodies may hold passwords


class Store:
    """The gateway's database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, claim: Claim) -> KeptAnswer | None:
        """Reserve a key, or return what was answered. Raises ``IdempotencyKeyReused``, ``…InUse``.

        A request that died in hand frees its key after a minute: what it began is repeatable.
        """
        asked = {"scope_id": claim.scope_id, "key": claim.key}
        async with self._database.account(claim.scope_id) as session:
            begun = await run(
                session,
                _BEGIN,
                asked
                | {
                    "operation": claim.operation,
                    "fingerprint": claim.fingerprint,
                    "kept_for_h": KEPT_FOR_H,
                    "abandoned_after_s": ABANDONED_AFTER_S,
                },
            )
            if begun:
                return None
            rows = await run(session, _READ, asked)
        known = rows[0] if rows else None
        if known is None or known["status"] is None:
            if known is not None and known["fingerprint"] != claim.fingerprint:
                raise IdempotencyKeyReused("another request has this key")
            raise IdempotencyKeyInUse("the same request is in hand")
        if known["fingerprint"] != claim.fingerprint:
            raise IdempotencyKeyReused("another request had this key")
        return KeptAnswer(status=known["status"], headers=known["headers"], body=known["body"])

    async def keep(self, claim: Claim, answer: KeptAnswer) -> None:
        """Keep the answer for the repeats of a day."""
        async with self._database.account(claim.scope_id) as session:
            await run(
                session,
                _KEEP,
                {
                    "scope_id": claim.scope_id,
                    "key": claim.key,
                    "status": answer.status,
                    "headers": json.dumps(dict(answer.headers)),
                    "body": answer.body,
                },
            )

    async def give_up(self, claim: Claim) -> None:
        """Free a key whose request was refused: nothing was created, it may be tried again."""
        async with self._database.account(claim.scope_id) as session:
            await run(session, _GIVE_UP, {"scope_id": claim.scope_id, "key": claim.key})

    async def take_token(self, key: str, *, per_second: float, burst: int) -> float:
        """Take one token; return 0, or the seconds to wait when the bucket is empty."""
        asked = {"key": key, "per_second": per_second, "burst": float(burst)}
        async with self._database.across_accounts("token bucket") as session:
            if await run(session, _TAKE, asked):
                return 0.0
            (row,) = await run(session, _WAIT, {"key": key, "per_second": per_second})
            return max(float(row["seconds"]), 0.01)
